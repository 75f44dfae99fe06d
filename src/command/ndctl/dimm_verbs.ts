/**
 * Verbs on DIMMs, in what they share: names, `all`, counts, and what stands for success.
 * Source: ndctl `ndctl/dimm.c` dimm_action and the cmd_* functions.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { type AnyCommand, type Context, declare, type Effect, type UsageFault } from "../language/command.ts";
import { busMatches, dimmMatches, dimmsOf } from "./library.ts";
import { flag, type OptionTable, type OptionValues, parseOptions, text, usageFault } from "./parse_options.ts";
import { Talk } from "./talk.ts";

export const dimmOptions = {
  bus: text("b", "bus", "bus-id", "only on this bus"),
  verbose: flag("v", "verbose", "say more"),
} as const;

/** Options with the DIMMs named; `all` stands alone. */
export type OnDimms<T> = T & { readonly dimms: readonly string[] };

/** A file of the operator's, or standard input and output. */
export type DimmAct<O> = (dom0: Dom0, dimm: DimmView, options: O, talk: Talk) => Result<void, Errno>;

/** More that a table's values must satisfy; a message and the usage text where they do not. */
export type Refusal<O> = (options: O) => string | undefined;

export function parseDimms<T extends OptionTable>(
  argv: readonly string[],
  table: T,
  usage: string,
  refuse: Refusal<OptionValues<T>> = () => undefined,
): Result<OnDimms<OptionValues<T>>, UsageFault> {
  return parseOptions(argv, table, usage).andThen(({ values, words }) => {
    const all = words.includes("all");
    const odd = all ? [] : words.filter((word) => !NAME.test(word));
    const complaints = odd.map((word) => `'${word}' is not a valid dimm name\n`).join("");
    if (words.length === 0 || odd.length === words.length) return err(usageFault(usage, table, complaints));
    const refusal = refuse(values);
    if (refusal !== undefined) return err(usageFault(usage, table, `${complaints}${refusal}\n`));
    return ok({ ...values, dimms: all ? ["all"] : words, complaints });
  });
}

/** What follows the number is not looked at when names are checked, and then matches no DIMM. */
const NAME = /^nmem\d/;

/** What a walk over the DIMMs came to. */
export interface DimmsDone {
  readonly count: number;
  readonly errno: Errno | undefined;
}

/** Runs `act` on every DIMM named, once for each time it is named. */
export function forDimms<O extends { readonly bus: string | undefined }>(
  dom0: Dom0,
  options: OnDimms<O>,
  act: (dimm: DimmView) => Result<void, Errno>,
): DimmsDone {
  let count = 0;
  let errno: Errno | undefined;
  for (const word of options.dimms) {
    if (!NAME.test(word) && word !== "all") continue;
    if (!dom0.hasBus || !busMatches(options.bus)) continue;
    for (const { number } of dimmsOf(dom0)) {
      const dimm = dom0.dimm(number).view;
      if (!dimmMatches(dimm, word)) continue;
      const done = act(dimm);
      if (done.isOk()) count++;
      else errno ??= done.error;
    }
  }
  return { count, errno };
}

/** `2 nmems`, `1 nmem`, `0 nmem`. */
export const nmems = (count: number): string => `${count} nmem${count > 1 ? "s" : ""}`;

/** Some success is success; so is having had nothing to do. */
export const dimmStatus = ({ count, errno }: DimmsDone): number => (count > 0 || errno === undefined ? 0 : 1);

export interface DimmVerb<T extends OptionTable> {
  readonly verb: string;
  readonly summary: string;
  /** After `ndctl VERB`, as the usage text has it. */
  readonly usage: string;
  readonly effect: Effect;
  readonly table: T;
  /** The summary line for a count of DIMMs; none where undefined. */
  readonly summarise?: (count: number, options: OptionValues<T>) => string;
  readonly act: DimmAct<OptionValues<T>>;
}

/** A verb that does the same to each DIMM and ends with a count. */
export function dimmVerb<T extends OptionTable & typeof dimmOptions>(verb: DimmVerb<T>): AnyCommand {
  const usage = `ndctl ${verb.verb} ${verb.usage}`;
  return declare<OnDimms<OptionValues<T>>>({
    kind: "host",
    vocabulary: "ndctl",
    name: ["ndctl", verb.verb],
    summary: verb.summary,
    usage: "NMEM…|all [-b BUS]",
    effect: verb.effect,
    parse: (argv) => parseDimms(argv, verb.table, usage),
    // deno-lint-ignore require-yield
    *run({ dom0 }, options, _context: Context) {
      const talk = new Talk();
      const asked = options as unknown as OnDimms<{ readonly bus: string | undefined }>;
      const done = forDimms(dom0, asked, (dimm) => verb.act(dom0, dimm, options, talk));
      if (verb.summarise) talk.say(`${verb.summarise(done.count, options)}\n`);
      return talk.outcome(dimmStatus(done));
    },
  });
}
