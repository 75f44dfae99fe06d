import assert from "node:assert/strict";
import { plainText } from "../../../tui/text/line.ts";
import { bytesPerRow, hexLines, hexTop } from "../../../tui/widgets/hex.ts";

const BYTES = Uint8Array.from({ length: 40 }, (_, i) => i);
const shown = (offset: number, length: number, width = 60) =>
  hexLines(BYTES, 0, width, 10, { offset, length }).map((l) => plainText(l).trimEnd());

Deno.test("the marked field stands in brackets, also across rows", () => {
  assert.deepEqual(shown(14, 4), [
    "0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d[0e 0f]",
    "0010 [10 11]12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f",
    "0020  20 21 22 23 24 25 26 27",
  ]);
});

Deno.test("a mark at the very end closes after the last byte; none leaves no bracket", () => {
  assert.equal(shown(39, 1)[2], "0020  20 21 22 23 24 25 26[27]");
  assert.ok(shown(0, 0).every((row) => !row.includes("[")));
});

Deno.test("eight bytes a row where sixteen do not fit", () => {
  assert.equal(bytesPerRow(55), 8);
  assert.equal(bytesPerRow(56), 16);
  assert.equal(shown(0, 0, 34)[1], "0008  08 09 0a 0b 0c 0d 0e 0f");
});

Deno.test("the mark is kept in sight, and the last rows are not scrolled past", () => {
  assert.equal(hexTop({ offset: 0, length: 4 }, 4096, 60, 20), 0);
  assert.equal(hexTop({ offset: 2048, length: 4 }, 4096, 60, 20), 2048 - 6 * 16);
  assert.equal(hexTop({ offset: 4090, length: 4 }, 4096, 60, 20), 4096 - 20 * 16);
});
