/** What a guest's EPT would look like for a range of machine memory, at the address QEMU would choose and at the best one. */
import { GiB, KiB, MiB } from "../../base/units.ts";
import { type Range } from "../../base/range.ts";
import { type Counts, layout } from "../../ept/mod.ts";
import { type EptForecast, type LeafCount } from "../language/console_host.ts";

/** Largest first; sizes without a leaf are left out. */
export function leafCountsOf(counts: Pick<Counts, "leaf4k" | "leaf2m" | "leaf1g">): LeafCount[] {
  const all: LeafCount[] = [
    { sizeBytes: GiB, count: counts.leaf1g },
    { sizeBytes: 2 * MiB, count: counts.leaf2m },
    { sizeBytes: 4 * KiB, count: counts.leaf4k },
  ];
  return all.filter(({ count }) => count > 0);
}

/** `data`: SPA range a guest would get. `remedy` says what makes the best case true. */
export function forecast(data: Range, gpa: number, remedy: string): EptForecast {
  const length = data.end - data.start;
  const here = leavesAt(gpa, data.start, length);
  const best = leavesAt(gpa, gpa, length);
  const better = best.length > 0 && total(best) < total(here);
  return { gpa, leaves: here, best: better ? { leaves: best, remedy } : undefined };
}

const leavesAt = (gpa: number, mpa: number, length: number): LeafCount[] =>
  layout([{ gpa, mpa, length }]).map(({ counts }) => leafCountsOf(counts)).unwrapOr([]);

const total = (leaves: readonly LeafCount[]): number => leaves.reduce((sum, { count }) => sum + count, 0);
