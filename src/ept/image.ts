/**
 * The tables of a layout as bytes, page by page in their order (`layout.ts`), through one buffer that is filled again
 * and again: 2 GiB of tables pass without ever being held.
 */
import { createFiller, FILL_BYTES, type Filler } from "./fill.ts";
import { type Layout } from "./layout.ts";
import { ENTRIES, type Level, LEVELS, spanOf, TABLE_BYTES } from "./level.ts";
import { LEAF, sweep, TABLE } from "./sweep.ts";
import { highHalf, lowHalf, type Word, wordsOf } from "./words.ts";

/** Pages in one chunk of an image, the last one apart. */
export const CHUNK_PAGES = FILL_BYTES / TABLE_BYTES;
const ENTRY_BYTES = TABLE_BYTES / ENTRIES;

/**
 * Pages `[from, to)` in chunks of up to 1 MiB. Each chunk is the filler's buffer with new content: use or copy it before
 * asking for the next. Who reads many short pieces keeps one filler for all of them.
 */
export function* imagePages(
  layout: Layout,
  from = 0,
  to = layout.counts.tables,
  filler = createFiller(),
): Generator<Uint8Array> {
  for (let page = from; page < to; page += CHUNK_PAGES) {
    const end = Math.min(to, page + CHUNK_PAGES);
    fillPages(layout, page, end, filler);
    yield filler.bytes.subarray(0, (end - page) * TABLE_BYTES);
  }
}

/** Where a page of the image belongs: the table's level and its region (GPA / bytes that the table covers). */
export interface TablePlace {
  readonly level: Level;
  readonly region: number;
  /** Tables of the level that follow this one without a gap, itself included. */
  readonly consecutive: number;
}

export function tableOfPage(layout: Layout, page: number): TablePlace {
  for (const level of LEVELS) {
    const first = layout.firstPage(level);
    const tables = layout.tables(level);
    if (page < first || page >= first + tables.count) continue;
    const run = tables.runOfOrdinal(page - first);
    const region = tables.startOf(run) + (page - first - tables.ordinalOf(run));
    return { level, region, consecutive: tables.endOf(run) - region };
  }
  throw new Error(`page ${page} of ${layout.counts.tables}`);
}

function fillPages(layout: Layout, from: number, to: number, filler: Filler): void {
  const words = wordsOf(layout);
  const { kind: kinds } = layout.extents;
  for (let page = from; page < to;) {
    const { level, region, consecutive } = tableOfPage(layout, page);
    const tables = Math.min(consecutive, to - page);
    const slots = region * ENTRIES;
    const offset = (page - from) * TABLE_BYTES;
    const empty = level === layout.levels ? words.emptyRoot : words.empty;
    const span = spanOf(level);
    sweep(layout, level, slots, slots + tables * ENTRIES, (slot, count, kind, address, extent) => {
      const word: Word = kind === LEAF
        ? words.leaves[kinds[extent]! * 4 + level]!
        : kind === TABLE
        ? words.table
        : empty;
      const step = kind === LEAF ? span : kind === TABLE ? TABLE_BYTES : 0;
      filler.fill(offset + (slot - slots) * ENTRY_BYTES, count, lowHalf(word, address), highHalf(word, address), step);
    });
    page += tables;
  }
}
