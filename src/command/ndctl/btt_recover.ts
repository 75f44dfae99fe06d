/**
 * Finding a BTT's arenas, and its info blocks where they are damaged, from the copies at the arenas' ends.
 * Source: ndctl `ndctl/check.c` btt_discover_arenas, btt_recover_first_sb, btt_parse_meta, btt_write_info.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno, strerror } from "../../abi/errno.ts";
import { viewOf } from "../../base/bytes.ts";
import { alignDown } from "../../base/quantity.ts";
import { KiB } from "../../base/units.ts";
import {
  ARENA_MAX_SIZE,
  ARENA_MIN_SIZE,
  BTT_START,
  bttInfoBlock,
  type BttRecord,
  INFO_BLOCK_SIZE,
  readBttInfo,
} from "../../label/mod.ts";
import { alternate, numbered } from "./talk.ts";
import { type BttMedium, type CheckLog, type CheckOptions } from "./btt_medium.ts";

/** Offsets count from the start of the namespace. */
export interface CheckedArena {
  readonly number: number;
  readonly internalBlocks: number;
  readonly externalBlocks: number;
  readonly lanes: number;
  readonly info: number;
  readonly data: number;
  readonly map: number;
  readonly log: number;
  readonly info2: number;
}

/** Tried in this order. */
const STARTS = [BTT_START["1.1"], BTT_START["2.0"]] as const;
const ERROR_FLAG = 1;

/** Where the first info block is; restored first where only its copy is left. */
export function findStart(medium: BttMedium, options: CheckOptions, log: CheckLog): Result<number, Errno> {
  for (const start of STARTS) if (readInfo(medium, start, log).isOk()) return ok(start);
  let last: Errno = "ENXIO";
  for (const start of STARTS) {
    const recovered = recoverFirst(medium, start, options, log);
    if (recovered.isOk()) return readInfo(medium, start, log).map(() => start);
    last = recovered.error;
  }
  log.error("namespace_check", "Unable to recover any BTT info blocks");
  log.error("namespace_check", "This may not be a sector mode namespace");
  return err(last);
}

export function discoverArenas(
  medium: BttMedium,
  start: number,
  options: CheckOptions,
  log: CheckLog,
): Result<CheckedArena[], Errno> {
  const where = "btt_discover_arenas";
  const arenas: CheckedArena[] = [];
  for (let at = start, remaining = medium.size; remaining !== 0;) {
    const block = arenaInfo(medium, at, remaining, arenas.length, options, log);
    if (block.isErr()) return err(block.error);
    const sb = block.value;
    const arena = arenaOf(sb, at, arenas.length);
    if (!arena) {
      if ((sb.flags & ERROR_FLAG) !== 0) log.error("btt_parse_meta", "Info block error flag is set, aborting");
      log.error(where, `Problem parsing arena[${arenas.length}] metadata`);
      return err("ENXIO");
    }
    arenas.push(arena);
    const size = sb.nextOffset > 0n ? Number(sb.nextOffset) : arena.info2 - arena.info + INFO_BLOCK_SIZE;
    remaining -= size;
    at += size;
    // Arenas that lead past the end are read there, and found missing.
    if (sb.nextOffset === 0n) break;
  }
  log.info(where, `found ${arenas.length} BTT arena${arenas.length > 1 ? "s" : ""}`);
  return ok(arenas);
}

function arenaInfo(
  medium: BttMedium,
  at: number,
  remaining: number,
  number: number,
  options: CheckOptions,
  log: CheckLog,
): Result<BttRecord, Errno> {
  const where = "btt_discover_arenas";
  const first = rawInfo(medium, at, log);
  if (first.isErr()) return err(first.error);
  const valid = readBttInfo(first.value, medium.uuid);
  if (valid.isOk()) return ok(valid.value);
  const backup = remaining <= ARENA_MAX_SIZE
    ? alignDown(medium.size, 4 * KiB) - INFO_BLOCK_SIZE
    : at + ARENA_MAX_SIZE - INFO_BLOCK_SIZE;
  log.info(where, `Arena ${number}: Attempting recover info-block using info2`);
  const copy = rawInfo(medium, backup, log);
  if (copy.isErr()) {
    log.error(where, `Unable to read backup info block (offset ${alternate(backup)})`);
    return err(copy.error);
  }
  const record = readBttInfo(copy.value, medium.uuid);
  if (record.isErr()) {
    log.error(where, `Backup info block (offset ${alternate(backup)}) verification failed`);
    return err("ENXIO");
  }
  const written = writeInfo(medium, copy.value, at, options, log);
  if (written.isErr()) {
    const { error } = written;
    log.error(where, `Restoration of the info block failed: ${numbered(error)}`);
    return err(error);
  }
  return ok(record.value);
}

/** Undefined for numbers that do not go together, and for an arena that is marked as failed. */
function arenaOf(sb: BttRecord, at: number, number: number): CheckedArena | undefined {
  if (sb.internalBlocks - sb.externalBlocks !== sb.lanes || (sb.flags & ERROR_FLAG) !== 0) return undefined;
  if (sb.internalBlockSize !== sb.externalBlockSize) return undefined;
  const { internalBlocks, externalBlocks, lanes } = sb;
  const place = (offset: bigint): number => at + Number(offset);
  const [data, map, log, info2] = [
    place(sb.dataOffset),
    place(sb.mapOffset),
    place(sb.logOffset),
    place(sb.info2Offset),
  ];
  return { number, internalBlocks, externalBlocks, lanes, info: at, data, map, log, info2 };
}

