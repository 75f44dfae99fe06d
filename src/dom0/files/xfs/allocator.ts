/**
 * XFS's choice of blocks: the group of the inode or of the file's last block first, there the nearest free run that is long
 * enough; in other groups the one that fits best. Trees of free space and inode chunks beyond the first take no blocks here.
 * Source: Linux 6.1 `fs/xfs/libxfs/xfs_bmap.c` xfs_bmap_btalloc, `xfs_alloc.c` xfs_alloc_ag_vextent_near,
 * xfs_alloc_ag_vextent_size, xfs_alloc_compute_diff.
 */
import { type Range, range } from "../../../base/range.ts";
import { firstRun, freeIn, type FreeSpace } from "../free_space.ts";
import { agEnd, agOf, agStart, keptBack, type XfsGeometry } from "./geometry.ts";

/** Blocks never given out, so that deleting works on a full filesystem. */
const RESERVE_POOL = 8192;

export class XfsAllocator {
  #freeBlocks: number;
  readonly #kept: number;
  readonly #busy: Range[] = [];

  /** `free` is changed in place. */
  constructor(private readonly g: XfsGeometry, private readonly free: FreeSpace, freeBlocks: number) {
    this.#freeBlocks = freeBlocks;
    this.#kept = Array.from({ length: g.agCount }, (_, ag) => keptBack(g, ag)).reduce(
      (sum, n) => sum + n,
      RESERVE_POOL,
    );
  }

  get freeBlocks(): number {
    return this.#freeBlocks;
  }

  /** Blocks that files may still have. */
  get available(): number {
    return Math.max(this.#freeBlocks - this.#kept, 0);
  }

  /** Blocks in one piece near `target`, as many as wanted or, where no group has them in a row, the most there are. */
  allocate(wanted: number, target: number): Range | undefined {
    const first = agOf(this.g, target);
    const groups = Array.from({ length: this.g.agCount }, (_, i) => (first + i) % this.g.agCount);
    let longest = 0;
    for (const ag of groups) {
      longest = Math.max(longest, this.#longest(ag));
      if (longest >= wanted) break;
    }
    const least = Math.min(wanted, longest);
    if (least === 0) return undefined;
    const ag = groups.find((group) => this.#longest(group) >= least)!;
    const length = Math.min(wanted, this.#longest(ag));
    const start = ag === first ? this.#nearest(ag, length, target) : this.#bestFit(ag, length);
    return start === undefined ? undefined : this.#take(start, length);
  }

  /** The free run right behind a block: as many whole calls of `unit` blocks as fit. */
  continueAt(at: number, unit: number, most: number): Range | undefined {
    if (at >= this.g.blocks) return undefined;
    const run = this.free.find(at);
    if (!run || most > this.available) return undefined;
    const ag = agOf(this.g, at);
    const length = Math.min(most, Math.min(run.end, agEnd(this.g, ag)) - at, this.#longest(ag));
    return length < unit ? undefined : this.#take(at, length - (length % unit));
  }

  /** So many free blocks in a row, the first from `at` on: not the allocator's own choice. */
  takeFrom(at: number, length: number): Range | undefined {
    if (length > this.available) return undefined;
    const start = firstRun(this.free, at, this.g.blocks, length);
    return start === undefined ? undefined : this.#take(start, length);
  }

  /** Gives blocks back; they can be had again once the log has them on record. */
  release(pieces: Iterable<Range>): void {
    for (const piece of pieces) {
      this.#busy.push(piece);
      this.#freeBlocks += piece.end - piece.start;
    }
  }

  commit(): void {
    for (const { start, end } of this.#busy.splice(0)) this.free.set(start, end, {});
  }

  #take(start: number, length: number): Range {
    this.free.remove(start, start + length);
    this.#freeBlocks -= length;
    return range(start, length);
  }

  /** The longest run of a group, less what the group keeps back beyond its other runs. */
  #longest(ag: number): number {
    const [start, end] = [agStart(this.g, ag), agEnd(this.g, ag)];
    let longest = 0;
    for (const run of this.free.window(start, end)) longest = Math.max(longest, run.end - run.start);
    const others = freeIn(this.free, start, end) - longest;
    return Math.max(longest - Math.max(keptBack(this.g, ag) - others, 0), 0);
  }

  #nearest(ag: number, length: number, target: number): number | undefined {
    let best: number | undefined;
    for (const run of this.free.window(agStart(this.g, ag), agEnd(this.g, ag))) {
      if (run.end - run.start < length) continue;
      const start = run.start >= target || run.end < target + length ? run.start : target;
      if (best === undefined || Math.abs(start - target) < Math.abs(best - target)) best = start;
    }
    return best;
  }

  #bestFit(ag: number, length: number): number | undefined {
    let best: Range | undefined;
    for (const run of this.free.window(agStart(this.g, ag), agEnd(this.g, ag))) {
      const size = run.end - run.start;
      if (size >= length && (!best || size < best.end - best.start)) best = run;
    }
    return best?.start;
  }
}
