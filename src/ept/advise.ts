/**
 * Why a piece of guest memory needs the leaves it needs, and what would save some. A 2^k page is usable at GPA g only if
 * g = MPA modulo 2^k and the whole page lies in one extent, so the causes are: the distance between GPA and MPA, ragged
 * ends, fragments, a limit on the order, a processor without the size. Everything is data: which remedy a guest's driver
 * accepts, and what it is called on a command line, is for the caller to say.
 */
import { type Range } from "../base/range.ts";
import { congruentLevel, firstEndingAfter, type MappingRun } from "./extents.ts";
import { type Counts, type Layout, layout, leafCounts, leafLevels } from "./layout.ts";
import { LEAF_LEVELS, type LeafLevel, leafLevelOf, type Order, orderOf, spanOf } from "./level.ts";

/** What mapping something takes by itself: tables it shares with its neighbours are counted whole. */
export type Cost = Pick<Counts, "leaf4k" | "leaf2m" | "leaf1g" | "leaves" | "tables" | "tableBytes">;

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

export type Change =
  /** Move all of it up by `by` in the guest: no data moves. `gpa` is where it then starts. */
  | { readonly kind: "move-gpa"; readonly gpa: number; readonly by: number }
  /** Start `skip` bytes later in machine memory (a data area aligned to `step`); that much capacity is lost. */
  | { readonly kind: "move-mpa"; readonly mpa: number; readonly step: number; readonly skip: number }
  /** End on a multiple of `step`: `add` bytes more, or `drop` fewer. The cost is that of adding. */
  | { readonly kind: "whole-pages"; readonly step: number; readonly add: number; readonly drop: number }
  /** Map with pages of up to this order. */
  | { readonly kind: "raise-order"; readonly order: Order }
  /** Allocate the file in aligned pieces of `step` bytes. */
  | { readonly kind: "extent-size"; readonly step: number }
  /** One extent, congruent: a device instead of a file, or a file written anew in one piece. */
  | { readonly kind: "one-extent" };

export interface Remedy {
  readonly change: Change;
  readonly after: Cost;
  readonly savesLeaves: number;
  readonly savesTables: number;
}

export interface Advice {
  readonly gpa: Range;
  readonly mappedBytes: number;
  readonly now: Cost;
  readonly causes: readonly Cause[];
  /** Those that save something, the one that saves most first. */
  readonly remedies: readonly Remedy[];
}

const [MIDDLE, LARGE] = [spanOf(2), spanOf(3)];

/** Advice for what is mapped in `gpa`: one namespace, one file, the RAM. */
export function advise(made: Layout, gpa: Range): Advice {
  const runs = runsIn(made, gpa);
  const now = costOf(made, runs)!;
  const causes = causesOf(made, runs);
  const remedies = changesFor(made, runs, causes).flatMap(({ change, runs }): Remedy[] => {
    const after = costOf(made, runs);
    if (!after) return [];
    const [savesLeaves, savesTables] = [now.leaves - after.leaves, now.tables - after.tables];
    const better = savesLeaves >= 0 && savesTables >= 0 && savesLeaves + savesTables > 0;
    return better ? [{ change, after, savesLeaves, savesTables }] : [];
  });
  remedies.sort((a, b) => b.savesLeaves - a.savesLeaves || b.savesTables - a.savesTables);
  return { gpa, mappedBytes: bytesOf(runs), now, causes, remedies };
}

/** What mapping `runs` takes with the layout's processor; undefined where they cannot be mapped. */
export function costOf(made: Layout, runs: readonly MappingRun[]): Cost | undefined {
  const { capabilities, levels, maxOrder } = made;
  return layout(runs, { capabilities, levels, maxOrder, tableBase: 0 }).match(
    ({ counts: { leaf4k, leaf2m, leaf1g, leaves, tables, tableBytes } }) => ({
      leaf4k,
      leaf2m,
      leaf1g,
      leaves,
      tables,
      tableBytes,
    }),
    () => undefined,
  );
}

