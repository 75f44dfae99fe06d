/**
 * The nd_region driver: binding reads the labels of the region's DIMMs and registers its namespaces and seeds; unbinding
 * takes all of them away. Whatever a namespace's own driver finds is `namespace_driver.ts`.
 * Source: Linux 6.1 `drivers/nvdimm/region.c` nd_region_probe, nd_region_remove; `namespace_devs.c`
 * nd_region_register_namespaces, init_active_labels; `region_devs.c` default_align, nd_region_to_nstype.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { MiB, PAGE_SIZE } from "../base/units.ts";
import { type Kernel } from "./kernel.ts";
import { labelDataOf } from "./label_data.ts";
import { probeNamespace } from "./namespace_driver.ts";
import { namespacesFromLabels, type RegionFault } from "../label/mod.ts";
import { labelledRegion } from "./labelled_region.ts";
import { emptyNamespace, namespaceFromLabel, removeNamespace, wholeRegion } from "./namespace_device.ts";
import { findPersonality } from "./personality_probe.ts";
import { newPersonality } from "./personality_device.ts";
import { removePersonality } from "./personality.ts";
import { type NamespaceDevice, type RegionDevice, type Seeds } from "./state.ts";
import { type RegionTopology } from "./topology.ts";
import { childName } from "./device_table.ts";

/** nstype of a region's namespaces: labelled or not. */
export const NSTYPE = { io: 4, pmem: 5 } as const;

/** Cross-architecture alignment of namespaces (MEMREMAP_COMPAT_ALIGN_MAX). */
const COMPAT_ALIGN = 16 * MiB;

/** Alignment of a region that nobody has set (`default_align`): a multiple of the DIMMs it is spread over. */
export function defaultAlign(region: RegionTopology): number {
  const align = region.size < COMPAT_ALIGN ? PAGE_SIZE : COMPAT_ALIGN;
  const ways = Math.max(1, region.mappings.length);
  return align % ways === 0 ? align : align * ways;
}

export const newRegion = (region: RegionTopology): RegionDevice => ({
  kind: "region",
  enabled: false,
  align: defaultAlign(region),
  readOnly: region.unarmed,
  holds: [],
  seeds: {},
});

/** Labelled as soon as one of its DIMMs is. */
export const nstypeOf = (kernel: Kernel, region: RegionTopology): number =>
  region.mappings.some(({ dimm }) => kernel.devices.dimm(dimm.number)?.labelling) ? NSTYPE.pmem : NSTYPE.io;

/** Binds the driver. Already bound is success. `atBoot`: the kernel is coming up, with all its regions at once. */
export function enableRegion(kernel: Kernel, region: RegionTopology, atBoot = false): Result<void, Errno> {
  const device = kernel.devices.region(region.number) ?? newRegion(region);
  if (device.enabled) return ok();

  const holds: number[] = [];
  for (const { dimm } of region.mappings) {
    const dimmDevice = kernel.devices.dimm(dimm.number);
    if (labelDataOf(kernel, dimm)) holds.push(dimm.number);
    else if (dimmDevice?.locked || dimmDevice?.labelling) {
      const state = dimmDevice.locked ? "locked" : "disabled";
      kernel.note(`nd_region ${region.name}: ${dimm.name}: is ${state}, failing probe`);
      return err("ENXIO");
    }
  }
  const scan = namespacesOf(kernel, region);
  if (scan.isErr()) return err(scan.error);
  const found = scan.value;
  const initNamespaces = { active: found.length, count: found.length };
  const seed = childName(found[0]);
  const seedFirst = found.length < seedLateFrom(kernel, region, found[0]);
  const seeds = seedFirst ? { namespace: seed } : {};
  kernel.devices.setRegion(region.number, { ...device, enabled: true, holds, seeds, initNamespaces });
  for (const namespace of found) kernel.devices.setChild(namespace);
  const makeSeed = (kind: "btt" | "pfn" | "dax") =>
    setSeed(kernel, region, kind, childName(newPersonality(kernel, region, kind)));
  // Namespaces find their personalities before the region makes its seeds, so they take the lower numbers. That is a race as
  // well: while the kernel comes up its workers have more to do, and a dax instance, looked for last of all, comes too late.
  // So it was with all five regions with devdax namespaces that real machines booted with, and with two of ten enabled later.
  if (atBoot) makeSeed("dax");
  for (const namespace of found) probeNamespace(kernel, region, namespace);
  if (!seedFirst) setSeed(kernel, region, "namespace", seed);
  makeSeed("btt");
  makeSeed("pfn");
  if (!atBoot) makeSeed("dax");
  return ok();
}

