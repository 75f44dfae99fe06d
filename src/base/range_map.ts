/**
 * A copy-on-write map from disjoint ranges `[start, end)` to a few numbers, for a million ranges: a p2m, a frame table,
 * the free space of a filesystem. Ranges lie in blocks of typed columns (`range_block.ts`); a fork is O(1) and shares
 * every block that neither side has changed since. Neighbours that say the same are joined, so equal maps have equal
 * ranges however they came about; ranges that must stay apart need a column that tells them apart.
 *
 * Do not change a map while iterating over it; iterate over a fork.
 */
import { err, ok, type Result } from "neverthrow";
import { type Blocks } from "./blocks.ts";
import { sameBytes, viewOf } from "./bytes.ts";
import { type Range } from "./range.ts";
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

/**
 * The values of a range by name. `follows`: grows with the position inside the range (an mfn along a gfn range);
 * `number`: any double, the same all over the range; `u32`: the same, in half the space.
 */
export type RangeSchema = Readonly<Record<string, ColumnKind>>;
export type RangeValues<S extends RangeSchema> = { readonly [Name in keyof S]: number };
/** A range with its values; those that follow are the ones at `start`. */
export type RangeEntry<S extends RangeSchema> = Range & RangeValues<S>;

/** Something is there already; `by` is the first range in the way. */
export interface RangeTaken<S extends RangeSchema> {
  readonly kind: "taken";
  readonly start: number;
  readonly end: number;
  readonly by: RangeEntry<S>;
}

/** A block that is less than a quarter full looks for a neighbour to merge with. */
const SPARSE = BLOCK_CAPACITY / 4;
/** Merged blocks keep room for a few inserts. */
const MERGED = (3 * BLOCK_CAPACITY) / 4;

export class RangeMap<S extends RangeSchema> {
  readonly #names: readonly string[];
  readonly #kinds: readonly ColumnKind[];
  #blocks: RangeBlock[] = [];
  /** Start of the first range of each block: what a lookup searches first. */
  #firsts: number[] = [];
  #owner = {};
  /** Another map holds the same two lists. */
  #shared = false;
  #nextId = 0;

  constructor(readonly schema: S) {
    this.#names = Object.keys(schema);
    this.#kinds = Object.values(schema);
  }

  /** An independent map with the same content; O(1). */
  fork(): RangeMap<S> {
    const twin = new RangeMap(this.schema);
    twin.#blocks = this.#blocks;
    twin.#firsts = this.#firsts;
    twin.#nextId = this.#nextId;
    twin.#shared = this.#shared = true;
    this.#owner = {};
    return twin;
  }

  /** Number of ranges. */
  get count(): number {
    return this.#blocks.reduce((sum, block) => sum + block.count, 0);
  }

  /** The range that holds `at`. */
  find(at: number): RangeEntry<S> | undefined {
    const place = this.#placeAfter(at);
    return this.#startAt(place) <= at ? this.#entry(place) : undefined;
  }

  /** One value at one position: the translation of `at` where the column follows. */
  value(at: number, name: keyof S & string): number | undefined {
    const place = this.#placeAfter(at);
    const start = this.#startAt(place);
    if (!(start <= at)) return undefined;
    const column = this.#names.indexOf(name);
    const value = this.#blocks[place >>> 8]!.columns[column]![place & 255]!;
    return this.#kinds[column] === "follows" ? value + (at - start) : value;
  }

  /** The ranges that touch `[from, to)`, whole. */
  *entries(from = -Infinity, to = Infinity): Generator<RangeEntry<S>> {
    for (let place = this.#placeAfter(from); this.#startAt(place) < to; place = this.#next(place)) {
      yield this.#entry(place);
    }
  }

  /** The ranges that touch `[from, to)`, cut to it. */
  *window(from: number, to: number): Generator<RangeEntry<S>> {
    for (let place = this.#placeAfter(from); this.#startAt(place) < to; place = this.#next(place)) {
      yield this.#entry(place, from, to);
    }
  }

  /** What of `[from, to)` no range holds. */
  *gaps(from: number, to: number): Generator<Range> {
    let at = from;
    for (const { start, end } of this.entries(from, to)) {
      if (start > at) yield { start: at, end: start };
      at = end;
    }
    if (at < to) yield { start: at, end: to };
  }

