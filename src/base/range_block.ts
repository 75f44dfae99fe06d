/**
 * One block of a range map: at most 256 sorted, disjoint ranges as typed columns. A block is a sequence of numbers and
 * knows how to search, shift and store itself; which ranges may join or overlap is the map's business.
 *
 * Stored form, little-endian: u32 number of ranges, u32 zero, then the columns one after another, each exactly as long
 * as there are ranges: start and end as f64, the values in the order of the schema, 8-byte columns first.
 */
import { err, ok, type Result } from "neverthrow";
import { type FormatFault, formatFault } from "./structure.ts";

/** Ranges in a full block: a change copies at most 256 x (16 + values) bytes. */
export const BLOCK_CAPACITY = 256;

/** What a value does inside its range: `follows` grows with the position, `number` and `u32` stay. */
export type ColumnKind = "follows" | "number" | "u32";

export type Column = Float64Array | Uint32Array;

export interface RangeBlock {
  /** Names the block in a store; kept when the block is copied. */
  readonly id: number;
  /** Who may change this block in place; anyone else copies it first. */
  readonly owner: object;
  count: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** One column a value, in the order of the schema. */
  readonly columns: readonly Column[];
  /** The stored form, where the block is unchanged since it was made. */
  readonly stored?: Uint8Array;
}

const HEADER = 8;
const widthOf = (kind: ColumnKind): number => (kind === "u32" ? 4 : 8);
/** Owner of blocks that are stored: nobody's, so that every change copies. */
const NOBODY = {};

export function emptyBlock(id: number, kinds: readonly ColumnKind[], owner: object): RangeBlock {
  return {
    id,
    owner,
    count: 0,
    starts: new Float64Array(BLOCK_CAPACITY),
    ends: new Float64Array(BLOCK_CAPACITY),
    columns: kinds.map((kind) => kind === "u32" ? new Uint32Array(BLOCK_CAPACITY) : new Float64Array(BLOCK_CAPACITY)),
  };
}

/** A copy with room to grow, of the ranges from `from` on. */
export function copyBlock(
  block: RangeBlock,
  kinds: readonly ColumnKind[],
  owner: object,
  id = block.id,
  from = 0,
): RangeBlock {
  const copy = emptyBlock(id, kinds, owner);
  appendFrom(copy, block, from);
  return copy;
}

/** Puts `source`'s ranges from `from` on behind those of `target`. */
export function appendFrom(target: RangeBlock, source: RangeBlock, from: number): void {
  const at = target.count;
  target.starts.set(source.starts.subarray(from, source.count), at);
  target.ends.set(source.ends.subarray(from, source.count), at);
  target.columns.forEach((column, c) => column.set(source.columns[c]!.subarray(from, source.count), at));
  target.count += source.count - from;
}

/** Position of the first range that ends after `at`; `count` where there is none. */
export function firstEndingAfter(block: RangeBlock, at: number): number {
  const { ends } = block;
  let low = 0;
  let high = block.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Makes room for one range at `position` and writes it there. The block must be owned and not full. */
export function insertInto(
  block: RangeBlock,
  position: number,
  start: number,
  end: number,
  values: readonly number[],
): void {
  const { starts, ends, columns, count } = block;
  if (position < count) {
    starts.copyWithin(position + 1, position, count);
    ends.copyWithin(position + 1, position, count);
    for (const column of columns) column.copyWithin(position + 1, position, count);
  }
  starts[position] = start;
  ends[position] = end;
  for (let c = 0; c < columns.length; c++) columns[c]![position] = values[c]!;
  block.count++;
}

/** Takes the ranges at positions `[from, to)` out. The block must be owned. */
export function removeFrom(block: RangeBlock, from: number, to: number): void {
  const { starts, ends, columns, count } = block;
  starts.copyWithin(from, to, count);
  ends.copyWithin(from, to, count);
  for (const column of columns) column.copyWithin(from, to, count);
  block.count -= to - from;
}

/** The block as bytes, and the block again as views of those bytes: what is stored is never changed in place. */
export function storeBlock(block: RangeBlock, kinds: readonly ColumnKind[]): RangeBlock & { stored: Uint8Array } {
  const { count } = block;
  const bytes = new Uint8Array(storedSize(count, kinds));
  new DataView(bytes.buffer).setUint32(0, count, true);
  const shell = viewBlock(block.id, bytes, count, kinds);
  shell.starts.set(block.starts.subarray(0, count));
  shell.ends.set(block.ends.subarray(0, count));
  shell.columns.forEach((column, c) => column.set(block.columns[c]!.subarray(0, count)));
  return shell;
}

/** Reads a stored block. Everything a map relies on is checked: size, order, no overlap. */
export function loadBlock(
  id: number,
  bytes: Uint8Array,
  kinds: readonly ColumnKind[],
  path: string,
): Result<RangeBlock, FormatFault> {
  const fault = (reason: string, offset = 0) => err(formatFault(path, offset, bytes.length, reason));
  if (bytes.length < HEADER) return fault(`needs ${HEADER} bytes, ${bytes.length} are there`);
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (count === 0 || count > BLOCK_CAPACITY) return fault(`says ${count} ranges; 1 to ${BLOCK_CAPACITY} fit`);
  const size = storedSize(count, kinds);
  if (bytes.length !== size) return fault(`${count} ranges take ${size} bytes, ${bytes.length} are there`);
  // Columns of doubles need their alignment; whatever the copy, `stored` stays what the store holds.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const block = { ...viewBlock(id, aligned, count, kinds), stored: bytes };
  const { starts, ends } = block;
  for (let i = 0; i < count; i++) {
    // Written so that a NaN fails as well.
    const sound = starts[i]! < ends[i]! && (i === 0 || ends[i - 1]! <= starts[i]!);
    if (!sound) return fault(`range ${i} is empty or out of order`, HEADER + 8 * i);
  }
  return ok(block);
}

const storedSize = (count: number, kinds: readonly ColumnKind[]): number =>
  HEADER + count * kinds.reduce((sum, kind) => sum + widthOf(kind), 16);

function viewBlock(
  id: number,
  bytes: Uint8Array,
  count: number,
  kinds: readonly ColumnKind[],
): RangeBlock & { stored: Uint8Array } {
  let at = bytes.byteOffset + HEADER;
  const next = (kind: ColumnKind): Column => {
    const column = kind === "u32"
      ? new Uint32Array(bytes.buffer, at, count)
      : new Float64Array(bytes.buffer, at, count);
    at += count * widthOf(kind);
    return column;
  };
  const starts = next("number") as Float64Array;
  const ends = next("number") as Float64Array;
  const columns: Column[] = new Array(kinds.length);
  for (const wide of [true, false]) {
    kinds.forEach((kind, c) => {
      if ((widthOf(kind) === 8) === wide) columns[c] = next(kind);
    });
  }
  return { id, owner: NOBODY, count, starts, ends, columns, stored: bytes };
}
