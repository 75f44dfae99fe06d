/** A file's blocks on XFS. Source: Linux 6.1 `fs/xfs/xfs_bmap_util.c` xfs_alloc_file_space, `xfs_iomap.c` xfs_iomap_write_direct. */
import { type Range, range } from "../../../base/range.ts";
import { type Zeroed } from "../file_blocks.ts";
import { evenPieces } from "../free_space.ts";
import { type FileExtents } from "../file_extents.ts";
import { type OpenBlocks } from "../volume.ts";
import { type XfsAllocator } from "./allocator.ts";
import { INODE_CHUNK, INODES_PER_BLOCK } from "./geometry.ts";

/** Longest extent that one record holds (21 bits). */
export const XFS_EXTENT_BLOCKS = 2 ** 21 - 1;

export interface XfsFileParts {
  readonly allocator: XfsAllocator;
  readonly inode: number;
  readonly extents: FileExtents;
}

export class XfsFile implements OpenBlocks {
  readonly extents: FileExtents;
  /** Trees of extents take no blocks here. */
  readonly tree: readonly number[] = [];

  constructor(private readonly parts: XfsFileParts) {
    this.extents = parts.extents;
  }

  *reserve(start: number, end: number, _size: number | undefined): Generator<number, boolean> {
    for (let at = start; at < end;) {
      const hole = this.extents.gap(at, end);
      if (!hole) break;
      const wanted = Math.min(hole.end - hole.start, XFS_EXTENT_BLOCKS);
      // The whole request is set against the free blocks before any is taken.
      if (wanted > this.parts.allocator.available) return false;
      const blocks = this.parts.allocator.allocate(wanted, this.#target(hole.start, wanted));
      if (!blocks) return false;
      this.extents.set(hole.start, blocks, true);
      at = hole.start + blocks.end - blocks.start;
      yield at - start;
    }
    return true;
  }

  *reserveApart(start: number, end: number, pieces: number): Generator<number, boolean> {
    const { allocator } = this.parts;
    let [at, from] = [start, this.#target(start, 1)];
    for (const length of evenPieces(end - start, pieces)) {
      const blocks = allocator.takeFrom(from, length) ?? allocator.takeFrom(0, length);
      if (!blocks) return false;
      this.extents.set(at, blocks, true);
      at += length;
      from = blocks.end + 1;
      yield at - start;
    }
    return true;
  }

  *write(start: number, end: number, call: number): Generator<Zeroed, number | undefined> {
    for (let at = start; at < end;) {
      const here = this.extents.at(at);
      if (here) {
        const to = Math.min(here.end, end);
        if (here.unwritten === 1) {
          this.extents.markWritten(at, to);
          yield range(here.block + at - here.start, to - at);
        }
        at = to;
        continue;
      }
      const hole = this.extents.gap(at, end)!;
      const callEnd = Math.min(at - ((at - start) % call) + call, hole.end);
      const blocks = this.#continuing(at, callEnd, hole.end, call) ?? this.#fresh(at, callEnd - at);
      if (!blocks) return at;
      this.extents.set(at, blocks, false);
      yield blocks;
      at += blocks.end - blocks.start;
    }
    return undefined;
  }

  remove(start: number, end: number): void {
    const taken = this.extents.remove(start, end).reverse();
    this.parts.allocator.release(taken.map((extent) => range(extent.block, extent.end - extent.start)));
  }

  close(): void {
    // XFS sets nothing aside for files written through DAX.
  }

  #continuing(at: number, callEnd: number, end: number, call: number): Range | undefined {
    const left = this.extents.before(at);
    if (left?.end !== at || callEnd - at < call) return undefined;
    return this.parts.allocator.continueAt(left.block + left.end - left.start, call, end - at);
  }

  #fresh(at: number, length: number): Range | undefined {
    const { allocator } = this.parts;
    return length > allocator.available ? undefined : allocator.allocate(length, this.#target(at, length));
  }

  /**
   * Where the blocks would be if a neighbouring extent went on to them, the nearer neighbour's way; for an empty file, where
   * the inode is (xfs_bmap_adjacent).
   */
  #target(logical: number, length: number): number {
    const left = this.extents.before(logical);
    const right = this.extents.after(logical);
    const near = (gap: number): boolean => gap <= GAP_UNITS * length;
    const before = left && { gap: logical - left.end, block: left.block + left.end - left.start };
    if (before && !right) return before.block + before.gap;
    const after = right && { gap: right.start - logical, block: right.block };
    if (after && (!before || after.gap < before.gap)) {
      return Math.max(near(after.gap) ? after.block - after.gap : after.block - length, 0);
    }
    if (before) return near(before.gap) ? before.block + before.gap : before.block;
    const chunk = Math.floor(this.parts.inode / INODES_PER_BLOCK);
    return Math.min(chunk, INODE_CHUNK.start + INODE_CHUNK.blocks - 1);
  }
}

/** How far a neighbour may be, in lengths of the request, for the gap to be kept free (XFS_ALLOC_GAP_UNITS). */
const GAP_UNITS = 4;

/** Records of a run of contiguous blocks. */
export const xfsRecordsOf = (blocks: number): number => Math.ceil(blocks / XFS_EXTENT_BLOCKS);
