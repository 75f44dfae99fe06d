/**
 * The index block: which slots are free, and a sequence number that tells the newer of the two blocks.
 * Sources: Linux `drivers/nvdimm/label.h` nd_namespace_index; `label.c` __nd_label_validate, best_seq, nd_label_write_index;
 * EDK2 `NvdimmLabel.h` EFI_NVDIMM_LABEL_INDEX_BLOCK.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../base/bytes.ts";
import { fletcher64 } from "../base/checksum.ts";
import {
  ascii,
  type Placed,
  placeOf,
  type RecordOf,
  reserved,
  restTail,
  structure,
  u16,
  u32,
  u64,
  u8,
} from "../base/structure.ts";
import { type Geometry, INDEX_HEADER_SIZE, type LabelSize } from "./geometry.ts";

export const INDEX_SIGNATURE = "NAMESPACE_INDEX";

/** Where the checksum lies: it is computed with these eight bytes taken as zero. */
export const INDEX_CHECKSUM_OFFSET = 64;

export const indexBlock = structure("Label index block", INDEX_HEADER_SIZE, {
  signature: ascii(0, 16, { title: "Sig" }),
  flags: reserved(16, 3),
  /** Label size is 128 << labelSize; meaningful from version 1.2 on. */
  labelSize: u8(19, { title: "LabelSize", values: { 0: "128 bytes", 1: "256 bytes" } }),
  /** Cycles 1, 2, 3; only the low two bits count and zero is invalid. */
  sequence: u32(20, { title: "Seq" }),
  myOffset: u64(24, { title: "MyOff" }),
  mySize: u64(32, { title: "MySize" }),
  otherOffset: u64(40, { title: "OtherOff" }),
  labelOffset: u64(48, { title: "LabelOff" }),
  slots: u32(56, { title: "NSlot" }),
  major: u16(60, { title: "Major" }),
  minor: u16(62, { title: "Minor" }),
  checksum: u64(INDEX_CHECKSUM_OFFSET, { title: "Checksum" }),
  /** One bit a slot, set while it is free; runs to the end of the block. */
  free: restTail(INDEX_HEADER_SIZE, { title: "Free" }),
});

export type IndexRecord = RecordOf<typeof indexBlock.fields>;

/** Which of the two index blocks. */
export type IndexNumber = 0 | 1;

/** Why Linux does not take a block, with what it found and what it wanted. `offset` counts from the start of the area. */
export interface IndexFault extends Placed {
  readonly kind: "invalid index";
  readonly block: IndexNumber;
  readonly reason:
    | "signature"
    | "label size"
    | "checksum"
    | "sequence"
    | "own offset"
    | "other offset"
    | "label offset"
    | "own size"
    | "slots";
  readonly found: bigint | string;
  readonly wanted: bigint | string;
}

/**
 * Block `block` of an area read for `g`'s label size, checked in Linux's order. The checksum covers the block size that
 * the geometry gives, not the size that the block claims.
 */
export function readIndex(area: Uint8Array, g: Geometry, block: IndexNumber): Result<IndexRecord, IndexFault> {
  const at = block * g.indexSize;
  const record = rawIndex(area, g, block);
  const refuse = (
    reason: IndexFault["reason"],
    field: keyof IndexRecord,
    found: bigint | string,
    wanted: bigint | string,
  ) => {
    return err<never, IndexFault>({
      kind: "invalid index",
      block,
      reason,
      ...placeOf(indexBlock, field, at),
      found,
      wanted,
    });
  };

  if (!hasSignature(area, at)) return refuse("signature", "signature", record.signature, INDEX_SIGNATURE);
  const labelSize = claimedLabelSize(record);
  if (labelSize !== g.labelSize) return refuse("label size", "labelSize", BigInt(labelSize), BigInt(g.labelSize));
  const sum = indexChecksum(area.subarray(at, at + g.indexSize));
  if (record.checksum !== sum) return refuse("checksum", "checksum", record.checksum, sum);
  if ((record.sequence & 3) === 0) return refuse("sequence", "sequence", BigInt(record.sequence), "1, 2 or 3");
  if (record.myOffset !== BigInt(at)) return refuse("own offset", "myOffset", record.myOffset, BigInt(at));
  const other = BigInt((1 - block) * g.indexSize);
  if (record.otherOffset !== other) return refuse("other offset", "otherOffset", record.otherOffset, other);
  const labels = BigInt(g.labelOffset);
  if (record.labelOffset !== labels) return refuse("label offset", "labelOffset", record.labelOffset, labels);
  if (record.mySize < BigInt(INDEX_HEADER_SIZE) || record.mySize > BigInt(g.indexSize)) {
    return refuse("own size", "mySize", record.mySize, `${INDEX_HEADER_SIZE} to ${g.indexSize}`);
  }
  if (record.slots * g.labelSize + g.labelOffset > g.configSize) {
    return refuse("slots", "slots", BigInt(record.slots), `at most ${g.slots}`);
  }
  return ok(record);
}

/** The block as it stands, valid or not. The area must be as long as the geometry says. */
export function rawIndex(area: Uint8Array, g: Geometry, block: IndexNumber): IndexRecord {
  const record = indexBlock.read(viewOf(area), block * g.indexSize, g.indexSize);
  if (record.isErr()) throw new Error(`an area of ${area.length} bytes has no block of ${g.indexSize} at ${block}`);
  return record.value;
}

/** The block's bytes with every header field computed as Linux does, the checksum included. */
export function writeIndex(
  g: Geometry,
  block: IndexNumber,
  sequence: number,
  slots: number,
  free: Uint8Array,
): Uint8Array {
  const bytes = indexBlock.write({
    signature: INDEX_SIGNATURE,
    flags: new Uint8Array(3),
    labelSize: g.labelSize >> 8,
    sequence,
    myOffset: BigInt(block * g.indexSize),
    mySize: BigInt(g.indexSize),
    otherOffset: BigInt((1 - block) * g.indexSize),
    labelOffset: BigInt(g.labelOffset),
    slots,
    major: 1,
    minor: g.labelSize === 128 ? 1 : 2,
    checksum: 0n,
    free,
  });
  viewOf(bytes).setBigUint64(INDEX_CHECKSUM_OFFSET, indexChecksum(bytes), true);
  return bytes;
}

/** Of a whole block. */
export const indexChecksum = (block: Uint8Array): bigint => fletcher64(block, INDEX_CHECKSUM_OFFSET);

/** 1, 2, 3, 1, ... */
export const nextSequence = (sequence: number): number => [1, 2, 3, 1][sequence & 3]!;

/** Of two valid blocks the one that follows the other; block 1 on a tie (Linux best_seq). */
export function newerIndex(sequence0: number, sequence1: number): IndexNumber {
  const [a, b] = [sequence0 & 3, sequence1 & 3];
  return a === b || nextSequence(a) === b ? 1 : 0;
}

/** The size a block's version and field claim. Linux 6.1 refuses exponents above 1; so the shift cannot run away. */
function claimedLabelSize(record: IndexRecord): LabelSize | 0 {
  if (record.major * 100 + record.minor < 102) return 128;
  return record.labelSize === 0 ? 128 : record.labelSize === 1 ? 256 : 0;
}

function hasSignature(area: Uint8Array, at: number): boolean {
  for (let i = 0; i < INDEX_SIGNATURE.length; i++) if (area[at + i] !== INDEX_SIGNATURE.charCodeAt(i)) return false;
  return area[at + INDEX_SIGNATURE.length] === 0;
}
