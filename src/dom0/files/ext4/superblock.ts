/**
 * ext4's superblock: 1024 bytes at byte 1024 of the device, with a checksum. It is on the medium as it would really be, so
 * that tools find the filesystem, and so that it is gone once these bytes are.
 * Source: Linux 6.1 `fs/ext4/ext4.h` struct ext4_super_block; values as mke2fs 1.47.0 and the kernel write them.
 */
import { viewOf } from "../../../base/bytes.ts";
import { crc32c } from "../../../base/checksum.ts";
import { NIL_UUID } from "../../../base/guid.ts";
import { ascii, bytes, structure, u16, u32, u64, u8, uuid } from "../../../base/structure.ts";
import { type Ext4Geometry, FIRST_INODE, GROUPS_PER_FLEX, INODE_SIZE } from "./geometry.ts";

export const EXT4_OFFSET = 1024;
export const EXT4_MAGIC = 0xef53;

const compatible = { has_journal: 2, ext_attr: 3, resize_inode: 4, dir_index: 5 };
const incompatible = { filetype: 1, needs_recovery: 2, extents: 6, "64bit": 7, flex_bg: 9 };
const readOnlyCompatible = {
  sparse_super: 0,
  large_file: 1,
  huge_file: 3,
  dir_nlink: 5,
  extra_isize: 6,
  metadata_csum: 10,
};

export const ext4Superblock = structure("ext4 superblock", 1024, {
  inodesCount: u32(0),
  blocksCountLow: u32(4),
  rootBlocksCountLow: u32(8),
  freeBlocksCountLow: u32(12),
  freeInodesCount: u32(16),
  firstDataBlock: u32(20),
  logBlockSize: u32(24),
  logClusterSize: u32(28),
  blocksPerGroup: u32(32),
  clustersPerGroup: u32(36),
  inodesPerGroup: u32(40),
  mountTime: u32(44),
  writeTime: u32(48),
  mountCount: u16(52),
  maxMountCount: u16(54),
  magic: u16(56),
  state: u16(58, { bits: { valid: 0, errors: 1, orphans: 2 } }),
  errors: u16(60),
  minorRevision: u16(62),
  lastCheck: u32(64),
  checkInterval: u32(68),
  creatorOs: u32(72),
  revision: u32(76),
  defaultUid: u16(80),
  defaultGid: u16(82),
  firstInode: u32(84),
  inodeSize: u16(88),
  blockGroup: u16(90),
  compatible: u32(92, { bits: compatible }),
  incompatible: u32(96, { bits: incompatible }),
  readOnlyCompatible: u32(100, { bits: readOnlyCompatible }),
  uuid: uuid(104),
  volumeName: ascii(120, 16),
  lastMounted: ascii(136, 64),
  algorithmUsage: u32(200),
  preallocateBlocks: u8(204),
  preallocateDirectoryBlocks: u8(205),
  reservedDescriptorBlocks: u16(206),
  journalUuid: uuid(208),
  journalInode: u32(224),
  journalDevice: u32(228),
  lastOrphan: u32(232),
  hashSeed: uuid(236),
  defaultHashVersion: u8(252),
  journalBackupType: u8(253),
  descriptorSize: u16(254),
  defaultMountOptions: u32(256, { bits: { user_xattr: 2, acl: 3 } }),
  firstMetaGroup: u32(260),
  makeTime: u32(264),
  journalBlocks: bytes(268, 68),
  blocksCountHigh: u32(336),
  rootBlocksCountHigh: u32(340),
  freeBlocksCountHigh: u32(344),
  minExtraIsize: u16(348),
  wantExtraIsize: u16(350),
  flags: u32(352, { bits: { signed_hash: 0, unsigned_hash: 1 } }),
  raidStride: u16(356),
  mmpInterval: u16(358),
  mmpBlock: u64(360),
  raidStripeWidth: u32(368),
  logGroupsPerFlex: u8(372),
  checksumType: u8(373),
  reservedPadding: u16(374),
  kilobytesWritten: u64(376),
  rest: bytes(384, 636),
  checksum: u32(1020),
});

