/**
 * A domain's end (`common/domain.c` domain_kill; reference/xen-vnvdimm.md 4.11). Preemptible: the domain is dying from the
 * first page on, and gone with the last. Page content is never touched.
 */
import { lengthOf, type Range } from "../base/range.ts";
import { type Core } from "./core.ts";
import { isDying } from "./domain.ts";
import { type OwnedRange } from "./frame_table.ts";

export interface Teardown {
  readonly pages: number;
  readonly finished: boolean;
}

/** Takes back at most `budget` pages. Second-level tables go first, so that nothing is mapped that is not owned. */
export function relinquish(core: Core, domid: number, budget: number): Teardown {
  beginDying(core, domid);
  const taken: Range[] = [];
  const ram: Range[] = [];
  let left = budget;
  let finished = true;
  for (const owned of core.frames.owned()) {
    if (owned.owner !== domid) continue;
    if (left === 0) {
      finished = false;
      break;
    }
    const part = { ...owned, end: Math.min(owned.end, owned.start + left) };
    taken.push(part);
    if (part.kind === "ram") ram.push(part);
    left -= lengthOf(part);
    if (part.end < owned.end) finished = false;
  }
  for (const range of taken) core.frames.release(range);
  core.heap.give(ram);
  if (finished) core.domains.remove(domid);
  else core.domains.update(domid, countsLeft(core, domid));
  return { pages: budget === Infinity ? pagesIn(taken) : budget - left, finished };
}

function beginDying(core: Core, domid: number): void {
  const domain = core.domains.get(domid)!;
  if (isDying(domain)) return;
  for (const { start, end, mfn } of core.p2m(domid).ranges()) {
    core.stale.add({ domid, gfns: { start, end }, mfns: { start: mfn, end: mfn + (end - start) } });
  }
  core.disposeP2m(domain);
  core.stale.flush(domid);
  core.heap.give(domain.pool);
  core.domains.update(domid, { life: "dying", pool: [], tablePages: 0 });
}

function countsLeft(core: Core, domid: number) {
  const counts = { ram: 0, pmem: 0, label: 0 };
  for (const owned of core.frames.owned()) if (owned.owner === domid) counts[owned.kind] += lengthOf(owned);
  return { ramPages: counts.ram, pmemPages: counts.pmem, labelPages: counts.label };
}

const pagesIn = (ranges: readonly (Range | OwnedRange)[]): number => ranges.reduce((sum, r) => sum + lengthOf(r), 0);
