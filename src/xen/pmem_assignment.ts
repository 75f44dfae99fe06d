/**
 * pmem pages on their way to a domain, or back. One object is one call of populate_pmem_map: `count` pages from an mfn
 * on, mapped from a gfn on, or kept unmapped as label pages. Progress is a number of pages done from the first on.
 */
import { lengthOf, type Range } from "../base/range.ts";
import { type CheckText } from "./check.ts";
import { type Core } from "./core.ts";
import { type Domain } from "./domain.ts";
import { type PageKind } from "./frame_table.ts";
import { leafAt, type MappedRange } from "./p2m.ts";
import { firstP2mFault, type PageFault } from "./p2m_fault.ts";
import { freePoolPages } from "./pool.ts";

export type PmemKind = Exclude<PageKind, "ram">;

export const NOT_FREE = {
  errno: "EBUSY",
  when: "the page is not exactly free: owned, or broken",
} as const satisfies CheckText;

export interface PmemRequest {
  readonly domid: number;
  readonly kind: PmemKind;
  readonly mfn: number;
  readonly gfn: number;
  readonly count: number;
}

export class PmemAssignment {
  constructor(private readonly core: Core, private readonly request: PmemRequest) {}

  get count(): number {
    return this.request.count;
  }

  /** The first page from `from` on that fails, counted from there. */
  firstFault(from: number): PageFault | undefined {
    if (from === this.count) return undefined;
    const frames = this.#frames(from, this.count);
    const taken = this.core.frames.firstTaken(frames);
    const notFree = taken === undefined ? undefined : { after: taken - frames.start, errno: NOT_FREE.errno };
    if (this.request.kind === "label") return notFree;
    const mapping = this.#mapping(from, this.count);
    const unmapped = firstP2mFault(this.#p2m, mapping, freePoolPages(this.#domain));
    // The pages of one leaf are all looked at before it is mapped.
    const leafOf = (fault: PageFault) => leafAt(mapping, mapping.start + fault.after).start;
    return notFree && (!unmapped || leafOf(notFree) <= leafOf(unmapped)) ? notFree : unmapped;
  }

  /** Where an entry that may reach `limit` stops: never inside a leaf, never before its first leaf is done. */
  stopBefore(from: number, limit: number): number {
    if (limit >= this.count) return this.count;
    if (this.request.kind === "label") return limit;
    const mapping = this.#mapping(from, this.count);
    const leaf = leafAt(mapping, this.request.gfn + limit);
    return (leaf.start > mapping.start ? leaf.start : leaf.end) - this.request.gfn;
  }

  apply(from: number, to: number): void {
    if (from === to) return;
    const { domid, kind } = this.request;
    const frames = this.#frames(from, to);
    this.core.stale.assertNone(frames);
    if (kind === "label") {
      this.core.frames.assign(frames, { owner: domid, kind, gfn: undefined });
      this.core.domains.update(domid, { labelPages: this.#domain.labelPages + lengthOf(frames) });
      return;
    }
    const mapping = this.#mapping(from, to);
    const tablePages = this.#domain.tablePages + this.#p2m.tablesFor(mapping);
    this.core.frames.assign(frames, { owner: domid, kind, gfn: mapping.start });
    this.#p2m.map(mapping);
    this.core.domains.update(domid, { tablePages, pmemPages: this.#domain.pmemPages + lengthOf(frames) });
  }

  /** Takes back the pages that earlier entries have done; `hasDone` made sure that they are this call's. */
  undo(done: number): void {
    if (done === 0) return;
    const { domid, kind } = this.request;
    const frames = this.#frames(0, done);
    if (kind === "label") {
      this.core.domains.update(domid, { labelPages: this.#domain.labelPages - done });
    } else {
      const { start, end } = this.#mapping(0, done);
      this.core.stale.add(this.#p2m.unmap({ start, end }));
      this.core.stale.flush(domid);
      const tablePages = this.#p2m.countTables();
      this.core.domains.update(domid, { tablePages, pmemPages: this.#domain.pmemPages - done });
    }
    this.core.frames.release(frames);
  }

  /** Whether the first `done` pages are just what this call would have made of them. */
  hasDone(done: number): boolean {
    const { domid, kind, mfn, gfn } = this.request;
    let pages = 0;
    for (const owned of this.core.frames.owned(this.#frames(0, done))) {
      const at = kind === "label" ? undefined : gfn + (owned.start - mfn);
      if (owned.owner !== domid || owned.kind !== kind || owned.gfn !== at) return false;
      pages += lengthOf(owned);
    }
    if (pages !== done) return false;
    return kind === "label" || !(this.#p2m.splitsLeafAt(gfn) || this.#p2m.splitsLeafAt(gfn + done));
  }

  get #domain(): Domain {
    return this.core.domains.get(this.request.domid)!;
  }

  get #p2m() {
    return this.core.p2m(this.request.domid);
  }

  #frames(from: number, to: number): Range {
    return { start: this.request.mfn + from, end: this.request.mfn + to };
  }

  #mapping(from: number, to: number): MappedRange {
    const { mfn, gfn } = this.request;
    return { start: gfn + from, end: gfn + to, mfn: mfn + from, type: "ram_rw", maxOrder: this.#domain.maxOrder };
  }
}
