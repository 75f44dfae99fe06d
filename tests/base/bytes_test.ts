import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, hexDump, hexText, isZero, printable, sameBytes, textOf, utf8, viewOf } from "../../src/base/bytes.ts";
import { byteSum, fletcher64 } from "../../src/base/checksum.ts";
import { guidBytes, guidText, isUuid, NIL_UUID, uuidBytes, uuidText } from "../../src/base/guid.ts";

Deno.test("bytes: concatenate, compare, look for anything but zero", () => {
  assert.deepEqual(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3));
  assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
  assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
  assert.equal(sameBytes(Uint8Array.of(1), Uint8Array.of(1, 0)), false);
  assert.equal(isZero(new Uint8Array(5)), true);
  assert.equal(isZero(new Uint8Array(0)), true);
  assert.equal(isZero(Uint8Array.of(0, 1)), false);
});

Deno.test("a view sees the part of a buffer that its bytes see", () => {
  const whole = Uint8Array.of(9, 9, 1, 2, 9);
  const view = viewOf(whole.subarray(2, 4));
  assert.equal(view.byteLength, 2);
  assert.equal(view.getUint16(0, true), 0x0201);
});

Deno.test("hex dumps show offset, bytes and text, sixteen a row", () => {
  const rows = hexDump(utf8("NFIT\0persistent memory"), 0x40);
  assert.equal(rows.length, 2);
  assert.equal(rows[0], "0040  4e 46 49 54 00 70 65 72 73 69 73 74 65 6e 74 20  NFIT.persistent ");
  assert.equal(rows[1], `0050  ${"6d 65 6d 6f 72 79".padEnd(47)}  memory`);
  assert.deepEqual(hexDump(new Uint8Array(0)), []);
  assert.equal(hexText(Uint8Array.of(0, 0xab)), "00ab");
  assert.equal(printable(Uint8Array.of(0x1f, 0x20, 0x7e, 0x7f)), ". ~.");
  assert.equal(textOf(utf8("名")), "名");
});

Deno.test("the ACPI sum is modulo 256", () => {
  assert.equal(byteSum(new Uint8Array(0)), 0);
  assert.equal(byteSum(Uint8Array.of(0xff, 1)), 0);
  assert.equal(byteSum(new Uint8Array(300).fill(0xff)), (300 * 0xff) & 0xff);
});

/** The kernel's loop in exact integers: both sums 64 bits wide, only then cut. */
function slowFletcher(words: readonly number[]): bigint {
  let low = 0n;
  let high = 0n;
  for (const word of words) {
    low = (low + BigInt(word)) & 0xffffffffn;
    high += low;
  }
  return ((high << 32n) | low) & 0xffffffffffffffffn;
}

Deno.test("Fletcher-64 equals exact arithmetic, with and without a place left out", () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 0xffffffff, 0x80000000), fc.nat(0xffffffff));
  fc.assert(fc.property(fc.array(word, { minLength: 2, maxLength: 200 }), fc.nat(199), (words, at) => {
    const bytes = new Uint8Array(Uint32Array.from(words).buffer);
    assert.equal(fletcher64(bytes), slowFletcher(words));
    const skip = Math.min(at, words.length - 2);
    const holed = words.map((w, i) => (i === skip || i === skip + 1 ? 0 : w));
    assert.equal(fletcher64(bytes, skip * 4), slowFletcher(holed));
  }));
  assert.equal(fletcher64(Uint8Array.of(1, 0, 0, 0, 9)), 0x100000001n);
});

Deno.test("a GUID swaps its first three groups, a UUID none (ACPI 6.5 table 5.132)", () => {
  const pmem = "66f0d379-b4f3-4074-ac43-0d3318b78cdb";
  assert.equal(hexText(guidBytes(pmem)), "79d3f066f3b47440ac430d3318b78cdb");
  assert.equal(hexText(uuidBytes(pmem)), "66f0d379b4f34074ac430d3318b78cdb");
  assert.equal(uuidText(new Uint8Array(16)), NIL_UUID);
  assert.equal(isUuid(pmem.toUpperCase()), true);
  assert.equal(isUuid(`${pmem} `), false);
  assert.throws(() => uuidBytes("66f0d379"), /not a UUID/);
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (any) => {
    assert.deepEqual(guidBytes(guidText(any)), any);
    assert.deepEqual(uuidBytes(uuidText(any)), any);
  }));
});
