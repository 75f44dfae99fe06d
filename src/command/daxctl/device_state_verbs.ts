/**
 * `daxctl online-memory`, `offline-memory`, `enable-device`, `disable-device`, `destroy-device`, `create-device`.
 * Source: ndctl `daxctl/device.c` do_xline, do_xble, dev_destroy, do_create.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Dom0 } from "../../dom0/mod.ts";
import { type AnyCommand, declare } from "../language/command.ts";
import { flag, parseOptions } from "../ndctl/parse_options.ts";
import { reason, statusOf, Talk } from "../ndctl/talk.ts";
import { daxInstances, regionMatches } from "./dax_devices.ts";
import { disableDax, enableDax, memoryOf, offlineMemory, onlineMemory } from "./dax_drivers.ts";
import { type Acted, baseOptions, deviceVerb } from "./device_verbs.ts";
import { reconfigureOptions, zoneOptions } from "./reconfigure.ts";

const done = (result: Result<boolean | void, Errno>): Acted =>
  result.map((did) => did === false ? { nothing: true } as const : {});

const asMemory = (dom0: Dom0, name: string, talk: Talk, act: () => Result<boolean, Errno>): Acted => {
  if (memoryOf(dom0, name)) return done(act());
  talk.say(`${name}: memory operations are not applicable in devdax mode\n`);
  return err("ENXIO");
};

const asDevice = (dom0: Dom0, name: string, talk: Talk, act: () => Result<void, Errno>): Acted => {
  if (!memoryOf(dom0, name)) return done(act());
  talk.say(`${name}: status operations are only applicable in devdax mode\n`);
  return err("ENXIO");
};

export const onlineMemoryVerb = deviceVerb({
  verb: "online-memory",
  summary: "Bring a device's memory on line",
  usage: "DEVICE|all [--no-movable]",
  effect: "writes",
  table: { ...baseOptions, ...zoneOptions },
  what: "online memory for",
  doing: "onlining memory",
  did: "onlined memory for",
  act: (dom0, { name }, { noMovable }, talk) =>
    asMemory(dom0, name, talk, () => onlineMemory(dom0, name, noMovable ? "kernel" : "movable", talk)),
});

export const offlineMemoryVerb = deviceVerb({
  verb: "offline-memory",
  summary: "Take a device's memory off line",
  usage: "DEVICE|all",
  effect: "writes",
  table: baseOptions,
  what: "offline memory for",
  doing: "offlining memory",
  did: "offlined memory for",
  act: (dom0, { name }, _options, talk) => asMemory(dom0, name, talk, () => offlineMemory(dom0, name, talk)),
});

export const enableDevice = deviceVerb({
  verb: "enable-device",
  summary: "Enable devices as character devices",
  usage: "DEVICE|all",
  effect: "writes",
  table: baseOptions,
  what: "disable",
  doing: "enabling device",
  did: "enabled",
  act: (dom0, { name }, _options, talk) =>
    asDevice(dom0, name, talk, () =>
      enableDax(dom0, name, "device_dax", talk).mapErr((errno) => {
        talk.say(`${name}: enable failed: ${reason(errno)}\n`);
        return errno;
      })),
});

export const disableDevice = deviceVerb({
  verb: "disable-device",
  summary: "Disable devices",
  usage: "DEVICE|all",
  effect: "writes",
  table: baseOptions,
  what: "disable",
  doing: "disabling device",
  did: "disabled",
  act: (dom0, { name }, _options, talk) => asDevice(dom0, name, talk, () => disableDax(dom0, name)),
});

/** A device on an NVDIMM goes with its namespace only; what can fail fails after the device is disabled. */
export const destroyDevice = deviceVerb({
  verb: "destroy-device",
  summary: "Destroy a dynamic device; those on NVDIMMs are not",
  usage: "DEVICE|all [-f]",
  effect: "writes",
  table: { ...baseOptions, force: flag("f", "force", "disable it first") },
  what: "destroy",
  doing: "destroying devices",
  did: "destroyed",
  act(dom0, { name, device }, { force }, talk): Acted {
    if (device.driver !== "none" && !force) {
      talk.say(`${name} is active, specify --force for deletion\n`);
      return err("ENXIO");
    }
    const disabled = disableDax(dom0, name);
    if (disabled.isErr()) return err(disabled.error);
    talk.library("daxctl_dev_set_size", `${name}: failed to set size`, "libdaxctl");
    return err("ENXIO");
  },
});

/** Regions on NVDIMMs are static: they have room for the one device that is there. */
export const createDevice: AnyCommand = declare<{ readonly region: string | undefined }>({
  kind: "host",
  vocabulary: "daxctl",
  name: ["daxctl", "create-device"],
  summary: "Create a device in a dynamic region; those on NVDIMMs are not",
  usage: "[-r REGION] [-s SIZE]",
  effect: "reads",
  parse: (argv) =>
    parseOptions(argv, reconfigureOptions, "daxctl create-device [<options>]")
      .andThen(({ values: { region } }) => ok({ region })),
  // deno-lint-ignore require-yield
  *run({ dom0 }, { region }) {
    const talk = new Talk();
    const errno = daxInstances(dom0).some((instance) => regionMatches(instance, region)) ? "ENOSPC" : "ENXIO";
    talk.say(`error creating devices: ${reason(errno)}\ncreated 0 devices\n`);
    return talk.outcome(statusOf(errno));
  },
});
