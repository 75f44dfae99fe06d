/**
 * A file's blocks on ext4: fallocate, writes through DAX, truncation. Source: Linux 6.1 `fs/ext4/extents.c`
 * ext4_alloc_file_blocks, ext4_ext_map_blocks, ext4_ext_convert_to_initialized, ext4_ext_remove_space; `inode.c`
 * ext4_iomap_alloc.
 */
import { type Range, range } from "../../../base/range.ts";
import { evenPieces } from "../free_space.ts";
import { type Zeroed } from "../file_blocks.ts";
import { type Extent, type FileExtents } from "../file_extents.ts";
import { type OpenBlocks } from "../volume.ts";
import {
  EXTENT_BLOCKS,
  GROWN_EXTENT_BLOCKS,
  INODE_EXTENTS,
  treeShape,
  UNWRITTEN_EXTENT_BLOCKS,
} from "./extent_tree.ts";
import { type Ext4Geometry, GROUPS_PER_FLEX, groupStart } from "./geometry.ts";
import { type Mballoc } from "./mballoc.ts";
import { type BlockRequest, type Neighbour, type Preallocation } from "./request.ts";

/** Blocks that one write through DAX maps at a time (DIO_MAX_BLOCKS). */
const WRITE_BLOCKS = 4096;
/** Unwritten rests up to so many bytes are zeroed along instead of being split off (`extent_max_zeroout_kb`). */
const ZERO_ALONG_BYTES = 32 * 1024;
/** Blocks of a window of 8 MiB in blocks of 4 KiB: the step in which large files grow. */
const WINDOW_BYTES = 8 * 1024 * 1024;

export interface Ext4FileParts {
  readonly geometry: Ext4Geometry;
  readonly mballoc: Mballoc;
  readonly inode: number;
  readonly extents: FileExtents;
  /** Blocks of the extent tree. */
  readonly tree: readonly number[];
  /** Bytes. */
  readonly size: number;
}

export class Ext4File implements OpenBlocks {
  readonly extents: FileExtents;
  readonly tree: number[];
  readonly #preallocated: Preallocation[] = [];
  #size: number;

  constructor(private readonly parts: Ext4FileParts) {
    this.extents = parts.extents;
    this.tree = [...parts.tree];
    this.#size = parts.size;
  }

