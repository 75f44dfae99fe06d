/**
 * One table as rows for a screen or `ept show`: uniform stretches folded into one row, with what hangs below pointers
 * counted, not walked. Opening a row is asking for the table of the level below.
 */
import { type Range } from "../base/range.ts";
import { type EntryView, type Software, viewEntry } from "./entry_view.ts";
import { firstEndingAfter } from "./extents.ts";
import { capabilitiesInUse, type Layout, leafCounts, leafLevels, tableAddress } from "./layout.ts";
import { ENTRIES, type Level, spanOf, TABLE_BYTES, tableName, tableSpanOf } from "./level.ts";
import { EMPTY, LEAF, sweep } from "./sweep.ts";
import { entryAt } from "./walk.ts";
import { type P2mType } from "./xen_entry.ts";

/** What lies below the pointers of a row, all together. */
export interface Below {
  readonly leaf4k: number;
  readonly leaf2m: number;
  readonly leaf1g: number;
  /** Tables by name, those that the row points to included: `{ PD: 23 }`. */
  readonly tables: { readonly [name: string]: number };
  readonly extents: number;
  readonly mappedBytes: number;
}

export interface TableRow {
  readonly level: Level;
  readonly kind: "empty" | "table" | "leaf";
  /** Indices `[first, end)` in the table. */
  readonly first: number;
  readonly end: number;
  readonly gpa: Range;
  /** The entry at `first`. */
  readonly entry: EntryView;
  /** What each next entry adds to the address of the one before. */
  readonly step: number;
  /** Where the row's memory lies, if it is one piece. */
  readonly mpa: Range | undefined;
  /** Of the memory, if it is all of one type. */
  readonly type: P2mType | undefined;
  /** Table rows: every child holds leaves of one size in one piece, so that each holds (below / (end - first)). */
  readonly uniform: boolean;
  readonly below: Below | undefined;
}

export interface TableView {
  readonly level: Level;
  /** `PDPT`. */
  readonly name: string;
  readonly address: number;
  /** Page of the image. */
  readonly page: number;
  readonly gpa: Range;
  readonly rows: readonly TableRow[];
}

export interface TableViewOptions {
  /** Also fold neighbouring pointers whose tables differ (a fragmented file): one row with their sums. */
  readonly foldMixed?: boolean;
}

/** The table of `level` that translates `gpa`; undefined where there is none. */
export function viewTable(
  layout: Layout,
  level: Level,
  gpa: number,
  options: TableViewOptions = {},
): TableView | undefined {
  const address = tableAddress(layout, level, gpa);
  if (address === undefined) return undefined;
  const start = Math.floor(gpa / tableSpanOf(level)) * tableSpanOf(level);
  const slots = start / spanOf(level);
  const rows: TableRow[] = [];
  sweep(layout, level, slots, slots + ENTRIES, (slot, count, kind, _address, extent) => {
    if (kind === EMPTY || kind === LEAF) rows.push(plainRow(layout, level, slots, slot, slot + count, extent));
    else rows.push(...pointerRows(layout, level, slots, slot, slot + count, options.foldMixed ?? false));
  });
  return {
    level,
    name: tableName(level),
    address,
    page: (address - layout.tableBase) / TABLE_BYTES,
    gpa: { start, end: start + tableSpanOf(level) },
    rows,
  };
}

/** A row of the whole tree, `depth` levels below the root's. */
export interface OutlineRow {
  readonly depth: number;
  readonly table: TableView;
  readonly row: TableRow;
}

/** The tree from the root down, `depth` tables deep; uniform rows stay folded, empty ones are left out. */
export function* outline(
  layout: Layout,
  depth: number,
  options: TableViewOptions = {},
): Generator<OutlineRow> {
  yield* outlineOf(layout, layout.levels, 0, 0, depth, options);
}

function* outlineOf(
  layout: Layout,
  level: Level,
  gpa: number,
  depth: number,
  limit: number,
  options: TableViewOptions,
): Generator<OutlineRow> {
  const table = viewTable(layout, level, gpa, options);
  if (!table) return;
  for (const row of table.rows) {
    if (row.kind === "empty") continue;
    yield { depth, table, row };
    const single = row.kind === "table" && !row.uniform && row.end - row.first === 1;
    if (single && depth + 1 < limit) {
      yield* outlineOf(layout, (level - 1) as Level, row.gpa.start, depth + 1, limit, options);
    }
  }
}

const softwareOf = (layout: Layout): Software => (layout.style.name === "xen" ? "xen" : "none");

