/**
 * Where mke2fs puts its own blocks, and what is left: superblocks with descriptors, bitmaps and inode tables gathered at the
 * start of each flexible group, the root directory, `lost+found`, the resize inode's block, the journal in the middle.
 * Source: e2fsprogs 1.47.0 `lib/ext2fs/alloc_tables.c` ext2fs_allocate_group_table, flexbg_offset; `alloc.c`
 * ext2fs_get_free_blocks2, ext2fs_new_range; `mkjournal.c` get_midpoint_journal_block.
 */
import { type Range, range } from "../../../base/range.ts";
import { KiB } from "../../../base/units.ts";
import { freeIn, type FreeSpace, newFreeSpace } from "../free_space.ts";
import { EXTENT_BLOCKS, INODE_EXTENTS } from "./extent_tree.ts";
import { type Ext4Geometry, groupEnd, groupOf, GROUPS_PER_FLEX, groupStart, hasBackup } from "./geometry.ts";

export interface Ext4Layout {
  readonly free: FreeSpace;
  /** Groups in which something lies besides copies of superblock and descriptors; the last always counts. */
  readonly touched: ReadonlySet<number>;
}

export function ext4Layout(g: Ext4Geometry): Ext4Layout {
  const maker = new LayoutMaker(g);
  for (let group = 0; group < g.groups; group++) maker.reserveSuperblock(group);
  for (let first = 0; first < g.groups; first += GROUPS_PER_FLEX) maker.placeTables(first);
  for (let block = 0; block < 1 + lostFoundBlocks(g); block++) maker.takeFirst(1, 0);
  // ext2fs_create_resize_inode aims behind the tables of a single group.
  const behindTables = 3 + g.reservedDescriptorBlocks + g.descriptorBlocks + g.inodeTableBlocks;
  if (g.hasResizeInode) maker.takeFirst(1, behindTables);
  maker.placeJournal();
  return { free: maker.free, touched: maker.touched };
}

/** `lost+found` is made 16 KiB large, or twelve blocks where that is less. */
const lostFoundBlocks = (g: Ext4Geometry): number => Math.min((16 * KiB) / g.blockSize, 12);

class LayoutMaker {
  readonly free: FreeSpace;
  readonly touched: Set<number>;

  constructor(private readonly g: Ext4Geometry) {
    this.free = newFreeSpace(g.firstDataBlock, g.blocks);
    this.touched = new Set([g.groups - 1]);
  }

  reserveSuperblock(group: number): void {
    const { g } = this;
    if (!hasBackup(group)) return;
    const start = groupStart(g, group);
    this.free.remove(start, start + 1 + g.descriptorBlocks + g.reservedDescriptorBlocks);
  }

  /** Bitmaps and inode tables of one flexible group: each kind in a row, the kinds a full group's worth apart. */
  placeTables(first: number): void {
    const { g } = this;
    const last = Math.min(first + GROUPS_PER_FLEX, g.groups) - 1;
    // In the last flexible group, which may be short, the kinds follow each other without a gap.
    const apart = last === g.groups - 1
      ? last - first + (last % GROUPS_PER_FLEX === 0 ? GROUPS_PER_FLEX : 1)
      : GROUPS_PER_FLEX;
    let [blockBitmap, inodeBitmap, inodeTable] = [0, 0, 0];
    for (let group = first; group <= last; group++) {
      const rest = last - group + 1;
      const opening = group === first;
      blockBitmap = this.#place(first, last, opening ? 0 : blockBitmap + 1, rest, 1);
      inodeBitmap = this.#place(first, last, opening ? blockBitmap + apart : inodeBitmap + 1, rest, 1);
      const table = opening ? inodeBitmap + apart : inodeTable + g.inodeTableBlocks;
      inodeTable = this.#place(first, last, table, rest, g.inodeTableBlocks);
    }
  }

  /** Takes `length` blocks at the first place from `start` on that has them. */
  takeFirst(length: number, start: number): number {
    const block = this.#search(start, this.g.blocks, length) ?? this.#search(0, this.g.blocks, length);
    if (block === undefined) throw new Error("a filesystem too small for its own blocks");
    this.#take(block, length);
    return block;
  }

  /** Around the middle, in the group with more room; in pieces where something is in the way. */
  placeJournal(): void {
    const { g } = this;
    const pieces: Range[] = [];
    let at = groupStart(g, this.#journalGroup());
    for (let left = g.journalBlocks; left > 0;) {
      const next = this.free.window(at, g.blocks).next();
      if (next.done) {
        at = g.firstDataBlock;
        continue;
      }
      const { start, end } = next.value;
      const length = Math.min(left, end - start, EXTENT_BLOCKS);
      this.#take(start, length);
      pieces.push(range(start, length));
      left -= length;
      at = start + length;
    }
    // More extents than the inode holds take a block, which is looked for from just before the first one.
    if (pieces.length > INODE_EXTENTS) this.takeFirst(1, pieces[0]!.start - 1);
  }

  #journalGroup(): number {
    const { g } = this;
    const middle = groupOf(g, g.firstDataBlock + Math.floor((g.blocks - g.firstDataBlock) / 2));
    let start = Math.max(middle - 1, 0);
    let end = Math.min(middle + 1, g.groups - 1);
    if (middle > GROUPS_PER_FLEX) {
      start = middle - (middle % GROUPS_PER_FLEX);
      while (start < g.groups && this.#freeIn(start) === 0) start++;
      start %= g.groups;
      end = Math.min(start + 1, g.groups - 1);
    }
    let best = start;
    for (let group = start + 1; group <= end; group++) if (this.#freeIn(group) > this.#freeIn(best)) best = group;
    return best;
  }

  #freeIn(group: number): number {
    return freeIn(this.free, groupStart(this.g, group), groupEnd(this.g, group));
  }

  /** One table of `size` blocks; `rest` more of its kind are to follow, so a place is looked for that has room for them. */
  #place(first: number, last: number, start: number, rest: number, size: number): number {
    const { g } = this;
    const together = Math.min(rest * size, Math.floor(g.blocksPerGroup / 4));
    const flexStart = groupStart(g, first);
    const lastBlock = groupEnd(g, last) - 1;
    const from = (start > 0 && start < g.blocks ? this.#search(start, start + together, size) : undefined) ??
      this.#search(flexStart, lastBlock, together) ??
      this.#search(flexStart, lastBlock, size) ??
      this.#search(0, lastBlock, size);
    const block = this.#search(from ?? 0, lastBlock, size);
    if (block === undefined) throw new Error("a filesystem too small for its own tables");
    this.#take(block, size);
    return block;
  }

  /**
   * The first block from `start` on that begins `length` free ones. `finish` ends the search only where it is stepped on,
   * that is among used blocks; free ones are passed over.
   */
  #search(start: number, finish: number, length: number): number | undefined {
    const { g, free } = this;
    let at = Math.max(start, g.firstDataBlock);
    for (const run of free.entries(at, g.blocks)) {
      const begin = Math.max(run.start, at);
      if (begin > at && at < finish && finish <= begin) return undefined;
      if (begin + length > g.blocks) return undefined;
      if (run.end - begin >= length) return begin;
      at = run.end;
    }
    return undefined;
  }

  #take(block: number, length: number): void {
    this.free.remove(block, block + length);
    for (let group = groupOf(this.g, block); group <= groupOf(this.g, block + length - 1); group++) {
      this.touched.add(group);
    }
  }
}