/** What changes over the life of a filesystem. Times in seconds since the epoch. */
export interface Ext4Life {
  readonly uuid: string;
  readonly label: string;
  readonly made: number;
  readonly mounted: number;
  readonly written: number;
  readonly mountCount: number;
  readonly lastMounted: string;
  /** Mounted now, or when the power went: the journal has to be looked at. */
  readonly needsRecovery: boolean;
  readonly freeBlocks: number;
  readonly files: number;
}

const bitsOf = (table: Readonly<Record<string, number>>, left: readonly string[] = []): number =>
  Object.entries(table).reduce((word, [name, bit]) => (left.includes(name) ? word : word | (1 << bit)), 0);

export function encodeExt4(g: Ext4Geometry, life: Ext4Life): Uint8Array {
  const low = (count: number): number => count % 2 ** 32;
  const high = (count: number): number => Math.floor(count / 2 ** 32);
  const inodes = g.inodesPerGroup * g.groups;
  const block = ext4Superblock.write({
    ...ext4Superblock.blank(),
    inodesCount: inodes,
    blocksCountLow: low(g.blocks),
    blocksCountHigh: high(g.blocks),
    rootBlocksCountLow: low(g.rootBlocks),
    rootBlocksCountHigh: high(g.rootBlocks),
    freeBlocksCountLow: low(life.freeBlocks),
    freeBlocksCountHigh: high(life.freeBlocks),
    freeInodesCount: inodes - FIRST_INODE - life.files,
    firstDataBlock: g.firstDataBlock,
    logBlockSize: Math.log2(g.blockSize) - 10,
    logClusterSize: Math.log2(g.blockSize) - 10,
    blocksPerGroup: g.blocksPerGroup,
    clustersPerGroup: g.blocksPerGroup,
    inodesPerGroup: g.inodesPerGroup,
    mountTime: life.mounted,
    writeTime: life.written,
    mountCount: life.mountCount,
    maxMountCount: 0xffff,
    magic: EXT4_MAGIC,
    state: 1,
    errors: 1,
    lastCheck: life.made,
    revision: 1,
    firstInode: FIRST_INODE,
    inodeSize: INODE_SIZE,
    compatible: bitsOf(compatible, [
      ...(g.hasResizeInode ? [] : ["resize_inode"]),
      ...(g.journalBlocks > 0 ? [] : ["has_journal"]),
    ]),
    incompatible: bitsOf(incompatible, life.needsRecovery ? [] : ["needs_recovery"]),
    readOnlyCompatible: bitsOf(readOnlyCompatible),
    uuid: life.uuid,
    volumeName: life.label,
    lastMounted: life.lastMounted,
    reservedDescriptorBlocks: g.reservedDescriptorBlocks,
    journalUuid: NIL_UUID,
    journalInode: g.journalBlocks > 0 ? 8 : 0,
    hashSeed: life.uuid,
    defaultHashVersion: 1,
    descriptorSize: 64,
    defaultMountOptions: (1 << 2) | (1 << 3),
    makeTime: life.made,
    minExtraIsize: 32,
    wantExtraIsize: 32,
    flags: 1,
    logGroupsPerFlex: Math.log2(GROUPS_PER_FLEX),
    checksumType: 1,
  });
  viewOf(block).setUint32(1020, crc32c(0xffffffff, block.subarray(0, 1020)), true);
  return block;
}

export interface FoundExt4 {
  readonly uuid: string;
  readonly label: string;
  readonly lastMounted: string;
  readonly made: number;
  readonly mounted: number;
}

/** The superblock in a device's first 2 KiB; undefined where there is none, or one whose checksum is wrong. */
export function decodeExt4(start: Uint8Array): FoundExt4 | undefined {
  if (start.length < EXT4_OFFSET + ext4Superblock.size) return undefined;
  const block = start.subarray(EXT4_OFFSET, EXT4_OFFSET + ext4Superblock.size);
  const read = ext4Superblock.read(viewOf(block));
  if (read.isErr() || read.value.magic !== EXT4_MAGIC) return undefined;
  const { uuid, volumeName, lastMounted, makeTime, mountTime, readOnlyCompatible: features, checksum } = read.value;
  const checked = (features & (1 << readOnlyCompatible.metadata_csum)) !== 0;
  if (checked && checksum !== crc32c(0xffffffff, block.subarray(0, 1020))) return undefined;
  return { uuid, label: volumeName, lastMounted, made: makeTime, mounted: mountTime };
}
