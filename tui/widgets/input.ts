/** One line of text being typed, and how it is drawn: the cursor is a reversed cell. */
import { type TextInput } from "../model.ts";
import { type Line, span } from "../text/line.ts";
import { cellWidth, clean, graphemes } from "../text/width.ts";

export const inputOf = (text: string): TextInput => ({ text, cursor: text.length });

/** Pasted text loses its line ends: a line is run only by enter. */
export const typed = ({ text, cursor }: TextInput, more: string): TextInput => {
  const added = clean(more.replace(/[\r\n\t]+/g, " "));
  return { text: text.slice(0, cursor) + added + text.slice(cursor), cursor: cursor + added.length };
};

const before = (text: string, cursor: number): number =>
  cursor - (graphemes(text.slice(0, cursor)).at(-1)?.length ?? 0);
const after = (text: string, cursor: number): number => cursor + (graphemes(text.slice(cursor))[0]?.length ?? 0);
const wordBefore = (text: string, cursor: number): number => text.slice(0, cursor).replace(/\S+\s*$/, "").length;

/** The input after an editing key, or undefined where the key does not edit. Keys as readline has them. */
export function edited(input: TextInput, key: string): TextInput | undefined {
  const { text, cursor } = input;
  const without = (from: number, to: number): TextInput => ({
    text: text.slice(0, from) + text.slice(to),
    cursor: from,
  });
  switch (key) {
    case "backspace":
      return without(before(text, cursor), cursor);
    case "delete":
    case "ctrl+d":
      return without(cursor, after(text, cursor));
    case "ctrl+w":
    case "alt+backspace":
      return without(wordBefore(text, cursor), cursor);
    case "ctrl+u":
      return without(0, cursor);
    case "ctrl+k":
      return without(cursor, text.length);
    case "left":
    case "ctrl+b":
      return { text, cursor: before(text, cursor) };
    case "right":
    case "ctrl+f":
      return { text, cursor: after(text, cursor) };
    case "home":
    case "ctrl+a":
      return { text, cursor: 0 };
    case "end":
    case "ctrl+e":
      return { text, cursor: text.length };
  }
  return undefined;
}

/** The input in at most `width` cells, its cursor in sight. */
export function inputLine(input: TextInput, width: number, focused: boolean): Line {
  const head = graphemes(input.text.slice(0, input.cursor));
  const tail = graphemes(input.text.slice(input.cursor));
  const at = tail.shift() ?? " ";
  let used = cellWidth(at);
  let left = "";
  while (head.length > 0 && used + cellWidth(head.at(-1)!) <= width) {
    const part = head.pop()!;
    left = part + left;
    used += cellWidth(part);
  }
  let right = "";
  while (tail.length > 0 && used + cellWidth(tail[0]!) <= width) {
    const part = tail.shift()!;
    right += part;
    used += cellWidth(part);
  }
  return [span(left), focused ? span(at, "selected") : span(at), span(right)];
}
