/**
 * What binding a driver asks of a namespace beforehand and causes afterwards, whichever driver it is.
 * Source: Linux 6.1 `drivers/nvdimm/namespace_devs.c` nvdimm_namespace_common_probe; `bus.c` nvdimm_bus_probe;
 * `region_devs.c` nd_region_advance_seeds.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { lengthOf } from "../base/range.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { childName } from "./device_table.ts";
import { type Kernel } from "./kernel.ts";
import { emptyNamespace, extentOf } from "./namespace_device.ts";
import { newPersonality } from "./personality_device.ts";
import { type NamespaceDevice, type PersonalityDevice } from "./state.ts";
import { type RegionTopology } from "./topology.ts";

/** Not claimed by another, not locked, not empty, and with a uuid where it is labelled. `by`: the personality that binds. */
export function checkNamespace(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice,
  by?: PersonalityDevice,
): Result<void, Errno> {
  if (by === undefined && namespace.claim !== undefined) return err("ENXIO");
  if (by !== undefined && namespace.enabled) return err("EBUSY");
  if (region.mappings.some(({ dimm }) => kernel.devices.dimm(dimm.number)?.locked)) return err("EACCES");
  if (lengthOf(extentOf(kernel, region, namespace)) < PAGE_SIZE) return err("ENODEV");
  return namespace.type === "pmem" && namespace.uuid === undefined ? err("ENODEV") : ok();
}

/** When a seed has been bound, or is used by what has been bound, a new one takes its place. */
export function advanceSeeds(kernel: Kernel, region: RegionTopology, bound: string): void {
  const personality = kernel.devices.personality(bound);
  const seeds = kernel.devices.region(region.number)!.seeds;
  if (personality && seeds[personality.kind] === bound) {
    const seed = newPersonality(kernel, region, personality.kind);
    setSeed(kernel, region, personality.kind, childName(seed));
  }
  const used = personality ? personality.namespace : bound;
  if (used === undefined || seeds.namespace !== used) return;
  // A label-less region has one namespace and gets no other.
  if (kernel.devices.namespace(used)?.type !== "pmem") return;
  const seed = emptyNamespace(region, kernel.devices.freeId("namespace", region.number));
  kernel.devices.setChild(seed);
  setSeed(kernel, region, "namespace", childName(seed));
}

function setSeed(
  kernel: Kernel,
  region: RegionTopology,
  kind: "namespace" | PersonalityDevice["kind"],
  name: string,
): void {
  const device = kernel.devices.region(region.number)!;
  kernel.devices.setRegion(region.number, { ...device, seeds: { ...device.seeds, [kind]: name } });
}
