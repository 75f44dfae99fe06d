/**
 * Blocks freed in the running transaction, in the order in which the commit will make them free: a piece that touches an
 * earlier one of its group is joined with it, and takes its later place.
 * Source: Linux 6.1 `fs/ext4/mballoc.c` ext4_mb_free_metadata, ext4_try_merge_freed_extent.
 */
import { type Range } from "../../../base/range.ts";
import { type Ext4Geometry, groupEnd, groupOf } from "./geometry.ts";

export class FreedBlocks {
  readonly #pieces = new Set<Range>();
  readonly #byStart = new Map<number, Range>();
  readonly #byEnd = new Map<number, Range>();

  constructor(private readonly g: Ext4Geometry) {}

  get isEmpty(): boolean {
    return this.#pieces.size === 0;
  }

  /** A run is cut at the ends of groups. */
  add({ start, end }: Range): void {
    for (let at = start; at < end;) {
      const group = groupOf(this.g, at);
      const next = Math.min(end, groupEnd(this.g, group));
      this.#addIn(group, { start: at, end: next });
      at = next;
    }
  }

  /** The pieces in order; none are left. */
  takeAll(): Range[] {
    const all = [...this.#pieces];
    this.#pieces.clear();
    this.#byStart.clear();
    this.#byEnd.clear();
    return all;
  }

  #addIn(group: number, piece: Range): void {
    const left = this.#byEnd.get(piece.start);
    const right = this.#byStart.get(piece.end);
    let { start, end } = piece;
    if (left && groupOf(this.g, left.start) === group) start = this.#drop(left).start;
    if (right && groupOf(this.g, right.start) === group) end = this.#drop(right).end;
    const whole = { start, end };
    this.#pieces.add(whole);
    this.#byStart.set(start, whole);
    this.#byEnd.set(end, whole);
  }

  #drop(piece: Range): Range {
    this.#pieces.delete(piece);
    this.#byStart.delete(piece.start);
    this.#byEnd.delete(piece.end);
    return piece;
  }
}