/** From the end of the first arena, from the last arena's copy, or from where the damaged block says its copy is. */
function recoverFirst(medium: BttMedium, start: number, options: CheckOptions, log: CheckLog): Result<void, Errno> {
  const where = "__btt_recover_first_sb";
  const { size } = medium;
  if (size - start < ARENA_MIN_SIZE) return err("EINVAL");
  const full = Math.floor((size - start - 1) / ARENA_MAX_SIZE);
  const rest = size - start - full * ARENA_MAX_SIZE;
  const [arenas, remaining] = rest < ARENA_MIN_SIZE ? [full, rest] : [full + 1, 0];
  log.info(where, `estimated arenas: ${arenas}, remaining bytes: ${alternate(remaining)}`);
  const damaged = rawInfo(medium, start, log);
  if (damaged.isErr()) return err(damaged.error);

  const last = alignDown(size - remaining, 4 * KiB) - INFO_BLOCK_SIZE;
  const end = arenas === 1 ? last : ARENA_MAX_SIZE - INFO_BLOCK_SIZE + start;
  log.info(where, `Attempting recover info-block from end-of-arena offset ${alternate(end)}`);
  const atEnd = validInfo(medium, end, log);
  if (atEnd.isOk()) {
    // A copy fits any start; its version says which one is meant.
    return startOf(atEnd.value.record) === start
      ? writeInfo(medium, atEnd.value.bytes, start, options, log)
      : err("ENXIO");
  }
  if (arenas > 1) {
    log.info(where, `Attempting to recover info-block from end offset ${alternate(last)}`);
    const other = validInfo(medium, last, log);
    if (other.isErr()) return err(other.error);
    const pieced = pieceTogether(other.value.bytes, damaged.value);
    if (readBttInfo(pieced, medium.uuid).isOk()) return writeInfo(medium, pieced, start, options, log);
  }
  const said = bttInfoBlock.read(viewOf(damaged.value))._unsafeUnwrap().info2Offset & 0xffffffffn;
  const info2 = Number(said);
  const limit = Math.min(size - INFO_BLOCK_SIZE, ARENA_MAX_SIZE - INFO_BLOCK_SIZE + start);
  if (info2 > limit || info2 === 0) return err("ENXIO");
  log.info(where, `Attempting to recover info-block from info2 offset ${alternate(info2)}`);
  return validInfo(medium, info2 + start, log).andThen(({ bytes }) => writeInfo(medium, bytes, start, options, log));
}

/** Another arena's block with what is the first arena's own taken from the damaged one. */
function pieceTogether(other: Uint8Array, damaged: Uint8Array): Uint8Array {
  const { fields } = bttInfoBlock;
  const out = other.slice();
  const own = [
    [fields.flags.offset, 4],
    [fields.externalBlocks.offset, 4],
    [fields.internalBlocks.offset, 4],
    [fields.nextOffset.offset, 8],
    [fields.dataOffset.offset, 8],
    [fields.mapOffset.offset, 8],
    [fields.logOffset.offset, 8],
    [fields.info2Offset.offset, 8],
    [fields.checksum.offset, 8],
  ] as const;
  for (const [at, length] of own) out.set(damaged.subarray(at, at + length), at);
  return out;
}

function startOf({ major, minor }: BttRecord): number | undefined {
  const version = `${major}.${minor}`;
  return version === "1.1" || version === "2.0" ? BTT_START[version] : undefined;
}

function writeInfo(
  medium: BttMedium,
  block: Uint8Array,
  at: number,
  { repair }: CheckOptions,
  log: CheckLog,
): Result<void, Errno> {
  const offset = alternate(at);
  if (!repair) {
    log.error("btt_write_info", `BTT info block at offset ${offset} needs to be restored`);
    log.repairHint();
    return err("EIO");
  }
  log.info("btt_write_info", `Restoring BTT info block at offset ${offset}`);
  return medium.write(at, block, "BTT info block (restored)").mapErr((errno) => {
    log.error("btt_write_info", `unable to write the info block: ${strerror(errno)}`);
    return errno;
  });
}

const readInfo = (medium: BttMedium, at: number, log: CheckLog): Result<BttRecord, Errno> =>
  validInfo(medium, at, log).map(({ record }) => record);

function validInfo(
  medium: BttMedium,
  at: number,
  log: CheckLog,
): Result<{ readonly record: BttRecord; readonly bytes: Uint8Array }, Errno> {
  return rawInfo(medium, at, log).andThen((bytes) =>
    readBttInfo(bytes, medium.uuid).map((record) => ({ record, bytes })).mapErr((): Errno => "ENXIO")
  );
}

function rawInfo(medium: BttMedium, at: number, log: CheckLog): Result<Uint8Array, Errno> {
  const past = at + INFO_BLOCK_SIZE > medium.size;
  const read = past ? err<Uint8Array, Errno>("ENXIO") : medium.read(at, INFO_BLOCK_SIZE);
  return read.mapErr((errno) => {
    const why = past ? "short read of first info block: 0" : `unable to read first info block: ${strerror(errno)}`;
    log.error("btt_read_info", why);
    return errno;
  });
}
