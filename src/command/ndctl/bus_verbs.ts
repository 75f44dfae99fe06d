/** `ndctl start-scrub`, `wait-scrub`, `activate-firmware`. Source: ndctl `ndctl/bus.c`. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { prettyJson } from "../../base/json.ts";
import { BUS, type Dom0 } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type Effect } from "../language/command.ts";
import { busMatches, busNames, PROVIDER } from "./library.ts";
import { busJson } from "./list_json.ts";
import { decimal, flag, type OptionTable, parseOptions } from "./parse_options.ts";
import { reason, statusOf, Talk } from "./talk.ts";

const base = { verbose: flag("v", "verbose", "say more") } as const;
const waitOptions = { ...base, poll: decimal("p", "poll", "seconds between looks") } as const;
const activateOptions = {
  ...base,
  idle: flag("I", "idle", "let the platform idle meanwhile", true),
  force: flag("f", "force", "try it live"),
  dryRun: flag("n", "dry-run", "all but the activation"),
} as const;

interface BusVerb {
  readonly verb: string;
  readonly summary: string;
  readonly effect: Effect;
  readonly table: OptionTable;
  /** `error DOING: …` */
  readonly doing: string;
  readonly act: (dom0: Dom0, talk: Talk) => Result<void, Errno>;
}

/** Buses are named by words; none stands for all. Every bus that was acted on is printed. */
function busVerb({ verb, summary, effect, table, doing, act }: BusVerb): AnyCommand {
  return declare<readonly string[]>({
    kind: "host",
    vocabulary: "ndctl",
    name: ["ndctl", verb],
    summary,
    usage: "[BUS…]",
    effect,
    parse: (argv) => parseOptions(argv, table, `ndctl ${verb} [<bus-id> …] [<options>]`).map(({ words }) => words),
    // deno-lint-ignore require-yield
    *run({ dom0 }, words) {
      const talk = new Talk();
      const named = words.length === 0 || words.includes("all") ? ["all"] : words;
      const done = named.filter(busMatches).flatMap(() => busNames(dom0)).map(() => act(dom0, talk));
      const succeeded = done.filter((result) => result.isOk()).map(() => busJson(dom0));
      if (succeeded.length > 0) {
        talk.print(`${prettyJson(succeeded)}\n`);
        return talk.outcome(0);
      }
      const first = done[0];
      const errno = first?.isErr() ? first.error : "ENXIO";
      talk.say(`error ${doing}: ${reason(errno)}\n`);
      return talk.outcome(statusOf(errno));
    },
  });
}

export const startScrub = busVerb({
  verb: "start-scrub",
  summary: "Look for errors in all ranges",
  effect: "writes",
  table: base,
  doing: "starting scrub",
  act: (dom0) => dom0.store(BUS, "nfit/scrub", "1\n"),
});

export const waitScrub = busVerb({
  verb: "wait-scrub",
  summary: "Wait until a running scrub is over",
  effect: "writes",
  table: waitOptions,
  doing: "waiting for scrub completion",
  act(dom0) {
    if (!dom0.scrub()) return err("ENOENT");
    dom0.waitScrub();
    return ok();
  },
});

/** No modeled DIMM takes new firmware, so there is never any to activate. */
export const activateFirmware = busVerb({
  verb: "activate-firmware",
  summary: "Activate DIMM firmware that was uploaded",
  effect: "reads",
  table: activateOptions,
  doing: "activating firmware",
  act(_dom0, talk) {
    talk.say(`${PROVIDER}: ${BUS}: has no devices that support firmware update.\n`);
    return err("EOPNOTSUPP");
  },
});