/** The layout's extents as runs, cut to a range. */
export function runsIn({ extents }: Layout, window: Range): MappingRun[] {
  const runs: MappingRun[] = [];
  for (let i = firstEndingAfter(extents, window.start); i < extents.count && extents.gpa[i]! < window.end; i++) {
    const gpa = Math.max(extents.gpa[i]!, window.start);
    const length = Math.min(extents.end[i]!, window.end) - gpa;
    const { type, maxOrder } = extents.kinds[extents.kind[i]!]!;
    runs.push({ gpa, mpa: extents.mpa[i]! + (gpa - extents.gpa[i]!), length, type, maxOrder });
  }
  return runs;
}

const bytesOf = (runs: readonly MappingRun[]): number => runs.reduce((sum, run) => sum + run.length, 0);
/** Largest page that divides the distance, had the processor every size and the mapper no limit. */
const permitted = ({ gpa, mpa }: MappingRun): LeafLevel => congruentLevel(gpa - mpa, 3, LEAF_LEVELS);
const beyond = ({ gpa, mpa }: MappingRun, step: number): number => (((mpa - gpa) % step) + step) % step;
const longestOf = (runs: readonly MappingRun[]): MappingRun =>
  runs.reduce((longest, run) => (run.length > longest.length ? run : longest));

function causesOf(made: Layout, runs: readonly MappingRun[]): Cause[] {
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

/** Every change that may help, with the runs there would be. */
function changesFor(
  made: Layout,
  runs: readonly MappingRun[],
  causes: readonly Cause[],
): { change: Change; runs: MappingRun[] }[] {
  if (runs.length === 0) return [];
  const list: { change: Change; runs: MappingRun[] }[] = [];
  const largest = leafLevels(made).at(-1)!;
  const step = spanOf(largest);
  const longest = longestOf(runs);
  const by = beyond(longest, step);
  if (by > 0) {
    const moved = runs.map((run) => ({ ...run, gpa: run.gpa + by }));
    list.push({ change: { kind: "move-gpa", gpa: runs[0]!.gpa + by, by }, runs: moved });
  }
  if (runs.length === 1) {
    list.push(...changesOfOneExtent(runs[0]!, step));
  } else if (causes.some((cause) => cause.kind === "fragments")) {
    // Any machine address congruent to the guest's will do to count with.
    const one = { ...longest, gpa: runs[0]!.gpa, mpa: runs[0]!.gpa % LARGE, length: bytesOf(runs) };
    const atMost2m: Order = one.maxOrder === 0 ? 0 : 9;
    list.push({ change: { kind: "extent-size", step: MIDDLE }, runs: [{ ...one, maxOrder: atMost2m }] });
    list.push({ change: { kind: "one-extent" }, runs: [one] });
  }
  if (causes.some((cause) => cause.kind === "order-limit")) {
    const order = orderOf(largest);
    const raised = runs.map((run) => ({ ...run, maxOrder: order }));
    list.push({ change: { kind: "raise-order", order }, runs: raised });
  }
  return list;
}

function changesOfOneExtent(run: MappingRun, step: number): { change: Change; runs: MappingRun[] }[] {
  const list: { change: Change; runs: MappingRun[] }[] = [];
  const skip = (step - beyond(run, step)) % step;
  if (skip > 0 && skip < run.length) {
    const later = { ...run, mpa: run.mpa + skip, length: run.length - skip };
    list.push({ change: { kind: "move-mpa", mpa: later.mpa, step, skip }, runs: [later] });
  }
  const end = run.gpa + run.length;
  for (const size of [MIDDLE, LARGE]) {
    const drop = end % size;
    if (drop === 0 || size > step) continue;
    const add = size - drop;
    list.push({
      change: { kind: "whole-pages", step: size, add, drop },
      runs: [{ ...run, length: run.length + add }],
    });
  }
  return list;
}
