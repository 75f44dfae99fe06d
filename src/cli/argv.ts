/** The global options, which stand before the verb, and what is left: commands.md section 1. */
import { err, ok, type Result } from "neverthrow";
import { type OptionTable, optionUsage, parseOptions, usageFault } from "../command/language/options.ts";
import { type UsageFault } from "../command/language/command.ts";

export const GLOBAL_OPTIONS: OptionTable = {
  host: { value: "FILE", help: "the host's store (NVDECK_HOST likewise)" },
  fixture: { value: "NAME", help: "a throw-away host made from fixtures/hosts/NAME; nothing is stored" },
  "dry-run": { short: "N", help: "rehearse only: steps, losses, difference; exit 6 if there would be changes" },
  json: { help: "machine output for every verb" },
  ask: { help: "ask before anything that destroys" },
  yes: { help: "confirm what destroys" },
  "read-only": { help: "refuse every verb that writes" },
  seed: { value: "N", help: "reproducible UUIDs" },
  clock: { value: "T", help: "model time: seconds since the epoch, or ISO 8601" },
  set: { value: "NAME=VALUE", help: "a value for batch files", many: true },
  "continue-on-error": { help: "batch: go on after a failure and exit 5" },
  atomic: { help: "batch: all or nothing" },
  quiet: { short: "q", help: "no talk on standard error" },
  verbose: { short: "v", help: "more talk on standard error" },
  version: { help: "print the version" },
  help: { short: "h", help: "print help" },
};

export interface Globals {
  readonly host: string | undefined;
  readonly fixture: string | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly ask: boolean;
  readonly yes: boolean;
  readonly readOnly: boolean;
  readonly seed: bigint | undefined;
  /** Model time in nanoseconds since the epoch. */
  readonly clock: bigint | undefined;
  readonly variables: ReadonlyMap<string, string>;
  readonly continueOnError: boolean;
  readonly atomic: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly version: boolean;
  readonly help: boolean;
}

export interface Invocation {
  readonly globals: Globals;
  /** The verb and its words; empty for the console. */
  readonly words: readonly string[];
}

const USAGE = `nvdeck ${optionUsage(GLOBAL_OPTIONS)} [VERB …]`;

export function parseInvocation(argv: readonly string[]): Result<Invocation, UsageFault> {
  const split = firstOperand(argv);
  return parseOptions(argv.slice(0, split), GLOBAL_OPTIONS, USAGE).andThen((parsed) => {
    const seed = parsed.get("seed");
    if (seed !== undefined && !/^[0-9]+$/.test(seed)) return err(usageFault(`--seed ${seed} is not a number`, USAGE));
    const clock = parsed.get("clock");
    const time = clock === undefined ? undefined : nanoseconds(clock);
    if (clock !== undefined && time === undefined) return err(usageFault(`--clock ${clock} is not a time`, USAGE));
    const variables = new Map<string, string>();
    for (const pair of parsed.all("set")) {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined) return err(usageFault(`--set ${pair} is not NAME=VALUE`, USAGE));
      variables.set(name, value!);
    }
    if (parsed.has("host") && parsed.has("fixture")) {
      return err(usageFault("--host and --fixture exclude each other", USAGE));
    }
    if (parsed.has("ask") && parsed.has("yes")) return err(usageFault("--ask and --yes exclude each other", USAGE));
    return ok({
      globals: {
        host: parsed.get("host"),
        fixture: parsed.get("fixture"),
        dryRun: parsed.has("dry-run"),
        json: parsed.has("json"),
        ask: parsed.has("ask"),
        yes: parsed.has("yes"),
        readOnly: parsed.has("read-only"),
        seed: seed === undefined ? undefined : BigInt(seed),
        clock: time,
        variables,
        continueOnError: parsed.has("continue-on-error"),
        atomic: parsed.has("atomic"),
        quiet: parsed.has("quiet"),
        verbose: parsed.has("verbose"),
        version: parsed.has("version"),
        help: parsed.has("help"),
      },
      words: argv.slice(split),
    });
  });
}

/** Where the verb begins: the first word that is neither a global option nor the value of one. */
function firstOperand(argv: readonly string[]): number {
  let at = 0;
  while (at < argv.length && argv[at]!.startsWith("-") && argv[at] !== "-") {
    const word = argv[at]!;
    const name = word.startsWith("--")
      ? word.slice(2)
      : Object.keys(GLOBAL_OPTIONS).find((key) => GLOBAL_OPTIONS[key]!.short === word.slice(1));
    at += name !== undefined && GLOBAL_OPTIONS[name]?.value !== undefined ? 2 : 1;
  }
  return Math.min(at, argv.length);
}

/** `1700000000`, `1700000000.5` or ISO 8601. */
function nanoseconds(text: string): bigint | undefined {
  if (/^[0-9]+(\.[0-9]{1,9})?$/.test(text)) {
    const [seconds, fraction = ""] = text.split(".");
    return BigInt(seconds!) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
  }
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : BigInt(milliseconds) * 1_000_000n;
}
