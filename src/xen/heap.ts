/**
 * Xen's heap of RAM frames. First fit from low addresses, so that a domain's memory is contiguous where it can be; real
 * Xen starts at the top and promises no order either.
 */
import { type Blocks } from "../base/blocks.ts";
import { alignUp } from "../base/quantity.ts";
import { joined, lengthOf, type Range, without } from "../base/range.ts";

const FREE = "heap/free";

export class Heap {
  constructor(private readonly state: Blocks<unknown>) {}

  /** Free ranges of frames, sorted. */
  get free(): readonly Range[] {
    return (this.state.get(FREE) as readonly Range[] | undefined) ?? [];
  }

  get freePages(): number {
    return this.free.reduce((sum, r) => sum + lengthOf(r), 0);
  }

  reset(ranges: readonly Range[]): void {
    this.state.set(FREE, joined(ranges));
  }

  /** `count` aligned extents of 2^order frames, as many as there are, neighbours joined into runs of extents. */
  allocate(count: number, order: number): Range[] {
    const step = 2 ** order;
    const taken: Range[] = [];
    let left = count;
    for (const range of this.free) {
      if (left === 0) break;
      const start = alignUp(range.start, step);
      const fit = Math.min(left, Math.floor((range.end - start) / step));
      if (fit <= 0) continue;
      taken.push({ start, end: start + fit * step });
      left -= fit;
    }
    if (taken.length > 0) this.reset(this.free.flatMap((range) => without(range, taken)));
    return taken;
  }

  give(ranges: readonly Range[]): void {
    if (ranges.length > 0) this.reset([...this.free, ...ranges]);
  }
}
