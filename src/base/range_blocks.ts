/**
 * A sorted sequence of disjoint ranges in blocks (`range_block.ts`), copied on write: what a range map stands on. It
 * finds, inserts and drops rows and keeps blocks neither too full nor too empty; what rows mean is the map's business.
 *
 * A place names a row by one number: index of its block x 256 + position in the block. A change may move the rows behind
 * it to other places; the place past the last row is (blocks x 256).
 */
import { err, ok, type Result } from "neverthrow";
import { type Blocks } from "./blocks.ts";
import { sameBytes, viewOf } from "./bytes.ts";
import {
  appendFrom,
  BLOCK_CAPACITY,
  type ColumnKind,
  copyBlock,
  emptyBlock,
  firstEndingAfter,
  insertInto,
  loadBlock,
  type RangeBlock,
  removeFrom,
  storeBlock,
} from "./range_block.ts";
import { type FormatFault, formatFault } from "./structure.ts";

/** A block that is less than a quarter full looks for a neighbour to merge with. */
const SPARSE = BLOCK_CAPACITY / 4;
/** Merged blocks keep room for a few inserts. */
const MERGED = (3 * BLOCK_CAPACITY) / 4;

const indexOf = (place: number): number => place >>> 8;
const positionOf = (place: number): number => place & (BLOCK_CAPACITY - 1);

export class RangeBlocks {
  #blocks: RangeBlock[] = [];
  /** Start of the first range of each block: what a lookup searches first. */
  #firsts: number[] = [];
  #owner = {};
  /** Another sequence holds the same two lists. */
  #shared = false;
  #nextId = 0;
  /** Where the rows were saved last, and what has changed since: a save costs what was changed, not what there is. */
  #home: { readonly store: Blocks<Uint8Array>; readonly prefix: string } | undefined;
  readonly #changed = new Set<RangeBlock>();
  readonly #gone: number[] = [];
  #listChanged = false;

  constructor(readonly kinds: readonly ColumnKind[]) {}

  /** An independent sequence with the same rows; O(1). */
  fork(): RangeBlocks {
    const twin = new RangeBlocks(this.kinds);
    twin.#blocks = this.#blocks;
    twin.#firsts = this.#firsts;
    twin.#nextId = this.#nextId;
    twin.#shared = this.#shared = true;
    this.#owner = {};
    return twin;
  }

  /** Number of rows. */
  get count(): number {
    return this.#blocks.reduce((sum, block) => sum + block.count, 0);
  }

