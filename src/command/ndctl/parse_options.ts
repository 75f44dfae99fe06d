/**
 * Options as the ndctl tools read them (git's parse-options): short ones may be joined, long ones abbreviated while they stay
 * unique and negated with `--no-`, `--` ends them, other words may stand anywhere between them. A fault prints the usage text
 * and exits 129. Source: ndctl `util/parse-options.c`.
 */
import { err, ok, type Result } from "neverthrow";
import { type UsageFault } from "../language/command.ts";

/** Exit status of a usage fault, of `-h`, and of `--list-opts`. */
export const USAGE_STATUS = 129;
const LIST_OPTS_STATUS = 130;

interface Common {
  /** One letter, or absent. */
  readonly short?: string;
  /** Empty where there is only the letter. */
  readonly long: string;
  readonly help: string;
}
export type Flag = Common & { readonly kind: "flag"; readonly initial?: true };
/** Each occurrence counts one more: `-vvv`. */
export type Count = Common & { readonly kind: "count" };
export type Text = Common & { readonly kind: "text"; readonly argument: string };
/** An option that may be given several times. */
export type Texts = Common & { readonly kind: "texts"; readonly argument: string };
/** A decimal number. */
export type Decimal = Common & { readonly kind: "decimal" };
export type OptionSpec = Flag | Count | Text | Texts | Decimal;
export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S extends Flag ? boolean
  : S extends Count ? number
  : S extends Decimal ? number | undefined
  : S extends Texts ? readonly string[]
  : string | undefined;
export type OptionValues<T extends OptionTable> = { -readonly [K in keyof T]: ValueOf<T[K]> };

export interface Parsed<T extends OptionTable> {
  readonly values: OptionValues<T>;
  /** The words that are no options. */
  readonly words: readonly string[];
}

export const flag = (short: string | undefined, long: string, help: string, initial?: true): Flag => ({
  kind: "flag",
  ...(short === undefined ? {} : { short }),
  long,
  help,
  ...(initial ? { initial } : {}),
});
export const count = (short: string, long: string, help: string): Count => ({ kind: "count", short, long, help });
export const text = (short: string | undefined, long: string, argument: string, help: string): Text => ({
  kind: "text",
  ...(short === undefined ? {} : { short }),
  long,
  argument,
  help,
});
export const texts = (short: string, long: string, argument: string, help: string): Texts => ({
  kind: "texts",
  short,
  long,
  argument,
  help,
});
export const decimal = (short: string | undefined, long: string, help: string): Decimal => ({
  kind: "decimal",
  ...(short === undefined ? {} : { short }),
  long,
  help,
});

/** `error()` of the ndctl tools. Messages that end in a line break leave an empty line behind them. */
export const errorText = (message: string): string => `  Error: ${message}\n`;
/** `warning()`, likewise. */
export const warningText = (message: string): string => `  Warning: ${message}\n`;

export function parseOptions<T extends OptionTable>(
  argv: readonly string[],
  table: T,
  usage: string,
): Result<Parsed<T>, UsageFault> {
  const parser = new Parser(argv, Object.entries(table));
  const stop = parser.run();
  if (stop === undefined) return ok({ values: parser.values as OptionValues<T>, words: parser.words });
  if (stop.kind === "list") {
    return err({
      out: Object.values(table).filter(({ long }) => long !== "").map(({ long }) => `--${long} `).join(""),
      err: "",
      status: LIST_OPTS_STATUS,
    });
  }
  return err(usageFault(usage, table, stop.message, stop.only));
}

/** The usage text behind messages, with the tools' status for it. `only`: one option's line, as after a bad value. */
export function usageFault(usage: string, table: OptionTable, messages = "", only?: OptionSpec): UsageFault {
  const shown = only ? [only] : Object.values(table);
  const lines = shown.map(optionHelp).join("");
  return { err: `${messages}\n usage: ${usage}\n\n${lines}${only ? "" : "\n"}`, status: USAGE_STATUS };
}

/** Columns before the help text. */
const HELP_COLUMN = 26;

function optionHelp(spec: OptionSpec): string {
  const argument = "argument" in spec ? ` <${spec.argument}>` : spec.kind === "decimal" ? " <n>" : "";
  const long = spec.long === "" ? "" : `--${spec.long}`;
  const short = spec.short ? `-${spec.short}${long === "" ? "" : ", "}` : "    ";
  const head = `    ${short}${long}${argument}`;
  if (head.length > HELP_COLUMN - 2) return `${head}\n${" ".repeat(HELP_COLUMN)}${spec.help}\n`;
  return `${head.padEnd(HELP_COLUMN)}${spec.help}\n`;
}

type Stop = { readonly kind: "list" } | {
  readonly kind: "usage";
  readonly message: string;
  readonly only?: OptionSpec;
};

/** A value that was joined to its option (`-r0`, `--region=0`), or the words that may still give one. */
class Parser {
  readonly values: Record<string, boolean | number | string | readonly string[] | undefined> = {};
  readonly words: string[] = [];
  #at = 0;

  constructor(private readonly argv: readonly string[], private readonly options: readonly [string, OptionSpec][]) {
    for (const [key, spec] of options) this.values[key] = initialValue(spec);
  }

