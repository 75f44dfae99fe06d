/** Binding and unbinding drivers by device name, as writes to a driver's `bind` and `unbind` do. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { disableDimm, enableDimm } from "./dimm_driver.ts";
import { type Kernel } from "./kernel.ts";
import { disableNamespace, enableNamespace } from "./namespace_driver.ts";
import { bindPersonality, unbindPersonality } from "./personality.ts";
import { disableRegion, enableRegion } from "./region_driver.ts";

/** Binds whichever driver fits the device. -ENODEV for an unknown device; else what probing says. */
export function bindDevice(kernel: Kernel, name: string): Result<void, Errno> {
  const dimm = kernel.dimms.find((d) => d.name === name);
  const region = kernel.regions.find((r) => r.name === name);
  const bound: Result<unknown, Errno> = dimm
    ? enableDimm(kernel, dimm)
    : region
    ? enableRegion(kernel, region)
    : kernel.devices.namespace(name)
    ? enableNamespace(kernel, name)
    : bindPersonality(kernel, name);
  return bound.map(() => kernel.acted("bind", name));
}

export function unbindDevice(kernel: Kernel, name: string): Result<void, Errno> {
  const dimm = kernel.dimms.find((d) => d.name === name);
  const region = kernel.regions.find((r) => r.name === name);
  const unbound = dimm
    ? disableDimm(kernel, dimm)
    : region
    ? disableRegion(kernel, region)
    : kernel.devices.namespace(name)
    ? disableNamespace(kernel, name)
    : unbindPersonality(kernel, name);
  return unbound.map(() => kernel.acted("unbind", name));
}

/** Opens a block or character device for `who` alone. -EBUSY while another has it. */
export function openExclusive(kernel: Kernel, device: string, who: string): Result<void, Errno> {
  const { holders } = kernel.parts.state;
  if (holders.get(device)) return err("EBUSY");
  holders.set(device, { who });
  return ok();
}

export function closeExclusive(kernel: Kernel, device: string): void {
  kernel.parts.state.holders.delete(device);
}

/** Who has the device, or a partition of it, open exclusively. */
export function holderOf(kernel: Kernel, device: string): string | undefined {
  const { holders } = kernel.parts.state;
  for (const id of holders.ids()) {
    if (id === device || (id.startsWith(`${device}p`) && /^\d+$/.test(id.slice(device.length + 1)))) {
      return holders.get(id)!.who;
    }
  }
  return undefined;
}
