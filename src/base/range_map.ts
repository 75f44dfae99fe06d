/**
 * A copy-on-write map from disjoint ranges `[start, end)` to a few numbers, for a million ranges: a p2m, a frame table,
 * the free space of a filesystem. Ranges lie in blocks of typed columns (`range_blocks.ts`); a fork is O(1) and shares
 * every block that neither side has changed since. Neighbours that say the same are joined, so equal maps have equal
 * ranges however they came about; ranges that must stay apart need a column that tells them apart.
 *
 * Do not change a map while iterating over it; iterate over a fork.
 */
import { err, ok, type Result } from "neverthrow";
import { type Blocks } from "./blocks.ts";
import { type Range } from "./range.ts";
import { type ColumnKind } from "./range_block.ts";
import { RangeBlocks } from "./range_blocks.ts";
import { type FormatFault } from "./structure.ts";

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

export class RangeMap<S extends RangeSchema> {
  readonly #names: readonly string[];
  #rows: RangeBlocks;

  constructor(readonly schema: S) {
    this.#names = Object.keys(schema);
    this.#rows = new RangeBlocks(Object.values(schema));
  }

  /** The map that `save` kept; an empty one where nothing is stored. */
  static open<S extends RangeSchema>(
    schema: S,
    store: Blocks<Uint8Array>,
    prefix: string,
  ): Result<RangeMap<S>, FormatFault> {
    return RangeBlocks.open(Object.values(schema), store, prefix).map((rows) => {
      const map = new RangeMap(schema);
      map.#rows = rows;
      return map;
    });
  }

  /** Keeps the map in `store` under `prefix` and `prefix/N`; only what differs from what is there is written. */
  save(store: Blocks<Uint8Array>, prefix: string): void {
    this.#rows.save(store, prefix);
  }

  /** An independent map with the same content; O(1). */
  fork(): RangeMap<S> {
    const twin = new RangeMap(this.schema);
    twin.#rows = this.#rows.fork();
    return twin;
  }

  /** Number of ranges. */
  get count(): number {
    return this.#rows.count;
  }

  /** The range that holds `at`. */
  find(at: number): RangeEntry<S> | undefined {
    const place = this.#rows.placeAfter(at);
    return this.#rows.startAt(place) <= at ? this.#entry(place) : undefined;
  }

  /** One value at one position: the translation of `at` where the column follows. */
  value(at: number, name: keyof S & string): number | undefined {
    const place = this.#rows.placeAfter(at);
    const start = this.#rows.startAt(place);
    return start <= at ? this.#rows.valueAt(place, this.#names.indexOf(name), at - start) : undefined;
  }

  /** The last range that ends at or before `at`. */
  before(at: number): RangeEntry<S> | undefined {
    const place = this.#rows.previous(this.#rows.placeAfter(at));
    return place < 0 ? undefined : this.#entry(place);
  }

  /** The ranges that touch `[from, to)`, whole. */
  *entries(from = -Infinity, to = Infinity): Generator<RangeEntry<S>> {
    const rows = this.#rows;
    for (let place = rows.placeAfter(from); rows.startAt(place) < to; place = rows.next(place)) {
      yield this.#entry(place);
    }
  }

  /** The ranges that touch `[from, to)`, cut to it. */
  *window(from: number, to: number): Generator<RangeEntry<S>> {
    const rows = this.#rows;
    for (let place = rows.placeAfter(from); rows.startAt(place) < to; place = rows.next(place)) {
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
    check(start, end);
    const place = this.#rows.placeAfter(start);
    if (this.#rows.startAt(place) < end) return err({ kind: "taken", start, end, by: this.#entry(place) });
    this.#insert(place, start, end, this.#row(values));
    return ok(undefined);
  }

  /** Makes `[start, end)` hold these values, whatever was there. */
  set(start: number, end: number, values: RangeValues<S>): void {
    const row = this.#row(values);
    this.remove(start, end);
    this.#insert(this.#rows.placeAfter(start), start, end, row);
  }

  /** Gives every part of `[start, end)` that holds something new values, made from the old ones of that part. */
  change(start: number, end: number, values: (old: RangeEntry<S>) => RangeValues<S>): void {
    for (const part of [...this.window(start, end)]) this.set(part.start, part.end, values(part));
  }

  /** Empties `[start, end)`, cutting the ranges that reach over its ends. */
  remove(start: number, end: number): void {
    check(start, end);
    const rows = this.#rows;
    let touched = -1;
    let place = rows.placeAfter(start);
    for (let first = rows.startAt(place); first < end; first = rows.startAt(place)) {
      touched = place;
      const last = rows.endAt(place);
      if (first < start) {
        const tail = last > end ? this.#values(place, end - first) : undefined;
        rows.setEnd(place, start);
        place = rows.next(place);
        if (tail) rows.insert(place, end, last, tail);
        if (last >= end) break;
      } else if (last > end) {
        rows.moveStart(place, end);
        break;
      } else {
        place = rows.drop(place, end);
      }
    }
    if (touched >= 0) rows.mergeAround(touched);
  }

  #entry(place: number, from = -Infinity, to = Infinity): RangeEntry<S> {
    const start = this.#rows.startAt(place);
    const values = this.#values(place, Math.max(0, from - start));
    const entry: Record<string, number> = {
      start: Math.max(start, from),
      end: Math.min(this.#rows.endAt(place), to),
    };
    for (let c = 0; c < values.length; c++) entry[this.#names[c]!] = values[c]!;
    return entry as RangeEntry<S>;
  }

  /** The values at a place as they are `offset` further on. */
  #values(place: number, offset: number): number[] {
    const values: number[] = [];
    for (let c = 0; c < this.#names.length; c++) values.push(this.#rows.valueAt(place, c, offset));
    return values;
  }

  #row(values: RangeValues<S>): number[] {
    return this.#names.map((name) => {
      const value = values[name]!;
      if (this.schema[name] === "u32" && value >>> 0 !== value) throw new Error(`${name} = ${value} is no u32`);
      return value;
    });
  }

  /** Puts a range in front of the one at `place`, joining it with either neighbour where they continue each other. */
  #insert(place: number, start: number, end: number, row: readonly number[]): void {
    const rows = this.#rows;
    const before = rows.previous(place);
    const joinsBefore = before >= 0 && rows.endAt(before) === start &&
      this.#continues(before, start - rows.startAt(before), row);
    const joinsAfter = rows.startAt(place) === end && this.#continues(place, start - end, row);
    if (joinsBefore) {
      const last = joinsAfter ? rows.endAt(place) : end;
      if (joinsAfter) rows.drop(place, last);
      rows.setEnd(before, last);
    } else if (joinsAfter) {
      rows.moveStart(place, start);
    } else {
      rows.insert(place, start, end, row);
    }
  }

  /** Whether the range at `place`, `offset` further on, holds just these values. */
  #continues(place: number, offset: number, row: readonly number[]): boolean {
    for (let c = 0; c < row.length; c++) if (this.#rows.valueAt(place, c, offset) !== row[c]) return false;
    return true;
  }
}

function check(start: number, end: number): void {
  if (!(start < end)) throw new Error(`[${start}, ${end}) is not a range`);
}