  /** The first row that ends after `at`. */
  placeAfter(at: number): number {
    const firsts = this.#firsts;
    let low = 0;
    let high = firsts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (firsts[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    const block = this.#blocks[low - 1]!;
    const position = firstEndingAfter(block, at);
    return position < block.count ? (low - 1) * BLOCK_CAPACITY + position : low * BLOCK_CAPACITY;
  }

  /** Start of a row; infinite past the last. */
  startAt(place: number): number {
    const index = indexOf(place);
    return index < this.#blocks.length ? this.#blocks[index]!.starts[positionOf(place)]! : Infinity;
  }

  /** End of a row, which must exist. */
  endAt(place: number): number {
    return this.#blocks[indexOf(place)]!.ends[positionOf(place)]!;
  }

  /** A value of a row, which must exist, as it is `offset` behind the row's start. */
  valueAt(place: number, column: number, offset: number): number {
    const value = this.#blocks[indexOf(place)]!.columns[column]![positionOf(place)]!;
    return this.kinds[column] === "follows" ? value + offset : value;
  }

  next(place: number): number {
    const inBlock = positionOf(place) + 1 < this.#blocks[indexOf(place)]!.count;
    return inBlock ? place + 1 : (indexOf(place) + 1) * BLOCK_CAPACITY;
  }

  /** The row before a place, or -1. */
  previous(place: number): number {
    if (positionOf(place) > 0) return place - 1;
    const index = indexOf(place) - 1;
    return index < 0 ? -1 : index * BLOCK_CAPACITY + this.#blocks[index]!.count - 1;
  }

  setEnd(place: number, end: number): void {
    this.#edit(indexOf(place)).ends[positionOf(place)] = end;
  }

  /** Moves the start of a row, and the values that follow with it. */
  moveStart(place: number, start: number): void {
    const position = positionOf(place);
    const block = this.#edit(indexOf(place));
    const offset = start - block.starts[position]!;
    this.kinds.forEach((kind, column) => {
      if (kind === "follows") block.columns[column]![position]! += offset;
    });
    block.starts[position] = start;
    if (position === 0) this.#firsts[indexOf(place)] = start;
  }

  /** Puts a row in front of the one at `place`; the blocks' order must stay. */
  insert(place: number, start: number, end: number, row: readonly number[]): void {
    this.#own();
    const before = this.previous(place);
    let index = before >= 0 ? indexOf(before) : 0;
    let position = before >= 0 ? positionOf(before) + 1 : 0;
    if (this.#blocks.length === 0) this.#add(0, emptyBlock(this.#nextId++, this.kinds, this.#owner));
    if (this.#blocks[index]!.count === BLOCK_CAPACITY) {
      // Appending starts a new block instead of halving the last: sequential loads fill their blocks.
      const appends = indexOf(place) >= this.#blocks.length;
      const kept = appends ? BLOCK_CAPACITY : BLOCK_CAPACITY / 2;
      this.#split(index, kept);
      if (position > kept || appends) {
        index++;
        position -= kept;
      }
    }
    insertInto(this.#edit(index), position, start, end, row);
    if (position === 0) this.#firsts[index] = start;
  }

  /** Takes out the rows from `place` to the end of its block that end by `end`; the place of what follows them. */
  drop(place: number, end: number): number {
    const index = indexOf(place);
    const position = positionOf(place);
    const block = this.#blocks[index]!;
    let to = position;
    while (to < block.count && block.ends[to]! <= end) to++;
    if (position === 0 && to === block.count) {
      this.#remove(index);
      return index * BLOCK_CAPACITY;
    }
    const owned = this.#edit(index);
    removeFrom(owned, position, to);
    if (position === 0) this.#firsts[index] = owned.starts[0]!;
    return position < owned.count ? place : (index + 1) * BLOCK_CAPACITY;
  }

  /** Joins a sparse block with the one behind it (the last: with the one before it), so that removals leave no dust. */
  mergeAround(place: number): void {
    const index = Math.min(indexOf(place), this.#blocks.length - 1);
    const left = Math.min(index, this.#blocks.length - 2);
    if (left < 0) return;
    const counts = this.#blocks[left]!.count + this.#blocks[left + 1]!.count;
    if (this.#blocks[index]!.count >= SPARSE || counts > MERGED) return;
    appendFrom(this.#edit(left), this.#blocks[left + 1]!, 0);
    this.#remove(left + 1);
  }

  /**
   * Keeps the rows in `store` under `prefix` and `prefix/N`; only what differs from what is there is written. Between two saves
   * to one place nobody else may write there.
   */
  save(store: Blocks<Uint8Array>, prefix: string): void {
    const known = this.#home?.store === store && this.#home.prefix === prefix;
    const key = (id: number): string => `${prefix}/${id}`;
    if (!known) {
      const old = store.get(prefix);
      const ids = new Set(this.#blocks.map((block) => block.id));
      if (old) { for (const id of headerIds(old)) if (!ids.has(id)) store.delete(key(id)); }
    }
    for (const id of this.#gone) store.delete(key(id));
    for (const block of known ? this.#changed : this.#blocks.slice()) {
      const bytes = block.stored ?? this.#store(block);
      if (store.get(key(block.id)) !== bytes) store.set(key(block.id), bytes);
    }
    if (!known || this.#listChanged) {
      const header = new Uint8Array(Uint32Array.of(this.#nextId, ...this.#blocks.map((block) => block.id)).buffer);
      const old = store.get(prefix);
      if (!old || !sameBytes(old, header)) store.set(prefix, header);
    }
    this.#home = { store, prefix };
    this.#changed.clear();
    this.#gone.length = 0;
    this.#listChanged = false;
  }

  /** The rows that `save` kept; none where nothing is stored. */
  static open(
    kinds: readonly ColumnKind[],
    store: Blocks<Uint8Array>,
    prefix: string,
  ): Result<RangeBlocks, FormatFault> {
    const rows = new RangeBlocks(kinds);
    const header = store.get(prefix);
    if (!header) return ok(rows);
    if (header.length < 4 || header.length % 4 !== 0) {
      return err(formatFault(prefix, 0, header.length, "a list of block numbers takes a multiple of 4 bytes"));
    }
    rows.#nextId = viewOf(header).getUint32(0, true);
    let end = -Infinity;
    for (const id of headerIds(header)) {
      const key = `${prefix}/${id}`;
      const bytes = store.get(key);
      if (!bytes) return err(formatFault(key, 0, 0, "the block is missing"));
      const block = loadBlock(id, bytes, kinds, key);
      if (block.isErr()) return err(block.error);
      const { starts, ends, count } = block.value;
      if (id >= rows.#nextId || !(starts[0]! >= end)) {
        return err(formatFault(key, 8, 8, "the block does not follow the one before it"));
      }
      end = ends[count - 1]!;
      rows.#blocks.push(block.value);
      rows.#firsts.push(starts[0]!);
    }
    rows.#home = { store, prefix };
    return ok(rows);
  }

  /** Makes the two lists this sequence's own. */
  #own(): void {
    if (!this.#shared) return;
    this.#blocks = this.#blocks.slice();
    this.#firsts = this.#firsts.slice();
    this.#shared = false;
  }

  /** The block, safe to change in place. */
  #edit(index: number): RangeBlock {
    this.#own();
    const block = this.#blocks[index]!;
    if (block.owner === this.#owner) return block;
    const copy = this.#blocks[index] = copyBlock(block, this.kinds, this.#owner);
    this.#changed.delete(block);
    this.#changed.add(copy);
    return copy;
  }

  /** Puts the stored form of a block in its place; the bytes. */
  #store(block: RangeBlock): Uint8Array {
    this.#own();
    const index = indexOf(this.placeAfter(block.starts[0]!));
    return (this.#blocks[index] = storeBlock(block, this.kinds)).stored!;
  }

  #add(index: number, block: RangeBlock): void {
    this.#own();
    this.#blocks.splice(index, 0, block);
    this.#firsts.splice(index, 0, block.starts[0]!);
    this.#changed.add(block);
    this.#listChanged = true;
  }

  #remove(index: number): void {
    this.#own();
    const [block] = this.#blocks.splice(index, 1);
    this.#firsts.splice(index, 1);
    this.#changed.delete(block!);
    this.#gone.push(block!.id);
    this.#listChanged = true;
  }

  /** Moves the rows of a block from position `kept` on to a new block behind it. */
  #split(index: number, kept: number): void {
    const right = copyBlock(this.#blocks[index]!, this.kinds, this.#owner, this.#nextId++, kept);
    if (right.count > 0) this.#edit(index).count = kept;
    this.#add(index + 1, right);
  }
}

/** The block numbers of a header, behind the next free one. */
function* headerIds(header: Uint8Array): Generator<number> {
  const view = viewOf(header);
  for (let at = 4; at + 4 <= header.length; at += 4) yield view.getUint32(at, true);
}
