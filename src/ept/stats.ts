/** What a hierarchy costs, in numbers: leaves and bytes by page size and type, table memory, walk length, TLB reach. */
import { type Counts, type Layout, leafLevels } from "./layout.ts";
import { type LeafLevel, spanOf, TABLE_BYTES } from "./level.ts";
import { type P2mType } from "./xen_entry.ts";

export interface StatsOptions {
  /** Levels of the guest's own page tables; default 4. */
  readonly guestLevels?: number;
  /** Entries of the shared second-level TLB for 4 KiB and 2 MiB pages; default 1536. */
  readonly tlbEntries?: number;
  /** Entries for 1 GiB pages; default 16. */
  readonly tlbEntries1g?: number;
}

export interface SizeStats {
  readonly level: LeafLevel;
  /** Bytes in a leaf. */
  readonly size: number;
  readonly leaves: number;
  readonly bytes: number;
  /** Of all mapped bytes, 0 to 1. */
  readonly share: number;
  /** Memory references of a two-dimensional walk that misses everywhere. */
  readonly walkReferences: number;
  /** Bytes that the TLB covers with leaves of this size. */
  readonly tlbReach: number;
}

export interface TypeStats {
  readonly type: P2mType;
  readonly extents: number;
  readonly bytes: number;
}

export interface Stats {
  readonly counts: Counts;
  /** Extents after joining. */
  readonly extents: number;
  /** By page size, largest first; sizes that the processor lacks are left out. */
  readonly sizes: readonly SizeStats[];
  /** In order of first appearance. */
  readonly types: readonly TypeStats[];
  /** Bytes of tables for a byte mapped. */
  readonly tableShare: number;
  /** What the tables take of the domain's p2m pool, KiB (the unit of `shadow_memory` is MiB). */
  readonly poolKib: number;
  /** The same with a second tree for an IOMMU that does not share the first. */
  readonly poolKibWithIommu: number;
  /** Walk references, averaged over the mapped bytes. */
  readonly averageWalkReferences: number;
}

/** References of a walk through `guest` levels of guest tables, each translated through `nested` levels. */
export const walkReferences = (guest: number, nested: number): number => (guest + 1) * (nested + 1) - 1;

export function stats(layout: Layout, options: StatsOptions = {}): Stats {
  const { guestLevels = 4, tlbEntries = 1536, tlbEntries1g = 16 } = options;
  const { counts, extents } = layout;
  const leaves = [0, counts.leaf4k, counts.leaf2m, counts.leaf1g];
  const sizes = leafLevels(layout).toReversed().map((level): SizeStats => {
    const bytes = leaves[level]! * spanOf(level);
    return {
      level,
      size: spanOf(level),
      leaves: leaves[level]!,
      bytes,
      share: counts.mappedBytes === 0 ? 0 : bytes / counts.mappedBytes,
      walkReferences: walkReferences(guestLevels, layout.levels - level + 1),
      tlbReach: (level === 3 ? tlbEntries1g : tlbEntries) * spanOf(level),
    };
  });
  const poolKib = (counts.tables * TABLE_BYTES) / 1024;
  return {
    counts,
    extents: extents.count,
    sizes,
    types: typesOf(layout),
    tableShare: counts.mappedBytes === 0 ? 0 : counts.tableBytes / counts.mappedBytes,
    poolKib,
    poolKibWithIommu: 2 * poolKib,
    averageWalkReferences: sizes.reduce((sum, size) => sum + size.share * size.walkReferences, 0),
  };
}

function typesOf({ extents }: Layout): TypeStats[] {
  const { gpa, end, kind, kinds, count } = extents;
  const bytes = kinds.map(() => 0);
  const pieces = kinds.map(() => 0);
  for (let i = 0; i < count; i++) {
    bytes[kind[i]!]! += end[i]! - gpa[i]!;
    pieces[kind[i]!]!++;
  }
  // Kinds differ in order as well; a type is told once.
  const types = new Map<P2mType, TypeStats>();
  kinds.forEach(({ type }, k) => {
    const known = types.get(type) ?? { type, extents: 0, bytes: 0 };
    types.set(type, { type, extents: known.extents + pieces[k]!, bytes: known.bytes + bytes[k]! });
  });
  return [...types.values()];
}
