/**
 * Options of nvdeck's own verbs: `--name VALUE`, `--name=VALUE`, `-n VALUE`, `--flag`; `--` ends them. A table declares them
 * once; parsing, usage text and completion read it. (The real tools' vocabularies parse as those tools do.)
 */
import { err, ok, type Result } from "neverthrow";
import { type UsageFault } from "./command.ts";

export interface OptionSpec {
  readonly short?: string;
  /** Word for the value in usage text; absent for a flag. */
  readonly value?: string;
  readonly help: string;
  readonly required?: true;
  /** May stand more than once. */
  readonly many?: true;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export interface Parsed {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  has(name: string): boolean;
  /** The last value given. */
  get(name: string): string | undefined;
  all(name: string): readonly string[];
}

export const USAGE_STATUS = 2;

export const usageFault = (message: string, usage: string): UsageFault => ({
  err: `${message}\nusage: ${usage}\n`,
  status: USAGE_STATUS,
});

/** `most` operands at the most; what they are called in messages comes from `usage`. */
export function parseOptions(
  argv: readonly string[],
  table: OptionTable,
  usage: string,
  least = 0,
  most = least,
): Result<Parsed, UsageFault> {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  let ended = false;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (ended || word === "-" || !word.startsWith("-")) {
      operands.push(word);
      continue;
    }
    if (word === "--") {
      ended = true;
      continue;
    }
    const [, dashes, key, given] = /^(--?)([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = key === undefined ? undefined : nameOf(table, dashes!, key);
    if (name === undefined) return err(usageFault(`unknown option ${word}`, usage));
    const spec = table[name]!;
    if (values.has(name) && !spec.many) return err(usageFault(`--${name} stands twice`, usage));
    const list = values.get(name) ?? [];
    values.set(name, list);
    if (spec.value === undefined) {
      if (given !== undefined) return err(usageFault(`--${name} takes no value`, usage));
      list.push("");
    } else {
      const value = given ?? argv[++i];
      if (value === undefined) return err(usageFault(`--${name} needs ${spec.value}`, usage));
      list.push(value);
    }
  }
  for (const [name, spec] of Object.entries(table)) {
    if (spec.required && !values.has(name)) return err(usageFault(`--${name} ${spec.value ?? ""} is missing`, usage));
  }
  if (operands.length > most) return err(usageFault(`"${operands[most]}" is one word too many`, usage));
  if (operands.length < least) return err(usageFault("something is missing", usage));
  return ok({
    values,
    operands,
    has: (name) => values.has(name),
    get: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
  });
}

function nameOf(table: OptionTable, dashes: string, key: string): string | undefined {
  if (dashes === "-") return Object.keys(table).find((name) => table[name]!.short === key);
  return Object.hasOwn(table, key) ? key : undefined;
}

/** The option part of a usage line. */
export function optionUsage(table: OptionTable): string {
  return Object.entries(table).map(([name, spec]) => {
    const text = `${spec.short ? `-${spec.short}|` : ""}--${name}${spec.value ? ` ${spec.value}` : ""}`;
    return (spec.required ? text : `[${text}]`) + (spec.many ? "…" : "");
  }).join(" ");
}
