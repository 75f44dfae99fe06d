import assert from "node:assert/strict";
import { fits, stacked } from "../../tui/layout.ts";
import { tabAt, tabLine } from "../../tui/tabs.ts";
import { plainText } from "../../tui/text/line.ts";
import { cellWidth } from "../../tui/text/width.ts";

Deno.test("a list gets what its rows need, the pane the rest; a long list leaves the pane what it wants", () => {
  assert.deepEqual(stacked(36, 9, 10), { list: 13, pane: 23 });
  assert.deepEqual(stacked(36, 9, 2), { list: 8, pane: 28 });
  assert.deepEqual(stacked(36, 9, 10_000), { list: 27, pane: 9 });
  assert.deepEqual(stacked(20, 30, 10_000), { list: 5, pane: 15 });
  assert.deepEqual(stacked(3, 9, 10), { list: 3, pane: 0 });
});

Deno.test("the minimum size is inclusive", () => {
  assert.ok(fits({ columns: 72, rows: 20 }));
  assert.ok(!fits({ columns: 71, rows: 20 }));
  assert.ok(!fits({ columns: 72, rows: 19 }));
});

Deno.test("all tabs fit 80 columns; narrower, only the current one keeps its name", () => {
  assert.equal(cellWidth(plainText(tabLine(80, "overview"))), 80);
  assert.equal(plainText(tabLine(79, "nfit")), " 1 2 3 4 5 NFIT 6 7 8");
});

Deno.test("the mouse finds the tab that is drawn under it", () => {
  const text = plainText(tabLine(120, "overview"));
  assert.equal(tabAt(120, "overview", text.indexOf("Domains")), "domains");
  assert.equal(tabAt(120, "overview", text.indexOf("8 History")), "history");
  assert.equal(tabAt(120, "overview", text.indexOf("2 Namespaces") - 1), undefined);
});
