/**
 * Texts in terminal cells: measuring, cutting and padding. Measures with the package that Ink measures with, so that
 * both always agree where a row ends. Texts from the host (labels!) may hold anything, hence `clean`.
 */
import stringWidth from "string-width";

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Controls, line ends, and the marks that reorder or hide what stands beside them. */
const HOSTILE = /[\p{Control}\p{Format}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}]/gu;

/** The text without anything that could move the cursor, reorder the row or hide itself. */
export const clean = (text: string): string => PRINTABLE_ASCII.test(text) ? text : text.replace(HOSTILE, "\u{fffd}");

export const cellWidth = (text: string): number => PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);

const segmenter = new Intl.Segmenter();
export const graphemes = (text: string): string[] =>
  PRINTABLE_ASCII.test(text) ? text.split("") : Array.from(segmenter.segment(text), (part) => part.segment);

export type Side = "start" | "end";

/** At most `width` cells; what is too long loses its `side` (the less significant end) to an ellipsis. */
export function cut(text: string, width: number, side: Side = "end"): string {
  if (cellWidth(text) <= width) return text;
  if (width <= 0) return "";
  const parts = graphemes(text);
  if (side === "start") parts.reverse();
  let kept = "";
  let used = 1;
  for (const part of parts) {
    const next = used + cellWidth(part);
    if (next > width) break;
    kept = side === "start" ? part + kept : kept + part;
    used = next;
  }
  return side === "start" ? `…${kept}` : `${kept}…`;
}

export type Align = "left" | "right" | "center";

/** Exactly `width` cells. */
export function fit(text: string, width: number, align: Align = "left", side: Side = "end"): string {
  const shown = cut(text, width, side);
  const room = width - cellWidth(shown);
  if (room <= 0) return shown;
  if (align === "left") return shown + " ".repeat(room);
  if (align === "right") return " ".repeat(room) + shown;
  const left = Math.floor(room / 2);
  return " ".repeat(left) + shown + " ".repeat(room - left);
}

/** Rows of at most `width` cells, cut wherever they are full: for command lines, where every blank counts. */
export function pieces(text: string, width: number): string[] {
  const rows = [""];
  for (const part of graphemes(text)) {
    if (cellWidth(rows.at(-1)!) + cellWidth(part) > width) rows.push("");
    rows[rows.length - 1] += part;
  }
  return rows;
}

/** As `pieces`, but cut at a blank where there is one in the later half of the row: for text that has its own layout. */
export function folded(text: string, width: number): string[] {
  const rows: string[] = [];
  let rest = text;
  while (cellWidth(rest) > width) {
    const [full = ""] = pieces(rest, width);
    const blank = full.lastIndexOf(" ");
    const at = blank > width / 2 ? blank + 1 : Math.max(1, full.length);
    rows.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...rows, rest];
}

/** Words broken into rows of at most `width` cells; a word that is longer is cut into pieces. */
export function wrapped(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = "";
  for (let word of text.split(/\s+/)) {
    while (cellWidth(word) > width) {
      if (row) rows.push(row);
      row = "";
      const head = cut(word, width + 1).slice(0, -1) || graphemes(word)[0]!;
      rows.push(head);
      word = word.slice(head.length);
    }
    const joined = row ? `${row} ${word}` : word;
    if (cellWidth(joined) <= width) row = joined;
    else {
      rows.push(row);
      row = word;
    }
  }
  if (row || rows.length === 0) rows.push(row);
  return rows;
}
