/**
 * ext4's block allocator on a device without seek times (so no group is tried merely because it is the next one). Criteria
 * are tried in turn: 0, a chunk of just the power of two asked for; 1, a group whose average free run is long enough; 2, a
 * group with enough free blocks, from the goal on; 3, any. One of the first ten finds that is large enough is taken.
 * Source: Linux 6.1 `fs/ext4/mballoc.c` ext4_mb_new_blocks, ext4_mb_regular_allocator, ext4_mb_good_group,
 * ext4_mb_complex_scan_group, ext4_mb_measure_extent. Bitmaps that the kernel reads ahead in the background are not modeled.
 */
import { type Range, range } from "../../../base/range.ts";
import { firstRun, type FreeSpace } from "../free_space.ts";
import { floorLog2 } from "./buddy.ts";
import { FreedBlocks } from "./freed_blocks.ts";
import { type Ext4Geometry, groupOf, GROUPS_PER_FLEX, groupStart } from "./geometry.ts";
import { GroupLists, NO_GROUPS, type StoredGroupLists } from "./group_lists.ts";
import { GroupSpace } from "./group_space.ts";
import { type Found, Scan } from "./scan.ts";
import { type BlockRequest, type Goal, goalOf, isSmall, type Preallocation } from "./request.ts";

/** What the allocator remembers between requests. */
export interface MballocMemory extends StoredGroupLists {
  /** Group of the last large allocation: the next one starts there (`s_mb_last_group`). */
  readonly lastGroup: number;
  /** Blocks set aside for small files (of one CPU), taken out of the free space. */
  readonly shared: readonly Range[];
}

export const FRESH_MEMORY: MballocMemory = { ...NO_GROUPS, lastGroup: 0, shared: [] };

/** Smaller filesystems have no lists: all groups are looked at one by one. */
const LIST_THRESHOLD_GROUPS = 16;
/** Smallest power of two that is looked for as such. */
const LEAST_ORDER = 1;

export class Mballoc {
  readonly #space: GroupSpace;
  readonly #lists: GroupLists;
  readonly #usesLists: boolean;
  #lastGroup: number;
  #shared: Range[];
  #freeBlocks: number;
  readonly #freed: FreedBlocks;
  /** Groups that blocks were taken from one by one. */
  readonly #unsummed = new Set<number>();

  /** `free` and `touched` are changed in place; `freeBlocks` counts what is free on the medium. */
  constructor(
    private readonly g: Ext4Geometry,
    private readonly free: FreeSpace,
    private readonly touched: { has(group: number): boolean; add(group: number): void },
    freeBlocks: number,
    memory: MballocMemory,
  ) {
    this.#space = new GroupSpace(g, free);
    this.#lists = new GroupLists(this.#space.maxOrder + 1, memory);
    this.#usesLists = g.groups >= LIST_THRESHOLD_GROUPS;
    this.#lastGroup = memory.lastGroup;
    this.#shared = [...memory.shared];
    this.#freeBlocks = freeBlocks;
    this.#freed = new FreedBlocks(g);
  }

  get freeBlocks(): number {
    return this.#freeBlocks;
  }

