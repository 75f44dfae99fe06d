/**
 * What PFN, DAX and BTT info blocks share: 4096 bytes, a signature first, a checksum last.
 * Source: Linux `drivers/nvdimm/nd.h` nd_gen_sb; `claim.c` nd_sb_checksum.
 */
import { viewOf } from "../base/bytes.ts";
import { fletcher64 } from "../base/checksum.ts";

export const INFO_BLOCK_SIZE = 4096;

/** Where the checksum lies; it is computed with these eight bytes taken as zero. */
export const INFO_CHECKSUM_OFFSET = 4088;

/** Where PFN, DAX and BTT 1.1 blocks lie in their namespace; a BTT 2.0 block lies at 0. */
export const INFO_BLOCK_OFFSET = 4096;

export const infoChecksum = (block: Uint8Array): bigint =>
  fletcher64(block.subarray(0, INFO_BLOCK_SIZE), INFO_CHECKSUM_OFFSET);

export const infoChecksumHolds = (block: Uint8Array): boolean =>
  viewOf(block).getBigUint64(INFO_CHECKSUM_OFFSET, true) === infoChecksum(block);

/** The block with its checksum filled in, in place. */
export function sealInfoBlock(block: Uint8Array): Uint8Array {
  viewOf(block).setBigUint64(INFO_CHECKSUM_OFFSET, infoChecksum(block), true);
  return block;
}
