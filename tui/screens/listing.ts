/** What all list screens share: filtered and sorted rows, the one under the cursor, and a pane about it below the table. */
import { grouped } from "../../src/base/units.ts";
import { type Binding } from "../keys.ts";
import { stacked } from "../layout.ts";
import { remembered } from "../memo.ts";
import { type Model, type ScreenName } from "../model.ts";
import { type Scene } from "../scene.ts";
import { fill, type Line } from "../text/line.ts";
import { cursorIndex, type ListShape, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { type Column, filtered, sorted, tableLines } from "../widgets/table.ts";
import { copyKey, filterKey, sortKeys } from "./bindings.ts";

export interface ListingFacts<R> {
  readonly name: ScreenName;
  readonly title: string;
  readonly columns: readonly Column<R>[];
  readonly all: (model: Model) => readonly R[];
  readonly id: (row: R) => string;
  /** The order of `all`, in words. */
  readonly order: (model: Model) => string;
  /** Rows that the pane about this row wants. */
  readonly paneRows: (row: R | undefined) => number;
  readonly pane: (scene: Scene, row: R) => Line[];
  /** Instead of the table while there is no row at all. */
  readonly nothing: (model: Model) => Line[];
}

export interface Listing<R> {
  readonly rows: (model: Model) => readonly R[];
  /** The row under the cursor. */
  readonly at: (model: Model) => R | undefined;
  readonly list: (model: Model, height: number) => ListShape;
  readonly view: (scene: Scene) => Line[];
  /** Filter, sort and copy; `copied`: what `y` takes. */
  readonly keys: (copied: (row: R) => string) => readonly Binding[];
}

/** Rows of the list that are not its own: the rule above and the titles. */
const HEAD_ROWS = 2;

export function listing<R>(facts: ListingFacts<R>): Listing<R> {
  const { name, columns } = facts;
  const seen = remembered((all: readonly R[], filter: string, sort: string | undefined, descending: boolean) =>
    sorted(filtered(all, columns, filter), columns, sort, descending)
  );
  const idsOf = remembered((rows: readonly R[]) => rows.map(facts.id));
  const rows = (model: Model) => {
    const { filter, sort, descending } = model.lists[name];
    return seen(facts.all(model), filter, sort, descending);
  };
  const at = (model: Model) => rows(model)[cursorIndex(model.lists[name], idsOf(rows(model)))];

  function view(scene: Scene): Line[] {
    const { model, width, height } = scene;
    const list = model.lists[name];
    const shown = rows(model);
    const here = at(model);
    const { list: listHeight, pane } = stacked(height, facts.paneRows(here), shown.length);
    const cursor = cursorIndex(list, idsOf(shown));
    const top = topRow(list, shown.length, listHeight - HEAD_ROWS, cursor);
    const table = { columns, rows: shown, top, cursor, sort: list.sort, descending: list.descending };
    const all = facts.all(model).length;
    const head = [facts.title, `${grouped(shown.length)} of ${grouped(all)}`, ...orderAndFilter(model)];
    const body = all === 0 ? facts.nothing(model) : tableLines(table, width, listHeight - 1, model.theme);
    return [
      ...fill([rule(head, width, model.theme), ...body], listHeight),
      ...fill(here === undefined ? [] : facts.pane({ ...scene, height: pane }, here), pane),
    ];
  }

  function orderAndFilter(model: Model): string[] {
    const { filter, sort, descending } = model.lists[name];
    const order = sort ? `by ${sort.toLowerCase()} ${descending ? "▼" : "▲"}` : facts.order(model);
    return filter ? [order, `filter “${filter}”`] : [order];
  }

  return {
    rows,
    at,
    view,
    list: (model, height) => ({
      ids: idsOf(rows(model)),
      height: Math.max(1, stacked(height, facts.paneRows(at(model)), rows(model).length).list - HEAD_ROWS),
      firstRow: HEAD_ROWS,
    }),
    keys: (copied) => [
      filterKey(name),
      ...sortKeys(name, () => columns.filter((c) => c.compare).map((c) => c.title)),
      copyKey((model) => {
        const here = at(model);
        return here === undefined ? undefined : copied(here);
      }),
    ],
  };
}
