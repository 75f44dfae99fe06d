/**
 * A domain's end (`common/domain.c` domain_kill; reference/xen-vnvdimm.md 4.11). Preemptible: the domain is dying from
 * the first page on, and gone with the last. Page content is never touched.
 */
import { lengthOf } from "../base/range.ts";
import { type Core } from "./core.ts";
import { isDying } from "./domain.ts";
import { type OwnedRange } from "./frame_table.ts";

export interface Teardown {
  readonly pages: number;
  readonly finished: boolean;
}

/** Takes back at most `budget` pages. */
export function relinquish(core: Core, domid: number, budget: number): Teardown {
  beginDying(core, domid);
  const taken = firstOwned(core, domid, budget);
  for (const range of taken) core.frames.release(range);
  core.heap.give(taken.filter(({ kind }) => kind === "ram"));
  const pagesOf = (kind: OwnedRange["kind"]) =>
    taken.reduce((sum, range) => (range.kind === kind ? sum + lengthOf(range) : sum), 0);
  const [ram, pmem, label] = [pagesOf("ram"), pagesOf("pmem"), pagesOf("label")];
  const domain = core.domains.get(domid)!;
  const left = {
    ramPages: domain.ramPages - ram,
    pmemPages: domain.pmemPages - pmem,
    labelPages: domain.labelPages - label,
  };
  const finished = left.ramPages + left.pmemPages + left.labelPages === 0;
  if (finished) {
    // A pool that was filled again meanwhile goes as well (hap_final_teardown).
    core.heap.give(domain.pool);
    core.domains.remove(domid);
  } else core.domains.update(domid, left);
  return { pages: ram + pmem + label, finished };
}

/** Second-level tables and their pool go first, so that nothing is mapped that is not owned. */
function beginDying(core: Core, domid: number): void {
  const domain = core.domains.get(domid)!;
  if (isDying(domain)) return;
  core.stale.add(core.disposeP2m(domain));
  core.stale.flush(domid);
  core.heap.give(domain.pool);
  core.domains.update(domid, { life: "dying", pool: [], tablePages: 0 });
}

/** A domain's first pages in order of frames, at most `most` of them. */
function firstOwned(core: Core, domid: number, most: number): OwnedRange[] {
  const found: OwnedRange[] = [];
  let left = most;
  for (const owned of core.frames.owned()) {
    if (owned.owner !== domid) continue;
    if (left === 0) break;
    const end = Math.min(owned.end, owned.start + left);
    found.push({ ...owned, end });
    left -= end - owned.start;
  }
  return found;
}
