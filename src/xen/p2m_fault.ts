/**
 * What would stop a range from being mapped, and after how many pages, if Xen mapped it leaf by leaf from the bottom.
 * Found by searching, not by walking: the cost does not grow with the pages.
 */
import { type Errno } from "../abi/errno.ts";
import { type CheckText } from "./check.ts";
import { GFN_LIMIT, leafAt, type MappedRange, type P2m } from "./p2m.ts";

export interface PageFault {
  /** Pages mapped before the one that fails. */
  readonly after: number;
  readonly errno: Errno;
}

/** The ways mapping a page fails, in the order they are tested for one page. */
export const P2M_CHECKS = [
  { errno: "EINVAL", when: "the gfn is 2^36 or more: a walk of four levels cannot reach it" },
  { errno: "EBUSY", when: "the gfn is mapped already" },
  { errno: "ENOMEM", when: "the domain's table pool has no page for a table that is needed" },
] as const satisfies readonly CheckText[];

/** `free`: pages of the pool that are no tables. */
export function firstP2mFault(p2m: P2m, range: MappedRange, free: number): PageFault | undefined {
  const [unreachable, occupied, poolEmpty] = P2M_CHECKS;
  const faults: PageFault[] = [];
  if (range.end > GFN_LIMIT) {
    faults.push({ after: Math.max(GFN_LIMIT - range.start, 0), errno: unreachable.errno });
  }
  const mapped = p2m.firstMapped(range);
  if (mapped !== undefined) faults.push({ after: mapped - range.start, errno: occupied.errno });
  // The leaf that meets another fault is never mapped and needs no tables.
  const reach = faults.length === 0
    ? range.end - range.start
    : leafAt(range, range.start + Math.min(...faults.map((fault) => fault.after))).start - range.start;
  const fit = mappablePages(p2m, range, reach, free);
  if (fit < reach) faults.push({ after: fit, errno: poolEmpty.errno });
  return faults.reduce<PageFault | undefined>((first, f) => (!first || f.after < first.after ? f : first), undefined);
}

/** Pages of the first `reach` that can be mapped with `free` table pages: a whole number of leaves. */
function mappablePages(p2m: P2m, range: MappedRange, reach: number, free: number): number {
  const leaves = (pages: number) => leafAt(range, range.start + pages).start - range.start;
  const fits = (pages: number) => pages === 0 || p2m.tablesFor({ ...range, end: range.start + pages }) <= free;
  if (fits(reach)) return reach;
  let low = 0;
  let high = reach;
  // Leaf by leaf the number of tables never shrinks; between two leaf ends there is nothing to try.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(leaves(middle))) low = middle;
    else high = middle;
  }
  return leaves(low);
}
