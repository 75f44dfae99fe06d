import assert from "node:assert/strict";
import fc from "fast-check";
import { cellWidth, clean, cut, fit, folded, pieces, wrapped } from "../../../tui/text/width.ts";

Deno.test("full-width characters take two cells, combining marks none", () => {
  assert.equal(cellWidth("db0"), 3);
  assert.equal(cellWidth("数据库"), 6);
  assert.equal(cellWidth("e\u0301"), 1);
  assert.equal(cellWidth("█▓▒░┃…→×"), 8);
});

Deno.test("cutting keeps the more significant end and never splits a wide character", () => {
  assert.equal(cut("namespace0.0", 12), "namespace0.0");
  assert.equal(cut("namespace0.0", 11), "namespace0…");
  assert.equal(cut("/a/b/guest.cfg", 10, "start"), "…guest.cfg");
  assert.equal(cut("数据库", 4), "数…");
  assert.equal(cut("数据库", 5), "数据…");
  assert.equal(cut("abc", 1), "…");
  assert.equal(cut("abc", 0), "");
});

Deno.test("fitting gives exactly the width, whatever the text", () => {
  assert.equal(fit("ab", 5, "right"), "   ab");
  assert.equal(fit("ab", 5, "center"), " ab  ");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (text, width) => {
    assert.equal(cellWidth(fit(clean(text), width)), width);
  }));
});

Deno.test("names lose what could move the cursor, reorder the row or hide itself", () => {
  assert.equal(clean("a\x1b[2Jb"), "a\u{fffd}[2Jb");
  assert.equal(clean("evil\u202egnp.exe"), "evil\u{fffd}gnp.exe");
  assert.equal(clean("a\nb\tc\u2028d"), "a\u{fffd}b\u{fffd}c\u{fffd}d");
  assert.equal(clean("数据库"), "数据库");
});

Deno.test("a command line is cut into pieces without losing a blank", () => {
  assert.deepEqual(pieces("a  b'c  d'", 4), ["a  b", "'c  ", "d'"]);
  assert.deepEqual(pieces("", 4), [""]);
  assert.deepEqual(pieces("数据库", 5), ["数据", "库"]);
});

Deno.test("wrapping never exceeds the width and loses no word", () => {
  assert.deepEqual(wrapped("one two three", 7), ["one two", "three"]);
  assert.deepEqual(wrapped("", 7), [""]);
  assert.deepEqual(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
  fc.assert(fc.property(fc.string({ unit: "grapheme-composite" }), fc.integer({ min: 2, max: 20 }), (text, width) => {
    const rows = wrapped(clean(text), width);
    assert.ok(rows.every((row) => cellWidth(row) <= width));
    assert.equal(rows.join("").replace(/\s/g, ""), clean(text).replace(/\s/g, ""));
  }));
});

Deno.test("folding keeps a text's own blanks and cuts at one where it can", () => {
  assert.deepEqual(folded('  "uuid":"6380fc0f"', 10), ['  "uuid":"', '6380fc0f"']);
  assert.deepEqual(folded("one two three", 9), ["one two ", "three"]);
  assert.deepEqual(folded("short", 9), ["short"]);
  assert.equal(folded("数据 库".repeat(5), 7).join(""), "数据 库".repeat(5));
});
