/**
 * XFS's superblock: the first sector of the device, big-endian, with a checksum (which is little-endian).
 * Source: Linux 6.1 `fs/xfs/libxfs/xfs_format.h` struct xfs_dsb, version 5; values as mkfs.xfs 6.1 writes them.
 */
import { viewOf } from "../../../base/bytes.ts";
import { crc32c } from "../../../base/checksum.ts";
import { NIL_UUID } from "../../../base/guid.ts";
import { ascii, structure, u16, u32, u64, u8, uuid } from "../../../base/structure.ts";
import {
  agOf,
  INODE_CHUNK,
  INODES_PER_BLOCK,
  STORE_BLOCKS,
  XFS_BLOCK,
  XFS_INODE_SIZE,
  type XfsGeometry,
} from "./geometry.ts";

const MAGIC = 0x58465342; // "XFSB"
const CHECKSUM_AT = 224;
/** Physical sectors of a pmem disk are 4 KiB, and mkfs.xfs takes those. */
export const XFS_SECTOR = 4096;

const readOnlyCompatible = { free_inode_btree: 0, reflink: 2, inode_btree_counts: 3 };

export const xfsSuperblock = structure("XFS superblock", 264, {
  magic: u32(0),
  blockSize: u32(4),
  dataBlocks: u64(8),
  realtimeBlocks: u64(16),
  realtimeExtents: u64(24),
  uuid: uuid(32),
  logStart: u64(48),
  rootInode: u64(56),
  realtimeBitmapInode: u64(64),
  realtimeSummaryInode: u64(72),
  realtimeExtentSize: u32(80),
  agBlocks: u32(84),
  agCount: u32(88),
  realtimeBitmapBlocks: u32(92),
  logBlocks: u32(96),
  version: u16(100),
  sectorSize: u16(102),
  inodeSize: u16(104),
  inodesPerBlock: u16(106),
  label: ascii(108, 12),
  blockLog: u8(120),
  sectorLog: u8(121),
  inodeLog: u8(122),
  inodesPerBlockLog: u8(123),
  agBlocksLog: u8(124),
  realtimeExtentsLog: u8(125),
  inProgress: u8(126),
  inodePercent: u8(127),
  inodes: u64(128),
  freeInodes: u64(136),
  freeBlocks: u64(144),
  freeRealtimeExtents: u64(152),
  userQuotaInode: u64(160),
  groupQuotaInode: u64(168),
  quotaFlags: u16(176),
  flags: u8(178),
  sharedVersion: u8(179),
  inodeAlignment: u32(180),
  stripeUnit: u32(184),
  stripeWidth: u32(188),
  directoryBlockLog: u8(192),
  logSectorLog: u8(193),
  logSectorSize: u16(194),
  logStripeUnit: u32(196),
  features2: u32(200),
  badFeatures2: u32(204),
  compatible: u32(208),
  readOnlyCompatible: u32(212, { bits: readOnlyCompatible }),
  incompatible: u32(216, { bits: { ftype: 0, sparse_inodes: 1, bigtime: 3 } }),
  logIncompatible: u32(220),
  checksum: u32(CHECKSUM_AT),
  sparseInodeAlignment: u32(228),
  projectQuotaInode: u64(232),
  lastLsn: u64(240),
  metaUuid: uuid(248),
}, "big-endian");

export interface XfsLife {
  readonly uuid: string;
  readonly label: string;
  readonly freeBlocks: number;
  readonly files: number;
}

/** The whole first sector. */
export function encodeXfs(g: XfsGeometry, { uuid: id, label, freeBlocks, files }: XfsLife): Uint8Array {
  const root = BigInt(INODE_CHUNK.start * INODES_PER_BLOCK);
  const agBlocksLog = Math.ceil(Math.log2(g.agBlocks));
  const logAg = agOf(g, g.logStart);
  const inodes = INODE_CHUNK.blocks * INODES_PER_BLOCK;
  const sector = new Uint8Array(XFS_SECTOR);
  sector.set(xfsSuperblock.write({
    ...xfsSuperblock.blank(),
    magic: MAGIC,
    blockSize: XFS_BLOCK,
    dataBlocks: BigInt(g.blocks),
    uuid: id,
    // A group's number and a block in it, each in so many bits.
    logStart: (BigInt(logAg) << BigInt(agBlocksLog)) | BigInt(g.logStart - logAg * g.agBlocks),
    rootInode: root,
    realtimeBitmapInode: root + 1n,
    realtimeSummaryInode: root + 2n,
    realtimeExtentSize: 1,
    agBlocks: g.agBlocks,
    agCount: g.agCount,
    logBlocks: g.logBlocks,
    version: 0xbca5,
    sectorSize: XFS_SECTOR,
    inodeSize: XFS_INODE_SIZE,
    inodesPerBlock: INODES_PER_BLOCK,
    label,
    blockLog: Math.log2(XFS_BLOCK),
    sectorLog: Math.log2(XFS_SECTOR),
    inodeLog: Math.log2(XFS_INODE_SIZE),
    inodesPerBlockLog: Math.log2(INODES_PER_BLOCK),
    agBlocksLog,
    inodePercent: g.inodePercent,
    inodes: BigInt(inodes),
    freeInodes: BigInt(Math.max(inodes - 3 - files, 0)),
    // Blocks in store for the groups' own trees count as free.
    freeBlocks: BigInt(freeBlocks + STORE_BLOCKS * g.agCount),
    inodeAlignment: INODE_CHUNK.blocks,
    logSectorLog: Math.log2(XFS_SECTOR),
    logSectorSize: XFS_SECTOR,
    logStripeUnit: XFS_SECTOR,
    features2: 0x18a,
    badFeatures2: 0x18a,
    readOnlyCompatible: 1 | (g.reflink ? 4 : 0) | 8,
    incompatible: 1 | 2 | 8,
    sparseInodeAlignment: 4,
    metaUuid: NIL_UUID,
  }));
  viewOf(sector).setUint32(CHECKSUM_AT, (crc32c(0xffffffff, sector) ^ 0xffffffff) >>> 0, true);
  return sector;
}

export interface FoundXfs {
  readonly uuid: string;
  readonly label: string;
  readonly reflink: boolean;
}

/** The superblock at the start of a device; undefined where there is none, or one whose checksum is wrong. */
export function decodeXfs(start: Uint8Array): FoundXfs | undefined {
  const read = xfsSuperblock.read(viewOf(start));
  if (read.isErr() || read.value.magic !== MAGIC) return undefined;
  const { uuid: id, label, sectorSize, readOnlyCompatible: features } = read.value;
  if (sectorSize < 512 || sectorSize > start.length) return undefined;
  const sector = start.slice(0, sectorSize);
  viewOf(sector).setUint32(CHECKSUM_AT, 0);
  const checksum = (crc32c(0xffffffff, sector) ^ 0xffffffff) >>> 0;
  if (viewOf(start).getUint32(CHECKSUM_AT, true) !== checksum) return undefined;
  return { uuid: id, label, reflink: (features & 4) !== 0 };
}
