/**
 * Errors in the medium that the kernel knows of: address ranges on the bus, seen by each region as bad 512-byte sectors.
 * Source: Linux 6.1 `drivers/nvdimm/badrange.c` add_badrange, badrange_forget, set_badblock, __add_badblock_range;
 * `block/badblocks.c` badblocks_set.
 */
import { intersection, joined, type Range, without } from "../base/range.ts";
import { type Kernel } from "./kernel.ts";
import { type BusDevice } from "./state.ts";
import { type RegionTopology } from "./topology.ts";

export const SECTOR = 512;
/** The block layer's list holds no longer run than this (BB_MAX_LEN). */
const LONGEST_RUN = 512;

/** Sectors count from the start of the region. */
export interface BadSectors {
  readonly sector: number;
  readonly sectors: number;
}

/** The bus as it is now: what a scrub found that has ended since is known. Undefined without a bus. */
export function busNow(kernel: Kernel): BusDevice | undefined {
  const bus = kernel.devices.bus;
  if (!bus?.scrub || kernel.parts.clock.now() < bus.scrub.until) return bus;
  const { scrub, ...rest } = bus;
  const badRanges = scrub.found.reduce(withBadRange, bus.badRanges);
  return { ...rest, badRanges, scrubCount: bus.scrubCount + 1 };
}

/** A new error, known at once. */
export function addBadRange(kernel: Kernel, bad: Range): void {
  const bus = busNow(kernel);
  if (bus) kernel.devices.setBus({ ...bus, badRanges: withBadRange(bus.badRanges, bad) });
}

/** A new error: the same start replaces the length, anything else is added; overlaps are sorted out when they are read. */
const withBadRange = (known: readonly Range[], bad: Range): readonly Range[] => [
  ...known.filter((range) => range.start !== bad.start),
  bad,
];

/** Removes, trims and splits what lies in a range that has been cleared. */
export function forgetBadRange(kernel: Kernel, cleared: Range): void {
  const bus = busNow(kernel);
  if (!bus) return;
  kernel.devices.setBus({ ...bus, badRanges: bus.badRanges.flatMap((range) => without(range, [cleared])) });
}

/** What `regionX/badblocks` lists; nothing while the region's driver is not bound. */
export function regionBadblocks(kernel: Kernel, region: RegionTopology): BadSectors[] {
  if (!kernel.devices.region(region.number)?.enabled) return [];
  return badSectors(kernel, { start: region.start, end: region.start + region.size });
}

/** Bad sectors of a range, counted from its start; sectors that are bad in part count whole. */
export function badSectors(kernel: Kernel, range: Range): BadSectors[] {
  const sectors = (busNow(kernel)?.badRanges ?? []).flatMap((bad) => {
    const common = intersection(bad, range);
    if (!common) return [];
    const start = Math.floor((common.start - range.start) / SECTOR);
    return [{ start, end: Math.ceil((common.end - range.start) / SECTOR) }];
  });
  const runs: BadSectors[] = [];
  for (const { start, end } of joined(sectors)) {
    for (let at = start; at < end; at += LONGEST_RUN) {
      runs.push({ sector: at, sectors: Math.min(LONGEST_RUN, end - at) });
    }
  }
  return runs;
}
