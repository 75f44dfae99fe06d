/**
 * What Linux's BTT driver finds in a namespace: arenas one after the other, each with its log read and, where a crash fell
 * between log and map, the map entry to be mended. Input is hostile: whatever it says, the walk ends.
 * Source: Linux `drivers/nvdimm/btt.c` discover_arenas, parse_arena_meta, btt_freelist_init; `claim.c` nsio_rw_bytes.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../base/bytes.ts";
import { exactNumber } from "../base/quantity.ts";
import { type Placed, placeOf } from "../base/structure.ts";
import { bttInfoBlock, type BttInfoFault, type BttRecord, readBttInfo } from "./btt_info.ts";
import {
  ARENA_MIN_SIZE,
  BTT_LANES,
  BTT_START,
  type BttArena,
  type BttVersion,
  LOG_GROUP_SIZE,
  MAP_ENTRY_SIZE,
} from "./btt_layout.ts";
import { findLogSlots, type LogFault, type LogSlots, newerLogEntry, placeOfEntry, readLogGroup } from "./btt_log.ts";
import { blockOf, decodeMapEntry, encodeMapEntry } from "./btt_map.ts";
import { INFO_BLOCK_SIZE } from "./info_block.ts";
import type { NotedWrite } from "./noted_write.ts";

/** Reads the namespace, never past its size; undefined for an uncorrectable error. */
export type ReadNamespace = (offset: number, length: number) => Uint8Array | undefined;

/** The namespace to be searched. `uuid` is nil where it has no label. */
export interface BttHost {
  readonly size: number;
  readonly uuid: string;
  readonly version: BttVersion;
}

export interface FoundArena extends BttArena {
  readonly logSlots: LogSlots;
  readonly errorFlag: boolean;
}

export interface FoundBtt {
  /** Empty: no BTT is there, and Linux would lay out a fresh one. */
  readonly arenas: readonly FoundArena[];
  /** Map entries that Linux mends while it reads the log, in its order. */
  readonly repairs: readonly NotedWrite[];
}

/** Why a BTT that is there cannot be used; the namespace then has no disk at all. */
export type BttFault =
  | ArenaFault
  | { readonly kind: "out of range"; readonly errno: "EFAULT"; readonly offset: bigint; readonly length: bigint }
  | { readonly kind: "media error"; readonly errno: "EIO"; readonly offset: number; readonly length: number };

/** What an arena itself says is wrong. `offset` counts from the start of the namespace; `path` begins with the arena. */
export type ArenaFault = Placed & ArenaTrouble & { readonly arena: number };

type ArenaTrouble =
  | { readonly kind: "corrupted arena"; readonly errno: "ENODEV"; readonly cause: BttInfoFault }
  | { readonly kind: "log"; readonly errno: "ENXIO" | "EIO"; readonly cause: LogFault }
  /** Fewer lanes than the region has (6.1.192 refuses, 7.1.8 does not), or more than the kernel can allocate for. */
  | { readonly kind: "lanes"; readonly errno: "EINVAL" | "ENOMEM"; readonly lanes: number }
  /** A log entry names an external block that the arena does not have. Linux would read whatever lies there. */
  | { readonly kind: "log block"; readonly errno: "EIO"; readonly lane: number }
  /** More arenas than can follow each other. Linux would walk on until they end. */
  | { readonly kind: "too many arenas"; readonly errno: "ENODEV" };

/** Past this the lanes' free list is more than one kmalloc gives (4 MiB of 16-byte entries). */
const MOST_LANES = 256 * 1024;

export function discoverBtt(read: ReadNamespace, host: BttHost): Result<FoundBtt, BttFault> {
  const start = BTT_START[host.version];
  const most = Math.floor(host.size / ARENA_MIN_SIZE) + 1;
  const arenas: FoundArena[] = [];
  const repairs: NotedWrite[] = [];
  const within = readWithin(read, host.size);
  let firstBlock = 0;

  for (let at = start; at !== host.size;) {
    const number = arenas.length;
    if (number === most) {
      return err(
        inArena(number, at, placeOf(bttInfoBlock, "nextOffset"), { kind: "too many arenas", errno: "ENODEV" }),
      );
    }
    const block = within(BigInt(at), BigInt(INFO_BLOCK_SIZE));
    if (block.isErr()) return err(block.error);
    const info = readBttInfo(block.value, host.uuid);
    if (info.isErr()) {
      if (number === 0) return ok({ arenas, repairs });
      const cause = info.error;
      return err(inArena(number, at, cause, { kind: "corrupted arena", errno: "ENODEV", cause }));
    }
    const arena = readArena(within, info.value, at, number, firstBlock);
    if (arena.isErr()) return err(arena.error);
    arenas.push(arena.value.arena);
    repairs.push(...arena.value.repairs);
    if (arena.value.arena.next === 0) break;
    firstBlock += arena.value.arena.externalBlocks;
    at += arena.value.arena.next;
  }
  return ok({ arenas, repairs });
}

