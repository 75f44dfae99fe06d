/** A TOML document (v1.0, by smol-toml), and where its keys stand: the parser tells lines of its own faults only. */
import { parse, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { err, ok, type Result } from "neverthrow";

export type { TomlTable, TomlValue };

/** Keys from the root; a number is a place in an array of tables. */
export type Path = readonly (string | number)[];

export interface Document {
  readonly root: TomlTable;
  /** The line, from 1, on which the key or its table begins; of what has no line of its own, the one of what holds it. */
  lineOf(path: Path): number;
}

export interface DocumentFault {
  readonly line: number;
  readonly what: string;
}

/** Nothing here is nested deeper; a hostile file must not exhaust the stack. */
const DEEPEST = 8;

export function parseDocument(text: string): Result<Document, DocumentFault> {
  const root = parsed(text);
  return root instanceof TomlError ? err({ line: root.line, what: messageOf(root) }) : ok(located(text, root));
}

function parsed(text: string): TomlTable | TomlError {
  try {
    return parse(text, { integersAsBigInt: "asNeeded", maxDepth: DEEPEST });
  } catch (fault) {
    if (fault instanceof TomlError) return fault;
    throw fault;
  }
}

const messageOf = ({ message }: TomlError): string => message.split("\n")[0]!.replace("Invalid TOML document: ", "");

function located(text: string, root: TomlTable): Document {
  const lines = linesOf(text);
  return {
    root,
    lineOf(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const line = lines.get(keyOf(path.slice(0, depth)));
        if (line !== undefined) return line;
      }
      return 1;
    },
  };
}

const keyOf = (path: Path): string => JSON.stringify(path);

/** The first line of every key, line by line. What looks like a key within a text of several lines is taken for one. */
function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table: Path = [];
  text.split(/\r?\n/).forEach((line, at) => {
    const header = headerOf(line);
    const key = header ? undefined : keyBefore(line);
    if (header) {
      const name = keyOf(header.path);
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      table = header.repeated ? [...header.path, count] : header.path;
    }
    if (!header && !key) return;
    const path = [...table, ...(key ?? [])];
    for (let depth = 1; depth <= path.length; depth++) {
      const prefix = keyOf(path.slice(0, depth));
      if (!lines.has(prefix)) lines.set(prefix, at + 1);
    }
  });
  return lines;
}

function headerOf(line: string): { readonly path: readonly string[]; readonly repeated: boolean } | undefined {
  if (!line.trimStart().startsWith("[")) return undefined;
  const path = chainOf(line);
  return path && { path, repeated: line.trimStart().startsWith("[[") };
}

/** The key of `KEY = …`: up to the first `=` that is not quoted. */
function keyBefore(line: string): readonly string[] | undefined {
  for (let at = line.indexOf("="); at >= 0; at = line.indexOf("=", at + 1)) {
    const path = chainOf(`${line.slice(0, at)}= 0`);
    if (path) return path;
  }
  return undefined;
}

/** The one key of a line, read by the parser itself: quotes, dots and all. */
function chainOf(line: string): readonly string[] | undefined {
  const table = parsed(line);
  if (table instanceof TomlError) return undefined;
  const path: string[] = [];
  for (let at: TomlValue | undefined = table; isTable(at);) {
    const key: string | undefined = Object.keys(at)[0];
    if (key === undefined) break;
    path.push(key);
    at = at[key];
    if (Array.isArray(at)) at = at[0];
  }
  return path.length > 0 ? path : undefined;
}

export const isTable = (value: TomlValue | undefined): value is TomlTable =>
  typeof value === "object" && !Array.isArray(value) && Object.getPrototypeOf(value) === null;
