/** Bytes in hex with one range in brackets and reverse video: `79 d3 f0 66 [f3 b4 74 40] …`, offsets on the left. */
import { type Role } from "../theme.ts";
import { type Line, type Span, span } from "../text/line.ts";

export interface Highlight {
  readonly offset: number;
  readonly length: number;
}

/** Bytes a row: 16, or 8 where 16 do not fit. */
export const bytesPerRow = (width: number): number => (width >= HEX_ROW(16) ? 16 : 8);
const HEX_ROW = (count: number): number => OFFSET + count * 3 + 2;
const OFFSET = 6;

/**
 * Cells of a hex pane beside a tree: 16 bytes a row with their text, 16 without, or 8 where the tree would keep less than
 * half of the screen.
 */
export function hexWidth(screen: number): number {
  if (screen >= 150) return HEX_ROW(16) + 20;
  return screen >= 2 * (HEX_ROW(16) + 2) ? HEX_ROW(16) + 1 : HEX_ROW(8) + 1;
}

/** The rows from the one that holds `from` on. */
export function hexLines(bytes: Uint8Array, from: number, width: number, height: number, mark: Highlight): Line[] {
  const per = bytesPerRow(width);
  const first = Math.floor(from / per) * per;
  const withText = width >= HEX_ROW(per) + per + 2;
  const rows: Line[] = [];
  for (let at = first; at < bytes.length && rows.length < height; at += per) {
    rows.push(hexRow(bytes.subarray(at, at + per), at, per, mark, withText));
  }
  return rows;
}

/** First byte to show so that `mark` is in sight, as near to the top as it was (`previous`: nothing shown before it). */
export function hexTop(mark: Highlight, length: number, width: number, height: number): number {
  const per = bytesPerRow(width);
  const rows = Math.ceil(length / per);
  const row = Math.floor(mark.offset / per);
  const context = Math.floor(height / 3);
  return Math.max(0, Math.min(row - context, rows - height)) * per;
}

function hexRow(bytes: Uint8Array, at: number, per: number, mark: Highlight, withText: boolean): Line {
  const inside = (i: number) =>
    i >= 0 && i < bytes.length && at + i >= mark.offset && at + i < mark.offset + mark.length;
  const spans: Span[] = [span(at.toString(16).padStart(4, "0").padEnd(OFFSET - 1), "muted")];
  for (let i = 0; i < per; i++) {
    spans.push(between(inside(i - 1), inside(i)));
    if (i >= bytes.length) spans.push(span("  "));
    else spans.push(span(bytes[i]!.toString(16).padStart(2, "0"), inside(i) ? "selected" : tone(bytes[i]!)));
  }
  spans.push(between(inside(per - 1), false));
  if (withText) spans.push(span(` ${printable(bytes)}`, "muted"));
  return spans;
}

/** The cell between two bytes: a bracket where the marked range begins or ends. */
const between = (left: boolean, right: boolean): Span =>
  left === right ? span(" ", left ? "selected" : "text") : span(left ? "]" : "[", "accent");

/** Zeros are quiet, so that what is set stands out. */
const tone = (byte: number): Role => (byte ? "text" : "muted");

const printable = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : "·")).join("");
