/** `daxctl reconfigure-device`: from a character device to memory and back. Source: ndctl `daxctl/device.c` do_reconfig. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Dom0 } from "../../dom0/mod.ts";
import { flag, type OptionValues, text } from "../ndctl/parse_options.ts";
import { parseSize } from "../ndctl/sizes.ts";
import { type Talk } from "../ndctl/talk.ts";
import { daxInstance } from "./dax_devices.ts";
import { disableDax, enableDax, memoryOf, offlineMemory, onlineBlocks, onlineMemory } from "./dax_drivers.ts";
import { daxDeviceJson } from "./dax_json.ts";
import { type Acted, baseOptions, deviceVerb } from "./device_verbs.ts";

export const zoneOptions = {
  noMovable: flag(undefined, "no-movable", "not in the movable zone"),
} as const;
export const createOptions = {
  size: text("s", "size", "size", "a new size"),
  align: text("a", "align", "align", "a new alignment"),
  input: text(undefined, "input", "file", "the device as JSON, from a file"),
} as const;
export const reconfigureOptions = {
  ...baseOptions,
  ...createOptions,
  mode: text("m", "mode", "mode", "system-ram or devdax"),
  noOnline: flag("N", "no-online", "leave the memory off line"),
  force: flag("f", "force", "take memory off line first"),
  checkConfig: flag("C", "check-config", "options from configuration files"),
  ...zoneOptions,
} as const;
type Options = OptionValues<typeof reconfigureOptions>;

export const reconfigureDevice = deviceVerb({
  verb: "reconfigure-device",
  summary: "Turn a device into system memory, or back",
  usage: "DEVICE|all -m system-ram|devdax [-N] [-f] [--no-movable]",
  effect: "destroys",
  table: reconfigureOptions,
  what: "reconfigure",
  doing: "reconfiguring devices",
  did: "reconfigured",
  refuse: ({ size, align, mode, noOnline }) =>
    size === undefined && align === undefined && mode === undefined
      ? "error: a 'align', 'mode' or 'size' option is required"
      : size === undefined && align === undefined && mode === "devdax" && noOnline
      ? "--no-online is incompatible with --mode=devdax"
      : undefined,
  act(dom0, { name }, options, talk): Acted {
    // Devices on NVDIMMs are static: size and alignment are the namespace's.
    for (const what of ["align", "size"] as const) {
      const value = options[what] === undefined ? undefined : parseSize(options[what])?.bytes;
      if (value === undefined || (what === "align" && value === 0)) continue;
      talk.library(`daxctl_dev_set_${what}`, `${name}: failed to set ${what}`, "libdaxctl");
      return err("ENXIO");
    }
    const mode = options.size === undefined && options.align === undefined ? options.mode : undefined;
    return toMode(dom0, name, mode, options, talk).map(() => ({
      json: daxDeviceJson(daxInstance(dom0, name), { human: options.human, mappings: false }),
    }));
  },
});

function toMode(dom0: Dom0, name: string, mode: string | undefined, options: Options, talk: Talk): Result<void, Errno> {
  if (mode === "system-ram") return toMemory(dom0, name, options, talk);
  if (mode === "devdax") return toDevice(dom0, name, options, talk);
  talk.say(`${name}: unknown mode requested: 0\n`);
  return err("EINVAL");
}

function toMemory(dom0: Dom0, name: string, { noOnline, noMovable }: Options, talk: Talk): Result<void, Errno> {
  if (memoryOf(dom0, name)) talk.say(`${name} was already in system-ram mode\n`);
  else {
    const bound = disableDax(dom0, name).andThen(() => enableDax(dom0, name, "kmem", talk));
    if (bound.isErr()) return bound;
  }
  return noOnline ? ok() : onlineMemory(dom0, name, noMovable ? "kernel" : "movable", talk).map(() => undefined);
}

function toDevice(dom0: Dom0, name: string, { force, verbose }: Options, talk: Talk): Result<void, Errno> {
  if (daxInstance(dom0, name).device.driver !== "none") {
    if (!memoryOf(dom0, name)) {
      talk.say(`${name} was already in devdax mode\n`);
      return ok();
    }
    const offline = force ? offlineMemory(dom0, name, talk) : ok(false);
    if (offline.isErr()) return err(offline.error);
    const online = onlineBlocks(memoryOf(dom0, name)!);
    if (online > 0) {
      if (verbose) {
        talk.say(`${name}: found ${online} memory sections online\n${name}: refusing to change modes\n`);
      }
      return err("EBUSY");
    }
    const disabled = disableDax(dom0, name);
    if (disabled.isErr()) return disabled;
  }
  return enableDax(dom0, name, "device_dax", talk);
}