  memory(): MballocMemory {
    this.#sumUp();
    return { ...this.#lists.stored(), lastGroup: this.#lastGroup, shared: this.#shared };
  }

  /** Blocks in one piece, as many as asked for or fewer; undefined where nothing is left (-ENOSPC). */
  allocate(request: BlockRequest): Range | undefined {
    this.#sumUp();
    const length = this.#claimable(request);
    if (length === 0) return undefined;
    const claimed = { ...request, length };
    const blocks = this.#setAside(claimed) ?? this.#find(claimed) ?? this.#findAfterDiscard(claimed);
    if (!blocks) return undefined;
    this.#freeBlocks -= blocks.end - blocks.start;
    for (let group = groupOf(this.g, blocks.start); groupStart(this.g, group) < blocks.end; group++) {
      this.touched.add(group);
    }
    return blocks;
  }

  /** The blocks right behind `at`, up to the end of the group: as many whole windows of `unit` blocks as a row of requests would get. */
  continueAt(at: number, unit: number, most: number): Range | undefined {
    const group = groupOf(this.g, at);
    if (at >= this.g.blocks || group !== this.#lastGroup || this.#claimableBlocks(true) < most) return undefined;
    const there = this.#space.runLengthAt(group, at - groupStart(this.g, group));
    const length = Math.min(there, most) - (Math.min(there, most) % unit);
    if (length === 0) return undefined;
    this.#take({ group, start: at - groupStart(this.g, group), length });
    this.#freeBlocks -= length;
    return range(at, length);
  }

  /** So many free blocks in a row, the first from `at` on: not the allocator's own choice. */
  takeFrom(at: number, length: number): Range | undefined {
    if (length > this.#claimableBlocks(true)) return undefined;
    const start = firstRun(this.free, at, this.g.blocks, length);
    if (start === undefined) return undefined;
    this.free.remove(start, start + length);
    this.#freeBlocks -= length;
    for (let group = groupOf(this.g, start); groupStart(this.g, group) < start + length; group++) {
      this.#space.forget(group);
      this.touched.add(group);
      this.#unsummed.add(group);
    }
    return range(start, length);
  }

  /**
   * Gives blocks back, the pieces in the order in which the kernel frees them. They can be had again once the journal has
   * committed.
   */
  release(pieces: Iterable<Range>): void {
    for (const piece of pieces) {
      this.#freed.add(piece);
      this.#freeBlocks += piece.end - piece.start;
    }
  }

  /** The journal commits: what was released is free. */
  commit(): void {
    this.#giveBack(this.#freed.takeAll());
  }

  /** The file is closed: what was set aside for it is free again. */
  close(preallocated: readonly Preallocation[]): void {
    this.#giveBack(preallocated.map(({ physical, length }) => range(physical, length)));
  }

  /** Unmounting gives back what is set aside for small files. */
  discardShared(): void {
    this.#giveBack(this.#shared);
    this.#shared = [];
  }

  /** Pieces in one group that follow each other count as one change. */
  #giveBack(pieces: Iterable<Range>): void {
    let changed = -1;
    for (const { start, end } of pieces) {
      this.free.set(start, end, {});
      for (let group = groupOf(this.g, start); groupStart(this.g, group) < end; group++) {
        if (group !== changed && changed >= 0) this.#changed(changed);
        changed = group;
      }
    }
    if (changed >= 0) this.#changed(changed);
  }

  /** How much of a request may be met: 2 % or 4096 blocks are kept for metadata (`ext4_claim_free_clusters`). */
  #claimable({ length, file }: BlockRequest): number {
    const free = this.#claimableBlocks(file !== undefined);
    let claim = length;
    while (claim > free) claim >>>= 1;
    return claim;
  }

  #claimableBlocks(forData: boolean): number {
    return this.#freeBlocks - (forData ? Math.min(Math.floor(this.g.blocks / 50), 4096) : 0);
  }

