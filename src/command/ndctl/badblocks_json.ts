/**
 * Bad blocks of regions and namespaces as `ndctl list` counts them: 512-byte blocks from the start of the region, or of the
 * usable part. A raw namespace shows those of its whole region.
 * Source: ndctl `ndctl/json.c` util_region_badblocks_to_json, dev_badblocks_to_json, badblocks_to_jdimms.
 */
import { type Json } from "../../base/json.ts";
import { type Range } from "../../base/range.ts";
import { type Dom0, type NamespaceView, type PersonalityView, type RegionView } from "../../dom0/mod.ts";
import { type JsonFlags } from "./json_flags.ts";

const SECTOR = 512;

export interface Badblocks {
  /** Bad sectors altogether. */
  readonly count: number;
  readonly list: () => Json[];
}

export const NO_BADBLOCKS: Badblocks = { count: 0, list: () => [] };

/** `badblock_count`, and with `-M` the list. */
export function countJson(badblocks: Badblocks, flags: JsonFlags): { [key: string]: Json } {
  if (badblocks.count === 0) return {};
  const count = { badblock_count: badblocks.count };
  return flags.mediaErrors ? { ...count, badblocks: badblocks.list() } : count;
}

export function regionBadblocks(dom0: Dom0, region: RegionView): Badblocks {
  const bad = dom0.badblocks(region.number);
  return {
    count: bad.reduce((sum, { sectors }) => sum + sectors, 0),
    list: () => bad.map(({ sector, sectors }) => entry(dom0, region, region.start + sector * SECTOR, sector, sectors)),
  };
}

export function namespaceBadblocks(
  dom0: Dom0,
  namespace: NamespaceView,
  holder: PersonalityView | undefined,
  flags: JsonFlags,
): Badblocks {
  const region = dom0.region(namespace.region);
  if (!holder) return regionBadblocks(dom0, region);
  if (!holder.extent) return NO_BADBLOCKS;
  // A BTT's data and metadata are not told apart, so it has a count only.
  if (holder.device.kind === "btt") return { ...within(dom0, region, namespace.extent), list: () => [] };
  const found = within(dom0, region, holder.extent);
  return flags.mediaErrors ? found : { ...found, list: () => [] };
}

/** Those of the region that touch a range, counted from the range's start. */
function within(dom0: Dom0, region: RegionView, part: Range): Badblocks {
  const pieces = dom0.badblocks(region.number).flatMap(({ sector, sectors }) => {
    const start = region.start + sector * SECTOR;
    const end = start + sectors * SECTOR;
    if (end - 1 <= part.start || start >= part.end - 1) return [];
    const from = Math.max(start, part.start);
    return [{ address: from, sectors: Math.floor((Math.min(end, part.end) - from) / SECTOR) }];
  });
  return {
    count: pieces.reduce((sum, { sectors }) => sum + sectors, 0),
    list: () =>
      pieces.map(({ address, sectors }) =>
        entry(dom0, region, address, Math.floor((address - part.start) / SECTOR), sectors)
      ),
  };
}

function entry(dom0: Dom0, region: RegionView, address: number, offset: number, length: number): Json {
  const dimms = dimmsAt(dom0, region, address, length);
  return dimms.length === 0 ? { offset, length } : { offset, length, dimms };
}

/** The DIMMs behind a range, in order of number; none where firmware cannot tell. */
function dimmsAt(dom0: Dom0, region: RegionView, address: number, sectors: number): string[] {
  const ways = Math.max(1, region.mappings.length);
  const found = new Set<number>();
  for (let i = 0; i < sectors && found.size < ways; i++) {
    const dimm = dom0.dimmAt(region.number, address + i * SECTOR);
    if (dimm !== undefined) found.add(dimm);
  }
  return [...found].sort((a, b) => a - b).map((number) => `nmem${number}`);
}