  *reserve(start: number, end: number, size: number | undefined): Generator<number, boolean> {
    const { blockSize } = this.parts.geometry;
    // What fits into one extent is asked for as it is.
    const exact = end - start <= UNWRITTEN_EXTENT_BLOCKS;
    for (let at = start; at < end;) {
      const hole = this.extents.gap(at, end);
      if (!hole) break;
      at = hole.start;
      const length = Math.min(hole.end - at, UNWRITTEN_EXTENT_BLOCKS);
      const blocks = this.#continuing(at, hole, exact) ?? this.#allocate(at, length, exact);
      if (!blocks || !this.#insert(at, blocks, true)) return false;
      at += blocks.end - blocks.start;
      if (size !== undefined) this.#size = Math.max(this.#size, Math.min(at * blockSize, size));
      yield at - start;
    }
    if (size !== undefined) this.#size = Math.max(this.#size, size);
    return true;
  }

  *reserveApart(start: number, end: number, pieces: number): Generator<number, boolean> {
    const { mballoc, geometry: { blockSize } } = this.parts;
    let [at, from] = [start, this.#goal(start)];
    // What lies before the goal is the last resort.
    const take = (length: number): Range | undefined => mballoc.takeFrom(from, length) ?? mballoc.takeFrom(0, length);
    for (const length of evenPieces(end - start, pieces)) {
      const blocks = take(length);
      if (!blocks) return false;
      this.extents.set(at, blocks, true);
      at += length;
      from = blocks.end + 1;
      yield at - start;
    }
    const { leaves, indexes } = treeShape(this.extents.records, blockSize);
    while (this.tree.length < leaves + indexes) {
      const block = take(1);
      if (!block) return false;
      this.tree.push(block.start);
    }
    return true;
  }

  *write(start: number, end: number, call: number): Generator<Zeroed, number | undefined> {
    const { blockSize } = this.parts.geometry;
    for (let at = start; at < end;) {
      const here = this.extents.at(at);
      if (here?.unwritten === 0) {
        at = Math.min(here.end, end);
        continue;
      }
      const callEnd = Math.min(at - ((at - start) % call) + call, end);
      if (here) {
        const done = Math.min(here.end, end);
        yield this.#convert(here, at, Math.min(callEnd, done), done);
        at = done;
      } else {
        const hole = this.extents.gap(at, end)!;
        const kept = this.#preallocated.find((p) => p.logical <= at && at < p.logical + p.length);
        const most = kept ? end - at : Math.min(callEnd - at, WRITE_BLOCKS);
        const blocks = this.#allocate(at, Math.min(most, hole.end - at), false);
        if (!blocks || !this.#insert(at, blocks, false)) return at;
        yield blocks;
        at += blocks.end - blocks.start;
      }
      // Calls that are over have made the file longer, which tells the allocator how much to set aside.
      this.#size = Math.max(this.#size, (at - ((at - start) % call)) * blockSize);
    }
    this.#foldTree();
    return undefined;
  }

  remove(start: number, end: number): void {
    const { mballoc } = this.parts;
    const pieces = this.extents.remove(start, end).reverse().flatMap(recordsFromTheEnd);
    mballoc.release(pieces);
    const { leaves, indexes } = treeShape(this.extents.records, this.parts.geometry.blockSize);
    // The last leaf stays until its last record goes.
    const kept = this.extents.records === 0 ? 0 : Math.max(leaves + indexes, Math.min(this.tree.length, 1));
    mballoc.release(this.tree.splice(kept).map((block) => range(block, 1)));
  }

  close(): void {
    this.parts.mballoc.close(this.#preallocated.splice(0));
  }

  /** Whole windows right behind the last allocation, as a row of requests would get them. */
  #continuing(at: number, hole: Range, exact: boolean): Range | undefined {
    const window = WINDOW_BYTES / this.parts.geometry.blockSize;
    if (exact || at % window !== 0 || this.#preallocated.length > 0) return undefined;
    const left = this.extents.before(at);
    if (left?.end !== at || hole.end - at < window) return undefined;
    return this.parts.mballoc.continueAt(left.block + at - left.start, window, hole.end - at);
  }

  #allocate(logical: number, length: number, exact: boolean): Range | undefined {
    const left = this.extents.before(logical);
    const right = this.extents.after(logical);
    const request: BlockRequest = {
      logical,
      length,
      goal: this.#goal(logical),
      file: { size: this.#size, preallocated: this.#preallocated },
      exact,
      left: left && lastBlock(left),
      right: right && { logical: right.start, physical: right.block },
    };
    return this.parts.mballoc.allocate(request);
  }

  /** Where the block would be if the nearest extent went on to it; for an empty file, the group of the inode. */
  #goal(logical: number): number {
    const near = this.extents.nearest(logical);
    return near ? near.block + logical - near.start : this.#inodeGoal();
  }

  /** Regular files start in the second group of the inode's flexible group. */
  #inodeGoal(): number {
    const { geometry: g, inode } = this.parts;
    const group = Math.floor((inode - 1) / g.inodesPerGroup);
    return groupStart(g, group - (group % GROUPS_PER_FLEX) + 1);
  }

  /** False where the tree needs a block and there is none: then the blocks are given back. */
  #insert(logical: number, blocks: Range, unwritten: boolean): boolean {
    const { mballoc, geometry: { blockSize } } = this.parts;
    const before = treeShape(this.extents.records, blockSize);
    this.extents.set(logical, blocks, unwritten);
    const { leaves, indexes } = treeShape(this.extents.records, blockSize);
    for (let missing = leaves + indexes - this.tree.length; missing > 0; missing--) {
      const [first] = this.tree;
      // A new level lies in front of the first block, a leaf near the extent that it is for.
      const isIndex = missing > leaves - before.leaves;
      const goal = first === undefined ? this.#inodeGoal() : isIndex ? first - 1 : blocks.start;
      const block = mballoc.allocate({ logical, length: 1, goal, tryGoal: isIndex && first !== undefined });
      if (!block) {
        this.extents.remove(logical, logical + blocks.end - blocks.start);
        mballoc.release([blocks]);
        return false;
      }
      this.tree.push(block.start);
    }
    this.#foldTree();
    return true;
  }

  /** Extents that fit into the inode again leave their only leaf at the next change that could join some of them. */
  #foldTree(): void {
    if (this.tree.length !== 1 || this.extents.records > INODE_EXTENTS) return;
    this.parts.mballoc.release(this.tree.splice(0).map((block) => range(block, 1)));
  }

  /**
   * Writes `[at, end)` of an unwritten extent, in calls of which the first ends at `callEnd`. A call in the middle of the
   * extent zeroes a small rest along, if the whole extent lies inside the file.
   */
  #convert(extent: Extent, at: number, callEnd: number, end: number): Zeroed {
    let [from, to] = [at, end];
    if (callEnd === end && end < extent.end && !this.#joinsWritten(extent, at, end)) {
      const most = ZERO_ALONG_BYTES / this.parts.geometry.blockSize;
      const inside = extent.end * this.parts.geometry.blockSize <= this.#size;
      if (inside && extent.end - at <= most) to = extent.end;
      if (inside && to - extent.start < most) from = extent.start;
    }
    this.extents.markWritten(from, to);
    const block = extent.block + from - extent.start;
    return range(block, to - from);
  }

  /** Whether the blocks go over to a written extent that they continue. */
  #joinsWritten(extent: Extent, at: number, end: number): boolean {
    if (at === extent.start) {
      const left = this.extents.before(at);
      return left?.end === at && left.unwritten === 0 && lastBlock(left).physical + 1 === extent.block;
    }
    const right = end === extent.end ? this.extents.after(end) : undefined;
    return right?.start === end && right.unwritten === 0;
  }
}

const lastBlock = ({ start, end, block }: Extent): Neighbour => ({
  logical: end - 1,
  physical: block + end - 1 - start,
});

/** The kernel frees a run record by record, the last one first. */
function recordsFromTheEnd(extent: Extent): Range[] {
  const longest = extent.unwritten === 1 ? GROWN_EXTENT_BLOCKS : EXTENT_BLOCKS;
  const pieces: Range[] = [];
  const end = extent.block + extent.end - extent.start;
  for (let at = extent.block; at < end; at += longest) pieces.push({ start: at, end: Math.min(at + longest, end) });
  return pieces.reverse();
}
