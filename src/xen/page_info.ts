/** `struct page_info` of one frame as Xen would hold it (RFC v4, reference/xen-vnvdimm.md 4.8), for views. */
import { type Range } from "../base/range.ts";
import { type Core } from "./core.ts";
import { type PageKind } from "./frame_table.ts";
import { ramFrames } from "./pmem_setup.ts";

/** Bits of count_info, 64-bit build of 2017; the reference count is what is below bit 54. */
const PGC = {
  allocated: 1n << 63n,
  broken: 1n << 57n,
  stateFree: 3n << 55n,
  pmem: 1n << 54n,
} as const;

export type PageUse =
  /** A frame that has no page_info: Xen was never told of it. */
  | "unknown"
  /** pmem that Xen knows and that is neither management nor data: the head of a namespace, padding. */
  | "reserved"
  /** In a management region: holds frame table or M2P, or is kept for them. */
  | "structure"
  | "management"
  | "free"
  | "heap"
  | PageKind;

export interface PageInfo {
  readonly use: PageUse;
  readonly owner: number | undefined;
  /** M2P entry. */
  readonly gfn: number | undefined;
  readonly references: number;
  readonly broken: boolean;
  readonly countInfo: bigint;
}

export function pageInfo(core: Core, mfn: number): PageInfo {
  const page = core.frames.pageAt(mfn);
  const use = page?.kind ?? unownedUse(core, mfn);
  const broken = core.frames.isBroken(mfn);
  const references = page ? 1 : 0;
  const flags = [
    page || use === "structure" ? PGC.allocated : 0n,
    broken ? PGC.broken : 0n,
    use === "free" || use === "reserved" || use === "management" ? PGC.stateFree : 0n,
    isPmem(use) ? PGC.pmem : 0n,
  ];
  const countInfo = use === "unknown" || use === "heap"
    ? 0n
    : flags.reduce((all, bit) => all | bit, BigInt(references));
  return { use, owner: page?.owner, gfn: page?.gfn, references, broken, countInfo };
}

const isPmem = (use: PageUse): boolean => use !== "unknown" && use !== "heap" && use !== "ram";

function unownedUse(core: Core, mfn: number): PageUse {
  const { regions } = core;
  const frame: Range = { start: mfn, end: mfn + 1 };
  const [mgmt] = regions.touching("mgmt", frame);
  if (mgmt) return mfn < mgmt.start + mgmt.used ? "structure" : "management";
  if (regions.covers("data", frame)) return "free";
  if (regions.managed().some((r) => r.start <= mfn && mfn < r.end)) return "reserved";
  return ramFrames(core).some((r) => r.start <= mfn && mfn < r.end) ? "heap" : "unknown";
}
