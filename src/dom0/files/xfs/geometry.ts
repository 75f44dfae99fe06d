/**
 * The numbers that mkfs.xfs fixes from the size of a device whose physical sectors are 4 KiB, and what each allocation group
 * starts with. Source: xfsprogs 6.1 `libxfs/topology.c` calc_default_ag_geometry, `mkfs/xfs_mkfs.c`; Linux 6.1
 * `fs/xfs/libxfs/xfs_refcount_btree.c`, `xfs_ialloc_btree.c` (blocks kept back for trees that may have to grow).
 */
import { err, ok, type Result } from "neverthrow";
import { MiB, TiB } from "../../../base/units.ts";
import { type FreeSpace, newFreeSpace } from "../free_space.ts";

export const XFS_BLOCK = 4096;
export const INODES_PER_BLOCK = 8;
export const XFS_INODE_SIZE = 512;

export interface XfsGeometry {
  readonly blocks: number;
  readonly agCount: number;
  /** Blocks of every allocation group but the last, which may be shorter. */
  readonly agBlocks: number;
  readonly logBlocks: number;
  /** First block of the log. */
  readonly logStart: number;
  readonly inodePercent: number;
  readonly reflink: boolean;
}

export interface XfsOptions {
  readonly reflink: boolean;
}

export type XfsSizeFault = { readonly kind: "too-small"; readonly bytes: number };

const LEAST_BYTES = 300 * MiB;
const LEAST_AG_BLOCKS = (16 * MiB) / XFS_BLOCK;
const MOST_AG_BLOCKS = TiB / XFS_BLOCK - 1;
const LEAST_LOG_BLOCKS = (64 * MiB) / XFS_BLOCK;
const MOST_LOG_BLOCKS = (2048 * MiB - 10 * MiB) / XFS_BLOCK;

export function xfsGeometry(bytes: number, { reflink }: XfsOptions): Result<XfsGeometry, XfsSizeFault> {
  if (bytes < LEAST_BYTES) return err({ kind: "too-small", bytes });
  const asked = Math.floor(bytes / XFS_BLOCK);
  const agBlocks = bytes >= 4 * TiB ? MOST_AG_BLOCKS : Math.ceil(asked / 4);
  const rest = asked % agBlocks;
  const blocks = rest > 0 && rest < LEAST_AG_BLOCKS ? asked - rest : asked;
  const agCount = Math.ceil(blocks / agBlocks);
  const logBlocks = Math.min(Math.max(Math.floor(blocks / 2048), LEAST_LOG_BLOCKS), MOST_LOG_BLOCKS);
  const inodePercent = bytes < TiB ? 25 : bytes < 50 * TiB ? 5 : 1;
  const logStart = Math.floor(agCount / 2) * agBlocks + headBlocks(reflink);
  return ok({ blocks, agCount, agBlocks, logBlocks, logStart, inodePercent, reflink });
}

export const agStart = (g: XfsGeometry, ag: number): number => ag * g.agBlocks;
export const agEnd = (g: XfsGeometry, ag: number): number => Math.min((ag + 1) * g.agBlocks, g.blocks);
export const agOf = (g: XfsGeometry, block: number): number => Math.floor(block / g.agBlocks);

/** Four headers and the roots of the trees of free space (two), inodes (two) and references. */
const headBlocks = (reflink: boolean): number => 4 + (reflink ? 5 : 4);
/** Kept in store behind that, or behind the log. */
export const STORE_BLOCKS = 4;

/** The root directory's chunk of 64 inodes, aligned to its size. */
export const INODE_CHUNK = { start: 16, blocks: 8 } as const;

export function xfsLayout(g: XfsGeometry): FreeSpace {
  const free = newFreeSpace(0, g.blocks);
  for (let ag = 0; ag < g.agCount; ag++) {
    const log = agOf(g, g.logStart) === ag ? g.logBlocks : 0;
    free.remove(agStart(g, ag), agStart(g, ag) + headBlocks(g.reflink) + log + STORE_BLOCKS);
  }
  free.remove(INODE_CHUNK.start, INODE_CHUNK.start + INODE_CHUNK.blocks);
  return free;
}

/** Blocks of an allocation group that files cannot have: trees of references and of free inodes may need them. */
export function keptBack(g: XfsGeometry, ag: number): number {
  const blocks = agEnd(g, ag) - agStart(g, ag);
  const usable = agOf(g, g.logStart) === ag ? blocks - g.logBlocks : blocks;
  const references = g.reflink ? treeBlocks(usable, 168) : 0;
  return references + treeBlocks(Math.floor((usable * INODES_PER_BLOCK) / 64), 126);
}

/** A tree over so many records with every block half full; node blocks hold 252 then. */
function treeBlocks(records: number, perLeaf: number): number {
  let level = Math.ceil(records / perLeaf);
  let all = level;
  while (level > 1) {
    level = Math.ceil(level / 252);
    all += level;
  }
  return all;
}