function rowOf(
  layout: Layout,
  level: Level,
  base: number,
  from: number,
  to: number,
  rest: Pick<TableRow, "kind" | "step" | "mpa" | "type" | "uniform" | "below">,
): TableRow {
  const span = spanOf(level);
  return {
    level,
    first: from - base,
    end: to - base,
    gpa: { start: from * span, end: to * span },
    entry: viewEntry(entryAt(layout, level, from * span), level, capabilitiesInUse(layout), softwareOf(layout)),
    ...rest,
  };
}

/** Empty slots or leaves. */
function plainRow(layout: Layout, level: Level, base: number, from: number, to: number, extent: number): TableRow {
  const { gpa, mpa, kind, kinds } = layout.extents;
  if (extent < 0) {
    const nothing = { kind: "empty", step: 0, mpa: undefined, type: undefined } as const;
    return rowOf(layout, level, base, from, to, { ...nothing, uniform: true, below: undefined });
  }
  const span = spanOf(level);
  const start = mpa[extent]! + (from * span - gpa[extent]!);
  return rowOf(layout, level, base, from, to, {
    kind: "leaf",
    step: span,
    mpa: { start, end: start + (to - from) * span },
    type: kinds[kind[extent]!]!.type,
    uniform: true,
    below: undefined,
  });
}

/** Neighbouring pointers for one row; `extent` where one extent covers all their memory, else -1. */
interface Pointers {
  readonly first: number;
  readonly last: number;
  readonly extent: number;
}

function pointerRows(
  layout: Layout,
  level: Level,
  base: number,
  from: number,
  to: number,
  foldMixed: boolean,
): TableRow[] {
  const { gpa, mpa, kind, kinds } = layout.extents;
  const span = spanOf(level);
  const alike = pointersByExtent(layout, span, from, to);
  return (foldMixed ? withMixedFolded(alike) : alike).map(({ first, last, extent }) => {
    const start = extent < 0 ? 0 : mpa[extent]! + (first * span - gpa[extent]!);
    return rowOf(layout, level, base, first, last, {
      kind: "table",
      step: TABLE_BYTES,
      mpa: extent < 0 ? undefined : { start, end: start + (last - first) * span },
      type: extent < 0 ? undefined : kinds[kind[extent]!]!.type,
      uniform: extent >= 0,
      below: belowOf(layout, level, first * span, last * span),
    });
  });
}

/** Cut where an extent begins or ends: tables that one extent covers wholly are alike, any other stands alone. */
function pointersByExtent({ extents }: Layout, span: number, from: number, to: number): Pointers[] {
  const { gpa, end } = extents;
  const list: Pointers[] = [];
  for (let slot = from; slot < to;) {
    const i = firstEndingAfter(extents, slot * span);
    const whole = gpa[i]! <= slot * span ? Math.min(to, Math.floor(end[i]! / span)) - slot : 0;
    list.push({ first: slot, last: slot + Math.max(1, whole), extent: whole > 0 ? i : -1 });
    slot += Math.max(1, whole);
  }
  return list;
}

/** Neighbours that stand alone become one: in a fragmented file hardly two tables are alike. */
function withMixedFolded(list: readonly Pointers[]): Pointers[] {
  const folded: Pointers[] = [];
  for (const pointers of list) {
    const last = folded.at(-1);
    const single = pointers.last - pointers.first === 1;
    if (single && last && (last.extent < 0 || last.last - last.first === 1)) {
      folded[folded.length - 1] = { first: last.first, last: pointers.last, extent: -1 };
    } else folded.push(pointers);
  }
  return folded;
}

/** Counts what tables below `level` hold for `[start, end)`, which is cut at entries of that level. */
function belowOf(layout: Layout, level: Level, start: number, end: number): Below {
  const { extents } = layout;
  const from = firstEndingAfter(extents, start);
  let to = firstEndingAfter(extents, end, from);
  if (to < extents.count && extents.gpa[to]! < end) to++;
  const [, leaf4k, leaf2m, leaf1g] = leafCounts(extents, leafLevels(layout), from, to, start, end);
  const tables: { [name: string]: number } = {};
  for (let below = level - 1; below >= 1; below--) {
    const list = layout.tables(below as Level);
    const span = tableSpanOf(below as Level);
    const count = list.countBelow(end / span) - list.countBelow(start / span);
    if (count > 0) tables[tableName(below as Level)] = count;
  }
  const mappedBytes = leaf4k * spanOf(1) + leaf2m * spanOf(2) + leaf1g * spanOf(3);
  return { leaf4k, leaf2m, leaf1g, tables, extents: to - from, mappedBytes };
}
