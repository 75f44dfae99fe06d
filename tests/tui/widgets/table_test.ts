import assert from "node:assert/strict";
import {
  byNumber,
  byText,
  type Column,
  filtered,
  placeColumns,
  sorted,
  tableLines,
} from "../../../tui/widgets/table.ts";
import { plainText } from "../../../tui/text/line.ts";
import { THEMES } from "../../../tui/theme.ts";

interface Row {
  readonly name: string;
  readonly size: number;
  readonly note: string;
}
const COLUMNS: readonly Column<Row>[] = [
  { title: "NAME", priority: 1, min: 6, text: (r) => r.name, compare: byText((r) => r.name) },
  { title: "SIZE", align: "right", priority: 2, min: 4, text: (r) => String(r.size), compare: byNumber((r) => r.size) },
  { title: "NOTE", priority: 3, min: 5, text: (r) => r.note },
];
const ROWS: readonly Row[] = [
  { name: "namespace0.10", size: 7, note: "second" },
  { name: "namespace0.2", size: 1000, note: "" },
];
const shown = (width: number, cursor = -1) =>
  tableLines({ columns: COLUMNS, rows: ROWS, top: 0, cursor }, width, 3, THEMES.plain).map((l) =>
    plainText(l).trimEnd()
  );

Deno.test("columns line up, empty cells are a dash, numbers stand right", () => {
  assert.deepEqual(shown(40), [
    "   NAME           SIZE  NOTE",
    "   namespace0.10     7  second",
    "   namespace0.2   1000  —",
  ]);
});

Deno.test("the row under the cursor carries a sign besides its reverse video", () => {
  assert.equal(shown(40, 1)[2], " ▸ namespace0.2   1000  —");
});

Deno.test("narrower: what may shrink shrinks, then the lowest priority goes", () => {
  const titles = (width: number) => placeColumns(COLUMNS, ROWS, width).map((p) => `${p.column.title} ${p.width}`);
  assert.deepEqual(titles(27), ["NAME 13", "SIZE 4", "NOTE 6"]);
  assert.deepEqual(titles(26), ["NAME 12", "SIZE 4", "NOTE 6"]);
  assert.deepEqual(titles(19), ["NAME 6", "SIZE 4", "NOTE 5"]);
  assert.deepEqual(titles(18), ["NAME 12", "SIZE 4"]);
  assert.deepEqual(titles(5), ["NAME 6"]);
});

Deno.test("names are ordered by their numbers, not by their digits", () => {
  assert.deepEqual(sorted(ROWS, COLUMNS, "NAME", false).map((r) => r.name), ["namespace0.2", "namespace0.10"]);
  assert.deepEqual(sorted(ROWS, COLUMNS, "SIZE", true).map((r) => r.size), [1000, 7]);
  assert.equal(sorted(ROWS, COLUMNS, undefined, false), ROWS);
});

Deno.test("a filter wants every word, in any column and any case", () => {
  assert.deepEqual(filtered(ROWS, COLUMNS, "NAMESPACE second").map((r) => r.name), ["namespace0.10"]);
  assert.equal(filtered(ROWS, COLUMNS, "  "), ROWS);
});
