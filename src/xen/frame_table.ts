/**
 * The frame table: who owns each frame, as ranges. A frame in none is free (in a data region), Xen's own (in a
 * management region), on the heap (in RAM) or unknown to Xen (elsewhere); which of them follows from the region lists.
 * A page has one owner and one reference, its domain's; its M2P entry is the gfn it is mapped at
 * (reference/xen-vnvdimm.md 4.8).
 */
import { type Blocks } from "../base/blocks.ts";
import { contains, joined, type Range, without } from "../base/range.ts";
import { type RangeEntry } from "../base/range_map.ts";
import { StoredMap } from "./stored_map.ts";

/** `pmem`: data page. `label`: owned, never mapped (label series). */
export const PAGE_KINDS = ["ram", "pmem", "label"] as const;
export type PageKind = (typeof PAGE_KINDS)[number];

export interface PageOwner {
  readonly owner: number;
  readonly kind: PageKind;
  /** M2P: the gfn of the first frame; undefined where the page is not mapped. */
  readonly gfn: number | undefined;
}
export type OwnedRange = Range & PageOwner;

const SCHEMA = { owner: "u32", kind: "u32", gfn: "follows" } as const;
/** Stands for an invalid M2P entry: it stays itself along a range, so unmapped neighbours join. */
const NO_GFN = -Infinity;
const BROKEN = "broken";

export class FrameTable {
  readonly #pages: StoredMap<typeof SCHEMA>;

  constructor(private readonly state: Blocks<unknown>) {
    this.#pages = new StoredMap(state, "frames", SCHEMA);
  }

  pageAt(mfn: number): PageOwner | undefined {
    return this.owned({ start: mfn, end: mfn + 1 }).next().value;
  }

  /** Owned pages inside a range of frames, in order. */
  *owned(range: Range = { start: 0, end: Infinity }): Generator<OwnedRange> {
    for (const entry of this.#pages.map.window(range.start, range.end)) yield fromEntry(entry);
  }

  /** The first frame of a range that is not exactly free: owned, or marked broken. */
  firstTaken(range: Range): number | undefined {
    const owned = this.owned(range).next().value?.start;
    const broken = this.broken.find((r) => r.end > range.start && r.start < range.end);
    const marked = broken && Math.max(broken.start, range.start);
    return owned === undefined ? marked : marked === undefined ? owned : Math.min(owned, marked);
  }

  /** Free pages become a domain's. Exclusive: a second owner is a broken invariant. */
  assign(range: Range, { owner, kind, gfn }: PageOwner): void {
    const values = { owner, kind: PAGE_KINDS.indexOf(kind), gfn: gfn ?? NO_GFN };
    this.#pages.changing.claim(range.start, range.end, values).mapErr(({ by }) => {
      throw new Error(`frame ${Math.max(by.start, range.start)} of domain ${by.owner} would get a second owner`);
    });
  }

  /** The last reference goes: the pages are free again, owner and M2P entry gone, content as it was. */
  release(range: Range): void {
    this.#pages.changing.remove(range.start, range.end);
  }

  /** Frames with an uncorrectable error, sorted and joined. */
  get broken(): readonly Range[] {
    return (this.state.get(BROKEN) as readonly Range[] | undefined) ?? [];
  }

  isBroken(mfn: number): boolean {
    return this.broken.some((r) => contains(r, { start: mfn, end: mfn + 1 }));
  }

  markBroken(range: Range): void {
    this.state.set(BROKEN, joined([...this.broken, range]));
  }

  clearBroken(range: Range): void {
    this.state.set(BROKEN, this.broken.flatMap((r) => without(r, [range])));
  }

  save(): void {
    this.#pages.save();
  }
}

const fromEntry = ({ start, end, owner, kind, gfn }: RangeEntry<typeof SCHEMA>): OwnedRange => ({
  start,
  end,
  owner,
  kind: PAGE_KINDS[kind]!,
  gfn: gfn === NO_GFN ? undefined : gfn,
});