  /** From what was set aside for this file, or for small files. */
  #setAside(request: BlockRequest): Range | undefined {
    const { file, logical, length } = request;
    if (!file) return undefined;
    const own = file.preallocated.findIndex((p) => p.logical <= logical && logical < p.logical + p.length);
    if (own >= 0) {
      const { logical: from, physical, length: kept } = file.preallocated[own]!;
      const used = Math.min(length, from + kept - logical);
      const start = physical + logical - from;
      file.preallocated.splice(
        own,
        1,
        ...[
          { logical: from, physical, length: logical - from },
          { logical: logical + used, physical: start + used, length: from + kept - logical - used },
        ].filter((rest) => rest.length > 0),
      );
      return range(start, used);
    }
    if (!isSmall(this.g, request)) return undefined;
    const [nearest] = this.#shared.filter(({ start, end }) => end - start >= length)
      .sort((a, b) => Math.abs(request.goal - a.start) - Math.abs(request.goal - b.start));
    return nearest && this.#takeShared(nearest, length);
  }

  #takeShared(from: Range, length: number): Range {
    this.#shared = this.#shared.filter((kept) => kept !== from);
    if (from.end - from.start > length) this.#shared.push({ start: from.start + length, end: from.end });
    return range(from.start, length);
  }

  /** When nothing is found, what is set aside anywhere is given back, the journal commits, and all is tried once more. */
  #findAfterDiscard(request: BlockRequest): Range | undefined {
    const own = request.file?.preallocated.splice(0) ?? [];
    if (own.length === 0 && this.#shared.length === 0 && this.#freed.isEmpty) return undefined;
    this.close(own);
    this.discardShared();
    this.commit();
    return this.#find(request);
  }

  #find(request: BlockRequest): Range | undefined {
    const goal = goalOf(this.g, request);
    const small = isSmall(this.g, request);
    const found = this.#atGoal(goal) ?? this.#search(goal, request, !small);
    if (!found) return undefined;
    this.#take(found);
    if (request.file && !small) this.#lastGroup = found.group;
    return this.#keepRest(found, goal, request, small);
  }

  /** More was found than asked for: the rest is set aside. */
  #keepRest(found: Found, goal: Goal, request: BlockRequest, small: boolean): Range {
    const start = groupStart(this.g, found.group) + found.start;
    if (found.length <= request.length) return range(start, found.length);
    if (small) {
      const kept = range(start, found.length);
      this.#shared.push(kept);
      return this.#takeShared(kept, request.length);
    }
    const logical = found.length < goal.length ? shiftedWindow(found.length, goal, request) : goal.logical;
    request.file!.preallocated.unshift({ logical, physical: start, length: found.length });
    return this.#setAside(request)!;
  }

  /** Whatever is at the goal, its group is known from then on. */
  #atGoal({ tryGoal, group, start, length }: Goal): Found | undefined {
    if (!tryGoal || this.#space.summary(group).free === 0) return undefined;
    this.#learn(group);
    return this.#space.runLengthAt(group, start) >= length ? { group, start, length } : undefined;
  }

  #search(goal: Goal, request: BlockRequest, large: boolean): Found | undefined {
    const isData = request.file !== undefined;
    const from = isData && large ? this.#lastGroup : goal.group;
    const order = orderOf(goal.length, this.#space.maxOrder);
    const scan = new Scan(goal.length);
    if (order > 0) {
      for (const group of this.#candidates(0, from, () => this.#lists.largest.from(order))) {
        const { free, largestOrder } = this.#space.summary(group);
        // The first group of a flexible one is kept for metadata while there is choice.
        if (isData && group % GROUPS_PER_FLEX === 0) continue;
        if (free < goal.length || largestOrder < order) continue;
        const chunk = this.#space.firstChunk(group, order)!;
        return { group, start: chunk.start, length: goal.length };
      }
    }
    for (
      const group of this.#candidates(1, from, () => this.#lists.average.from(this.#lists.averageOrder(goal.length)))
    ) {
      const { free, fragments } = this.#space.summary(group);
      if (free === 0 || Math.floor(free / fragments) < goal.length) continue;
      if (scan.over(group, this.#space)) return scan.result();
    }
    for (const least of [goal.length, 1]) {
      for (const group of this.#linear(from)) {
        if (this.#space.summary(group).free < least) continue;
        this.#learn(group);
        if (scan.over(group, this.#space)) return scan.result();
      }
    }
    return scan.result();
  }

  /** The groups of criteria 0 and 1: with lists the goal's and then the listed ones, else all in a row. */
  *#candidates(_criterion: 0 | 1, from: number, listed: () => Iterable<number>): Generator<number> {
    if (!this.#usesLists) {
      for (const group of this.#linear(from)) if (this.#learnCheaply(group)) yield group;
      return;
    }
    if (this.#learnCheaply(from)) yield from;
    for (const group of listed()) if (group !== from) yield group;
  }

  /** All groups with anything free, once, from one on. */
  *#linear(from: number): Generator<number> {
    for (let at = from;;) {
      const group = this.#space.nextWithFree(at);
      if (group === undefined) break;
      yield group;
      at = group + 1;
    }
    for (let at = 0; at < from;) {
      const group = this.#space.nextWithFree(at);
      if (group === undefined || group >= from) break;
      yield group;
      at = group + 1;
    }
  }

  /** A group never looked at is not worth reading its bitmap for, unless that costs nothing (`BLOCK_UNINIT`) or is due anyway. */
  #learnCheaply(group: number): boolean {
    if (this.#space.summary(group).free === 0) return false;
    if (!this.#lists.knows(group) && group % GROUPS_PER_FLEX !== 0 && this.touched.has(group)) return false;
    this.#learn(group);
    return true;
  }

  #learn(group: number): void {
    if (!this.#lists.knows(group)) this.#lists.update(group, this.#space.summary(group));
  }

  #take({ group, start, length }: Found): void {
    this.#learn(group);
    const first = groupStart(this.g, group) + start;
    this.free.remove(first, first + length);
    this.#changed(group);
  }

  #sumUp(): void {
    for (const group of this.#unsummed) this.#changed(group);
    this.#unsummed.clear();
  }

  #changed(group: number): void {
    this.#space.forget(group);
    this.#lists.update(group, this.#space.summary(group));
  }
}

/** Exponent of a power of two that criterion 0 looks for; zero for any other number. */
function orderOf(length: number, maxOrder: number): number {
  const order = floorLog2(length);
  return length === 1 << order && order >= LEAST_ORDER && order <= maxOrder ? order : 0;
}

/** Where a find shorter than the window stands in the file: at its end, else at its start, else where the request begins. */
function shiftedWindow(length: number, goal: Goal, { logical, length: asked }: BlockRequest): number {
  const atEnd = goal.logical + goal.length - length;
  if (logical >= atEnd) return atEnd;
  return logical + asked <= goal.logical + length ? goal.logical : logical;
}
