/**
 * Tables from declared columns. A row type only says how to make cell text; which columns are shown, how wide, and what
 * is cut follows from the width: columns of low priority go first, then those that may shrink do.
 */
import { remembered } from "../memo.ts";
import { type Role, type Theme } from "../theme.ts";
import { type Line, line, selected, type Span, span } from "../text/line.ts";
import { type Align, cellWidth, clean, fit, type Side } from "../text/width.ts";

export interface Column<R> {
  readonly title: string;
  readonly align?: Align;
  /** 1 is kept longest. */
  readonly priority: number;
  /** Cells below which the column is dropped rather than shrunk. */
  readonly min: number;
  /** The less significant end, where an ellipsis stands. */
  readonly side?: Side;
  /** May be as wide as its text and the room allow. */
  readonly grow?: true;
  readonly text: (row: R) => string;
  /** Shorter words for the same, where the text does not fit. */
  readonly short?: (row: R) => string;
  readonly role?: (row: R) => Role;
  /** Makes the column one to sort by. */
  readonly compare?: (a: R, b: R) => number;
}

export interface Table<R> {
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  /** First row in sight and the one under the cursor (-1: none). */
  readonly top: number;
  readonly cursor: number;
  readonly sort?: string | undefined;
  readonly descending?: boolean;
  /** The first column shows a tree: its signs stand at the left edge, and the cursor is the reversed row alone. */
  readonly tree?: true;
}

export const NONE = "—";
const GAP = 2;
/** Blanks on the left: room for the cursor's sign, which a tree has none of. */
const marginOf = (table: { readonly tree?: true }): number => (table.tree ? 1 : 3);
/** A blank on the right, so that numbers do not touch the edge or a pane's rule. */
const RIGHT = 1;
/** A cell of a hostile name must not make its column wider than this. */
const WIDEST = 40;

/** Natural widths over all rows, so that columns do not jump while scrolling. */
const naturalWidths = remembered(<R>(rows: readonly R[], columns: readonly Column<R>[]): readonly number[] =>
  columns.map((c) => {
    const widest = rows.reduce((w, row) => Math.max(w, cellWidth(cell(c, row))), cellWidth(c.title));
    return c.grow ? widest : Math.min(widest, WIDEST);
  })
) as <R>(rows: readonly R[], columns: readonly Column<R>[]) => readonly number[];

const cell = <R>(column: Column<R>, row: R): string => clean(column.text(row)) || NONE;

export interface Placed<R> {
  readonly column: Column<R>;
  readonly width: number;
}

/** The columns that fit into `width`, in declared order, with their widths. */
export function placeColumns<R>(columns: readonly Column<R>[], rows: readonly R[], width: number): Placed<R>[] {
  const natural = naturalWidths(rows, columns);
  // A number cut short is a wrong number: what stands on the right is never shrunk.
  const least = (column: Column<R>, width: number) => column.align === "right" ? width : Math.min(width, column.min);
  const kept = columns.map((column, i) => ({ column, width: natural[i]!, min: least(column, natural[i]!) }));
  const total = (of: "width" | "min") => kept.reduce((sum, c) => sum + c[of] + GAP, -GAP);
  while (kept.length > 1 && total("min") > width) {
    kept.splice(kept.reduce((worst, c, i) => c.column.priority > kept[worst]!.column.priority ? i : worst, 0), 1);
  }
  for (let excess = total("width") - width; excess > 0; excess--) {
    const slack = kept.filter((c) => c.width > c.min);
    if (slack.length === 0) break;
    slack.reduce((most, c) => (c.width - c.min > most.width - most.min ? c : most)).width--;
  }
  return kept.map(({ column, width }) => ({ column, width }));
}

/** Title row and `height - 1` rows of the table. */
export function tableLines<R>(table: Table<R>, width: number, height: number, theme: Theme): Line[] {
  const seen = table.rows.slice(table.top, table.top + Math.max(0, height - 1));
  if (theme.layout === "reader") return spokenRows(table, seen);
  const placed = placeColumns(table.columns, table.rows, width - marginOf(table) - RIGHT);
  return [titles(table, placed), ...seen.map((row, i) => tableRow(table, placed, row, table.top + i, width))];
}

function titles<R>(table: Table<R>, placed: readonly Placed<R>[]): Line {
  return [
    span(" ".repeat(marginOf(table))),
    ...placed.map(({ column, width }, i) => {
      const sorted = column.title === table.sort;
      const sign = sorted ? (table.descending ? "▼" : "▲") : "";
      const text = width > cellWidth(column.title) ? column.title + sign : column.title;
      return span(fit(text, width, column.align) + gap(i, placed.length), sorted ? "heading" : "muted");
    }),
  ];
}

const gap = (i: number, count: number): string => (i < count - 1 ? " ".repeat(GAP) : "");

function tableRow<R>(table: Table<R>, placed: readonly Placed<R>[], row: R, index: number, width: number): Line {
  const here = index === table.cursor;
  const cells: Span[] = placed.map(({ column, width }, i) => {
    const whole = cell(column, row);
    const text = column.short && cellWidth(whole) > width ? clean(column.short(row)) : whole;
    const role = text === NONE ? "muted" : column.role?.(row) ?? "text";
    return span(fit(text, width, column.align, column.side) + gap(i, placed.length), role);
  });
  const margin = marginOf(table);
  return here ? selected([span(" ▸ ".slice(0, margin)), ...cells], width) : [span(" ".repeat(margin)), ...cells];
}

/** `namespace0.0, label db0, mode fsdax, …`: a row as a sentence, the cursor's marked in words. */
function spokenRows<R>(table: Table<R>, seen: readonly R[]): Line[] {
  const columns = table.columns.toSorted((a, b) => a.priority - b.priority);
  const where = table.cursor < 0 ? "" : `, row ${table.cursor + 1} is selected`;
  return [
    line(`${table.rows.length} rows${where}.`),
    ...seen.map((row, i) => {
      const said = columns.map((c) => [c, cell(c, row)] as const).filter(([, text]) => text !== NONE)
        .map(([c, text], at) => (at === 0 ? text : `${c.title.toLowerCase()} ${text.trim()}`)).join(", ");
      return line(table.top + i === table.cursor ? `Selected: ${said}` : said);
    }),
  ];
}

/** Rows with a text that holds every word of the filter, in some column; case does not matter. */
export function filtered<R>(rows: readonly R[], columns: readonly Column<R>[], filter: string): readonly R[] {
  const words = filter.toLowerCase().split(/\s+/).filter((w) => w);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = columns.map((c) => c.text(row)).join(" ").toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

export function sorted<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  title: string | undefined,
  descending: boolean,
): readonly R[] {
  const compare = columns.find((c) => c.title === title)?.compare;
  if (!compare) return rows;
  return rows.toSorted(descending ? (a, b) => compare(b, a) : compare);
}

/** Order of names with numbers in them: namespace0.2 before namespace0.10. */
const collator = new Intl.Collator("en", { numeric: true });
export const byText = <R>(text: (row: R) => string) => (a: R, b: R): number => collator.compare(text(a), text(b));
export const byNumber = <R>(value: (row: R) => number) => (a: R, b: R): number => value(a) - value(b);
