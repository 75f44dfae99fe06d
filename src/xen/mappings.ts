/**
 * A domain's p2m as mapping runs for `ept/`. A layout joins runs that continue each other; where Xen would not have
 * made a leaf across the place where two of them meet, the leaves before it are said to be smaller, so that none is
 * made there.
 */
import { type MappingRun } from "../ept/mod.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { blockAt, continues, type MappedRange, type P2m } from "./p2m.ts";

export function* mappingRuns(p2m: P2m): Generator<MappingRun> {
  let waiting: MappedRange | undefined;
  for (const range of p2m.ranges()) {
    if (waiting) yield* cutBefore(waiting, range);
    waiting = range;
  }
  if (waiting) yield toRun(waiting);
}

/** `left`, with smaller leaves where a larger one would reach over into `right`. */
function* cutBefore(left: MappedRange, right: MappedRange): Generator<MappingRun> {
  if (left.end !== right.start || !continues(left, right)) return yield toRun(left);
  const whole = { ...left, end: right.end };
  let rest = left;
  for (const [order, below] of [[18, 9], [9, 0]] as const) {
    const block = blockAt(whole, left.end, order)?.start;
    if (block === undefined || block === left.end) continue;
    if (block > rest.start) yield toRun({ ...rest, end: block });
    rest = { ...rest, start: block, mfn: rest.mfn + (block - rest.start), maxOrder: below };
  }
  yield toRun(rest);
}

const toRun = ({ start, end, mfn, type, maxOrder }: MappedRange): MappingRun => ({
  gpa: start * PAGE_SIZE,
  mpa: mfn * PAGE_SIZE,
  length: (end - start) * PAGE_SIZE,
  type,
  maxOrder,
});
