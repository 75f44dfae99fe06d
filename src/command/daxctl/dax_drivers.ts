/**
 * Enabling and disabling an instance, and its memory blocks, in the library's words.
 * Source: ndctl `daxctl/lib/libdaxctl.c` daxctl_dev_enable, _disable; `daxctl/device.c` dev_online_memory, dev_offline_memory.
 */
import { ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type DaxMemory, type Dom0, inDirectoryOrder } from "../../dom0/mod.ts";
import { reason, type Talk } from "../ndctl/talk.ts";
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

export function disableDax(dom0: Dom0, name: string): Result<void, Errno> {
  if (daxInstance(dom0, name).device.driver === "none") return ok();
  return dom0.unbindDax(name);
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
  return setAll(dom0, name, zone, talk).map(() => true);
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
  return setAll(dom0, name, "offline", talk).map(() => true);
}

const sections = (count: number): string => `${count} memory section${count === 1 ? "" : "s"}`;

/** In the order of the node's folder, until one fails. */
function setAll(dom0: Dom0, name: string, state: DaxMemory["blocks"][number], talk: Talk): Result<void, Errno> {
  const { blocks, range, blockBytes } = memoryOf(dom0, name)!;
  const first = range.start / blockBytes;
  const named = blocks.map((now, i) => ({ now, i, block: `memory${first + i}` }));
  const [verb, where] = state === "offline" ? ["offline", "offline_one_memblock"] : ["online", "online_one_memblock"];
  for (const { now, i, block } of inDirectoryOrder(named, ({ block }) => block)) {
    if ((now === "offline") === (state === "offline")) continue;
    const done = dom0.setMemoryBlock(name, i, state);
    if (done.isOk()) continue;
    const path = `/sys/devices/system/node/node${daxInstance(dom0, name).device.targetNode}/${block}/state`;
    talk.library(where, `${name}: Failed to ${verb} ${path}: ${reason(done.error)}`, LIBRARY);
    talk.say(`${name}: failed to ${verb} memory: ${reason(done.error)}\n`);
    return done;
  }
  return ok();
}
