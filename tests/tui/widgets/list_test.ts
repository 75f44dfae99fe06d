import assert from "node:assert/strict";
import { initialModel, type ListState } from "../../../tui/model.ts";
import { cursorIndex, moved, movedTo, topRow } from "../../../tui/widgets/list.ts";
import { THEMES } from "../../../tui/theme.ts";
import { hostOf } from "../../screens/hosts.ts";

const EMPTY: ListState = initialModel(hostOf(), { columns: 80, rows: 24 }, THEMES.plain).lists.overview;
const ids = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const shape = (count: number, height = 5) => ({ ids: ids(count), height, firstRow: 2 });

Deno.test("motions stop at both ends", () => {
  assert.equal(moved(EMPTY, shape(3), "up").selected, "n0");
  assert.equal(moved(moved(EMPTY, shape(3), "last"), shape(3), "down").selected, "n2");
  assert.equal(moved(EMPTY, shape(0), "down").selected, undefined);
});

Deno.test("the window moves no more than it must", () => {
  const end = movedTo(EMPTY, shape(20), 7);
  assert.equal(end.top, 3);
  assert.equal(moved(end, shape(20), "up").top, 3);
  assert.equal(movedTo(end, shape(20), 2).top, 2);
  assert.equal(topRow({ ...EMPTY, top: 15 }, 20, 5, 19), 15);
  assert.equal(topRow({ ...EMPTY, top: 15 }, 8, 5, 7), 3);
});

Deno.test("the cursor follows its object, and stays in place where that has gone", () => {
  const at = movedTo(EMPTY, shape(10), 6);
  assert.equal(cursorIndex(at, ["n6", ...ids(6)]), 0);
  assert.equal(cursorIndex(at, ids(10).filter((id) => id !== "n6")), 6);
  assert.equal(cursorIndex(at, ids(3)), 2);
  assert.equal(cursorIndex(at, []), -1);
});

Deno.test("a page keeps one row of the page before in sight", () => {
  assert.equal(moved(EMPTY, shape(20), "page-down").index, 4);
  assert.equal(moved(movedTo(EMPTY, shape(20), 10), shape(20), "page-up").index, 6);
});
