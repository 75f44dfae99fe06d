/**
 * How a BTT divides a namespace into arenas, and each arena into data, map, log and two info blocks.
 * Source: Linux `drivers/nvdimm/btt.h`, `btt.c` create_arenas, alloc_arena; `btt_devs.c` nd_btt_version.
 */
import { err, ok, type Result } from "neverthrow";
import { alignDown, alignUp } from "../base/quantity.ts";
import { GiB, KiB, MiB } from "../base/units.ts";
import { INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE } from "./info_block.ts";

/** 1.1 starts at offset 4096 of the namespace, 2.0 at 0. */
export type BttVersion = "1.1" | "2.0";

export const BTT_START: Readonly<Record<BttVersion, number>> = { "1.1": INFO_BLOCK_OFFSET, "2.0": 0 };

/** Sector sizes a BTT offers; beyond 512 and 4096 the rest of each sector is metadata. */
export const BTT_SECTOR_SIZES: readonly number[] = [512, 520, 528, 4096, 4104, 4160, 4224];

export const ARENA_MIN_SIZE = 16 * MiB;
export const ARENA_MAX_SIZE = 512 * GiB;

/** Lanes, and so blocks in flight, of one arena. */
export const BTT_LANES = 256;

export const LOG_GROUP_SIZE = 64;
export const MAP_ENTRY_SIZE = 4;

const BTT_PAGE = 4 * KiB;
const LOG_SIZE = alignUp(BTT_LANES * LOG_GROUP_SIZE, BTT_PAGE);
/** Internal blocks are rounded up to this. */
const INTERNAL_ALIGN = 64;

/** One arena. All offsets are bytes from the start of the namespace. */
export interface BttArena {
  readonly size: number;
  readonly externalBlockSize: number;
  readonly externalBlocks: number;
  readonly internalBlockSize: number;
  readonly internalBlocks: number;
  readonly lanes: number;
  /** Number of the arena's first sector on the disk. */
  readonly firstBlock: number;
  /** Bytes from this arena to the next, or zero. */
  readonly next: number;
  readonly info: number;
  readonly data: number;
  readonly map: number;
  readonly log: number;
  readonly info2: number;
}

/** -ENXIO: less than one arena remains after the start offset. */
export interface BttTooSmall {
  readonly kind: "too small for a BTT";
  readonly size: number;
  readonly least: number;
}

/** The arenas of a fresh BTT over a namespace of `size` bytes. A remainder of less than 16 MiB stays unused. */
export function bttArenas(size: number, sectorSize: number, version: BttVersion): Result<BttArena[], BttTooSmall> {
  const start = BTT_START[version];
  if (size - start < ARENA_MIN_SIZE) return err({ kind: "too small for a BTT", size, least: start + ARENA_MIN_SIZE });
  const arenas: BttArena[] = [];
  let firstBlock = 0;
  for (let at = start; size - at >= ARENA_MIN_SIZE;) {
    const length = Math.min(ARENA_MAX_SIZE, size - at);
    const hasNext = size - at - length >= ARENA_MIN_SIZE;
    const arena = arenaAt(at, length, sectorSize, firstBlock, hasNext);
    arenas.push(arena);
    firstBlock += arena.externalBlocks;
    at += length;
  }
  return ok(arenas);
}

/** Bytes a sector holds for the user: 4096 from that size on, else 512. */
export const bttDiskSector = (sectorSize: number): number => (sectorSize >= 4096 ? 4096 : 512);

/** Bytes of the disk. */
export const bttDiskSize = (arenas: readonly BttArena[]): number =>
  arenas.reduce((sum, arena) => sum + arena.externalBlocks * bttDiskSector(arena.externalBlockSize), 0);

function arenaAt(at: number, size: number, sectorSize: number, firstBlock: number, hasNext: boolean): BttArena {
  const available = alignDown(size, BTT_PAGE) - 2 * INFO_BLOCK_SIZE - LOG_SIZE;
  const internalBlockSize = alignUp(sectorSize, INTERNAL_ALIGN);
  const internalBlocks = Math.floor((available - BTT_PAGE) / (internalBlockSize + MAP_ENTRY_SIZE));
  const externalBlocks = internalBlocks - BTT_LANES;
  const mapSize = alignUp(externalBlocks * MAP_ENTRY_SIZE, BTT_PAGE);
  const data = at + INFO_BLOCK_SIZE;
  const map = data + available - mapSize;
  return {
    size,
    externalBlockSize: sectorSize,
    externalBlocks,
    internalBlockSize,
    internalBlocks,
    lanes: BTT_LANES,
    firstBlock,
    next: hasNext ? size : 0,
    info: at,
    data,
    map,
    log: map + mapSize,
    info2: map + mapSize + LOG_SIZE,
  };
}
