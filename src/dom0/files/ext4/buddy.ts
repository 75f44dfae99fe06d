/**
 * Buddies: a free run of blocks is seen as chunks of a power of two blocks, each aligned to its size and as large as can be.
 * Numbers count from the start of the group. Source: Linux 6.1 `fs/ext4/mballoc.c` ext4_mb_mark_free_simple,
 * mb_find_order_for_block, mb_find_extent.
 */
import { type Range } from "../../../base/range.ts";

/** Position of the highest bit: the exponent of the largest power of two in `n`; `n` is at least 1. */
export const floorLog2 = (n: number): number => 31 - Math.clz32(n);

export interface Chunk {
  readonly start: number;
  readonly order: number;
}

/** The chunks of a free run, ascending. */
export function* chunksOf(run: Range, maxOrder: number): Generator<Chunk> {
  for (let start = run.start; start < run.end;) {
    const order = orderAt(start, run.end - start, maxOrder);
    yield { start, order };
    start += 1 << order;
  }
}

/** Order of the largest chunk of a free run. */
export function largestOrder(run: Range, maxOrder: number): number {
  for (let order = Math.min(maxOrder, floorLog2(run.end - run.start)); order > 0; order--) {
    const size = 1 << order;
    if (Math.ceil(run.start / size) * size + size <= run.end) return order;
  }
  return 0;
}

/** Order of the chunk that holds a block of a free run. */
export function orderOfBlock(run: Range, block: number, maxOrder: number): number {
  for (let order = maxOrder; order > 0; order--) {
    const start = block & -(1 << order);
    if (start >= run.start && start + (1 << order) <= run.end) return order;
  }
  return 0;
}

/**
 * How many blocks from `block` on mballoc sees as one: whole chunks are added until `needed` is reached, so the answer may
 * be larger, or smaller where the run ends.
 */
export function extentLength(run: Range, block: number, needed: number, maxOrder: number): number {
  const order = orderOfBlock(run, block, maxOrder);
  let end = (block & -(1 << order)) + (1 << order);
  while (end - block < needed && end < run.end) end += 1 << orderAt(end, run.end - end, maxOrder);
  return end - block;
}

/** Order of the chunk that starts where the one before it ended. */
function orderAt(start: number, length: number, maxOrder: number): number {
  const aligned = start === 0 ? maxOrder : Math.min(floorLog2(start & -start), maxOrder);
  return Math.min(aligned, floorLog2(length));
}
