/** What could be done about it: each change with the runs there would be. */
import { type Cause } from "./advice_causes.ts";
import { beyond, bytesOf, longestOf } from "./advice_cost.ts";
import { type MappingRun } from "./extents.ts";
import { type Layout, leafLevels } from "./layout.ts";
import { type Order, orderOf, spanOf } from "./level.ts";

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

const [MIDDLE, LARGE] = [spanOf(2), spanOf(3)];

/** Every change that may help, with the runs there would be. */
export function changesFor(
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
