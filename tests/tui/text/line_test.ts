import assert from "node:assert/strict";
import { cutLine, ends, fitLine, line, lineWidth, paint, plainText, selected, span } from "../../../tui/text/line.ts";
import { THEMES } from "../../../tui/theme.ts";

Deno.test("painting closes every style and fills the row", () => {
  assert.equal(paint(line(span("ok", "ok"), " fine"), 9, THEMES.dark), "\x1b[38;5;114mok\x1b[0m fine  ");
  assert.equal(paint(line(span("ok", "ok")), 4, THEMES.plain), "ok  ");
});

Deno.test("each style is a sequence of its own, as Ink ends them one by one", () => {
  assert.equal(paint(line(span("x", "danger")), 1, THEMES.contrast), "\x1b[1m\x1b[97m\x1b[41mx\x1b[0m");
});

Deno.test("the ASCII theme changes character sets cell for cell", () => {
  assert.equal(paint(line("▸ 数 → …"), 9, THEMES.ascii), "> ?? > ~ ");
});

Deno.test("left and right ends keep apart; the left one gives way", () => {
  assert.equal(plainText(ends(line("left"), line("right"), 12)), "left   right");
  assert.equal(plainText(ends(line("long left"), line("right"), 10)), "lon… right");
  assert.equal(plainText(ends(line("left"), line("right"), 3)), "ri…");
});

Deno.test("a row of a chart that does not fit whole is left out, never cut inside its escapes", () => {
  const chart = { text: "\x1b[31mxx\x1b[0m", ready: 2 };
  assert.equal(lineWidth(cutLine([chart, chart], 3)), 2);
  assert.equal(lineWidth(fitLine([chart, chart], 3)), 3);
});

Deno.test("the selected row is one run of reverse video over its whole width", () => {
  assert.deepEqual(selected(line(span("a", "ok"), span("b")), 4), [{ text: "ab  ", role: "selected" }]);
});
