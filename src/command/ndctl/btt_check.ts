/**
 * Checking an arena's map and log: every internal block must be referred to exactly once, by the map or as a lane's free
 * block. Source: ndctl `ndctl/check.c` btt_check_arenas and what it calls.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../../base/bytes.ts";
import { KiB } from "../../base/units.ts";
import {
  decodeMapEntry,
  encodeMapEntry,
  findLogSlots,
  INFO_BLOCK_SIZE,
  LOG_GROUP_SIZE,
  type LogEntry,
  type LogSlots,
  MAP_ENTRY_SIZE,
  readLogGroup,
  writeLogEntry,
} from "../../label/mod.ts";
import { type Progress } from "../language/command.ts";
import { type BttMedium, type CheckFault, type CheckLog, type CheckOptions } from "./btt_medium.ts";
import { type CheckedArena } from "./btt_recover.ts";
import { alternate } from "./talk.ts";

/** What is wrong with an arena, in the words that end its check. */
const WRONG = {
  sequences: "found a pair of log entries with the same sequence number",
  sequence: "found a log entry with an out of bounds sequence number",
  logBlock: "found a log entry with an out of bounds LBA",
  oldMap: "found a log entry with an out of bounds 'old' mapping",
  newMap: "found a log entry with an out of bounds 'new' mapping",
  map: "found a map entry that is out of bounds",
  references: "bitmap error: internal blocks are incorrectly referenced",
} as const;
type Wrong = keyof typeof WRONG;

/** Sequence numbers cycle through 1, 2, 3. */
const LAST_SEQUENCE = 3;
/** Bytes of map that are looked at in one go. */
const MAP_CHUNK = 64 * KiB;

/** The log's two entries that are in use, for each arena. -ENXIO for a log that fits no scheme. */
export function findSlots(medium: BttMedium, arena: CheckedArena, log: CheckLog): Result<LogSlots, CheckFault> {
  return mapped(medium, arena.log, arena.lanes * LOG_GROUP_SIZE).andThen((bytes) => {
    const slots = findLogSlots(bytes, arena.lanes);
    if (slots.isErr()) {
      if (slots.error.kind === "log slots") log.error("log_set_indices", "Found an unknown padding scheme");
      log.error("namespace_check", "Unable to deduce log/padding indices");
      return err<LogSlots, CheckFault>("ENXIO");
    }
    slots.value.forEach((slot, i) => log.info("log_set_indices", `arena[${arena.number}]: log_index_${i} = ${slot}`));
    return ok(slots.value);
  });
}

export function* checkArena(
  medium: BttMedium,
  arena: CheckedArena,
  slots: LogSlots,
  options: CheckOptions,
  log: CheckLog,
): Generator<Progress, Result<void, CheckFault>, void> {
  log.info("btt_check_arenas", `checking arena ${arena.number}`);
  const lanes = newEntries(medium, arena, slots);
  if (lanes.isErr()) return err(lanes.error);
  if ("wrong" in lanes.value) return wrong(arena, lanes.value.wrong, log);
  const entries = lanes.value.entries;

  const bounds = yield* mapWithinBounds(medium, arena);
  if (bounds.isErr()) return err(bounds.error);
  if (!bounds.value) return wrong(arena, "map", log);

  for (
    const step of [() => mendMap(medium, arena, entries, options, log), () => mendCopy(medium, arena, options, log)]
  ) {
    const done = step();
    if (done.isErr()) return done;
  }
  const references = yield* eachBlockOnce(medium, arena, entries, log);
  if (references.isErr()) return err(references.error);
  if (!references.value) return wrong(arena, "references", log);
  return options.rewriteLog ? rewriteLog(medium, arena, entries, log) : ok();
}

function wrong(arena: CheckedArena, what: Wrong, log: CheckLog): Result<void, CheckFault> {
  log.error("btt_xlat_status", `arena ${arena.number}: ${WRONG[what]}`);
  return err("ENXIO");
}

