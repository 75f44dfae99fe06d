/**
 * Drivers of device-dax instances: device_dax makes a character device, kmem makes memory of the whole memory blocks inside.
 * Source: Linux 6.1 `drivers/dax/kmem.c` dev_dax_kmem_probe, dax_kmem_range; `drivers/dax/bus.c`; `drivers/base/memory.c`.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { alignDown, alignUp } from "../base/quantity.ts";
import { lengthOf, range } from "../base/range.ts";
import { hex } from "../base/units.ts";
import { type Kernel } from "./kernel.ts";
import { type DaxDevice, type DaxMemory } from "./state.ts";
import { leaveStuck, reserve } from "./stuck_memory.ts";

/** -EBUSY while another driver is bound, or where memory is stuck; -EINVAL where kmem finds no node or no whole block. */
export function bindDax(kernel: Kernel, name: string, driver: "device_dax" | "kmem"): Result<void, Errno> {
  const device = kernel.devices.dax(name);
  if (!device) return err("ENODEV");
  if (device.driver !== "none") return err("EBUSY");
  if (driver === "device_dax") {
    return reserve(kernel, device.range, `device_dax ${name}`, "range").map(() =>
      put(kernel, name, { ...device, driver })
    );
  }
  const memory = memoryOf(kernel, name, device);
  if (!memory) {
    kernel.note(`kmem: probe of ${name} failed with error -22`);
    return err("EINVAL");
  }
  return reserve(kernel, memory.range, `kmem ${name}`, "region")
    .map(() => put(kernel, name, { ...device, driver, memory }));
}

/** The driver goes also while memory of it is on line; that memory stays. */
export function unbindDax(kernel: Kernel, name: string): Result<void, Errno> {
  const device = kernel.devices.dax(name);
  if (!device || device.driver === "none") return err("ENODEV");
  const { memory, ...rest } = device;
  if (memory?.blocks.some((state) => state !== "offline")) leaveStuck(kernel, name, memory.range);
  return ok(put(kernel, name, { ...rest, driver: "none" }));
}

/**
 * `memoryN/state`. Already so is -EINVAL, as the kernel has it. Memory in the kernel's own zone does not go off line again: the
 * kernel puts its own objects there first, and those cannot be moved (-EBUSY).
 */
export function setMemoryBlock(
  kernel: Kernel,
  name: string,
  block: number,
  state: DaxMemory["blocks"][number],
): Result<void, Errno> {
  const device = kernel.devices.dax(name);
  const memory = device?.memory;
  const now = memory?.blocks[block];
  if (!device || !memory || now === undefined) return err("ENOENT");
  if ((now === "offline") === (state === "offline")) return err("EINVAL");
  if (now === "kernel") return err("EBUSY");
  const blocks = memory.blocks.map((old, i) => i === block ? state : old);
  kernel.devices.setDax(name, { ...device, memory: { ...memory, blocks } });
  kernel.acted(`memory block ${Math.floor(memory.range.start / memory.blockBytes) + block} = ${state}`, name);
  return ok();
}

function memoryOf(kernel: Kernel, name: string, device: DaxDevice): DaxMemory | undefined {
  if (device.targetNode < 0) {
    kernel.note(`kmem ${name}: rejecting DAX region with invalid node: ${device.targetNode}`);
    return undefined;
  }
  const { memoryBlockBytes: blockBytes } = kernel.parts.facts;
  const start = alignUp(device.range.start, blockBytes);
  const end = alignDown(device.range.end, blockBytes);
  if (start >= end) {
    const where = `${hex(device.range.start)}-${hex(device.range.end - 1)}`;
    kernel.note(`kmem ${name}: mapping0: ${where} too small after alignment`);
    kernel.note(`kmem ${name}: rejecting DAX region without any memory after alignment`);
    return undefined;
  }
  const whole = range(start, end - start);
  return { range: whole, blockBytes, blocks: Array(lengthOf(whole) / blockBytes).fill("offline") };
}

function put(kernel: Kernel, name: string, device: DaxDevice): void {
  kernel.devices.setDax(name, device);
  kernel.acted(device.driver === "none" ? "unbind" : `bind to ${device.driver}`, name);
}
