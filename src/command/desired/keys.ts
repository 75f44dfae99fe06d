/** Keys of a table, declared once: reading, faults and the help page come from the declaration. */
import { utf8 } from "../../base/bytes.ts";
import { parseInteger, parseSize } from "../../base/units.ts";
import { LABEL_NAME_SIZE } from "../../label/mod.ts";
import { nearest } from "../language/registry.ts";
import { type Document, type Path, type TomlTable, type TomlValue } from "./document.ts";

export interface Key<T> {
  /** What may stand there: `"raw" | "fsdax"`, `a size such as "16G"`. */
  readonly takes: string;
  readonly help: string;
  /** Undefined: that may not stand there. */
  read(value: TomlValue): T | undefined;
}

export type Keys = Readonly<Record<string, Key<unknown>>>;
export type Values<K extends Keys> = {
  readonly [Name in keyof K]: (K[Name] extends Key<infer T> ? T : never) | undefined;
};

/** What is wrong with the document, and where. */
export interface Fault {
  readonly line: number;
  readonly what: string;
}

/** The values of a table's keys; unknown keys and wrong values go to `faults`, all of them. */
export function readKeys<K extends Keys>(
  table: TomlTable,
  keys: K,
  where: Where,
): Values<K> {
  const values: Record<string, unknown> = Object.fromEntries(Object.keys(keys).map((name) => [name, undefined]));
  for (const [name, value] of Object.entries(table)) {
    const fault = (what: string) => where.fault([name], what);
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (!key) {
      fault(`${where.title} has no key "${name}"; ${hintFor(name, Object.keys(keys))}`);
      continue;
    }
    values[name] = key.read(value);
    if (values[name] === undefined) fault(`${name} takes ${key.takes}`);
  }
  return values as Values<K>;
}

/** A place in the document, and where its faults go. */
export class Where {
  constructor(
    private readonly document: Document,
    private readonly path: Path,
    /** `[namespace.db]`. */
    readonly title: string,
    private readonly faults: Fault[],
  ) {}

  get line(): number {
    return this.document.lineOf(this.path);
  }

  fault(below: Path, what: string): void {
    this.faults.push({ line: this.document.lineOf([...this.path, ...below]), what });
  }

  below(path: Path, title: string): Where {
    return new Where(this.document, [...this.path, ...path], title, this.faults);
  }
}

export function hintFor(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `it may have ${known.join(", ")}` : `did you mean "${near}"?`;
}

export const flag = (help: string): Key<boolean> => ({
  takes: "true or false",
  help,
  read: (value) => typeof value === "boolean" ? value : undefined,
});

export const oneOf = <W extends string>(words: readonly W[], help: string): Key<W> => ({
  takes: `one of ${words.map((word) => `"${word}"`).join(", ")}`,
  help,
  read: (value) => words.find((word) => word === value),
});

export const someOf = <W extends string>(words: readonly W[], help: string): Key<ReadonlySet<W>> => ({
  takes: `a list of ${words.map((word) => `"${word}"`).join(", ")}`,
  help,
  read: (value) =>
    Array.isArray(value) && value.every((each) => words.some((word) => word === each))
      ? new Set(value as W[])
      : undefined,
});

export const size = (help: string): Key<number> => ({
  takes: 'a size such as "16G"',
  help,
  read: (value) => positive(typeof value === "string" ? parseSize(value) : value),
});

export const count = (help: string): Key<number> => ({
  takes: "a whole number",
  help,
  read: (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined,
});

/** 64 bits, as a number or as text in any C base: TOML's own integers end at 63. */
export const cookie = (help: string): Key<bigint> => ({
  takes: 'a number, or text such as "0xc1b4c0ffee"',
  help,
  read(value) {
    if (typeof value === "string") return /^(0x[0-9a-f]+|[0-9]+)$/i.test(value) ? BigInt(value) : undefined;
    const number = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
    return typeof number === "bigint" && number >= 0n ? number : undefined;
  },
});

export const path = (help: string): Key<string> => ({
  takes: "a path",
  help,
  read: (value) => typeof value === "string" && value !== "" && printable(value) ? value : undefined,
});

export const name = (help: string): Key<string> => ({
  takes: "a name",
  help,
  read: (value) => typeof value === "string" && isName(value) ? value : undefined,
});

/** Frames `[start, end)`. */
export const frames = (help: string): Key<{ readonly start: number; readonly end: number }> => ({
  takes: "first and end, such as [0x400000, 0x420000]",
  help,
  read(value) {
    if (!Array.isArray(value) || value.length !== 2) return undefined;
    const [start, end] = value.map((each) => typeof each === "string" ? parseInteger(each) : each);
    return typeof start === "number" && typeof end === "number" && start >= 0 && end > start
      ? { start, end }
      : undefined;
  },
});

/** What a label and a command line can hold. */
export const isName = (text: string): boolean => text !== "" && utf8(text).length < LABEL_NAME_SIZE && printable(text);

// deno-lint-ignore no-control-regex -- they are what is looked for
const printable = (text: string): boolean => !/[\x00-\x1f\x7f]/.test(text);

const positive = (value: TomlValue | undefined): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
