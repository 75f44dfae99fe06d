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
    { what: "guests", bytes: 24 * 2 ** 30, role: "ok" as const },
    { what: "Xen", bytes: i * 6 * 2 ** 30, role: "accent" as const },
    { what: "dom0", bytes: 51 * 2 ** 30, role: "text" as const },
    { what: "not carved", bytes: (53 - i * 6) * 2 ** 30, role: "rule" as const },
  ],
}));
const UNIT = { name: "GiB", bytes: 2 ** 30 };
const place = (width: number, height: number, light = false) => ({ width, height, light });

Deno.test("the capacity chart fills exactly its place and names every part", () => {
  const charts = contribCharts();
  for (const [width, height] of [[46, 16], [37, 9], [80, 30]] as const) {
    const rows = charts.capacity(BARS, UNIT, place(width, height))!;
    assert.equal(rows.length, height);
    for (const row of rows) assert.equal(cellWidth(stripped(paint(row, width, THEMES.dark))), width);
    const text = rows.map(plainText).map(stripped).join("\n");
    for (const word of ["region0", "region1", "guests", "Xen", "dom0", "not carved", "53"]) {
      assert.ok(text.includes(word), `${word} at ${width}x${height}:\n${text}`);
    }
  }
});

Deno.test("bars of the same size are equally high, whatever their parts round to", () => {
  const rows = contribCharts().capacity(BARS, UNIT, place(46, 9))!.map(plainText);
  const covered = (from: number, to: number) =>
    // deno-lint-ignore no-control-regex -- cells that a bar covers are those with a background
    rows.filter((row) => /\x1b\[[0-9;]*48;5/.test(cells(row, from, to))).length;
  assert.equal(covered(1, 8), covered(13, 20));
});

/** The part of a row with SGR sequences that stands in these columns, with the sequence in force there. */
function cells(row: string, from: number, to: number): string {
  let column = 0;
  let out = "";
  let style = "";
  // deno-lint-ignore no-control-regex -- parting text from SGR sequences is the point
  for (const [part] of row.matchAll(/\x1b\[[0-9;]*m|[^\x1b]/g)) {
    if (part.length > 1) style = part;
    else if (column++ >= from && column <= to) out += style + part;
  }
  return out;
}

Deno.test("where it does not fit there is none, and the same data is not drawn twice", () => {
  const charts = contribCharts();
  assert.equal(charts.capacity(BARS, UNIT, place(36, 16)), undefined);
  assert.equal(charts.capacity(BARS, UNIT, place(46, 8)), undefined);
  assert.equal(charts.capacity(BARS, UNIT, place(46, 16)), charts.capacity(BARS, UNIT, place(46, 16)));
});

Deno.test("nothing is left in the process: no listeners, no accessor for __proto__ beyond Deno's own", () => {
  const before = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  const listeners = () => process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`);
  const had = listeners();
  contribCharts().capacity(BARS, UNIT, place(46, 17));
  assert.deepEqual(listeners(), had);
  assert.deepEqual(Object.getOwnPropertyDescriptor(Object.prototype, "__proto__"), before);
});
