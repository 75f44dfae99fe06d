/** Sizes as ndctl reads them. */
import assert from "node:assert/strict";
import { parseSize } from "../../../src/command/ndctl/sizes.ts";

const bytes = (text: string) => parseSize(text)?.bytes;

Deno.test("a size is a C integer with one letter behind it, either case", () => {
  assert.deepEqual(["64M", "64m", "1g", "1T", "0x10k", "010"].map(bytes), [
    64 * 2 ** 20,
    64 * 2 ** 20,
    2 ** 30,
    2 ** 40,
    16 * 2 ** 10,
    8,
  ]);
  assert.deepEqual(parseSize("2M"), { bytes: 2 ** 21, unit: 2 ** 20 });
  assert.equal(parseSize("512")!.unit, 1);
});

Deno.test("nothing is zero; signs, fractions, long suffixes and overflows are refused", () => {
  assert.deepEqual(["", "0", "k"].map(bytes), [0, 0, 0]);
  assert.deepEqual(["-1", "1.5G", "64MiB", "64MB", "08", "16777216T", "x"].map(bytes), Array(7).fill(undefined));
  assert.equal(bytes("16777215T"), 16777215 * 2 ** 40);
});
