/**
 * Free and used DPA of a region. Used is what labels in use say; a new allocation takes the first gap that holds it whole.
 * Source: Linux 6.1 `drivers/nvdimm/namespace_devs.c` scan_allocate, space_valid; `dimm_devs.c` nd_pmem_available_dpa,
 * nd_pmem_max_contiguous_dpa; `region_devs.c` nd_region_available_dpa, nd_region_allocatable_dpa.
 */
import { alignDown, alignUp } from "../base/quantity.ts";
import { lengthOf, overlaps, type Range, range } from "../base/range.ts";
import { type Kernel } from "./kernel.ts";
import { labelAt, labelDataOf } from "./label_data.ts";
import { type Allocation } from "./state.ts";
import { type Mapping, type RegionTopology } from "./topology.ts";

/** All allocations on the mapping's DIMM, ascending; undefined where the driver holds no label data. */
export function allocations(kernel: Kernel, mapping: Mapping): Allocation[] | undefined {
  const data = labelDataOf(kernel, mapping.dimm);
  if (!data) return undefined;
  if (data.area.isErr()) return [];
  return data.area.value.labels
    .map(({ uuid, dpa, rawSize }) => ({ uuid, start: Number(dpa), end: Number(dpa + rawSize) }))
    .concat(strays(kernel, mapping))
    .filter((a) => a.end > a.start)
    .sort((a, b) => a.start - b.start);
}

const strays = (kernel: Kernel, { dimm }: Mapping): readonly Allocation[] =>
  kernel.devices.dimm(dimm.number)?.strays ?? [];

/** All that the namespace has on this mapping's DIMM, ascending; its label tells of the first alone. */
export function partsOf(kernel: Kernel, mapping: Mapping, uuid: string): Range[] {
  const labelled = allocationOf(kernel, mapping, uuid);
  return labelled ? [labelled, ...strays(kernel, mapping).filter((stray) => stray.uuid === uuid)] : [];
}

/** Keeps what the namespace has besides the part that its label tells of. */
export function keepStrays(kernel: Kernel, { dimm }: Mapping, uuid: string, parts: readonly Range[]): void {
  const { strays = [], ...device } = kernel.devices.dimm(dimm.number)!;
  const others = strays.filter((stray) => stray.uuid !== uuid);
  if (others.length + parts.length === strays.length && parts.length === 0) return;
  const kept = [...others, ...parts.map(({ start, end }) => ({ uuid, start, end }))].sort((a, b) => a.start - b.start);
  kernel.devices.setDimm(dimm.number, kept.length === 0 ? device : { ...device, strays: kept });
}

/** DPA range of the namespace on this mapping's DIMM. */
export function allocationOf(kernel: Kernel, mapping: Mapping, uuid: string): Range | undefined {
  const label = labelAt(kernel, mapping, uuid);
  return label && { start: Number(label.dpa), end: Number(label.dpa + label.rawSize) };
}

/** Sum of what the namespace has on the DIMMs of the region, in bytes. */
export const allocatedBytes = (kernel: Kernel, region: RegionTopology, uuid: string): number =>
  region.mappings.reduce((sum, mapping) => sum + totalLength(partsOf(kernel, mapping, uuid)), 0);

export const totalLength = (parts: readonly Range[]): number => parts.reduce((sum, part) => sum + lengthOf(part), 0);

/** Where the namespace starts: SPA by mapping 0's allocation alone (`nd_namespace_pmem_set_resource`). */
export function startOf(kernel: Kernel, region: RegionTopology, uuid: string): number | undefined {
  const first = region.mappings[0];
  const allocation = first && allocationOf(kernel, first, uuid);
  return allocation && region.start + (allocation.start - first.start) * region.mappings.length;
}

/** Alignment of allocations on one DIMM. */
export const dpaAlign = (region: RegionTopology, align: number): number => align / Math.max(1, region.mappings.length);

/** `available_size`: zero while some DIMM's labels are not at hand. */
export function availableSize(kernel: Kernel, region: RegionTopology): number {
  const align = alignOf(kernel, region);
  let sum = 0;
  for (const mapping of region.mappings) {
    const used = allocations(kernel, mapping);
    if (!used || align < 1) return 0;
    sum += availableOn(mapping, used, align);
  }
  return sum;
}

