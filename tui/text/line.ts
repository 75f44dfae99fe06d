/**
 * Rows before they are painted: spans of text with a role each. Painting makes one string with ready ANSI, exactly as
 * wide as asked, so that Ink gets one `Text` per row (its output stage costs by colour runs).
 */
import { asGlyphs, type Role, type Theme } from "../theme.ts";
import { cellWidth, cut } from "./width.ts";

export interface Span {
  readonly text: string;
  readonly role?: Role;
  /** Text that already carries its own SGR sequences, and its width: rows of a chart. */
  readonly ready?: number;
}

export type Line = readonly Span[];

export const span = (text: string, role: Role = "text"): Span => ({ text, role });
export const line = (...spans: readonly (Span | string)[]): Line =>
  spans.map((s) => (typeof s === "string" ? { text: s } : s));
export const EMPTY: Line = [];

const widthOf = (s: Span): number => s.ready ?? cellWidth(s.text);
export const lineWidth = (l: Line): number => l.reduce((sum, s) => sum + widthOf(s), 0);
export const plainText = (l: Line): string => l.map((s) => s.text).join("");

/** At most `width` cells. A ready span that does not fit whole is left out. */
export function cutLine(l: Line, width: number): Line {
  const kept: Span[] = [];
  let used = 0;
  for (const s of l) {
    const w = widthOf(s);
    if (used + w <= width) {
      kept.push(s);
      used += w;
      continue;
    }
    if (s.ready === undefined && width > used) kept.push({ ...s, text: cut(s.text, width - used) });
    break;
  }
  return kept;
}

/** Exactly `width` cells. */
export function fitLine(l: Line, width: number): Line {
  const shown = cutLine(l, width);
  const room = width - lineWidth(shown);
  return room > 0 ? [...shown, { text: " ".repeat(room) }] : shown;
}

/** `left` and `right` at the two ends of the row, a blank between them at least; the left one gives way. */
export function ends(left: Line, right: Line, width: number): Line {
  const w = lineWidth(right) + 1;
  if (w >= width) return cutLine(right, width);
  return [...fitLine(left, width - w), { text: " " }, ...right];
}

/** The row under the cursor: one role for all of it. */
export const selected = (l: Line, width: number, role: Role = "selected"): Line => [
  { text: plainText(fitLine(l, width)), role },
];

/** Two panes side by side: each `left` row is made exactly `width` wide, then a gap, then the right row. */
export const beside = (
  left: readonly Line[],
  right: readonly Line[],
  width: number,
  gap: Line,
  height: number,
): Line[] =>
  Array.from({ length: height }, (_, i) => [...fitLine(left[i] ?? EMPTY, width), ...gap, ...(right[i] ?? EMPTY)]);

/** Exactly `height` rows: cut, or filled with empty ones. */
export const fill = (rows: readonly Line[], height: number): Line[] =>
  Array.from({ length: Math.max(0, height) }, (_, i) => rows[i] ?? EMPTY);

const sgr = (style: string): string => style.split(" ").map((code) => `\x1b[${code}m`).join("");

/** One string with ANSI, exactly `width` cells, every style closed. */
export function paint(l: Line, width: number, theme: Theme): string {
  let out = "";
  for (const s of fitLine(l, width)) {
    if (s.ready !== undefined) {
      out += s.text;
      continue;
    }
    const text = asGlyphs(s.text, theme.glyphs, cellWidth);
    const style = theme.style[s.role ?? "text"];
    out += style && text ? `${sgr(style)}${text}\x1b[0m` : text;
  }
  return out;
}
