/**
 * Why a piece of guest memory needs the leaves it needs, and what would save some. A 2^k page is usable at GPA g only if
 * g = MPA modulo 2^k and the whole page lies in one extent, so the causes are: the distance between GPA and MPA, ragged
 * ends, fragments, a limit on the order, a processor without the size. Everything is data: which remedy a guest's driver
 * accepts, and what it is called on a command line, is for the caller to say.
 */
import { type Range } from "../base/range.ts";
import { type Cause, causesOf } from "./advice_causes.ts";
import { type Change, changesFor } from "./advice_changes.ts";
import { bytesOf, type Cost, costOf, runsIn } from "./advice_cost.ts";
import { type Layout } from "./layout.ts";
import { spanDown, spanUp } from "./level.ts";

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

/** Advice for what is mapped in `window` (widened to whole pages): one namespace, one file, the RAM. */
export function advise(made: Layout, window: Range): Advice {
  const gpa = { start: spanDown(window.start, 1), end: spanUp(window.end, 1) };
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