/** On one DIMM: allocations count rounded outwards; one that then leaves the mapping makes all of it unavailable. */
function availableOn(mapping: Mapping, used: readonly Allocation[], align: number): number {
  const last = mapping.start + mapping.size - 1;
  let busy = 0;
  for (const a of used) {
    const start = alignDown(a.start, align);
    const end = alignUp(a.end, align) - 1;
    if (start >= mapping.start && start < last) {
      if (end > last) return 0;
      busy += end - start + 1;
    } else if (end >= mapping.start && end <= last) {
      busy += end - start + 1;
    } else if (start < mapping.start && end > mapping.start) {
      busy += mapping.size;
    }
  }
  return busy < mapping.size ? alignDown(mapping.size - busy, align) : 0;
}

/**
 * `max_available_extent`: DIMMs times the largest run that every one of them has. A DIMM that has none, or whose labels are
 * not at hand, does not count (`min_not_zero`).
 */
export function maxAvailableExtent(kernel: Kernel, region: RegionTopology): number {
  const align = alignOf(kernel, region);
  const runs = region.mappings.map((mapping) => {
    const used = allocations(kernel, mapping);
    return used ? Math.max(0, ...reserved(mapping, used, align).map(lengthOf)) : 0;
  }).filter((run) => run > 0);
  return runs.length === 0 ? 0 : Math.min(...runs) * region.mappings.length;
}

/**
 * What the kernel reserves on a DIMM to see how much is free in one piece: as many bytes as are available, from the first
 * gap on. Nothing where the gaps do not hold them, which a start off the alignment brings about (`__reserve_free_pmem`).
 */
function reserved(mapping: Mapping, used: readonly Allocation[], align: number): Range[] {
  const result: Range[] = [];
  let left = availableOn(mapping, used, align);
  const whole = range(mapping.start, mapping.size);
  const free = used.some((a) => overlaps(a, whole)) ? gaps(mapping, used, align) : [whole];
  for (const { start, end } of free) {
    const taken = Math.min(left, end - start);
    push(result, start, start + taken, align);
    left -= taken;
  }
  return left === 0 ? result : [];
}

/**
 * The gap, in DPA, that `bytes` go to on this DIMM: the first that holds them all, next to what is there already. Where there
 * is none, or nothing is allocated yet, they go where the mapping starts, aligned or not, next to anything or not.
 */
export function placeFor(
  mapping: Mapping,
  used: readonly Allocation[],
  align: number,
  bytes: number,
  existing: Range | undefined,
): Range | undefined {
  const whole = range(mapping.start, mapping.size);
  if (!used.some((a) => overlaps(a, whole))) return bytes <= mapping.size ? range(mapping.start, bytes) : undefined;
  for (const gap of gaps(mapping, used, align)) {
    if (lengthOf(gap) < bytes) continue;
    if (!existing || gap.start === existing.end) return { start: gap.start, end: gap.start + bytes };
    if (gap.end === existing.start) return { start: gap.end - bytes, end: gap.end };
  }
  const atStart = range(mapping.start, bytes);
  return used.some((a) => overlaps(a, atStart)) ? undefined : atStart;
}

/** Free runs between allocations, each shrunk to the alignment. */
function gaps(mapping: Mapping, used: readonly Allocation[], align: number): Range[] {
  const result: Range[] = [];
  const end = mapping.start + mapping.size;
  let at = mapping.start;
  for (const a of used) {
    if (a.end <= mapping.start || a.start >= end) continue;
    push(result, at, a.start, align);
    at = Math.max(at, a.end);
  }
  push(result, at, end, align);
  return result;
}

function push(result: Range[], from: number, to: number, align: number): void {
  const [start, end] = [alignUp(from, align), alignDown(to, align)];
  if (start < end) result.push({ start, end });
}

const alignOf = (kernel: Kernel, region: RegionTopology): number =>
  dpaAlign(region, kernel.devices.region(region.number)?.align ?? 1);
