/**
 * A range of addresses drawn to scale, one fill per kind so that it reads without colour. What the cursor is on is
 * bright, the rest muted. Where segments are narrower than a cell they share cells, and the widest one shows. A name or
 * a caption stands there whole or not at all: pieces of words only make noise.
 */
import { type Role } from "../theme.ts";
import { type Line, type Span, span } from "../text/line.ts";
import { cellWidth, clean, fit } from "../text/width.ts";

export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Written into the segment where there is room. */
  readonly name: string;
  /** The second row: mode, or how much is free; `short` where that does not fit, or nothing. */
  readonly caption: string;
  readonly short?: string;
  /** One character. */
  readonly fill: string;
  readonly role: Role;
}

/** Fewest cells in which segments keep separators between them. */
const ROOMY = 2;

export interface BarLines {
  readonly bar: Line;
  readonly captions: Line;
}

/** The bar, exactly `width` cells with its walls, and the captions under it. */
export function bar(segments: readonly Segment[], width: number): BarLines {
  const inner = width - segments.length - 1;
  return segments.length > 0 && inner >= segments.length * ROOMY ? roomy(segments, inner) : dense(segments, width - 2);
}

function roomy(segments: readonly Segment[], inner: number): BarLines {
  const widths = shares(segments.map((s) => s.end - s.start), inner, 1);
  const drawn: Span[] = [span("┃", "muted")];
  const captions: Span[] = [span(" ")];
  segments.forEach((s, i) => {
    drawn.push(span(named(clean(s.name), s.fill, widths[i]!), s.role), span("┃", "muted"));
    const caption = [s.caption, s.short ?? ""].find((text) => cellWidth(text) <= widths[i]!) ?? "";
    captions.push(span(fit(caption, widths[i]!, "center"), "muted"), span(" "));
  });
  return { bar: drawn, captions };
}

/** The name in the middle of the fill, with a space around it so that it stays readable. */
function named(name: string, fill: string, width: number): string {
  const w = cellWidth(name);
  if (w === 0) return fill.repeat(width);
  // A fill on both sides where there is room, else the name alone.
  const text = w + 4 <= width ? ` ${name} ` : w <= width ? name : "";
  const left = Math.floor((width - cellWidth(text)) / 2);
  return fill.repeat(left) + text + fill.repeat(width - left - cellWidth(text));
}

/** One cell after the other: the role of an emphasised segment wins, then the segment that covers most of the cell. */
function dense(segments: readonly Segment[], width: number): BarLines {
  const start = segments[0]?.start ?? 0;
  const scale = ((segments.at(-1)?.end ?? 1) - start) / Math.max(1, width);
  const cells: Segment[] = [];
  let at = 0;
  for (let x = 0; x < width && segments.length > 0; x++) {
    const [low, high] = [start + x * scale, start + (x + 1) * scale];
    while (at < segments.length - 1 && segments[at]!.end <= low) at++;
    let best = segments[at]!;
    for (let i = at; i < segments.length && segments[i]!.start < high; i++) {
      const s = segments[i]!;
      if (weight(s, low, high) > weight(best, low, high)) best = s;
    }
    cells.push(best);
  }
  const drawn: Span[] = [span("┃", "muted")];
  for (const s of cells) drawn.push(span(s.fill, s.role));
  return { bar: [...joined(drawn), span("┃", "muted")], captions: [] };
}

const EMPHASIS = 1e18;
const weight = (s: Segment, low: number, high: number): number =>
  Math.min(s.end, high) - Math.max(s.start, low) + (s.role === "fresh" || s.role === "accent" ? EMPHASIS : 0);

/** Neighbours of one role become one span: fewer colour runs. */
function joined(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const s of spans) {
    const last = out.at(-1);
    if (last && last.role === s.role) out[out.length - 1] = { ...last, text: last.text + s.text };
    else out.push(s);
  }
  return out;
}

/** `total` cells shared out in proportion, each share at least `least`, by largest remainder; evenly where all is zero. */
export function shares(sizes: readonly number[], total: number, least: number): number[] {
  const whole = sizes.reduce((a, b) => a + b, 0);
  if (whole === 0 && sizes.length > 0) return shares(sizes.map(() => 1), total, least);
  const spare = Math.max(0, total - least * sizes.length);
  const exact = sizes.map((size) => (size / whole) * spare);
  const given = exact.map(Math.floor);
  let left = spare - given.reduce((a, b) => a + b, 0);
  const order = exact.map((e, i) => [e - given[i]!, i] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (const [, i] of order) {
    if (left-- <= 0) break;
    given[i]!++;
  }
  return given.map((g) => g + least);
}

/** The same as a sentence, for the screen-reader layout. */
export const barSentence = (segments: readonly Segment[]): string =>
  segments.map((s) => [clean(s.name), s.caption].filter((t) => t).join(" ")).join("; ");
