/**
 * The tables of one level: which stretches of guest memory have one, as runs of consecutive table-sized regions. A run
 * collapses any number of tables, so that a level costs what the extents cost; the ordinal of a table is its place among
 * the level's tables in order of GPA.
 */

export class TableRegions {
  #starts = new Float64Array(16);
  #ends = new Float64Array(16);
  /** Tables of the level before each run. */
  #before = new Float64Array(16);
  #runs = 0;

  /** Regions `[from, to)` have tables. Calls come in ascending order; what touches or overlaps the last run extends it. */
  add(from: number, to: number): void {
    const last = this.#runs - 1;
    if (last >= 0 && from <= this.#ends[last]!) {
      if (to > this.#ends[last]!) this.#ends[last] = to;
      return;
    }
    if (this.#runs === this.#starts.length) this.#grow();
    this.#before[this.#runs] = this.count;
    this.#starts[this.#runs] = from;
    this.#ends[this.#runs++] = to;
  }

  #grow(): void {
    const doubled = (column: Float64Array) => {
      const fresh = new Float64Array(2 * column.length);
      fresh.set(column);
      return fresh;
    };
    this.#starts = doubled(this.#starts);
    this.#ends = doubled(this.#ends);
    this.#before = doubled(this.#before);
  }

  /** Number of tables. */
  get count(): number {
    const last = this.#runs - 1;
    return last < 0 ? 0 : this.#before[last]! + this.#ends[last]! - this.#starts[last]!;
  }

  get runs(): number {
    return this.#runs;
  }
  startOf(run: number): number {
    return run < this.#runs ? this.#starts[run]! : Infinity;
  }
  endOf(run: number): number {
    return this.#ends[run]!;
  }
  /** Ordinal of the first table of a run. */
  ordinalOf(run: number): number {
    return this.#before[run]!;
  }

  /** The first run that ends behind `region`; `runs` where there is none. */
  runAfter(region: number): number {
    return firstAbove(this.#ends, this.#runs, region);
  }

  /** The run that holds the table with this ordinal, which must be below `count`. */
  runOfOrdinal(ordinal: number): number {
    return firstAbove(this.#before, this.#runs, ordinal) - 1;
  }

  /** Number of tables in regions below `region`. */
  countBelow(region: number): number {
    const run = this.runAfter(region);
    if (run === this.#runs) return this.count;
    return this.#before[run]! + Math.max(0, region - this.#starts[run]!);
  }

  /** The ordinal of a region's table, or undefined where it has none. */
  find(region: number): number | undefined {
    const run = this.runAfter(region);
    return this.startOf(run) <= region ? this.#before[run]! + region - this.#starts[run]! : undefined;
  }
}

/** Index of the first of `count` ascending values that is greater than `value`. */
function firstAbove(values: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
