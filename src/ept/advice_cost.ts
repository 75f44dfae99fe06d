/** Runs of a part of a layout, and what they would take by themselves: the arithmetic under causes and remedies. */
import { type Range } from "../base/range.ts";
import { congruentLevel, firstEndingAfter, type MappingRun } from "./extents.ts";
import { type Counts, type Layout, layout } from "./layout.ts";
import { LEAF_LEVELS, type LeafLevel } from "./level.ts";

/** What mapping something takes by itself: tables it shares with its neighbours are counted whole. */
export type Cost = Pick<Counts, "leaf4k" | "leaf2m" | "leaf1g" | "leaves" | "tables" | "tableBytes">;

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

export const bytesOf = (runs: readonly MappingRun[]): number => runs.reduce((sum, run) => sum + run.length, 0);
/** Largest page that divides the distance, had the processor every size and the mapper no limit. */
export const permitted = ({ gpa, mpa }: MappingRun): LeafLevel => congruentLevel(gpa - mpa, 3, LEAF_LEVELS);
/** (MPA - GPA) modulo a power of two, not negative. */
export const beyond = ({ gpa, mpa }: MappingRun, step: number): number => (((mpa - gpa) % step) + step) % step;
export const longestOf = (runs: readonly MappingRun[]): MappingRun =>
  runs.reduce((longest, run) => (run.length > longest.length ? run : longest));
