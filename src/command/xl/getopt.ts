/**
 * Options as xl reads them (`tools/xl/xl_utils.c` def_getopt, over getopt_long): short ones may be joined, long ones shortened
 * while that is unambiguous; `-h` is always there. The first operand ends them: glibc keeps the order that xl asked for when it
 * read its global options, so that `xl list u -l` names two domains.
 */
import { err, ok, type Result } from "neverthrow";
import { type UsageFault } from "../language/command.ts";

export interface XlOptions {
  /** Letters; one that takes a value is followed by a colon. */
  readonly short: string;
  /** Long names and the letter, or other key, they stand for; a name that takes a value ends with `=`. */
  readonly long: Readonly<Record<string, string>>;
  /** Options may stand behind operands: in verbs of our own. */
  readonly anywhere?: true;
}

export interface XlArguments {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Exit status of a line that xl does not understand. */
export const XL_USAGE = 2;

/** `help` is the verb's usage text; `required` operands at least. */
export function getopt(
  argv: readonly string[],
  verb: string,
  options: XlOptions,
  required: number,
  help: string,
): Result<XlArguments, UsageFault> {
  const scan = new Scan(argv, options);
  const bad = scan.run();
  if (scan.flags.has("h")) return err({ err: "", out: help, status: 0 });
  if (bad !== undefined) return err({ err: `option \`${bad}' not supported.\n`, status: XL_USAGE });
  if (scan.operands.length < required) {
    const plural = required > 1 ? "s" : "";
    return err({
      err: `'xl ${verb}' requires at least ${required} argument${plural}.\n\n`,
      out: help,
      status: XL_USAGE,
    });
  }
  return ok(scan);
}

class Scan implements XlArguments {
  readonly flags = new Set<string>();
  readonly values = new Map<string, string>();
  readonly operands: string[] = [];
  #at = 0;

  constructor(private readonly argv: readonly string[], private readonly options: XlOptions) {}

  /** The option that is not known, as getopt's optopt shows it: a letter, or NUL for a long one. */
  run(): string | undefined {
    while (this.#at < this.argv.length) {
      const word = this.argv[this.#at++]!;
      if (word === "--") {
        this.operands.push(...this.argv.slice(this.#at));
        return undefined;
      }
      if (!/^-./s.test(word)) {
        this.operands.push(word);
        if (this.options.anywhere) continue;
        this.operands.push(...this.argv.slice(this.#at));
        return undefined;
      }
      const bad = word.startsWith("--") ? this.#long(word.slice(2)) : this.#short(word.slice(1));
      if (bad !== undefined || this.flags.has("h")) return bad;
    }
    return undefined;
  }

  #short(letters: string): string | undefined {
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i]!;
      const known = letter === ":" ? -1 : `h${this.options.short}`.indexOf(letter);
      if (known < 0) return letter;
      if (`h${this.options.short}`[known + 1] !== ":") {
        this.flags.add(letter);
        continue;
      }
      const value = letters.slice(i + 1) || this.argv[this.#at++];
      if (value === undefined) return letter;
      this.values.set(letter, value);
      return undefined;
    }
    return undefined;
  }

  #long(text: string): string | undefined {
    const [, name, given] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
    const all = ["help", ...Object.keys(this.options.long)];
    const plain = (long: string) => long.replace(/=$/, "");
    const matches = all.filter((long) => plain(long) === name);
    const found = matches.length > 0 ? matches : all.filter((long) => plain(long).startsWith(name!));
    if (found.length !== 1) return NOT_KNOWN;
    const [long] = found;
    const key = long === "help" ? "h" : this.options.long[long!]!;
    if (!long!.endsWith("=")) {
      if (given !== undefined) return key;
      this.flags.add(key);
      return undefined;
    }
    const value = given ?? this.argv[this.#at++];
    if (value === undefined) return key;
    this.values.set(key, value);
    return undefined;
  }
}

/** optopt is zero for a long option that getopt does not know. */
const NOT_KNOWN = "\0";
