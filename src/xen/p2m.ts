/**
 * A domain's physical-to-machine map: ranges of guest frames on machine frames. Each range remembers the largest leaf
 * it may use, so the second-level table follows from the ranges alone (`ept/` lays it out): leaves are as large as gfn,
 * mfn and what is left of the range allow, greedily, as Xen cuts them.
 */
import { type Blocks } from "../base/blocks.ts";
import { type Range } from "../base/range.ts";
import { type RangeEntry } from "../base/range_map.ts";
import { P2M_TYPES, type P2mType } from "../ept/mod.ts";
import { type LeafOrder } from "./options.ts";
import { countTables, tablesAdded } from "./p2m_tables.ts";
import { type StaleTranslation } from "./stale_translations.ts";
import { StoredMap } from "./stored_map.ts";

export interface Mapping {
  /** Of the first gfn. */
  readonly mfn: number;
  /** Pmem and RAM alike are ram_rw; a broken page keeps its type, as whoever touches it meets the poison itself. */
  readonly type: P2mType;
  readonly maxOrder: LeafOrder;
}
export type MappedRange = Range & Mapping;

/** Four levels of nine bits: the first frame number the walk cannot reach. */
export const GFN_LIMIT = 2 ** 36;

/**
 * `seam` keeps apart what must not be one range: Xen never makes a larger leaf of smaller ones later, so two ranges
 * mapped one after the other may only join if no leaf of the joined range would reach across the place where they meet.
 */
const SCHEMA = { mfn: "follows", type: "u32", maxOrder: "u32", seam: "u32" } as const;

export class P2m {
  readonly #ranges: StoredMap<typeof SCHEMA>;

  constructor(state: Blocks<unknown>, private readonly domid: number) {
    this.#ranges = new StoredMap(state, `p2m/${domid}`, SCHEMA);
  }

  /** Mappings in order of gfn, cut to `gfns` if given. */
  *ranges(gfns: Range = { start: 0, end: GFN_LIMIT }): Generator<MappedRange> {
    for (const entry of this.#ranges.map.window(gfns.start, gfns.end)) yield fromEntry(entry);
  }

  /** The mappings that reach into `gfns`, whole. */
  *touching(gfns: Range): Generator<MappedRange> {
    for (const entry of this.#ranges.map.entries(gfns.start, gfns.end)) yield fromEntry(entry);
  }

  get count(): number {
    return this.#ranges.map.count;
  }

  mfnAt(gfn: number): number | undefined {
    return this.#ranges.map.value(gfn, "mfn");
  }

  firstMapped(gfns: Range): number | undefined {
    return this.ranges(gfns).next().value?.start;
  }

  /** Table pages, the root aside, that the map grows by when a range (unmapped so far) is mapped. */
  tablesFor(range: MappedRange): number {
    return tablesAdded(this, range);
  }

  /** All table pages, the root included. */
  countTables(): number {
    return 1 + countTables(this.ranges());
  }

  /** Whether unmapping from this gfn on, or up to it, would split a leaf. */
  splitsLeafAt(gfn: number): boolean {
    const range = this.touching({ start: gfn, end: gfn + 1 }).next().value;
    return range !== undefined && leafCrosses(range, gfn);
  }

  map(range: MappedRange): void {
    const { start, end, mfn, type, maxOrder } = range;
    const values = { mfn, type: P2M_TYPES.indexOf(type), maxOrder, seam: this.#seamFor(range) };
    this.#ranges.changing.claim(start, end, values).mapErr(({ by }) => {
      throw new Error(`gfn ${Math.max(by.start, start)} is mapped already`);
    });
  }

  /** Takes mappings away. What processors may still hold of them is returned, for the caller to flush. */
  unmap(gfns: Range): StaleTranslation[] {
    const stale = [...this.ranges(gfns)].map((range) => staleOf(this.domid, range));
    this.#ranges.changing.remove(gfns.start, gfns.end);
    return stale;
  }

  save(): void {
    this.#ranges.save();
  }

  /** Takes all mappings away, and the map with them; what is stale is returned. */
  dispose(): StaleTranslation[] {
    const stale = [...this.ranges()].map((range) => staleOf(this.domid, range));
    this.#ranges.dispose();
    return stale;
  }

  /** The first seam value with which the range joins no neighbour that it must stay apart from. */
  #seamFor(range: MappedRange): number {
    const near = [...this.#ranges.map.entries(range.start - 1, range.end + 1)];
    const left = near.find((r) => r.end === range.start && continues(fromEntry(r), range));
    const right = near.find((r) => r.start === range.end && continues(range, fromEntry(r)));
    return [left?.seam ?? 0, 0, 1, 2].find((seam) => {
      const before = left?.seam === seam ? left : undefined;
      const behind = right?.seam === seam ? right : undefined;
      const start = (before ?? range).start;
      const joined = { ...range, start, end: (behind ?? range).end, mfn: range.mfn - (range.start - start) };
      const crossed = (at: number) => leafCrosses(joined, at);
      return !(before && crossed(range.start)) && !(behind && crossed(range.end));
    })!;
  }
}

const staleOf = (domid: number, { start, end, mfn }: MappedRange): StaleTranslation => ({
  domid,
  gfns: { start, end },
  mfns: { start: mfn, end: mfn + (end - start) },
});

const fromEntry = ({ start, end, mfn, type, maxOrder }: RangeEntry<typeof SCHEMA>): MappedRange => ({
  start,
  end,
  mfn,
  type: P2M_TYPES[type]!,
  maxOrder: maxOrder as LeafOrder,
});

/** Whether a range goes on with the next: same distance of gfn and mfn, same type, same leaves allowed. */
export const continues = (left: MappedRange, right: MappedRange): boolean =>
  right.mfn === left.mfn + (left.end - left.start) && right.type === left.type && right.maxOrder === left.maxOrder;

/** The leaf that maps a gfn of the range: the largest aligned block that fits. */
export function leafAt(range: MappedRange, gfn: number): Range {
  for (const order of [18, 9] as const) {
    const block = blockAt(range, gfn, order);
    if (block) return block;
  }
  return { start: gfn, end: gfn + 1 };
}

/** The aligned block of an order around a gfn, where it may be one leaf of the range. */
export function blockAt({ start, end, mfn, maxOrder }: MappedRange, gfn: number, order: LeafOrder): Range | undefined {
  const size = 2 ** order;
  const block = gfn - (gfn % size);
  const fits = order <= maxOrder && (start - mfn) % size === 0 && block >= start && block + size <= end;
  return fits ? { start: block, end: block + size } : undefined;
}

/** Whether a leaf of the range reaches across a gfn inside it. */
const leafCrosses = (range: MappedRange, gfn: number): boolean => leafAt(range, gfn).start !== gfn;
