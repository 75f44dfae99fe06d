import assert from "node:assert/strict";
import fc from "fast-check";
import { lineWidth, plainText } from "../../../tui/text/line.ts";
import { bar, type Segment, shares } from "../../../tui/widgets/bar.ts";

const segment = (start: number, end: number, name = "", fill = "█", role: Segment["role"] = "muted"): Segment => ({
  start,
  end,
  name,
  caption: "cap",
  fill,
  role,
});

Deno.test("a region is drawn to scale with its names in it", () => {
  const drawn = bar([segment(0, 10, "db0"), segment(10, 30, "", "·")], 36);
  assert.equal(plainText(drawn.bar), "┃███ db0 ███┃······················┃");
  assert.equal(plainText(drawn.captions).trimEnd(), "     cap              cap");
});

Deno.test("names that do not fit lose their fill first, then go whole: pieces of words say nothing", () => {
  const names = (width: number) => plainText(bar([segment(0, 1, "cache0"), segment(1, 2, "")], width).bar);
  assert.equal(names(3 + 20), "┃█ cache0 █┃██████████┃");
  assert.equal(names(3 + 16), "┃█cache0█┃████████┃");
  assert.equal(names(3 + 10), "┃█████┃█████┃");
});

Deno.test("more segments than cells: cells show what covers most of them, the bright one always", () => {
  const many = Array.from({ length: 1000 }, (_, i) => segment(i, i + 1, "x", "░"));
  const bright = many.with(500, segment(500, 501, "x", "░", "accent"));
  const drawn = bar(bright, 42);
  assert.equal(lineWidth(drawn.bar), 42);
  assert.deepEqual(drawn.bar.filter((s) => s.role === "accent").map((s) => s.text), ["░"]);
});

Deno.test("any list of segments fills exactly the width", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 20, max: 160 }),
      (sizes, width) => {
        let at = 0;
        const segments = sizes.map((size) => segment(at, at += size, "name"));
        assert.equal(lineWidth(bar(segments, width).bar), width);
      },
    ),
  );
});

Deno.test("segments of no size at all share the bar evenly, and fill it", () => {
  assert.deepEqual(shares([0], 30, 1), [30]);
  assert.deepEqual(shares([0, 0, 0], 10, 0), [4, 3, 3]);
  assert.deepEqual(shares([], 10, 1), []);
});

Deno.test("shares add up to the whole and give each its least", () => {
  assert.deepEqual(shares([1, 1, 1], 10, 1), [4, 3, 3]);
  assert.deepEqual(shares([3, 1, 0], 8, 0), [6, 2, 0]);
  fc.assert(
    fc.property(
      fc.array(fc.nat(1e9), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 30, max: 200 }),
      (sizes, total) => {
        const given = shares(sizes, total, 1);
        assert.equal(given.reduce((a, b) => a + b, 0), total);
        assert.ok(given.every((g) => g >= 1));
      },
    ),
  );
});
