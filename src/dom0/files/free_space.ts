/** Free blocks of a filesystem: a range map without values. Neighbours join, groups and allocation groups do not show. */
import { RangeMap } from "../../base/range_map.ts";

const SCHEMA = {} as const;
export type FreeSpace = RangeMap<typeof SCHEMA>;

/** All of `[start, end)` is free. */
export function newFreeSpace(start: number, end: number): FreeSpace {
  const free = new RangeMap(SCHEMA);
  if (end > start) free.set(start, end, {});
  return free;
}

/** How many blocks of `[start, end)` are free. */
export function freeIn(free: FreeSpace, start: number, end: number): number {
  let count = 0;
  for (const run of free.window(start, end)) count += run.end - run.start;
  return count;
}
