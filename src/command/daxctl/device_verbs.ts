/**
 * Verbs on device-dax instances, in what they share: one device or all, a count at the end, a return value that may also be
 * positive. Source: ndctl `daxctl/device.c` do_xaction_device, parse_device_options.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno, exitOf } from "../../abi/errno.ts";
import { type Json } from "../../base/json.ts";
import { type Dom0 } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type Effect, type UsageFault } from "../language/command.ts";
import { flag, type OptionTable, type OptionValues, parseOptions, text, usageFault } from "../ndctl/parse_options.ts";
import { counted, listText, reason, Talk } from "../ndctl/talk.ts";
import { daxInstances, deviceMatches, regionMatches } from "./dax_devices.ts";
import { type DaxInstance } from "./dax_json.ts";

export const baseOptions = {
  region: text("r", "region", "region-id", "only in this region"),
  human: flag("u", "human", "sizes for people"),
  verbose: flag("v", "verbose", "say more"),
} as const;
export type BaseOptions = OptionValues<typeof baseOptions>;

export type OnDevice<O> = O & { readonly device: string };

/** What an act came to: `nothing` (1 in ndctl) where there was nothing to do; JSON where the verb prints devices. */
export type Acted = Result<{ readonly nothing?: true; readonly json?: Json }, Errno>;
export type DeviceAct<O> = (dom0: Dom0, instance: DaxInstance, options: O, talk: Talk) => Acted;

export interface DeviceVerb<T extends OptionTable> {
  readonly verb: string;
  readonly summary: string;
  readonly usage: string;
  readonly effect: Effect | ((options: OptionValues<T>) => Effect);
  readonly table: T;
  /** Completes "specify a device to …". */
  readonly what: string;
  /** Completes "error …: REASON". */
  readonly doing: string;
  /** Before "N devices". */
  readonly did: string;
  /** More that values must satisfy: a message, and the usage text follows. */
  readonly refuse?: (options: OptionValues<T>) => string | undefined;
  readonly act: DeviceAct<OptionValues<T>>;
}

export function deviceVerb<T extends OptionTable & typeof baseOptions>(verb: DeviceVerb<T>): AnyCommand {
  const { effect } = verb;
  return declare<OnDevice<OptionValues<T>>>({
    kind: "host",
    vocabulary: "daxctl",
    name: ["daxctl", verb.verb],
    summary: verb.summary,
    usage: verb.usage,
    effect,
    parse: (argv) => parseDevice(argv, verb),
    // deno-lint-ignore require-yield
    *run({ dom0 }, options) {
      const talk = new Talk();
      const given = options as unknown as OnDevice<BaseOptions>;
      let last: Acted = err("ENXIO");
      let count = 0;
      let json: Json | undefined;
      for (const { name } of daxInstances(dom0)) {
        const instance = daxInstances(dom0).find((other) => other.name === name);
        if (!instance || !regionMatches(instance, given.region) || !deviceMatches(instance, given.device)) continue;
        last = verb.act(dom0, instance, options, talk);
        if (last.isErr()) continue;
        if (!last.value.nothing) count++;
        // Each device replaces the list of the one before.
        json = last.value.json ?? json;
      }
      if (json !== undefined) talk.print(listText([json], given.human));
      if (last.isErr()) talk.say(`error ${verb.doing}: ${reason(last.error)}\n`);
      talk.say(`${verb.did} ${counted(count, "device")}\n`);
      return talk.outcome(last.isErr() ? exitOf(last.error) : last.value.nothing ? 1 : 0);
    },
  });
}

function parseDevice<T extends OptionTable & typeof baseOptions>(
  argv: readonly string[],
  { verb, table, what, refuse }: DeviceVerb<T>,
): Result<OnDevice<OptionValues<T>>, UsageFault> {
  const usage = `daxctl ${verb} <device> [<options>]`;
  return parseOptions(argv, table, usage).andThen(({ values, words }) => {
    const [device, ...extra] = words;
    const faults = [
      ...(device === undefined ? [`specify a device to ${what}, or "all"`] : []),
      ...extra.map((word) => `unknown extra parameter "${word}"`),
    ];
    const refusal = faults.length === 0 ? refuse?.(values) : undefined;
    if (refusal !== undefined) faults.push(refusal);
    if (device === undefined || faults.length > 0) {
      return err(usageFault(usage, table, faults.map((fault) => `${fault}\n`).join("")));
    }
    return ok({ ...values, device: device.slice(device.lastIndexOf("/") + 1) });
  });
}
