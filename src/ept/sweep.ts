/**
 * What the entries of a level hold, as stretches: so many empty slots, so many pointers to tables that lie one after
 * another, so many leaves that continue each other. Everything that looks into a layout (one entry, one table, the dump)
 * is a sweep. No BigInt, and no step smaller than a stretch.
 */
import { firstEndingAfter } from "./extents.ts";
import { type Layout } from "./layout.ts";
import { type Level, spanOf, TABLE_BYTES } from "./level.ts";

export const EMPTY = 0;
export const TABLE = 1;
export const LEAF = 2;
export type SlotKind = typeof EMPTY | typeof TABLE | typeof LEAF;

/**
 * Called for each stretch in order of GPA. `slot` counts the level's entries from GPA 0 (GPA / span); `address` is the
 * first child table's or the first leaf's machine address; `extent` the leaves' extent.
 */
export type Stretch = (slot: number, count: number, kind: SlotKind, address: number, extent: number) => void;

/** Sweeps slots `[from, to)` of a level. All of them must lie in tables that exist. */
export function sweep(layout: Layout, level: Level, from: number, to: number, stretch: Stretch): void {
  const { extents, tableBase } = layout;
  const { gpa, end, mpa, count } = extents;
  const span = spanOf(level);
  const children = level === 1 ? undefined : layout.tables((level - 1) as Level);
  const firstChild = level === 1 ? 0 : tableBase + layout.firstPage((level - 1) as Level) * TABLE_BYTES;
  let run = children ? children.runAfter(from) : 0;
  let slot = from;
  let i = firstEndingAfter(extents, from * span);

  while (slot < to) {
    // A child table's region is one slot here, so a run of child tables is a stretch of pointers.
    const nextTable = children ? children.startOf(run) : Infinity;
    const start = slot;
    if (nextTable <= slot) {
      slot = Math.min(to, children!.endOf(run));
      const ordinal = children!.ordinalOf(run) + (start - nextTable);
      stretch(start, slot - start, TABLE, firstChild + ordinal * TABLE_BYTES, -1);
      run++;
      i = firstEndingAfter(extents, slot * span, i);
      continue;
    }
    // No table below, so this slot is one leaf or nothing, and an extent that starts here starts with the slot.
    const stop = Math.min(to, nextTable);
    if (i < count && gpa[i]! <= slot * span) {
      slot = Math.min(stop, Math.floor(end[i]! / span));
      stretch(start, slot - start, LEAF, mpa[i]! + (start * span - gpa[i]!), i);
      if (end[i]! <= slot * span) i++;
    } else {
      slot = i < count ? Math.min(stop, Math.floor(gpa[i]! / span)) : stop;
      stretch(start, slot - start, EMPTY, 0, -1);
    }
    if (slot <= start) throw new Error(`no progress at slot ${start} of level ${level}`);
  }
}