/**
 * The first namespace is the seed until a driver binds to it, which makes a new one. But namespaces are probed in the
 * background while the region is still registering them, and names its seed last: with many, the first is bound by then, and
 * stays the seed. That is a race, which the same machine wins and loses. What mostly happened, of 240 times that a region of
 * one to ten namespaces was enabled: a plain disk is there first from eight on, a BTT from seven; page maps take too long.
 */
const SEED_LATE_FROM = { disk: 8, btt: 7, pfn: Infinity, dax: Infinity } as const;

function seedLateFrom(kernel: Kernel, region: RegionTopology, first: NamespaceDevice): number {
  const personality = findPersonality(kernel, region, first).unwrapOr(undefined);
  return SEED_LATE_FROM[personality?.kind ?? "disk"];
}

function setSeed(kernel: Kernel, region: RegionTopology, kind: keyof Seeds, name: string): void {
  const now = kernel.devices.region(region.number)!;
  kernel.devices.setRegion(region.number, { ...now, seeds: { ...now.seeds, [kind]: name } });
}

export function setRegionReadOnly(kernel: Kernel, region: RegionTopology, readOnly: boolean): Result<void, Errno> {
  const device = kernel.devices.region(region.number);
  if (!device) return err("ENODEV");
  kernel.devices.setRegion(region.number, { ...device, readOnly });
  return ok();
}

/** -ENODEV where the labels contradict each other: one broken set leaves the region without any namespace. */
function namespacesOf(kernel: Kernel, region: RegionTopology): Result<[NamespaceDevice, ...NamespaceDevice[]], Errno> {
  if (nstypeOf(kernel, region) === NSTYPE.io) return ok([wholeRegion(region)]);
  const scan = namespacesFromLabels(labelledRegion(kernel, region));
  if (scan.isErr()) {
    kernel.note(`nd_region ${region.name}: ${explainRegionFault(scan.error)}`);
    return err("ENODEV");
  }
  const [first, ...rest] = scan.value.map((namespace, id) => namespaceFromLabel(region, id, namespace));
  return ok(first ? [first, ...rest] : [emptyNamespace(region, 0)]);
}

function explainRegionFault(fault: RegionFault): string {
  switch (fault.kind) {
    case "no cookie":
      return "invalid interleave-set cookie";
    case "conflicting extents":
      return `error: conflicting extents for uuid: ${fault.uuid}`;
    case "missing label":
      return `missing label for ${fault.uuid} at position ${fault.position}`;
    case "outside mapping":
      return `invalid label for ${fault.uuid}: outside mapping${fault.mapping}`;
    case "no first label":
      return `no label of ${fault.uuid} has position 0`;
  }
}

/** Unbinds the driver; namespaces and personalities go with it, whoever uses them. */
export function disableRegion(kernel: Kernel, region: RegionTopology): Result<void, Errno> {
  const device = kernel.devices.region(region.number);
  if (!device?.enabled) return err("ENODEV");
  for (const kind of ["btt", "pfn", "dax"] as const) {
    for (const personality of kernel.devices.personalities(kind, region.number)) removePersonality(kernel, personality);
  }
  for (const namespace of kernel.devices.namespaces(region.number)) removeNamespace(kernel, namespace);
  const { initNamespaces: _, ...rest } = kernel.devices.region(region.number)!;
  kernel.devices.setRegion(region.number, { ...rest, enabled: false, holds: [], seeds: {} });
  return ok();
}

/** `align` in sysfs: a power of two per DIMM, at least a page, at most the region (`align_store`). */
export function setRegionAlign(kernel: Kernel, region: RegionTopology, align: number): Result<void, Errno> {
  const device = kernel.devices.region(region.number);
  if (!device) return err("ENODEV");
  const ways = Math.max(1, region.mappings.length);
  const perDimm = align / ways;
  if (align > region.size || !Number.isInteger(Math.log2(perDimm)) || perDimm < PAGE_SIZE) return err("EINVAL");
  kernel.devices.setRegion(region.number, { ...device, align });
  return ok();
}