/** Trouble with so many bytes behind `start` of the namespace. */
const inArena = (arena: number, start: number, place: Placed, trouble: ArenaTrouble): ArenaFault => ({
  ...trouble,
  arena,
  offset: start + place.offset,
  length: place.length,
  path: `arena ${arena}/${place.path}`,
});

type Within = (offset: bigint, length: bigint) => Result<Uint8Array, BttFault>;

const readWithin = (read: ReadNamespace, size: number): Within => (offset, length) => {
  const [at, count] = [exactNumber(offset), exactNumber(length)];
  if (at === undefined || count === undefined || at + count > size) {
    return err({ kind: "out of range", errno: "EFAULT", offset, length });
  }
  const bytes = read(at, count);
  return bytes ? ok(bytes) : err({ kind: "media error", errno: "EIO", offset: at, length: count });
};

function readArena(
  within: Within,
  sb: BttRecord,
  at: number,
  arena: number,
  firstBlock: number,
): Result<{ arena: FoundArena; repairs: NotedWrite[] }, BttFault> {
  const lanes = sb.lanes;
  if (lanes < BTT_LANES || lanes > MOST_LANES) {
    const errno = lanes < BTT_LANES ? "EINVAL" : "ENOMEM";
    return err(inArena(arena, at, placeOf(bttInfoBlock, "lanes"), { kind: "lanes", errno, lanes }));
  }
  const logAt = BigInt(at) + sb.logOffset;
  const log = within(logAt, BigInt(lanes * LOG_GROUP_SIZE));
  if (log.isErr()) return err(log.error);
  const inLog = (errno: "ENXIO" | "EIO", cause: LogFault): ArenaFault =>
    inArena(arena, Number(logAt), cause, { kind: "log", errno, cause });
  const slots = findLogSlots(log.value, lanes);
  if (slots.isErr()) return err(inLog("ENXIO", slots.error));

  const mapAt = BigInt(at) + sb.mapOffset;
  const repairs: NotedWrite[] = [];
  for (let lane = 0; lane < lanes; lane++) {
    const group = readLogGroup(log.value, lane);
    const newer = newerLogEntry(group, slots.value, lane);
    if (newer.isErr()) return err(inLog("EIO", newer.error));
    const slot = slots.value[newer.value];
    const entry = group[slot]!;
    const [from, to] = [blockOf(entry.oldMap), blockOf(entry.newMap)];
    if (from === to) continue;
    if (entry.block >= sb.externalBlocks) {
      const place = placeOfEntry(lane, slot, "block");
      return err(inArena(arena, Number(logAt), place, { kind: "log block", errno: "EIO", lane }));
    }
    const entryAt = mapAt + BigInt(entry.block * MAP_ENTRY_SIZE);
    const raw = within(entryAt, BigInt(MAP_ENTRY_SIZE));
    if (raw.isErr()) return err(raw.error);
    const mapped = decodeMapEntry(viewOf(raw.value).getUint32(0, true), entry.block).block;
    if (mapped !== to && mapped === from) repairs.push(mapRepair(Number(entryAt), entry.block, to));
  }

  const exact = [sb.nextOffset, sb.dataOffset, sb.mapOffset, sb.logOffset, sb.info2Offset].map(exactNumber);
  const wild = exact.findIndex((value) => value === undefined);
  if (wild >= 0) return err({ kind: "out of range", errno: "EFAULT", offset: BigInt(at), length: 2n ** 53n });
  const [next, data, map, logOffset, info2] = exact as [number, number, number, number, number];
  return ok({
    arena: {
      size: next > 0 ? next : info2 + INFO_BLOCK_SIZE,
      externalBlockSize: sb.externalBlockSize,
      externalBlocks: sb.externalBlocks,
      internalBlockSize: sb.internalBlockSize,
      internalBlocks: sb.internalBlocks,
      lanes,
      firstBlock,
      next,
      info: at,
      data: at + data,
      map: at + map,
      log: at + logOffset,
      info2: at + info2,
      logSlots: slots.value,
      errorFlag: (sb.flags & 1) !== 0,
    },
    repairs,
  });
}

function mapRepair(offset: number, external: number, block: number): NotedWrite {
  const bytes = new Uint8Array(MAP_ENTRY_SIZE);
  viewOf(bytes).setUint32(0, encodeMapEntry({ state: "normal", block }), true);
  return { offset, bytes, note: `BTT map entry ${external} (from the log)` };
}
