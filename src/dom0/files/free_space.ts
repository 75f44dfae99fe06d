/** Free blocks of a filesystem: a range map without values. Neighbours join, groups and allocation groups do not show. */
import { RangeMap } from "../../base/range_map.ts";

export const FREE_SCHEMA = {} as const;
export type FreeSpace = RangeMap<typeof FREE_SCHEMA>;

/** All of `[start, end)` is free. */
export function newFreeSpace(start: number, end: number): FreeSpace {
  const free = new RangeMap(FREE_SCHEMA);
  if (end > start) free.set(start, end, {});
  return free;
}

/** How many blocks of `[start, end)` are free. */
export function freeIn(free: FreeSpace, start: number, end: number): number {
  let count = 0;
  for (const run of free.window(start, end)) count += run.end - run.start;
  return count;
}

/** Where the first so many free blocks in a row start, from `at` on. */
export function firstRun(free: FreeSpace, at: number, end: number, length: number): number | undefined {
  for (const run of free.window(at, end)) if (run.end - run.start >= length) return run.start;
  return undefined;
}

/** A length cut into so many pieces, as even as they can be. */
export function* evenPieces(length: number, pieces: number): Generator<number> {
  for (let i = 0; i < pieces; i++) yield Math.floor((length * (i + 1)) / pieces) - Math.floor((length * i) / pieces);
}
