/**
 * Mapping runs as a layout keeps them: sorted columns, neighbours that continue each other joined, and for each extent
 * the largest leaf that its addresses permit. A 2^k page is usable at a GPA only if GPA and MPA are congruent modulo 2^k,
 * whatever the extent's length.
 */
import { err, ok, type Result } from "neverthrow";
import { PAGE_SIZE } from "../base/units.ts";
import { type LeafLevel, leafLevelOf, type Order, spanOf } from "./level.ts";
import { type P2mType } from "./xen_entry.ts";

/** Guest memory mapped in one piece. Bytes; multiples of 4096. */
export interface MappingRun {
  readonly gpa: number;
  readonly mpa: number;
  readonly length: number;
  /** Default `ram_rw`. */
  readonly type?: P2mType;
  /** Largest leaf for this run, where it was mapped page by page; default the layout's. */
  readonly maxOrder?: Order;
}

/** What neighbours must share to be one extent. */
export interface MappingKind {
  readonly type: P2mType;
  readonly maxOrder: Order;
}

export interface Extents {
  readonly count: number;
  readonly gpa: Float64Array;
  /** First guest address behind the extent. */
  readonly end: Float64Array;
  readonly mpa: Float64Array;
  /** Index into `kinds`. */
  readonly kind: Uint8Array;
  /** Largest leaf level that fits the extent's addresses and its kind. */
  readonly top: Uint8Array;
  readonly kinds: readonly MappingKind[];
  /** Somewhere two extents continue each other and differ in kind only. */
  readonly seams: boolean;
}

/** Why runs cannot be laid out. `index` counts the runs from zero. */
export type RunFault =
  | { readonly kind: "misaligned-run"; readonly index: number; readonly run: MappingRun }
  | { readonly kind: "empty-run"; readonly index: number; readonly run: MappingRun }
  /** Starts before the one before it ends: out of order or overlapping. */
  | { readonly kind: "unsorted-run"; readonly index: number; readonly run: MappingRun; readonly previousEnd: number }
  | { readonly kind: "guest-width"; readonly index: number; readonly run: MappingRun; readonly bits: number }
  | { readonly kind: "machine-width"; readonly index: number; readonly run: MappingRun; readonly bits: number };

export interface ExtentLimits {
  readonly guestBits: number;
  readonly machineBits: number;
  readonly maxOrder: Order;
  /** Leaf levels that the processor has. */
  readonly levels: readonly LeafLevel[];
}

/** Columns that grow: doubled when full. */
class Columns {
  gpa = new Float64Array(64);
  end = new Float64Array(64);
  mpa = new Float64Array(64);
  kind = new Uint8Array(64);
  count = 0;

  push(gpa: number, end: number, mpa: number, kind: number): void {
    if (this.count === this.gpa.length) this.#grow();
    this.gpa[this.count] = gpa;
    this.end[this.count] = end;
    this.mpa[this.count] = mpa;
    this.kind[this.count++] = kind;
  }

  #grow(): void {
    const doubled = <A extends Float64Array | Uint8Array>(column: A, fresh: A): A => (fresh.set(column), fresh);
    const size = 2 * this.count;
    this.gpa = doubled(this.gpa, new Float64Array(size));
    this.end = doubled(this.end, new Float64Array(size));
    this.mpa = doubled(this.mpa, new Float64Array(size));
    this.kind = doubled(this.kind, new Uint8Array(size));
  }
}

/** Checks and joins the runs, which come sorted by GPA. One pass, whatever is mapped. */
export function extentsOf(runs: Iterable<MappingRun>, limits: ExtentLimits): Result<Extents, RunFault> {
  const guestEnd = 2 ** limits.guestBits;
  const machineEnd = 2 ** limits.machineBits;
  const columns = new Columns();
  const kinds: MappingKind[] = [];
  let type: P2mType | undefined;
  let maxOrder: Order | undefined;
  let kind = -1;
  let index = 0;
  let previousEnd = 0;
  let previousMpa = -1;
  let seams = false;

  for (const run of runs) {
    const { gpa, mpa, length } = run;
    if (!isPaged(gpa) || !isPaged(mpa) || !isPaged(length)) return err({ kind: "misaligned-run", index, run });
    if (length === 0) return err({ kind: "empty-run", index, run });
    if (gpa < previousEnd) return err({ kind: "unsorted-run", index, run, previousEnd });
    if (gpa + length > guestEnd) return err({ kind: "guest-width", index, run, bits: limits.guestBits });
    if (mpa + length > machineEnd) return err({ kind: "machine-width", index, run, bits: limits.machineBits });

    const runType = run.type ?? "ram_rw";
    const runOrder = run.maxOrder ?? limits.maxOrder;
    const before = kind;
    if (runType !== type || runOrder !== maxOrder) {
      [type, maxOrder] = [runType, runOrder];
      kind = kinds.findIndex((known) => known.type === type && known.maxOrder === maxOrder);
      if (kind < 0) kind = kinds.push({ type: runType, maxOrder: runOrder }) - 1;
    }
    const continues = gpa === previousEnd && mpa === previousMpa && index > 0;
    if (continues && kind === before) columns.end[columns.count - 1] = gpa + length;
    else columns.push(gpa, gpa + length, mpa, kind);
    seams ||= continues && kind !== before;
    previousEnd = gpa + length;
    previousMpa = mpa + length;
    index++;
  }

  const { count } = columns;
  const gpa = columns.gpa.subarray(0, count);
  const mpa = columns.mpa.subarray(0, count);
  const top = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const most = leafLevelOf(kinds[columns.kind[i]!]!.maxOrder);
    top[i] = congruentLevel(gpa[i]! - mpa[i]!, most, limits.levels);
  }
  return ok({
    count,
    gpa,
    end: columns.end.subarray(0, count),
    mpa,
    kind: columns.kind.subarray(0, count),
    top,
    kinds,
    seams,
  });
}

/** Largest of `levels`, at most `most`, whose page size divides the distance between GPA and MPA. */
export function congruentLevel(delta: number, most: LeafLevel, levels: readonly LeafLevel[]): LeafLevel {
  for (let i = levels.length - 1; i > 0; i--) {
    const level = levels[i]!;
    // Exact: a division by a power of two.
    const pages = delta / spanOf(level);
    if (level <= most && pages === Math.floor(pages)) return level;
  }
  return 1;
}

/** Index of the first extent that ends behind `gpa`, at or after `from`. */
export function firstEndingAfter({ end, count }: Extents, gpa: number, from = 0): number {
  let low = from;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (end[middle]! > gpa) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A whole number of pages that a double counts exactly. */
function isPaged(value: number): boolean {
  const pages = value / PAGE_SIZE;
  return pages === Math.floor(pages) && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
