/** `ndctl enable-region`, `disable-region`. Source: ndctl `ndctl/region.c`. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Dom0, type RegionView } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { busMatches, namespacesOf, regionMatches, regionsOf } from "./library.ts";
import { disableSafe } from "./namespace_actions.ts";
import { errorText, type OptionValues, parseOptions, text, usageFault } from "./parse_options.ts";
import { counted, Talk } from "./talk.ts";

const options = {
  bus: text("b", "bus", "bus-id", "only on this bus"),
  type: text("t", "type", "region-type", "only regions of this type"),
} as const;

interface RegionRequest extends OptionValues<typeof options> {
  readonly region: string;
}

function parse(argv: readonly string[], usage: string): Result<RegionRequest, UsageFault> {
  return parseOptions(argv, options, usage).andThen(({ values, words }) => {
    const [region, ...extra] = words;
    const faults = [
      ...(region === undefined ? [`specify a specific region id to act on, or "all"`] : []),
      ...extra.map((word) => `unknown extra parameter "${word}"`),
    ];
    const { type } = values;
    if (faults.length === 0 && type !== undefined && type !== "pmem" && type !== "blk") {
      faults.push(`unknown region type '${type}', should be 'pmem' or 'blk'`);
    }
    if (faults.length > 0 || region === undefined) {
      return err(usageFault(usage, options, faults.map((fault) => errorText(`${fault}\n`)).join("")));
    }
    return ok({ ...values, region });
  });
}

function regionVerb(
  verb: string,
  summary: string,
  act: (dom0: Dom0, region: RegionView, talk: Talk) => Result<void, Errno>,
): AnyCommand {
  const usage = `ndctl ${verb}-region <region> [<options>]`;
  return declare<RegionRequest>({
    kind: "host",
    vocabulary: "ndctl",
    name: ["ndctl", `${verb}-region`],
    summary,
    usage: "REGION|all [-b BUS] [-t TYPE]",
    effect: "writes",
    parse: (argv) => parse(argv, usage),
    // deno-lint-ignore require-yield
    *run({ dom0 }, request) {
      const talk = new Talk();
      const chosen = dom0.hasBus && busMatches(request.bus) && request.type !== "blk"
        ? regionsOf(dom0).filter((region) => regionMatches(region, request.region))
        : [];
      const done = chosen.filter((region) => act(dom0, region, talk).isOk()).length;
      talk.say(`${verb}d ${counted(done, "region")}\n`);
      return talk.outcome(0);
    },
  });
}

export const enableRegion = regionVerb(
  "enable",
  "Enable regions: read labels, bring namespaces up",
  (dom0, region, talk) => {
    if (region.enabled) return ok();
    dom0.bind(region.name);
    if (dom0.region(region.number).enabled) return ok();
    talk.library("ndctl_region_enable", `${region.name}: failed to enable`);
    return err("ENXIO");
  },
);

/** Namespaces go one after the other; the first that is in use ends it, and those before it stay disabled. */
export const disableRegion = regionVerb("disable", "Disable regions and their namespaces", (dom0, region) => {
  for (const { name } of namespacesOf(dom0, region.number)) {
    const namespace = dom0.namespace(name);
    const disabled = namespace ? disableSafe(dom0, namespace) : ok<void, Errno>(undefined);
    if (disabled.isErr()) return disabled;
  }
  if (region.enabled) dom0.unbind(region.name);
  return ok();
});