/** The newer entry of every lane, if all of them make sense. */
function newEntries(
  medium: BttMedium,
  arena: CheckedArena,
  slots: LogSlots,
): Result<{ readonly entries: LogEntry[] } | { readonly wrong: Wrong }, CheckFault> {
  return mapped(medium, arena.log, arena.lanes * LOG_GROUP_SIZE).map((bytes) => {
    const pairs = Array.from({ length: arena.lanes }, (_, lane) => {
      const group = readLogGroup(bytes, lane);
      return [group[slots[0]]!, group[slots[1]]!] as const;
    });
    for (const [a, b] of pairs) {
      if (a.sequence === b.sequence) return { wrong: "sequences" };
      if (a.sequence > LAST_SEQUENCE || b.sequence > LAST_SEQUENCE) return { wrong: "sequence" };
    }
    const entries = pairs.map(newer);
    for (const { block, oldMap, newMap } of entries) {
      if (block >= arena.externalBlocks) return { wrong: "logBlock" };
      if (oldMap >= arena.internalBlocks) return { wrong: "oldMap" };
      if (newMap >= arena.internalBlocks) return { wrong: "newMap" };
    }
    return { entries };
  });
}

function newer([a, b]: readonly [LogEntry, LogEntry]): LogEntry {
  if (a.sequence === 0) return b;
  const ahead = a.sequence < b.sequence ? b.sequence - a.sequence === 1 : a.sequence - b.sequence !== 1;
  return ahead ? b : a;
}

/** Chunks of the map; a chunk of zeroes is the identity and comes without entries. */
function* mapChunks(
  medium: BttMedium,
  arena: CheckedArena,
): Generator<{ readonly first: number; readonly count: number; readonly read: Result<Uint8Array, CheckFault> }> {
  const perChunk = MAP_CHUNK / MAP_ENTRY_SIZE;
  for (let first = 0; first < arena.externalBlocks; first += perChunk) {
    const count = Math.min(perChunk, arena.externalBlocks - first);
    yield { first, count, read: mapped(medium, arena.map + first * MAP_ENTRY_SIZE, count * MAP_ENTRY_SIZE) };
  }
}

function* mapWithinBounds(
  medium: BttMedium,
  arena: CheckedArena,
): Generator<Progress, Result<boolean, CheckFault>, void> {
  for (const { first, count, read } of mapChunks(medium, arena)) {
    if (read.isErr()) return err(read.error);
    const view = viewOf(read.value);
    for (let i = 0; i < count; i++) {
      if (lookup(view.getUint32(i * MAP_ENTRY_SIZE, true), first + i) >= arena.internalBlocks) return ok(false);
    }
    yield { what: `arena ${arena.number}: map`, done: first, total: 2 * arena.externalBlocks };
  }
  return ok(true);
}

const lookup = (raw: number, external: number): number => decodeMapEntry(raw, external).block;

/** A log entry whose map update was lost. */
function mendMap(
  medium: BttMedium,
  arena: CheckedArena,
  entries: readonly LogEntry[],
  { repair }: CheckOptions,
  log: CheckLog,
): Result<void, CheckFault> {
  for (const [lane, { block, oldMap, newMap }] of entries.entries()) {
    const at = arena.map + block * MAP_ENTRY_SIZE;
    const read = mapped(medium, at, MAP_ENTRY_SIZE);
    if (read.isErr()) return err(read.error);
    const now = lookup(viewOf(read.value).getUint32(0, true), block);
    if (newMap === now || oldMap !== now) continue;
    log.info(
      "btt_check_log_map",
      `arena ${arena.number}: log[${lane}].new_map (${alternate(newMap)}) doesn't match map[${alternate(block)}] (${
        alternate(now)
      })`,
    );
    const change = `map[${alternate(block)}] ${repair ? "to" : "needs to be updated to"} ${alternate(newMap)}`;
    if (!repair) {
      log.error("btt_map_write", `Arena ${arena.number}: ${change}`);
      log.repairHint();
      continue;
    }
    log.info("btt_map_write", `Arena ${arena.number}: Updating ${change}`);
    const bytes = new Uint8Array(MAP_ENTRY_SIZE);
    viewOf(bytes).setUint32(0, encodeMapEntry({ state: "normal", block: newMap }), true);
    const written = medium.write(at, bytes, `BTT map entry ${block} (from the log)`);
    if (written.isErr()) return err(written.error);
  }
  return ok();
}