  run(): Stop | undefined {
    for (; this.#at < this.argv.length; this.#at++) {
      const word = this.argv[this.#at]!;
      if (word === "--") {
        this.words.push(...this.argv.slice(this.#at + 1));
        return undefined;
      }
      if (!word.startsWith("-") || word === "-") this.words.push(word);
      else {
        const stop = word.startsWith("--") ? this.#long(word.slice(2)) : this.#short(word.slice(1));
        if (stop) return stop;
      }
    }
    return undefined;
  }

  #short(letters: string): Stop | undefined {
    let first = true;
    for (let rest = letters; rest !== "";) {
      const letter = rest[0]!;
      if (letter === "h") return { kind: "usage", message: "" };
      const found = this.options.find(([, spec]) => spec.short === letter);
      if (!found) return { kind: "usage", message: errorText(`unknown switch \`${letter}'`) };
      rest = rest.slice(1);
      const joined = rest === "" || isSwitch(found[1]) ? undefined : rest;
      const stop = this.#take(found, joined, false, `switch \`${letter}'`);
      if (stop) return stop;
      if (joined !== undefined) return undefined;
      const typo = first && rest !== "" ? this.#typo(letters) : undefined;
      if (typo) return typo;
      first = false;
    }
    return undefined;
  }

  /** `-region` is taken for `--region` with a dash missing. */
  #typo(letters: string): Stop | undefined {
    if (letters.length < 3) return undefined;
    if (!letters.startsWith("no-") && !this.options.some(([, spec]) => spec.long.startsWith(letters))) return undefined;
    return { kind: "usage", message: errorText(`did you mean \`--${letters}\` (with two dashes ?)`) };
  }

  #long(body: string): Stop | undefined {
    if (body === "help" || body === "help-all") return { kind: "usage", message: "" };
    if (body === "list-opts" || body === "list-cmds") return { kind: "list" };
    const cut = body.indexOf("=");
    const name = cut < 0 ? body : body.slice(0, cut);
    const value = cut < 0 ? undefined : body.slice(cut + 1);
    const matches = this.#matching(name);
    if (matches.length === 0) return { kind: "usage", message: errorText(`unknown option \`${body}'`) };
    if (matches.length > 1) {
      const [a, b] = matches.slice(-2).map(({ option, unset }) => `--${unset ? "no-" : ""}${option[1].long}`);
      return { kind: "usage", message: errorText(`Ambiguous option: ${body} (could be ${a} or ${b})`) };
    }
    const { option, unset } = matches[0]!;
    return this.#take(option, value, unset, `option \`${unset ? "no-" : ""}${option[1].long}'`);
  }

  /** An exact name wins; else all that the name begins. */
  #matching(name: string): { readonly option: [string, OptionSpec]; readonly unset: boolean }[] {
    const abbreviated = [];
    for (const option of this.options) {
      const { long } = option[1];
      if (long === "") continue;
      if (long === name) return [{ option, unset: false }];
      if (name === `no-${long}`) return [{ option, unset: true }];
      if (long.startsWith(name)) abbreviated.push({ option, unset: false });
      else if ("no-".startsWith(name) || (name.startsWith("no-") && long.startsWith(name.slice(3)))) {
        abbreviated.push({ option, unset: true });
      }
    }
    return abbreviated;
  }

  #take([key, spec]: [string, OptionSpec], joined: string | undefined, unset: boolean, what: string): Stop | undefined {
    const refuse = (reason: string): Stop => ({ kind: "usage", message: errorText(`${what} ${reason}`), only: spec });
    if (joined !== undefined && (unset || isSwitch(spec))) return refuse("takes no value");
    if (unset) {
      this.values[key] = spec.kind === "flag"
        ? false
        : spec.kind === "count" || spec.kind === "decimal"
        ? 0
        : spec.kind === "texts"
        ? []
        : undefined;
      return undefined;
    }
    if (spec.kind === "flag") this.values[key] = true;
    else if (spec.kind === "count") this.values[key] = (this.values[key] as number) + 1;
    else {
      const value = joined ?? this.argv[++this.#at];
      if (value === undefined) return refuse("requires a value");
      const number = spec.kind === "decimal" ? wholeNumber(value) : undefined;
      if (spec.kind === "decimal" && number === undefined) return refuse("expects a numerical value");
      this.values[key] = spec.kind === "decimal"
        ? number
        : spec.kind === "texts"
        ? [...this.values[key] as string[], value]
        : value;
    }
    return undefined;
  }
}

const isSwitch = (spec: OptionSpec): boolean => spec.kind === "flag" || spec.kind === "count";

function initialValue(spec: OptionSpec): boolean | number | string[] | undefined {
  if (spec.kind === "flag") return spec.initial ?? false;
  return spec.kind === "count" ? 0 : spec.kind === "texts" ? [] : undefined;
}

/** strtol in base ten, stored in 32 unsigned bits; an empty word is zero. */
function wholeNumber(word: string): number | undefined {
  return /^\s*[+-]?[0-9]*$/.test(word) ? Number(word) >>> 0 : undefined;
}
