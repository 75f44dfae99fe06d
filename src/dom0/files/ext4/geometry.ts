/**
 * The numbers that mke2fs fixes from the size of a device: block size, groups, inodes, descriptor blocks, journal.
 * Source: e2fsprogs 1.47.0 `lib/ext2fs/initialize.c` ext2fs_initialize, `lib/ext2fs/mkjournal.c`, `misc/mke2fs.c`,
 * `misc/mke2fs.conf` (features of ext4: 64bit, flex_bg, metadata_csum, resize_inode, sparse_super).
 */
import { err, ok, type Result } from "neverthrow";
import { GiB, KiB, MiB, TiB } from "../../../base/units.ts";

export const INODE_SIZE = 256;
/** `resize_inode`, the journal and so on come before the first inode of a file, `lost+found`. */
export const FIRST_INODE = 11;
/** Groups whose tables lie together at the start of the first. */
export const GROUPS_PER_FLEX = 16;
const DESCRIPTOR_SIZE = 64;

export interface Ext4Geometry {
  /** Bytes: 1024, 2048 or 4096. */
  readonly blockSize: number;
  readonly blocks: number;
  /** 1 with blocks of 1 KiB: the boot block is no part of a group. */
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly groups: number;
  readonly inodesPerGroup: number;
  readonly inodeTableBlocks: number;
  readonly descriptorBlocks: number;
  /** Left free behind the descriptors so that the filesystem can grow; zero without `resize_inode`. */
  readonly reservedDescriptorBlocks: number;
  readonly hasResizeInode: boolean;
  /** Zero where there is no room for one. */
  readonly journalBlocks: number;
  /** For the superuser. */
  readonly rootBlocks: number;
}

export interface Ext4Options {
  /** Undefined: by size, as the configuration file has it. */
  readonly blockSize?: number | undefined;
  /** Blocks for the superuser; 5 where undefined. */
  readonly rootPercent?: number | undefined;
}

export type Ext4SizeFault =
  | { readonly kind: "too-small"; readonly bytes: number }
  | { readonly kind: "too-large"; readonly bytes: number };

const MAX_32_BIT = 2 ** 32 - 1;

/** The layout of a new filesystem on a device of so many bytes. */
export function ext4Geometry(bytes: number, options: Ext4Options = {}): Result<Ext4Geometry, Ext4SizeFault> {
  const usage = usageOf(bytes);
  const blockSize = options.blockSize ?? usage.blockSize;
  const asked = Math.floor(bytes / blockSize);
  const firstDataBlock = blockSize === KiB ? 1 : 0;
  const blocksPerGroup = Math.min(blockSize * 8, MAX_BLOCKS_PER_GROUP);
  const ratio = Math.max(usage.inodeRatio, blockSize);
  const inodesAsked = Math.max(Math.min(Math.floor((asked * blockSize) / ratio), MAX_32_BIT), FIRST_INODE + 1);
  const hasResizeInode = asked <= MAX_32_BIT;
  const descriptorsPerBlock = blockSize / DESCRIPTOR_SIZE;

  for (let blocks = asked;;) {
    const groups = Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
    if (groups <= 0) return err({ kind: "too-small", bytes });
    const descriptorBlocks = Math.ceil(groups / descriptorsPerBlock);
    const perGroup = inodesOf(Math.ceil(inodesAsked / groups), blockSize, groups);
    const reservedDescriptorBlocks = hasResizeInode
      ? reservedBlocks(blocks, firstDataBlock, blocksPerGroup, blockSize) - descriptorBlocks
      : 0;
    const reserved = Math.min(Math.max(reservedDescriptorBlocks, 0), blockSize / 4);
    // Past this mke2fs goes over to meta_bg, which is not modeled; it takes more than a hundred TiB.
    if (reserved + descriptorBlocks > (blocksPerGroup * 3) / 4) return err({ kind: "too-large", bytes });

    const backup = hasBackup(groups - 1) ? 1 + descriptorBlocks + reserved : 0;
    const overhead = 2 + perGroup.tableBlocks + backup;
    const rest = (blocks - firstDataBlock) % blocksPerGroup;
    if (groups === 1 && rest > 0 && rest < overhead) return err({ kind: "too-small", bytes });
    if (rest > 0 && rest < overhead + 50) {
      blocks -= rest; // too little for a group of its own
      continue;
    }
    return ok({
      blockSize,
      blocks,
      firstDataBlock,
      blocksPerGroup,
      groups,
      inodesPerGroup: perGroup.inodes,
      inodeTableBlocks: perGroup.tableBlocks,
      descriptorBlocks,
      reservedDescriptorBlocks: reserved,
      hasResizeInode,
      journalBlocks: journalBlocks(blocks),
      rootBlocks: Math.floor((blocks * (options.rootPercent ?? 5)) / 100),
    });
  }
}

