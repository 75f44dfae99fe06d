/**
 * The three lists of pmem regions that Xen keeps, in frames, sorted (RFC v4; reference/xen-vnvdimm.md 4.6, 4.7). Raw
 * entries come from NFIT or from dom0 and are never split; management and data regions are parts of them that the
 * operator named.
 */
import { type Blocks } from "../base/blocks.ts";
import { contains, intersection, overlaps, type Range } from "../base/range.ts";
import { CHUNK_FRAMES, type StructureKind, STRUCTURES } from "../abi/structure_cost.ts";

export interface RawRegion extends Range {
  readonly pxm: number;
  /** Who said so: Xen's own reading of NFIT, or dom0. */
  readonly source: "nfit" | "dom0";
}

/** Structures in a management region: chunks [first, first + count) of a kind, one after another from `mfn`. */
export interface StructureRun {
  readonly kind: StructureKind;
  readonly first: number;
  readonly count: number;
  readonly mfn: number;
}

/** The frames whose structures these are. */
export const servedBy = ({ kind, first, count }: StructureRun): Range => {
  const { span } = STRUCTURES[kind];
  return { start: first * span, end: (first + count) * span };
};

export interface MgmtRegion extends Range {
  /** Frames taken from the start; given back from the end only, when what they served is released. */
  readonly used: number;
  readonly structures: readonly StructureRun[];
  /** What the first structures were built for: the region itself, or the whole namespace it was reserved in. */
  readonly manages: Range;
}

export interface DataRegion extends Range {
  /** The slice of the management region that holds what this region needed; empty where all was there. */
  readonly mgmt: Range;
  /** Reported by XENPF_pmem_add, so that its structures were built with the whole range. */
  readonly whole?: Range;
}

export interface RegionOf {
  readonly raw: RawRegion;
  readonly mgmt: MgmtRegion;
  readonly data: DataRegion;
}
export type RegionList = keyof RegionOf;

export class Regions {
  constructor(private readonly state: Blocks<unknown>) {}

  list<K extends RegionList>(kind: K): readonly RegionOf[K][] {
    return (this.state.get(`regions/${kind}`) as readonly RegionOf[K][] | undefined) ?? [];
  }

  /** Keeps the list sorted; the caller has checked that nothing overlaps. */
  insert<K extends RegionList>(kind: K, region: RegionOf[K]): void {
    const list = this.list(kind);
    const at = firstFrom(list, region.start);
    this.#set(kind, [...list.slice(0, at), region, ...list.slice(at)]);
  }

  /** Replaces the region that starts where this one does. */
  replace<K extends RegionList>(kind: K, region: RegionOf[K]): void {
    this.#set(kind, this.list(kind).map((r) => (r.start === region.start ? region : r)));
  }

  /** Takes out every region inside a range. */
  removeWithin(kind: RegionList, range: Range): void {
    this.#set(kind, this.list(kind).filter((r) => !contains(range, r)));
  }

  overlapping<K extends RegionList>(kind: K, range: Range): RegionOf[K] | undefined {
    const list = this.list(kind);
    const at = firstFrom(list, range.start);
    return [list[at - 1], list[at]].find((r) => r !== undefined && overlaps(r, range));
  }

  containing<K extends RegionList>(kind: K, range: Range): RegionOf[K] | undefined {
    const found = this.overlapping(kind, range);
    return found && contains(found, range) ? found : undefined;
  }

  /** The regions of a list that a range touches, in order. */
  touching<K extends RegionList>(kind: K, range: Range): RegionOf[K][] {
    const list = this.list(kind);
    const result: RegionOf[K][] = [];
    for (let i = Math.max(firstFrom(list, range.start) - 1, 0); i < list.length && list[i]!.start < range.end; i++) {
      if (list[i]!.end > range.start) result.push(list[i]!);
    }
    return result;
  }

  /** Whether adjacent regions of a list cover all of a range that is not empty. */
  covers(kind: RegionList, range: Range): boolean {
    let at = range.start;
    for (const region of this.touching(kind, range)) {
      if (region.start > at) return false;
      at = region.end;
    }
    return range.start < range.end && at >= range.end;
  }

  /** The proximity domain of a range that raw regions cover completely and that has only one; otherwise undefined. */
  singlePxm(range: Range): number | undefined {
    if (!this.covers("raw", range)) return undefined;
    const pxms = new Set(this.touching("raw", range).map((r) => r.pxm));
    return pxms.size === 1 ? pxms.values().next().value : undefined;
  }

  /** Ranges that have a frame table: what was set up, heads and tails of reported namespaces included. */
  managed(): Range[] {
    return [...this.list("mgmt").map((r) => r.manages), ...this.list("data").map((r) => r.whole ?? r)];
  }

  /** The last structures of management regions go when nothing is managed any more that they served. */
  dropUnused(): void {
    const managed = this.managed();
    for (const mgmt of this.list("mgmt")) {
      const serves = (run: StructureRun) => managed.some((range) => overlaps(range, servedBy(run)));
      const structures = mgmt.structures.slice(0, mgmt.structures.findLastIndex(serves) + 1);
      const used = structures.reduce((sum, { count }) => sum + count * CHUNK_FRAMES, 0);
      if (used !== mgmt.used) this.replace("mgmt", { ...mgmt, used, structures });
    }
  }

  /** Frames inside a range that belong to a region of the list. */
  framesWithin(kind: RegionList, range: Range): number {
    return this.touching(kind, range).reduce((sum, r) => {
      const part = intersection(r, range);
      return sum + (part ? part.end - part.start : 0);
    }, 0);
  }

  #set(kind: RegionList, list: readonly unknown[]): void {
    this.state.set(`regions/${kind}`, list);
  }
}

/** Index of the first region that starts at or behind a frame. */
function firstFrom(list: readonly Range[], frame: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.start >= frame) high = middle;
    else low = middle + 1;
  }
  return low;
}
