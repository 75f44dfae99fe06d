/**
 * How many records a file's extents are kept in, and how many blocks of the filesystem the tree of those records takes.
 * Source: Linux 6.1 `fs/ext4/ext4_extents.h`; `extents.c` ext4_can_extents_be_merged, ext4_ext_create_new_leaf.
 */

/** Longest extent of written blocks (EXT_INIT_MAX_LEN), and of unwritten ones (EXT_UNWRITTEN_MAX_LEN). */
export const EXTENT_BLOCKS = 32768;
export const UNWRITTEN_EXTENT_BLOCKS = 32767;
/** Extents, or index entries, that fit into the inode itself. */
export const INODE_EXTENTS = 4;
/** A large file grows by windows of 8 MiB, so that its unwritten extents end where one more would be too long. */
export const GROWN_EXTENT_BLOCKS = UNWRITTEN_EXTENT_BLOCKS - (UNWRITTEN_EXTENT_BLOCKS % 2048);

export const recordsOf = (blocks: number, unwritten: boolean): number =>
  Math.ceil(blocks / (unwritten ? GROWN_EXTENT_BLOCKS : EXTENT_BLOCKS));

/** A header and entries are 12 bytes each. */
const entriesPerBlock = (blockSize: number): number => Math.floor((blockSize - 12) / 12);

export interface TreeShape {
  readonly leaves: number;
  /** Blocks of index entries between the inode and the leaves. */
  readonly indexes: number;
}

export function treeShape(records: number, blockSize: number): TreeShape {
  if (records <= INODE_EXTENTS) return { leaves: 0, indexes: 0 };
  const perBlock = entriesPerBlock(blockSize);
  const leaves = Math.ceil(records / perBlock);
  let indexes = 0;
  for (let level = leaves; level > INODE_EXTENTS;) {
    level = Math.ceil(level / perBlock);
    indexes += level;
  }
  return { leaves, indexes };
}
