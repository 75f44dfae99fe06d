/** Verbs about one domain's EPT. */
import { type Result } from "neverthrow";
import { type Json, prettyJson } from "../../base/json.ts";
import { type Style } from "../../ept/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { type AnyCommand, type Context, done, type Outcome, type UsageFault } from "../language/command.ts";
import { type OptionTable, optionUsage, type Parsed, parseOptions } from "../language/options.ts";
import { DOMAIN_OPTION } from "../tables/domain.ts";
import { type LookingVerb, lookingVerb, noSuchObject } from "../tables/verb.ts";
import { type GuestEpt, guestEpt } from "./guest_ept.ts";

export interface DomainVerb<A> {
  readonly verb: string;
  readonly summary: string;
  readonly help?: string;
  readonly options: OptionTable;
  /** Operands after the options, as usage text; as many as it has words. */
  readonly operands?: string;
  parse(parsed: Parsed, usage: string): Result<A, UsageFault>;
  style?(args: A): Style;
  run(ept: GuestEpt, args: A, host: Fork, context: Context): ReturnType<LookingVerb<A>["run"]>;
}

export function domainVerb<A>(declared: DomainVerb<A>): AnyCommand {
  const { verb, summary, help, operands = "" } = declared;
  const options = { ...DOMAIN_OPTION, ...declared.options };
  const name = ["ept", verb];
  const usage = [...name, optionUsage(options), operands].filter((word) => word).join(" ");
  const count = operands === "" ? 0 : operands.split(" ").length;
  return lookingVerb<{ readonly domain: string; readonly args: A }>({
    name,
    summary,
    usage,
    ...(help === undefined ? {} : { help }),
    parse: (argv) =>
      parseOptions(argv, options, usage, count).andThen((parsed) =>
        declared.parse(parsed, usage).map((args) => ({ domain: parsed.get("domain")!, args }))
      ),
    run: (host, { domain, args }, context) =>
      guestEpt(host, domain, declared.style?.(args)).match(
        (ept) => declared.run(ept, args, host, context),
        noSuchObject,
      ),
  });
}

export const JSON_OPTION = { json: { help: "machine output" } } as const;

/** The value as JSON where that is asked for, else the lines. */
export function answer(context: Context, json: boolean, value: Json, lines: () => readonly string[]): Outcome {
  const text = json || context.json ? prettyJson(value) : lines().join("\n");
  return done(`${text}\n`, "", value);
}
