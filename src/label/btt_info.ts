/**
 * The info block of a BTT arena; a second copy lies at the arena's end.
 * Source: Linux `drivers/nvdimm/btt.h` btt_sb; `btt.c` btt_arena_write_layout, parse_arena_meta; `btt_devs.c`
 * nd_btt_arena_is_valid.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../base/bytes.ts";
import { NIL_UUID } from "../base/guid.ts";
import {
  ascii,
  type Placed,
  placeOf,
  type RecordOf,
  reserved,
  structure,
  u16,
  u32,
  u64,
  uuid,
} from "../base/structure.ts";
import type { BttArena, BttVersion } from "./btt_layout.ts";
import { INFO_BLOCK_SIZE, INFO_CHECKSUM_OFFSET, infoChecksumHolds, sealInfoBlock } from "./info_block.ts";

export const BTT_SIGNATURE = "BTT_ARENA_INFO";

export const bttInfoBlock = structure("BTT info block", INFO_BLOCK_SIZE, {
  signature: ascii(0, 16),
  uuid: uuid(16),
  /** The namespace's uuid; zero fits every namespace. */
  parentUuid: uuid(32),
  flags: u32(48, { bits: { error: 0 } }),
  major: u16(52),
  minor: u16(54),
  externalBlockSize: u32(56),
  externalBlocks: u32(60),
  internalBlockSize: u32(64),
  internalBlocks: u32(68),
  /** Lanes: blocks kept free for writes in flight. */
  lanes: u32(72),
  infoSize: u32(76),
  /** Distances from this block, in bytes; the next arena's is zero in the last one. */
  nextOffset: u64(80),
  dataOffset: u64(88),
  mapOffset: u64(96),
  logOffset: u64(104),
  info2Offset: u64(112),
  padding: reserved(120, 3968),
  checksum: u64(INFO_CHECKSUM_OFFSET),
});

export type BttRecord = RecordOf<typeof bttInfoBlock.fields>;

export interface BttIdentity {
  readonly uuid: string;
  readonly parentUuid: string;
  readonly version: BttVersion;
}

/**
 * Why Linux finds no BTT: the block is not valid, or has another version than the namespace's claim class asks for.
 * `offset` counts from the start of the block.
 */
export interface BttInfoFault extends Placed {
  readonly kind: "invalid BTT info block";
  readonly reason: "signature" | "parent uuid" | "checksum" | "version";
  readonly found: bigint | string;
  readonly wanted: bigint | string;
}

/** An arena's block as Linux writes it, for `info` and `info2` alike. */
export function encodeBttInfo(arena: BttArena, identity: BttIdentity): Uint8Array {
  return sealInfoBlock(bttInfoBlock.write({
    ...bttInfoBlock.blank(),
    signature: BTT_SIGNATURE,
    uuid: identity.uuid,
    parentUuid: identity.parentUuid,
    ...BTT_VERSION[identity.version],
    externalBlockSize: arena.externalBlockSize,
    externalBlocks: arena.externalBlocks,
    internalBlockSize: arena.internalBlockSize,
    internalBlocks: arena.internalBlocks,
    lanes: arena.lanes,
    infoSize: INFO_BLOCK_SIZE,
    nextOffset: BigInt(arena.next),
    dataOffset: BigInt(arena.data - arena.info),
    mapOffset: BigInt(arena.map - arena.info),
    logOffset: BigInt(arena.log - arena.info),
    info2Offset: BigInt(arena.info2 - arena.info),
  }));
}

/** `block` holds at least 4096 bytes; `parentUuid` is the namespace's, nil where it has none. Linux's order of checks. */
export function readBttInfo(block: Uint8Array, parentUuid: string): Result<BttRecord, BttInfoFault> {
  if (block.length < INFO_BLOCK_SIZE) {
    throw new Error(`an info block has ${INFO_BLOCK_SIZE} bytes, not ${block.length}`);
  }
  const record = bttInfoBlock.read(viewOf(block), 0)._unsafeUnwrap();
  if (record.signature !== BTT_SIGNATURE) return refuse("signature", record.signature, BTT_SIGNATURE);
  if (record.parentUuid !== NIL_UUID && record.parentUuid !== parentUuid) {
    return refuse("parent uuid", record.parentUuid, parentUuid);
  }
  if (!infoChecksumHolds(block)) return refuse("checksum", record.checksum, "the sum of the block");
  return ok(record);
}

/** The first arena's block, which must also have the version that the namespace's claim class asks for. */
export function probeBtt(block: Uint8Array, parentUuid: string, version: BttVersion): Result<BttRecord, BttInfoFault> {
  return readBttInfo(block, parentUuid).andThen((record) => {
    const found = `${record.major}.${record.minor}`;
    return found === version ? ok(record) : refuse("version", found, version);
  });
}

const BTT_VERSION: Readonly<Record<BttVersion, { readonly major: number; readonly minor: number }>> = {
  "1.1": { major: 1, minor: 1 },
  "2.0": { major: 2, minor: 0 },
};

const FIELD: Readonly<Record<BttInfoFault["reason"], keyof BttRecord>> = {
  signature: "signature",
  "parent uuid": "parentUuid",
  checksum: "checksum",
  version: "major",
};

const refuse = (reason: BttInfoFault["reason"], found: bigint | string, wanted: bigint | string) =>
  err<never, BttInfoFault>({
    kind: "invalid BTT info block",
    reason,
    ...placeOf(bttInfoBlock, FIELD[reason]),
    found,
    wanted,
  });
