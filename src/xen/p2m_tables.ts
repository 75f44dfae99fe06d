/**
 * How many table pages a p2m needs. A table of level 1 holds the 4 KiB leaves of 2 MiB, one of level 2 whatever is
 * smaller than 1 GiB in 1 GiB, one of level 3 anything in 512 GiB; the root is always there. Counted from the ends of
 * ranges, never leaf by leaf.
 */
import { alignDown, alignUp } from "../base/quantity.ts";
import { type Range } from "../base/range.ts";
import { type MappedRange } from "./p2m.ts";

/** Levels of table below the root: frames one table spans, and the order of the smallest leaf it does not hold. */
const LEVELS = [
  { span: 2 ** 9, leaf: 9 },
  { span: 2 ** 18, leaf: 18 },
  { span: 2 ** 27, leaf: Infinity },
] as const;

interface Mappings {
  touching(gfns: Range): Iterable<MappedRange>;
}

/**
 * Tables that come with a range, given the mappings that are there. Of the tables that one stretch of small leaves
 * needs, only the first and the last can be there already: the others' spans are the range's alone.
 */
export function tablesAdded(present: Mappings, range: MappedRange): number {
  let added = 0;
  for (const { span, leaf } of LEVELS) {
    for (const part of smallLeaves(range, leaf)) {
      const first = alignDown(part.start, span);
      const end = alignUp(part.end, span);
      added += (end - first) / span;
      if (needsTable(present, { start: first, end: first + span }, leaf)) added--;
      if (end - span !== first && needsTable(present, { start: end - span, end }, leaf)) added--;
    }
  }
  return added;
}

/** All tables of a map, the root aside, from its mappings in order of gfn. */
export function countTables(mappings: Iterable<MappedRange>): number {
  // The first table of each level that is not counted yet.
  const next = LEVELS.map(() => 0);
  let count = 0;
  for (const range of mappings) {
    LEVELS.forEach(({ span, leaf }, level) => {
      for (const part of smallLeaves(range, leaf)) {
        const first = Math.max(Math.floor(part.start / span), next[level]!);
        const end = Math.ceil(part.end / span);
        if (end <= first) continue;
        count += end - first;
        next[level] = end;
      }
    });
  }
  return count;
}

/** Where a range has leaves smaller than an order: all of it, or what is left at its two ends. */
export function smallLeaves(range: MappedRange, order: number): Range[] {
  const size = 2 ** order;
  if (order > range.maxOrder || (range.start - range.mfn) % size !== 0) return [range];
  const first = alignUp(range.start, size);
  const end = alignDown(range.end, size);
  if (first >= end) return [range];
  return [{ start: range.start, end: first }, { start: end, end: range.end }].filter((r) => r.start < r.end);
}

/** Whether anything present in one table's span needs that table. */
function needsTable(present: Mappings, span: Range, order: number): boolean {
  for (const range of present.touching(span)) {
    if (smallLeaves(range, order).some((part) => part.start < span.end && part.end > span.start)) return true;
  }
  return false;
}
