/**
 * What mballoc is asked, and how it makes the question larger: for a growing file it asks for whole windows and keeps what
 * is left over for the file. Source: Linux 6.1 `fs/ext4/mballoc.c` ext4_mb_normalize_request, ext4_mb_group_or_file.
 */
import { KiB, MiB } from "../../../base/units.ts";
import { type Ext4Geometry, groupOf, groupStart } from "./geometry.ts";

/** Blocks set aside for a file: `logical` is where they would stand in it. */
export interface Preallocation {
  readonly logical: number;
  readonly physical: number;
  readonly length: number;
}

/** The file that asks, as far as it matters. */
export interface OpenFile {
  /** Bytes, before this request. */
  readonly size: number;
  /** Its own preallocations; given back when it is closed. */
  readonly preallocated: Preallocation[];
}

/** A block of the file next to the request: number in the file and on the device. */
export interface Neighbour {
  readonly logical: number;
  readonly physical: number;
}

export interface BlockRequest {
  readonly logical: number;
  readonly length: number;
  /** Block from which to look. */
  readonly goal: number;
  /** The goal itself is wanted first. */
  readonly tryGoal?: boolean;
  /** Undefined: a block of an extent tree. */
  readonly file?: OpenFile;
  /** Just so many blocks, nothing set aside. */
  readonly exact?: boolean;
  /** Last block before, first block after. */
  readonly left?: Neighbour | undefined;
  readonly right?: Neighbour | undefined;
}

/** Files up to so many blocks share a preallocation (`mb_stream_req`) of so many (`mb_group_prealloc`). */
const SMALL_FILE_BLOCKS = 16;
const SHARED_BLOCKS = 512;

export interface Goal {
  readonly group: number;
  /** Counts from the start of the group. */
  readonly start: number;
  readonly logical: number;
  readonly length: number;
  readonly tryGoal: boolean;
}

/** Whether a request is one of a file small enough to share preallocated blocks. */
export function isSmall(g: Ext4Geometry, request: BlockRequest): boolean {
  if (!request.file) return false;
  const blocks = Math.ceil(request.file.size / g.blockSize);
  return Math.max(request.logical + request.length, blocks) <= SMALL_FILE_BLOCKS;
}

/** What is looked for: as asked, or normalised. */
export function goalOf(g: Ext4Geometry, request: BlockRequest): Goal {
  const { logical, length } = request;
  const asked = { ...placeOf(g, request.goal), logical, length, tryGoal: request.tryGoal ?? false };
  if (!request.file || request.exact) return asked;
  if (isSmall(g, request)) return { ...asked, length: SHARED_BLOCKS };

  const { start, end } = window(g, request, request.file);
  const size = end - start;
  const goal = { ...asked, logical: start, length: size };
  const { left, right } = request;
  if (left && left.logical + 1 === start && left.physical + 1 < g.blocks) {
    return { ...goal, ...placeOf(g, left.physical + 1), tryGoal: true };
  }
  if (right && right.logical === end && right.physical - size >= g.firstDataBlock) {
    return { ...goal, ...placeOf(g, right.physical - size), tryGoal: true };
  }
  return goal;
}

const placeOf = (g: Ext4Geometry, block: number): { readonly group: number; readonly start: number } => {
  const inside = block < g.firstDataBlock || block >= g.blocks ? g.firstDataBlock : block;
  const group = groupOf(g, inside);
  return { group, start: inside - groupStart(g, group) };
};

/** The window around a request: the size that the file is expected to get, aligned to it once that is large. */
function window(
  g: Ext4Geometry,
  request: BlockRequest,
  file: OpenFile,
): { readonly start: number; readonly end: number } {
  const { logical, length } = request;
  const bytes = Math.max((logical + length) * g.blockSize, file.size);
  const unit = unitOf(bytes, 2 * g.blockSize, length * g.blockSize);
  const blocks = unit / g.blockSize;
  let start = bytes <= MiB ? 0 : logical - (logical % blocks);
  start = Math.max(start, logical - (logical % g.blocksPerGroup));
  let size = blocks;
  const { left, right } = request;
  if (left && start <= left.logical) {
    size -= left.logical + 1 - start;
    start = left.logical + 1;
  }
  if (right && start + size - 1 >= right.logical) size -= start + size - right.logical;
  let end = start + Math.min(size, g.blocksPerGroup);
  for (const kept of file.preallocated) {
    const keptEnd = kept.logical + kept.length;
    if (kept.logical >= end || keptEnd <= start) continue;
    if (keptEnd <= logical) start = keptEnd;
    else if (kept.logical > logical) end = kept.logical;
  }
  return { start, end };
}

/** Bytes of the window. `chunk`: blocks of the largest chunk that the kernel's table knows, `asked`: bytes asked for. */
function unitOf(bytes: number, chunk: number, asked: number): number {
  for (let small = 16 * KiB; small <= MiB; small *= 2) if (bytes <= small) return small;
  if (bytes <= 4 * MiB || chunk <= 2 * KiB) return 2 * MiB;
  if (bytes <= 8 * MiB || chunk <= 4 * KiB) return 4 * MiB;
  if (asked <= 8 * MiB || chunk <= 8 * KiB) return 8 * MiB;
  return asked;
}
