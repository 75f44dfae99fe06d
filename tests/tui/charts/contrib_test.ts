/** blessed-contrib off-screen: rows of exactly the size, and nothing left behind in the process. */
import assert from "node:assert/strict";
import process from "node:process";
import { contribCharts } from "../../../tui/charts/contrib.ts";
import { paint, plainText } from "../../../tui/text/line.ts";
import { cellWidth } from "../../../tui/text/width.ts";
import { THEMES } from "../../../tui/theme.ts";
import { stripped } from "../../screens/stage.ts";

const BARS = ["region0", "region1"].map((name, i) => ({
  name,
  parts: [
    { what: "guests", bytes: 24 * 2 ** 30 },
    { what: "Xen", bytes: i * 6 * 2 ** 30 },
    { what: "dom0", bytes: 51 * 2 ** 30 },
    { what: "not carved", bytes: 53 * 2 ** 30 },
  ],
}));

Deno.test("the capacity chart fills exactly its place and names every part", () => {
  const charts = contribCharts();
  for (const [width, height] of [[46, 16], [35, 9], [80, 30]] as const) {
    const rows = charts.capacity(BARS, width, height)!;
    assert.equal(rows.length, height);
    for (const row of rows) assert.equal(cellWidth(stripped(paint(row, width, THEMES.dark))), width);
    const text = rows.map(plainText).map(stripped).join("\n");
    for (const word of ["region0", "region1", "guests", "Xen", "dom0", "not carved", "53"]) {
      assert.ok(text.includes(word), `${word} at ${width}x${height}:\n${text}`);
    }
  }
});

Deno.test("where it does not fit there is none, and the same data is not drawn twice", () => {
  const charts = contribCharts();
  assert.equal(charts.capacity(BARS, 34, 16), undefined);
  assert.equal(charts.capacity(BARS, 46, 8), undefined);
  assert.equal(charts.capacity(BARS, 46, 16), charts.capacity(BARS, 46, 16));
});

Deno.test("nothing is left in the process: no listeners, no accessor for __proto__ beyond Deno's own", () => {
  const before = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  const listeners = () => process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`);
  const had = listeners();
  contribCharts().capacity(BARS, 46, 17);
  assert.deepEqual(listeners(), had);
  assert.deepEqual(Object.getOwnPropertyDescriptor(Object.prototype, "__proto__"), before);
});
