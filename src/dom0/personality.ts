/**
 * BTT, PFN and DAX devices: what turns the raw bytes of a namespace into a disk of atomic sectors, a DAX disk, or a character
 * device. Attributes are stored while the device is idle; binding reads or writes the info block (`personality_driver.ts`).
 * Source: Linux 6.1 `drivers/nvdimm/btt_devs.c`, `pfn_devs.c`, `dax_devs.c`, `claim.c` nd_namespace_store.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { lengthOf } from "../base/range.ts";
import { MiB } from "../base/units.ts";
import { BTT_SECTOR_SIZES } from "../label/mod.ts";
import { advanceSeeds, checkNamespace } from "./binding.ts";
import { childName } from "./device_table.ts";
import { type Kernel } from "./kernel.ts";
import { extentOf } from "./namespace_device.ts";
import { attachBtt, attachPfn, detachDax } from "./personality_driver.ts";
import { type BttDevice, type PersonalityDevice, type PfnDevice } from "./state.ts";

/** The least that a personality can be put on. */
const LEAST_CAPACITY = 16 * MiB;
export function removePersonality(kernel: Kernel, personality: PersonalityDevice): void {
  unbindPersonality(kernel, childName(personality));
  kernel.devices.removeChild(personality);
}

/** -EBUSY while bound. */
export const storePersonalityUuid = (kernel: Kernel, name: string, uuid: string): Result<void, Errno> =>
  changeIdle(kernel, name, (device) => ok({ ...device, uuid }));

/** Where the page map lies. */
export const storePfnMode = (kernel: Kernel, name: string, mode: PfnDevice["mode"]): Result<void, Errno> =>
  changeIdle(kernel, name, (device) => device.kind === "btt" ? err("EINVAL") : ok({ ...device, mode }));

/** -EINVAL for an alignment that is not offered. */
export const storePfnAlign = (kernel: Kernel, name: string, align: number): Result<void, Errno> =>
  changeIdle(
    kernel,
    name,
    (device) =>
      device.kind === "btt" || !kernel.parts.facts.alignments.includes(align)
        ? err<PersonalityDevice, Errno>("EINVAL")
        : ok({ ...device, align }),
  );

/** -EINVAL for a sector size that is not offered. */
export const storeBttSectorSize = (kernel: Kernel, name: string, lbaSize: number): Result<void, Errno> =>
  changeIdle(
    kernel,
    name,
    (device) =>
      device.kind !== "btt" || !BTT_SECTOR_SIZES.some((size) => size === lbaSize)
        ? err<PersonalityDevice, Errno>("EINVAL")
        : ok({ ...device, lbaSize }),
  );

/**
 * Puts the device on a namespace, or with undefined takes it off: then a device that is not its kind's seed goes away, the
 * seed forgets its settings. -EBUSY while bound, where it has a namespace already, or where the namespace is bound, claimed
 * or meant for another kind; -ENODEV for an unknown namespace; -ENXIO below 16 MiB.
 */
export function storePersonalityNamespace(
  kernel: Kernel,
  name: string,
  namespaceName: string | undefined,
): Result<void, Errno> {
  const device = kernel.devices.personality(name);
  if (!device) return err("ENODEV");
  if (device.bound) return err("EBUSY");
  if (namespaceName === undefined) {
    detach(kernel, device);
    return ok();
  }
  if (device.namespace !== undefined) return err("EBUSY");
  const namespace = kernel.devices.namespace(namespaceName);
  if (!namespace || namespace.region !== device.region) return err("ENODEV");
  const wanted = namespace.claimClass === "btt2" ? "btt" : namespace.claimClass;
  if (wanted !== "none" && wanted !== device.kind) return err("EBUSY");
  const capacity = lengthOf(extentOf(kernel, kernel.region(device.region), namespace));
  if (capacity < LEAST_CAPACITY) return err("ENXIO");
  if (namespace.claim !== undefined || namespace.enabled) return err("EBUSY");
  kernel.devices.setChild({ ...device, namespace: namespaceName });
  kernel.devices.setChild({ ...namespace, claim: name });
  return ok();
}

/** Binds the driver: the info block is honoured, or written where there is none. Already bound is success. */
export function bindPersonality(kernel: Kernel, name: string): Result<void, Errno> {
  const device = kernel.devices.personality(name);
  if (!device) return err("ENODEV");
  if (device.bound) return ok();
  const namespace = device.namespace === undefined ? undefined : kernel.devices.namespace(device.namespace);
  if (!namespace) return err("ENODEV");
  const region = kernel.region(device.region);
  const ready = checkNamespace(kernel, region, namespace, device);
  if (ready.isErr()) return ready;
  const bound = device.kind === "btt"
    ? attachBtt(kernel, region, namespace, device)
    : attachPfn(kernel, region, namespace, device);
  if (bound.isErr()) {
    if (bound.error === "EOPNOTSUPP") advanceSeeds(kernel, region, name);
    return err(bound.error);
  }
  kernel.devices.setChild({ ...device, bound: bound.value } as PersonalityDevice);
  advanceSeeds(kernel, region, name);
  return ok();
}

/** Unbinds the driver; the device keeps its namespace. */
export function unbindPersonality(kernel: Kernel, name: string): Result<void, Errno> {
  const device = kernel.devices.personality(name);
  if (!device?.bound) return err("ENODEV");
  if (device.kind === "dax") detachDax(kernel, name);
  const { bound: _, ...idle } = device;
  kernel.devices.setChild(idle as PersonalityDevice);
  return ok();
}

/** Takes the device off its namespace (`nd_detach_and_reset`). */
function detach(kernel: Kernel, device: PersonalityDevice): void {
  const namespace = device.namespace === undefined ? undefined : kernel.devices.namespace(device.namespace);
  if (namespace) {
    const { claim: _, ...free } = namespace;
    kernel.devices.setChild(free);
  }
  const name = childName(device);
  if (kernel.devices.region(device.region)?.seeds[device.kind] !== name) kernel.devices.removeChild(device);
  else kernel.devices.setChild(forgotten(device));
}

function forgotten(device: PersonalityDevice): PersonalityDevice {
  const { kind, region, id } = device;
  if (kind === "btt") return { kind, region, id, lbaSize: 0 } satisfies BttDevice;
  return { kind, region, id, mode: "none", align: device.align } satisfies PfnDevice;
}

function changeIdle(
  kernel: Kernel,
  name: string,
  change: (device: PersonalityDevice) => Result<PersonalityDevice, Errno>,
): Result<void, Errno> {
  const device = kernel.devices.personality(name);
  if (!device) return err("ENODEV");
  if (device.bound) return err("EBUSY");
  return change(device).map((next) => kernel.devices.setChild(next));
}
