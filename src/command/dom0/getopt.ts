/**
 * Options as glibc's getopt_long reads them: short ones may be joined, with their argument in the same word or the next;
 * long ones may be abbreviated; operands stand anywhere; `--` ends the options.
 */
import { err, ok, type Result } from "neverthrow";

export interface OptionSpec {
  /** One letter. */
  readonly short?: string;
  readonly long?: string;
  /** `optional`: only in the same word. */
  readonly argument?: "required" | "optional";
}

export interface Options<K extends string> {
  has(key: K): boolean;
  /** The last argument given; empty where an optional one was left out. */
  get(key: K): string | undefined;
  /** In the order given. */
  readonly given: readonly { readonly key: K; readonly argument: string }[];
  readonly operands: readonly string[];
}

/** What is wrong, as getopt says it behind the name of the program. */
export type Complaint = string;

export function getopt<K extends string>(
  argv: readonly string[],
  table: Readonly<Record<K, OptionSpec>>,
): Result<Options<K>, Complaint> {
  const specs = Object.entries<OptionSpec>(table) as [K, OptionSpec][];
  const given: { key: K; argument: string }[] = [];
  const operands: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") {
      operands.push(...argv.slice(i + 1));
      break;
    }
    if (word === "-" || !word.startsWith("-")) {
      operands.push(word);
    } else if (word.startsWith("--")) {
      const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? ["", word, undefined];
      const matches = specs.filter(([, { long }]) => long?.startsWith(name!));
      const match = matches.find(([, { long }]) => long === name) ?? (matches.length === 1 ? matches[0] : undefined);
      if (!match) return err(matches.length > 1 ? `option '${word}' is ambiguous` : `unrecognized option '${word}'`);
      const [key, { argument, long }] = match;
      if (argument === undefined && inline !== undefined) return err(`option '--${long}' doesn't allow an argument`);
      const value = inline ?? (argument === "required" ? argv[++i] : "");
      if (value === undefined) return err(`option '--${long}' requires an argument`);
      given.push({ key, argument: value });
    } else {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at]!;
        const match = specs.find(([, { short }]) => short === letter);
        if (!match) return err(`invalid option -- '${letter}'`);
        const [key, { argument }] = match;
        if (argument === undefined) {
          given.push({ key, argument: "" });
          continue;
        }
        const rest = word.slice(at + 1);
        const value = rest !== "" || argument === "optional" ? rest : argv[++i];
        if (value === undefined) return err(`option requires an argument -- '${letter}'`);
        given.push({ key, argument: value });
        break;
      }
    }
  }
  return ok({
    given,
    operands,
    has: (key) => given.some((option) => option.key === key),
    get: (key) => given.findLast((option) => option.key === key)?.argument,
  });
}
