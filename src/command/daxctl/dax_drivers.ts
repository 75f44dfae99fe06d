/**
 * Enabling and disabling an instance, and its memory blocks, in the library's words.
 * Source: ndctl `daxctl/lib/libdaxctl.c` daxctl_dev_enable, _disable; `daxctl/device.c` dev_online_memory, dev_offline_memory.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type DaxMemory, type Dom0 } from "../../dom0/mod.ts";
import { type Talk } from "../ndctl/talk.ts";
import { daxInstance, daxInstances } from "./dax_devices.ts";

const LIBRARY = "libdaxctl";

/** An enabled instance is left with the driver it has. */
export function enableDax(dom0: Dom0, name: string, driver: "device_dax" | "kmem", talk: Talk): Result<void, Errno> {
  if (daxInstance(dom0, name).device.driver !== "none") return ok();
  return dom0.bindDax(name, driver).mapErr((errno) => {
    talk.library("daxctl_dev_enable", `${name}: failed to enable`, LIBRARY);
    return errno;
  });
}

export function disableDax(dom0: Dom0, name: string, talk: Talk): Result<void, Errno> {
  if (daxInstance(dom0, name).device.driver === "none") return ok();
  return dom0.unbindDax(name).mapErr((): Errno => {
    talk.library("daxctl_dev_disable", `${name}: failed to disable`, LIBRARY);
    talk.say(`${name}: disable failed: Device or resource busy\n`);
    return "EBUSY";
  });
}

/** Undefined in devdax mode, and while disabled. */
export const memoryOf = (dom0: Dom0, name: string): DaxMemory | undefined =>
  daxInstances(dom0).find((instance) => instance.name === name)?.device.memory;

export const onlineBlocks = ({ blocks }: DaxMemory): number => blocks.filter((state) => state !== "offline").length;

/** Whether there was anything to do. */
export function onlineMemory(dom0: Dom0, name: string, zone: "movable" | "kernel", talk: Talk): Result<boolean, Errno> {
  const memory = memoryOf(dom0, name)!;
  const [all, already] = [memory.blocks.length, onlineBlocks(memory)];
  if (already > 0) talk.say(`${name}:\n${RACE}`);
  if (already === all) {
    talk.say(`${name}: all memory sections (${all}) already online\n`);
    return ok(false);
  }
  if (already > 0) talk.say(`${name}: ${sections(already)} already online\n`);
  const done = setAll(dom0, name, zone);
  if (done.isErr()) return err(done.error);
  return ok(true);
}

const RACE = `  WARNING: detected a race while onlining memory
  Some memory may not be in the expected zone. It is
  recommended to disable any other onlining mechanisms,
  and retry. If onlining is to be left to other agents,
  use the --no-online option to suppress this warning
`;

export function offlineMemory(dom0: Dom0, name: string, talk: Talk): Result<boolean, Errno> {
  const memory = memoryOf(dom0, name)!;
  const all = memory.blocks.length;
  const already = all - onlineBlocks(memory);
  if (already === all) {
    talk.say(`${name}: all memory sections (${all}) already offline\n`);
    return ok(false);
  }
  if (already > 0) talk.say(`${name}: ${sections(already)} already offline\n`);
  return setAll(dom0, name, "offline").map(() => true);
}

const sections = (count: number): string => `${count} memory section${count === 1 ? "" : "s"}`;

function setAll(dom0: Dom0, name: string, state: DaxMemory["blocks"][number]): Result<void, Errno> {
  for (const [i, now] of memoryOf(dom0, name)!.blocks.entries()) {
    if ((now === "offline") === (state === "offline")) continue;
    const done = dom0.setMemoryBlock(name, i, state);
    if (done.isErr()) return done;
  }
  return ok();
}
