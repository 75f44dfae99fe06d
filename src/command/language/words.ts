/**
 * A command line as words: blanks separate, quotes and backslashes protect as in a POSIX shell, `#` at the start of a word
 * begins a comment, `$NAME` and `${NAME}` stand for values (not inside single quotes). No globbing, no splitting of values.
 */
import { err, ok, type Result } from "neverthrow";

export interface WordFault {
  /** Zero-based column where it went wrong. */
  readonly column: number;
  readonly reason: string;
}

export type Variables = ReadonlyMap<string, string>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

export function splitWords(line: string, variables: Variables = new Map()): Result<string[], WordFault> {
  const words: string[] = [];
  let word: string | undefined;
  let quote: "'" | '"' | undefined;
  let opened = 0;

  for (let at = 0; at < line.length; at++) {
    const c = line[at]!;
    if (quote === "'") {
      if (c === "'") quote = undefined;
      else word += c;
    } else if (c === "$" && NAME.test(line.slice(at + 1).replace(/^\{/, ""))) {
      const braced = line[at + 1] === "{";
      const name = NAME.exec(line.slice(at + (braced ? 2 : 1)))![0];
      const end = at + name.length + (braced ? 2 : 0);
      if (braced && line[end] !== "}") return err({ column: at, reason: `\${${name} has no closing brace` });
      const value = variables.get(name);
      if (value === undefined) {
        return err({ column: at, reason: `$${name} has no value; set it with "let ${name} = …" or --set` });
      }
      word = (word ?? "") + value;
      at = end;
    } else if (c === "\\" && (quote === undefined || '"\\$`'.includes(line[at + 1] ?? ""))) {
      if (at + 1 >= line.length) return err({ column: at, reason: "a backslash ends the line with nothing to join" });
      word = (word ?? "") + line[++at]!;
    } else if (quote === '"') {
      if (c === '"') quote = undefined;
      else word += c;
    } else if (c === "'" || c === '"') {
      quote = c;
      opened = at;
      word ??= "";
    } else if (c === " " || c === "\t") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (c === "#" && word === undefined) {
      return ok(words);
    } else {
      word = (word ?? "") + c;
    }
  }
  if (quote) return err({ column: opened, reason: `the ${quote} quote is never closed` });
  if (word !== undefined) words.push(word);
  return ok(words);
}

/** A word as it must be typed to come back as itself. */
export const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

export const lineOf = (words: readonly string[]): string => words.map(quoted).join(" ");