  /** Adds `[start, end)` where nothing is yet. */
  claim(start: number, end: number, values: RangeValues<S>): Result<void, RangeTaken<S>> {
    this.#check(start, end);
    const place = this.#placeAfter(start);
    if (this.#startAt(place) < end) return err({ kind: "taken", start, end, by: this.#entry(place) });
    this.#insert(place, start, end, this.#row(values));
    return ok(undefined);
  }

  /** Makes `[start, end)` hold these values, whatever was there. */
  set(start: number, end: number, values: RangeValues<S>): void {
    const row = this.#row(values);
    this.remove(start, end);
    this.#insert(this.#placeAfter(start), start, end, row);
  }

  /** Gives every part of `[start, end)` that holds something new values, made from the old ones of that part. */
  change(start: number, end: number, values: (old: RangeEntry<S>) => RangeValues<S>): void {
    for (const part of [...this.window(start, end)]) this.set(part.start, part.end, values(part));
  }

  /** Empties `[start, end)`, cutting the ranges that reach over its ends. */
  remove(start: number, end: number): void {
    this.#check(start, end);
    let place = this.#placeAfter(start);
    let touched = -1;
    for (let first = this.#startAt(place); first < end; first = this.#startAt(place)) {
      const index = place >>> 8;
      const position = place & 255;
      const last = this.#blocks[index]!.ends[position]!;
      touched = index;
      if (first < start) {
        const tail = last > end ? this.#values(place, end - first) : undefined;
        this.#edit(index).ends[position] = start;
        place = this.#next(place);
        if (tail) this.#insert(place, end, last, tail);
        if (last >= end) break;
      } else if (last > end) {
        this.#moveStart(place, end);
        break;
      } else {
        place = this.#drop(index, position, end);
      }
    }
    if (touched >= 0) this.#merge(Math.min(touched, this.#blocks.length - 1));
  }

  /** Keeps the map in `store` under `prefix` and `prefix/N`; only what differs from what is there is written. */
  save(store: Blocks<Uint8Array>, prefix: string): void {
    const old = store.get(prefix);
    const ids = new Set(this.#blocks.map((block) => block.id));
    if (old) { for (const id of headerIds(old)) if (!ids.has(id)) store.delete(`${prefix}/${id}`); }
    if (this.#blocks.some((block) => !block.stored)) this.#own();
    this.#blocks.forEach(({ id, stored }, index) => {
      const bytes = stored ?? (this.#blocks[index] = storeBlock(this.#blocks[index]!, this.#kinds)).stored;
      const key = `${prefix}/${id}`;
      if (store.get(key) !== bytes) store.set(key, bytes);
    });
    const header = new Uint8Array(Uint32Array.of(this.#nextId, ...ids).buffer);
    if (!old || !sameBytes(old, header)) store.set(prefix, header);
  }

  /** The map that `save` kept; an empty one where nothing is stored. */
  static open<S extends RangeSchema>(
    schema: S,
    store: Blocks<Uint8Array>,
    prefix: string,
  ): Result<RangeMap<S>, FormatFault> {
    const map = new RangeMap(schema);
    const header = store.get(prefix);
    if (!header) return ok(map);
    if (header.length < 4 || header.length % 4 !== 0) {
      return err(formatFault(prefix, 0, header.length, "a list of block numbers takes a multiple of 4 bytes"));
    }
    map.#nextId = viewOf(header).getUint32(0, true);
    let end = -Infinity;
    for (const id of headerIds(header)) {
      const key = `${prefix}/${id}`;
      const bytes = store.get(key);
      if (!bytes) return err(formatFault(key, 0, 0, "the block is missing"));
      const block = loadBlock(id, bytes, map.#kinds, key);
      if (block.isErr()) return err(block.error);
      const { starts, ends, count } = block.value;
      if (id >= map.#nextId || !(starts[0]! >= end)) {
        return err(formatFault(key, 8, 8, "the block does not follow the one before it"));
      }
      end = ends[count - 1]!;
      map.#blocks.push(block.value);
      map.#firsts.push(starts[0]!);
    }
    return ok(map);
  }

  // A place is one number: index of the block x 256 + position in it. Past the last range it is (blocks x 256).

  /** The first range that ends after `at`. */
  #placeAfter(at: number): number {
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

  /** Start of the range at a place; infinite past the end. */
  #startAt(place: number): number {
    const index = place >>> 8;
    return index < this.#blocks.length ? this.#blocks[index]!.starts[place & 255]! : Infinity;
  }

  #next(place: number): number {
    return (place & 255) + 1 < this.#blocks[place >>> 8]!.count ? place + 1 : ((place >>> 8) + 1) * BLOCK_CAPACITY;
  }

  #entry(place: number, from = -Infinity, to = Infinity): RangeEntry<S> {
    const { starts, ends } = this.#blocks[place >>> 8]!;
    const start = starts[place & 255]!;
    const values = this.#values(place, Math.max(0, from - start));
    const entry: Record<string, number> = { start: Math.max(start, from), end: Math.min(ends[place & 255]!, to) };
    for (let c = 0; c < values.length; c++) entry[this.#names[c]!] = values[c]!;
    return entry as RangeEntry<S>;
  }

  /** The values at a place as they are `offset` further on. */
  #values(place: number, offset = 0): number[] {
    const { columns } = this.#blocks[place >>> 8]!;
    const values: number[] = [];
    for (let c = 0; c < columns.length; c++) {
      values.push(columns[c]![place & 255]! + (this.#kinds[c] === "follows" ? offset : 0));
    }
    return values;
  }

  #row(values: RangeValues<S>): number[] {
    return this.#names.map((name, c) => {
      const value = values[name]!;
      if (this.#kinds[c] === "u32" && value >>> 0 !== value) throw new Error(`${name} = ${value} is no u32`);
      return value;
    });
  }

  #check(start: number, end: number): void {
    if (!(start < end)) throw new Error(`[${start}, ${end}) is not a range`);
  }

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
    return this.#blocks[index] = copyBlock(block, this.#kinds, this.#owner);
  }

