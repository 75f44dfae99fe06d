/** How many blocks a file's extent tree takes. Source: Linux 6.1 `fs/ext4/ext4_extents.h`, `extents.c`. */

/** Longest extent of written blocks (EXT_INIT_MAX_LEN), and of unwritten ones (EXT_UNWRITTEN_MAX_LEN). */
export const EXTENT_BLOCKS = 32768;
export const UNWRITTEN_EXTENT_BLOCKS = 32767;
/** Extents, or index entries, that fit into the inode itself. */
export const INODE_EXTENTS = 4;
