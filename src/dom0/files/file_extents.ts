/** Where the blocks of one file lie: logical block -> block of the filesystem, and whether they were ever written. */
import { type Range } from "../../base/range.ts";
import { type RangeEntry, RangeMap } from "../../base/range_map.ts";

export const EXTENT_SCHEMA = { block: "follows", unwritten: "u32" } as const;
export type ExtentMap = RangeMap<typeof EXTENT_SCHEMA>;
/** Logical blocks `[start, end)`; `block` is the filesystem's block at `start`, `unwritten` 0 or 1. */
export type Extent = RangeEntry<typeof EXTENT_SCHEMA>;

/** How many records a filesystem keeps for a run of contiguous blocks. */
export type RecordsOf = (blocks: number, unwritten: boolean) => number;

export class FileExtents {
  #records: number | undefined;

  constructor(readonly map: ExtentMap, private readonly recordsOf: RecordsOf) {}

  /** Records that the extents take on the medium. */
  get records(): number {
    if (this.#records === undefined) {
      this.#records = 0;
      for (const extent of this.map.entries()) this.#records += this.#recordsIn(extent);
    }
    return this.#records;
  }

  at(logical: number): Extent | undefined {
    return this.map.find(logical);
  }

  /** The last extent that starts at or before `logical`, else the first of all. */
  nearest(logical: number): Extent | undefined {
    const here = this.map.find(logical);
    if (here) return here;
    return this.before(logical) ?? this.after(logical);
  }

  /** The extent that ends at or before `logical`, and nearest to it. */
  before(logical: number): Extent | undefined {
    return this.map.before(logical);
  }

  /** The first extent that starts at or after `logical`. */
  after(logical: number): Extent | undefined {
    for (const extent of this.map.entries(logical)) if (extent.start >= logical) return extent;
    return undefined;
  }

  /** The first hole in `[start, end)`. */
  gap(start: number, end: number): Range | undefined {
    const next = this.map.gaps(start, end).next();
    return next.done ? undefined : next.value;
  }

  /** What lies in `[start, end)`, cut to it. */
  window(start: number, end: number): Iterable<Extent> {
    return this.map.window(start, end);
  }

  set(logical: number, blocks: Range, unwritten: boolean): void {
    const end = logical + blocks.end - blocks.start;
    this.#around(logical, end, () => this.map.set(logical, end, { block: blocks.start, unwritten: unwritten ? 1 : 0 }));
  }

  /** Turns what is unwritten in `[start, end)` into written extents, where it is. */
  markWritten(start: number, end: number): void {
    this.#around(start, end, () => this.map.change(start, end, ({ block }) => ({ block, unwritten: 0 })));
  }

  /** Takes the blocks of `[start, end)` out of the file; they are returned as logical extents, ascending. */
  remove(start: number, end: number): Extent[] {
    const taken = [...this.map.window(start, end)];
    if (taken.length > 0) this.#around(start, end, () => this.map.remove(start, end));
    return taken;
  }

  #recordsIn(extent: Extent): number {
    return this.recordsOf(extent.end - extent.start, extent.unwritten === 1);
  }

  /** Counts records anew around a change: only runs that touch it can differ. */
  #around(start: number, end: number, change: () => void): void {
    if (this.#records === undefined) return change();
    const count = (): number => {
      let records = 0;
      for (const extent of this.map.entries(start - 1, end + 1)) records += this.#recordsIn(extent);
      return records;
    };
    this.#records -= count();
    change();
    this.#records += count();
  }
}
