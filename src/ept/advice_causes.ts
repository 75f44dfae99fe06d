/** Why a piece of guest memory needs more leaves than its bytes would. */
import { beyond, costOf, longestOf, permitted } from "./advice_cost.ts";
import { firstEndingAfter, type MappingRun } from "./extents.ts";
import { type Layout, leafCounts, leafLevels } from "./layout.ts";
import { LEAF_LEVELS, leafLevelOf, type Order, orderOf, spanOf } from "./level.ts";

export type Cause =
  /** One distance for all of it, and a page size that does not divide it. Orders are what the distance permits. */
  | {
    readonly kind: "distance";
    readonly gpa: number;
    readonly mpa: number;
    /** (MPA - GPA) modulo 1 GiB and 2 MiB, not negative. */
    readonly beyond1g: number;
    readonly beyond2m: number;
    readonly permits: Order;
  }
  /** Leaves smaller than the largest that the distance permits, at the ends of extents. */
  | { readonly kind: "ragged-ends"; readonly leaf4k: number; readonly leaf2m: number }
  /** Several extents: bytes by the largest page their distance permits, and bytes that lie in leaves of each size. */
  | {
    readonly kind: "fragments";
    readonly extents: number;
    readonly permitted: BytesBySize;
    readonly used: BytesBySize;
  }
  /** Mapped with a limit below what the distance permits. */
  | { readonly kind: "order-limit"; readonly maxOrder: Order; readonly permits: Order }
  /** The distance permits a page that the processor does not have. */
  | { readonly kind: "processor"; readonly lacks: Order };

export interface BytesBySize {
  readonly in4k: number;
  readonly in2m: number;
  readonly in1g: number;
}

const [MIDDLE, LARGE] = [spanOf(2), spanOf(3)];

export function causesOf(made: Layout, runs: readonly MappingRun[]): Cause[] {
  if (runs.length === 0) return [];
  const causes: Cause[] = [];
  const longest = longestOf(runs);
  const sizes = leafLevels(made);
  const distances = new Set(runs.map((run) => beyond(run, LARGE)));
  const permits = permitted(longest);
  if (distances.size === 1 && permits < sizes.at(-1)!) {
    const { gpa, mpa } = longest;
    const [beyond1g, beyond2m] = [beyond(longest, LARGE), beyond(longest, MIDDLE)];
    causes.push({ kind: "distance", gpa, mpa, beyond1g, beyond2m, permits: orderOf(permits) });
  }
  if (distances.size > 1) causes.push(fragmentsOf(made, runs));
  const limited = runs.filter((run) => leafLevelOf(run.maxOrder ?? 18) < permitted(run));
  if (limited.length > 0) {
    const worst = longestOf(limited);
    causes.push({ kind: "order-limit", maxOrder: worst.maxOrder!, permits: orderOf(permitted(worst)) });
  }
  for (const level of LEAF_LEVELS) {
    if (!sizes.includes(level) && runs.some((run) => permitted(run) >= level && run.length >= spanOf(level))) {
      causes.push({ kind: "processor", lacks: orderOf(level) });
    }
  }
  const ragged = raggedEnds(made, runs);
  if (ragged.leaf4k + ragged.leaf2m > 0) causes.push(ragged);
  return causes;
}

function fragmentsOf(made: Layout, runs: readonly MappingRun[]): Cause {
  const permits = [0, 0, 0, 0];
  for (const run of runs) permits[permitted(run)]! += run.length;
  const { leaf4k, leaf2m, leaf1g } = costOf(made, runs)!;
  return {
    kind: "fragments",
    extents: runs.length,
    permitted: { in4k: permits[1]!, in2m: permits[2]!, in1g: permits[3]! },
    used: { in4k: leaf4k * spanOf(1), in2m: leaf2m * MIDDLE, in1g: leaf1g * LARGE },
  };
}

/** Leaves below the size that the extent's distance, limit and processor would give its middle. */
function raggedEnds(made: Layout, runs: readonly MappingRun[]): Cause & { kind: "ragged-ends" } {
  const { extents } = made;
  const sizes = leafLevels(made);
  let [leaf4k, leaf2m] = [0, 0];
  for (const run of runs) {
    const i = firstEndingAfter(extents, run.gpa);
    const top = extents.top[i]!;
    const [, small, middle] = leafCounts(extents, sizes, i, i + 1, run.gpa, run.gpa + run.length);
    if (top >= 2) leaf4k += small;
    if (top === 3) leaf2m += middle;
  }
  return { kind: "ragged-ends", leaf4k, leaf2m };
}
