/** One verb of xl: declared once, it is a command of the registry and a row of `xl help`. */
import { err, ok, type Result } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { type Fork } from "../../host/mod.ts";
import {
  type AnyCommand,
  type Context,
  declare,
  type Effect,
  type Outcome,
  type Progress,
  type UsageFault,
} from "../language/command.ts";
import { getopt, type XlArguments, type XlOptions } from "./getopt.ts";

export interface XlVerb {
  readonly name: string;
  /** As xl's own table describes it, without a full stop. */
  readonly summary: string;
  readonly usage: string;
  /** One line per option, in our words. */
  readonly options?: readonly string[];
  /** Not in any real series: said so in its help. */
  readonly ext?: true;
  readonly effect: Effect | ((args: XlArguments) => Effect);
  readonly canDryRun?: true;
  readonly syntax: XlOptions;
  /** Operands at least. */
  readonly required: number;
  /** The words as getopt gets them, where xl takes something out of their way first. */
  argv?(argv: readonly string[]): readonly string[];
  /** More than getopt can tell; the fault's text is complete. */
  check?(args: XlArguments): UsageFault | undefined;
  run(host: Fork, args: XlArguments, context: Context): Outcome;
}

/** What `xl help VERB` prints. */
export function helpOf(verb: XlVerb): string {
  const { name, summary, usage, options = [], effect, canDryRun, ext } = verb;
  const flags = `vtT${effect === "reads" ? "" : "f"}${canDryRun ? "N" : ""}`;
  const note = ext ? "An extension: no series of Xen has it.\n\n" : "";
  const list = options.length === 0 ? "" : `Options:\n\n${options.join("\n")}\n\n`;
  return `Usage: xl [-${flags}] ${name} ${usage}\n\n${summary}.\n\n${note}${list}`;
}

/** The verb's arguments, or what xl says of them. `dryRun` is the global -N. */
export function parseVerb(verb: XlVerb, argv: readonly string[], dryRun = false): Result<XlArguments, UsageFault> {
  const syntax = verb.ext ? { ...verb.syntax, anywhere: true as const } : verb.syntax;
  const parsed = getopt(verb.argv?.(argv) ?? argv, verb.name, syntax, verb.required, helpOf(verb));
  if (parsed.isErr()) return err(parsed.error);
  const args = dryRun ? { ...fieldsOf(parsed.value), flags: new Set([...parsed.value.flags, "n"]) } : parsed.value;
  const fault = verb.check?.(args);
  return fault ? err(fault) : ok(args);
}

const fieldsOf = ({ flags, values, operands }: XlArguments): XlArguments => ({ flags, values, operands });

export const effectOf = (verb: XlVerb, args: XlArguments): Effect =>
  typeof verb.effect === "function" ? verb.effect(args) : verb.effect;

export const commandOf = (verb: XlVerb): AnyCommand =>
  declare<XlArguments>({
    kind: "host",
    vocabulary: "xl",
    name: ["xl", verb.name],
    summary: verb.summary,
    usage: verb.usage,
    ...(verb.options || verb.ext ? { help: helpOf(verb) } : {}),
    effect: (args) => effectOf(verb, args),
    parse: (argv) => parseVerb(verb, argv),
    // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
    *run(host, args, context): Generator<Progress, Outcome, void> {
      return verb.run(host, args, context);
    },
  });

/** xl keeps what it has done whatever its status. */
export const said = (out: string, value?: Json, err = ""): Outcome =>
  value === undefined ? { status: 0, out, err, keep: true } : { status: 0, out, err, keep: true, value };
export const refused = (err: string, status = 1, out = ""): Outcome => ({ status, out, err, keep: true });
/** Verbs of our own leave nothing behind when they fail. */
export const dropped = (err: string, status = 1): Outcome => ({ status, out: "", err, keep: false });

export const NO_OPTIONS: XlOptions = { short: "", long: {} };
