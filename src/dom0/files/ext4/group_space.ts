/** The free blocks of one group at a time, as mballoc sums them up. Block numbers count from the start of the group. */
import { type Range } from "../../../base/range.ts";
import { type FreeSpace } from "../free_space.ts";
import { type Chunk, chunksOf, extentLength, floorLog2, largestOrder } from "./buddy.ts";
import { type Ext4Geometry, groupEnd, groupStart } from "./geometry.ts";

export interface GroupSummary {
  readonly free: number;
  /** Free runs. */
  readonly fragments: number;
  /** Order of the largest chunk; -1 where nothing is free. */
  readonly largestOrder: number;
}

const FULL: GroupSummary = { free: 0, fragments: 0, largestOrder: -1 };

export class GroupSpace {
  /** A chunk is a quarter of a group at the most. */
  readonly maxOrder: number;
  readonly #summaries = new Map<number, GroupSummary>();

  constructor(private readonly g: Ext4Geometry, private readonly free: FreeSpace) {
    this.maxOrder = floorLog2(g.blockSize) + 1;
  }

  summary(group: number): GroupSummary {
    let summary = this.#summaries.get(group);
    if (!summary) this.#summaries.set(group, summary = this.#summarise(group));
    return summary;
  }

  /** The free blocks of the group have changed. */
  forget(group: number): void {
    this.#summaries.delete(group);
  }

  /** Free runs of a group. */
  *runs(group: number): Generator<Range> {
    const start = groupStart(this.g, group);
    for (const run of this.free.window(start, groupEnd(this.g, group))) {
      yield { start: run.start - start, end: run.end - start };
    }
  }

  /** What can be had from one block on, as `extentLength` counts it; zero where it is in use. */
  lengthAt(group: number, block: number, needed: number): number {
    const start = groupStart(this.g, group);
    const run = this.free.find(start + block);
    if (!run) return 0;
    const inGroup = { start: Math.max(run.start - start, 0), end: Math.min(run.end, groupEnd(this.g, group)) - start };
    return extentLength(inGroup, block, needed, this.maxOrder);
  }

  /** Free blocks in a row from one block on, to the end of the group at the most. */
  runLengthAt(group: number, block: number): number {
    const start = groupStart(this.g, group);
    const run = this.free.find(start + block);
    return run ? Math.min(run.end, groupEnd(this.g, group)) - start - block : 0;
  }

  /** The lowest chunk of the smallest order that is at least `order`. */
  firstChunk(group: number, order: number): Chunk | undefined {
    let best: Chunk | undefined;
    for (const run of this.runs(group)) {
      for (const chunk of chunksOf(run, this.maxOrder)) {
        if (chunk.order === order) return chunk;
        if (chunk.order > order && (!best || chunk.order < best.order)) best = chunk;
      }
    }
    return best;
  }

  /** The next group from `from` on that has anything free; undefined behind the last. */
  nextWithFree(from: number): number | undefined {
    const next = this.free.entries(groupStart(this.g, from), this.g.blocks).next();
    if (next.done) return undefined;
    return Math.max(from, Math.floor((next.value.start - this.g.firstDataBlock) / this.g.blocksPerGroup));
  }

  #summarise(group: number): GroupSummary {
    let [free, fragments, largest] = [0, 0, -1];
    for (const run of this.runs(group)) {
      free += run.end - run.start;
      fragments++;
      if (1 << largest <= run.end - run.start || largest < 0) {
        largest = Math.max(largest, largestOrder(run, this.maxOrder));
      }
    }
    return free === 0 ? FULL : { free, fragments, largestOrder: largest };
  }
}