/** Where sparse_super keeps copies of superblock and descriptors: groups 0 and 1, and the powers of 3, 5 and 7. */
export function hasBackup(group: number): boolean {
  if (group <= 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

/** First block of a group. */
export const groupStart = (g: Ext4Geometry, group: number): number => g.firstDataBlock + group * g.blocksPerGroup;
/** The block after a group's last. */
export const groupEnd = (g: Ext4Geometry, group: number): number => Math.min(groupStart(g, group + 1), g.blocks);
export const groupOf = (g: Ext4Geometry, block: number): number =>
  Math.floor((block - g.firstDataBlock) / g.blocksPerGroup);

/** A bitmap of 16-bit counts limits a group. */
const MAX_BLOCKS_PER_GROUP = (1 << 16) - 8;

/** `mke2fs.conf`: the kinds of filesystem by size. */
function usageOf(bytes: number): { readonly blockSize: number; readonly inodeRatio: number } {
  if (bytes < 3 * MiB) return { blockSize: 1024, inodeRatio: 8 * KiB };
  if (bytes < 512 * MiB) return { blockSize: 1024, inodeRatio: 4 * KiB };
  if (bytes < 4 * TiB) return { blockSize: 4096, inodeRatio: 16 * KiB };
  if (bytes < 16 * TiB) return { blockSize: 4096, inodeRatio: 32 * KiB };
  return { blockSize: 4096, inodeRatio: 64 * KiB };
}

/** So many that they fill their table's blocks, in eights, and that all groups together stay below 2^32. */
function inodesOf(
  least: number,
  blockSize: number,
  groups: number,
): { readonly inodes: number; readonly tableBlocks: number } {
  const perBlock = blockSize / INODE_SIZE;
  for (let asked = Math.min(least, blockSize * 8 - perBlock);; asked--) {
    const filled = Math.ceil(asked / perBlock) * perBlock;
    const inodes = Math.max(filled - (filled % 8), 8);
    if (inodes * groups <= MAX_32_BIT) return { inodes, tableBlocks: Math.ceil(inodes / perBlock) };
  }
}

/** Descriptor blocks of a filesystem grown 1024-fold, or to 2^32 blocks. */
function reservedBlocks(blocks: number, firstDataBlock: number, blocksPerGroup: number, blockSize: number): number {
  const most = blocks < MAX_32_BIT / 1024 ? blocks * 1024 : MAX_32_BIT;
  const groups = Math.ceil((most - firstDataBlock) / blocksPerGroup);
  return Math.ceil(groups / (blockSize / DESCRIPTOR_SIZE));
}

/** `ext2fs_default_journal_size`, in blocks. */
function journalBlocks(blocks: number): number {
  const steps: [number, number][] = [
    [2048, 0],
    [32 * KiB, 1024],
    [256 * KiB, 4096],
    [512 * KiB, 8192],
    [4 * MiB, 16384],
    [8 * MiB, 32768],
    [16 * MiB, 65536],
    [32 * MiB, 131072],
  ];
  return steps.find(([limit]) => blocks < limit)?.[1] ?? GiB / 4096;
}