function mendCopy(
  medium: BttMedium,
  arena: CheckedArena,
  { repair }: CheckOptions,
  log: CheckLog,
): Result<void, CheckFault> {
  const [info, copy] = [arena.info, arena.info2].map((at) => mapped(medium, at, INFO_BLOCK_SIZE));
  if (info!.isErr()) return err(info!.error);
  if (copy!.isErr()) return err(copy!.error);
  const wanted = info!.value;
  if (wanted.every((byte, i) => byte === copy!._unsafeUnwrap()[i])) return ok();
  if (!repair) {
    log.error("btt_copy_to_info2", `Arena ${arena.number}: BTT info2 needs to be restored`);
    log.repairHint();
    return ok();
  }
  log.print(`Arena ${arena.number}: Restoring BTT info2\n`);
  return medium.write(arena.info2, wanted, "BTT info block copy (restored)");
}

function* eachBlockOnce(
  medium: BttMedium,
  arena: CheckedArena,
  entries: readonly LogEntry[],
  log: CheckLog,
): Generator<Progress, Result<boolean, CheckFault>, void> {
  const seen = new BlockSet(arena.internalBlocks);
  const where = "btt_check_bitmap";
  for (const { first, count, read } of mapChunks(medium, arena)) {
    if (read.isErr()) return err(read.error);
    const view = viewOf(read.value);
    for (let i = 0; i < count; i++) {
      const block = lookup(view.getUint32(i * MAP_ENTRY_SIZE, true), first + i);
      if (!seen.add(block)) {
        const which = `arena ${arena.number}: internal block ${alternate(block)}`;
        log.info(where, `${which} is referenced by two map entries`);
        return ok(false);
      }
    }
    const done = arena.externalBlocks + first;
    yield { what: `arena ${arena.number}: references`, done, total: 2 * arena.externalBlocks };
  }
  for (const { oldMap } of entries) {
    if (!seen.add(oldMap)) {
      log.info(
        where,
        `arena ${arena.number}: internal block ${alternate(oldMap)} is referenced by two map/log entries`,
      );
      return ok(false);
    }
  }
  return ok(seen.full);
}

/** A bit for each internal block: there can be billions. */
class BlockSet {
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(private readonly size: number) {
    this.#bits = new Uint8Array(Math.ceil(size / 8));
  }
  /** False where it is there already. */
  add(block: number): boolean {
    const [at, bit] = [Math.floor(block / 8), 1 << (block % 8)];
    if ((this.#bits[at]! & bit) !== 0) return false;
    this.#bits[at]! |= bit;
    this.#count++;
    return true;
  }
  get full(): boolean {
    return this.#count === this.size;
  }
}

/** Every lane gets a first entry alone, which every version of the driver reads. */
function rewriteLog(
  medium: BttMedium,
  arena: CheckedArena,
  entries: readonly LogEntry[],
  log: CheckLog,
): Result<void, CheckFault> {
  log.info("btt_rewrite_log", `arena ${arena.number}: rewriting log`);
  const bytes = new Uint8Array(arena.lanes * LOG_GROUP_SIZE);
  entries.forEach((entry, lane) => bytes.set(writeLogEntry({ ...entry, sequence: 1 }), lane * LOG_GROUP_SIZE));
  return medium.write(arena.log, bytes, "BTT log (rewritten)");
}

/** What is read through a mapping: an error in the medium is a signal, not an errno. */
const mapped = (medium: BttMedium, at: number, length: number): Result<Uint8Array, CheckFault> =>
  medium.read(at, length).mapErr((): CheckFault => "sigbus");
