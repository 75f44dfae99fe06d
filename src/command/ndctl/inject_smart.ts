/** `ndctl inject-smart`: readings put over the real ones, and thresholds. Source: ndctl `ndctl/inject-smart.c`. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { LEAF_FUNCTION } from "../../acpi/mod.ts";
import { DIMM_FAMILY, type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { declare } from "../language/command.ts";
import { healthJson } from "./health_json.ts";
import { PLAIN } from "./json_flags.ts";
import { busMatches, dimmMatches, dimmsOf } from "./library.ts";
import { dimmJson } from "./list_json.ts";
import { parseSmart, type SmartRequest } from "./smart_request.ts";
import { listText, numbered, statusOf, Talk } from "./talk.ts";

export const injectSmart = declare<SmartRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "inject-smart"],
  summary: "Inject health readings into a DIMM, and set its alarm thresholds",
  usage: "NMEM [-m DEGREES] [-s PERCENT] [-f] [-U] [-M DEGREES] [-S PERCENT] … [-N]",
  effect: "writes",
  parse: parseSmart,
  // deno-lint-ignore require-yield
  *run({ dom0 }, request) {
    const talk = new Talk();
    const dimm = dom0.hasBus && busMatches(request.bus)
      ? dimmsOf(dom0).find((dimm) => dimmMatches(dimm, request.dimm))
      : undefined;
    if (!dimm) {
      talk.error(`${request.dimm}: no such dimm`);
      return talk.outcome(statusOf("ENXIO"));
    }
    const done = supported(dom0, dimm, talk)
      .andThen(() => setThresholds(dom0, dimm, request, talk))
      .andThen(() => inject(dom0, dimm, request, talk));
    if (done.isErr()) return talk.outcome(statusOf(done.error));
    const health = healthJson(dom0, dimm);
    const json = {
      ...dimmJson(dom0, dom0.dimm(dimm.number).view, { ...PLAIN, human: request.human }),
      health: health!,
    };
    if (health !== undefined) talk.print(listText([json], request.human));
    return talk.outcome(0);
  },
});

function supported(dom0: Dom0, dimm: DimmView, talk: Talk): Result<void, Errno> {
  // These messages end without a line break of their own.
  if (dom0.dimm(dimm.number).family !== DIMM_FAMILY.intel) {
    talk.say(`  Error: ${dimm.name}: smart injection not supported by ndctl.\n`);
    return err("ENOTTY");
  }
  if (dom0.dimm(dimm.number).offersFunction(LEAF_FUNCTION.injectSmart)) return ok();
  talk.say(
    `  Error: ${dimm.name}: smart injection not supported by either platform firmware or the kernel.\n`,
  );
  return err("EIO");
}

function setThresholds(dom0: Dom0, dimm: DimmView, { thresholds }: SmartRequest, talk: Talk): Result<void, Errno> {
  if (!thresholds) return ok();
  const fail = (message: string, errno: Errno): Result<void, Errno> => {
    talk.error(`${dimm.name}: ${message}`);
    return err(errno);
  };
  const old = dom0.dimm(dimm.number).smartThresholds();
  if (!old) return fail("no smart threshold command support", "EOPNOTSUPP");
  if (old.isErr()) return fail(`smart threshold command failed: ${numbered(old.error)}`, old.error);
  if (!dom0.dimm(dimm.number).offersFunction(LEAF_FUNCTION.setSmartThreshold)) {
    return fail("no smart set threshold command support", "EOPNOTSUPP");
  }
  return dom0.dimm(dimm.number).setSmartThresholds(thresholds(old.value))
    .orElse((errno) => fail(`smart set threshold command failed: ${numbered(errno)}`, errno));
}

function inject(
  dom0: Dom0,
  dimm: DimmView,
  { injections, goesOn }: SmartRequest,
  talk: Talk,
): Result<void, Errno> {
  let last: Result<void, Errno> = ok();
  for (const { what, input } of injections) {
    if (!input) {
      talk.error(`${dimm.name}: smart inject ${what} cmd invalid: ${numbered("EOPNOTSUPP")}`);
      if (!goesOn) return err("EOPNOTSUPP");
    }
    // A command that could not be filled in is sent all the same, and changes nothing.
    last = dom0.dimm(dimm.number).injectSmart(input ?? {});
    if (last.isErr()) {
      talk.error(`${dimm.name}: smart inject ${what} command failed: ${numbered(last.error)}`);
      if (!goesOn) return last;
    }
  }
  return last;
}
