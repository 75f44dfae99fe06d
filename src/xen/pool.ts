/**
 * The pool that a domain's second-level tables are taken from (`arch/x86/mm/hap/hap.c`): so many pages from Xen's heap,
 * some of them tables. An HVM domain is born with 256; `shadow_memory` in xl.cfg sets the rest.
 */
import { lengthOf, type Range } from "../base/range.ts";
import { MiB, PAGE_SIZE } from "../base/units.ts";
import { type Core } from "./core.ts";
import { type Domain } from "./domain.ts";

/** What hap_enable gives a new domain. */
export const INITIAL_POOL_PAGES = 256;

const pagesIn = (ranges: readonly Range[]): number => ranges.reduce((sum, r) => sum + lengthOf(r), 0);

export const poolPages = (domain: Domain): number => pagesIn(domain.pool);
export const freePoolPages = (domain: Domain): number => poolPages(domain) - domain.tablePages;
/** MiB, rounded up, as get_allocation says it. */
export const allocationMiB = (domain: Domain): number => Math.ceil(poolPages(domain) * PAGE_SIZE / MiB);

/**
 * Takes pages from the heap or gives free ones back until the pool has `pages`; tables in use stay, so it never shrinks
 * below them. ENOMEM where the heap has too few: what there was is taken, as Xen leaves it.
 */
export function setPool(core: Core, domid: number, pages: number): "ENOMEM" | undefined {
  const domain = core.domains.get(domid)!;
  const missing = Math.max(pages, domain.tablePages) - poolPages(domain);
  if (missing > 0) {
    const taken = core.heap.allocate(missing, 0);
    core.domains.update(domid, { pool: [...domain.pool, ...taken] });
    return pagesIn(taken) < missing ? "ENOMEM" : undefined;
  }
  const kept: Range[] = [];
  const given: Range[] = [];
  let left = -missing;
  for (const range of [...domain.pool].reverse()) {
    const part = Math.min(left, lengthOf(range));
    if (part > 0) given.push({ start: range.end - part, end: range.end });
    if (part < lengthOf(range)) kept.unshift({ start: range.start, end: range.end - part });
    left -= part;
  }
  core.heap.give(given);
  core.domains.update(domid, { pool: kept });
  return undefined;
}