  /** Whether the range at `place`, `offset` further on, would hold just these values. */
  #continues(place: number, offset: number, row: readonly number[]): boolean {
    const { columns } = this.#blocks[place >>> 8]!;
    for (let c = 0; c < row.length; c++) {
      if (columns[c]![place & 255]! + (this.#kinds[c] === "follows" ? offset : 0) !== row[c]) return false;
    }
    return true;
  }

  /** Puts a range in front of the one at `place`, joining it with either neighbour where they continue each other. */
  #insert(place: number, start: number, end: number, row: readonly number[]): void {
    const before = this.#previous(place);
    const joinsBefore = before >= 0 && this.#blocks[before >>> 8]!.ends[before & 255] === start &&
      this.#continues(before, start - this.#startAt(before), row);
    const joinsAfter = this.#startAt(place) === end && this.#continues(place, start - end, row);
    if (joinsBefore) {
      const last = joinsAfter ? this.#blocks[place >>> 8]!.ends[place & 255]! : end;
      if (joinsAfter) this.#drop(place >>> 8, place & 255, last);
      this.#edit(before >>> 8).ends[before & 255] = last;
    } else if (joinsAfter) {
      this.#moveStart(place, start);
    } else {
      this.#add(place, before, start, end, row);
    }
  }

  #previous(place: number): number {
    if ((place & 255) > 0) return place - 1;
    const index = (place >>> 8) - 1;
    return index < 0 ? -1 : index * BLOCK_CAPACITY + this.#blocks[index]!.count - 1;
  }

  /** Moves the start of a range, and the values that follow with it. */
  #moveStart(place: number, start: number): void {
    const index = place >>> 8;
    const position = place & 255;
    const block = this.#edit(index);
    const offset = start - block.starts[position]!;
    for (let c = 0; c < this.#kinds.length; c++) {
      if (this.#kinds[c] === "follows") block.columns[c]![position] = block.columns[c]![position]! + offset;
    }
    block.starts[position] = start;
    if (position === 0) this.#firsts[index] = start;
  }

  /** Inserts without joining: behind `before` where that block has room, else in a block that is split or new. */
  #add(place: number, before: number, start: number, end: number, row: readonly number[]): void {
    this.#own();
    let index = before >= 0 ? before >>> 8 : 0;
    let position = before >= 0 ? (before & 255) + 1 : 0;
    if (this.#blocks.length === 0) this.#blocks.push(emptyBlock(this.#nextId++, this.#kinds, this.#owner));
    if (this.#blocks[index]!.count === BLOCK_CAPACITY) {
      // Appending starts a new block instead of halving the last: sequential loads fill their blocks.
      const appends = place >>> 8 >= this.#blocks.length;
      const half = appends ? BLOCK_CAPACITY : BLOCK_CAPACITY / 2;
      const right = copyBlock(this.#blocks[index]!, this.#kinds, this.#owner, this.#nextId++, half);
      if (!appends) this.#edit(index).count = half;
      this.#blocks.splice(index + 1, 0, right);
      this.#firsts.splice(index + 1, 0, right.starts[0]!);
      if (position > half || appends) {
        index++;
        position -= half;
      }
    }
    insertInto(this.#edit(index), position, start, end, row);
    if (position === 0) this.#firsts[index] = start;
  }

  /** Takes out the ranges of one block from `position` on that end by `end`; the place of what follows. */
  #drop(index: number, position: number, end: number): number {
    const block = this.#blocks[index]!;
    let to = position;
    while (to < block.count && block.ends[to]! <= end) to++;
    if (position === 0 && to === block.count) {
      this.#own();
      this.#blocks.splice(index, 1);
      this.#firsts.splice(index, 1);
      return index * BLOCK_CAPACITY;
    }
    const owned = this.#edit(index);
    removeFrom(owned, position, to);
    if (position === 0) this.#firsts[index] = owned.starts[0]!;
    return position < owned.count ? index * BLOCK_CAPACITY + position : (index + 1) * BLOCK_CAPACITY;
  }

  /** Joins a sparse block with the one behind it (the last: with the one before it), so that removals leave no dust. */
  #merge(index: number): void {
    const left = Math.min(index, this.#blocks.length - 2);
    if (left < 0) return;
    const counts = this.#blocks[left]!.count + this.#blocks[left + 1]!.count;
    if (this.#blocks[index]!.count >= SPARSE || counts > MERGED) return;
    appendFrom(this.#edit(left), this.#blocks[left + 1]!, 0);
    this.#blocks.splice(left + 1, 1);
    this.#firsts.splice(left + 1, 1);
  }
}

function* headerIds(header: Uint8Array): Generator<number> {
  const view = viewOf(header);
  for (let at = 4; at + 4 <= header.length; at += 4) yield view.getUint32(at, true);
}
