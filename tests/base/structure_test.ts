import assert from "node:assert/strict";
import fc from "fast-check";
import { viewOf } from "../../src/base/bytes.ts";
import {
  ascii,
  bytes,
  excerpt,
  guid,
  reserved,
  restTail,
  structure,
  u16,
  u32,
  u32Tail,
  u64,
  u64Tail,
  u8,
  uuid,
} from "../../src/base/structure.ts";

const sample = structure("sample", 64, {
  kind: u8(0, { values: { 1: "one" } }),
  gap: reserved(1, 1),
  flags: u16(2, { bits: { urgent: 3 } }),
  count: u32(4),
  base: u64(8),
  type: guid(16),
  owner: uuid(32),
  name: ascii(48, 8),
  blob: bytes(56, 8),
});
const PMEM = "66f0d379-b4f3-4074-ac43-0d3318b78cdb";
const record = {
  kind: 1,
  gap: Uint8Array.of(0xee),
  flags: 8,
  count: 0x01020304,
  base: 0x240000000n,
  type: PMEM,
  owner: PMEM,
  name: "db0",
  blob: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
};

Deno.test("every kind of field lies where the table says, little-endian", () => {
  const written = sample.write(record);
  assert.equal(written.length, 64);
  assert.deepEqual([...written.subarray(0, 8)], [1, 0xee, 8, 0, 4, 3, 2, 1]);
  assert.deepEqual([...written.subarray(8, 16)], [0, 0, 0, 0x40, 2, 0, 0, 0]);
  // A GUID stores its first three groups little-endian, a UUID stores all in order.
  assert.deepEqual([...written.subarray(16, 20)], [0x79, 0xd3, 0xf0, 0x66]);
  assert.deepEqual([...written.subarray(32, 36)], [0x66, 0xf0, 0xd3, 0x79]);
  assert.deepEqual([...written.subarray(48, 56)], [0x64, 0x62, 0x30, 0, 0, 0, 0, 0]);
  assert.deepEqual(sample.read(viewOf(written))._unsafeUnwrap(), record);
});

Deno.test("any 64 bytes survive reading and writing, names without NULs included", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (any) => {
    // Text ends at its first NUL: what a format leaves behind one is not the text's.
    const end = any.indexOf(0, 48);
    if (end >= 48 && end < 56) any.fill(0, end, 56);
    assert.deepEqual(sample.write(sample.read(viewOf(any))._unsafeUnwrap()), any);
  }));
});

Deno.test("writing onto bytes keeps what no field names", () => {
  const sparse = excerpt("sparse", 8, { low: u8(0), high: u8(7) });
  assert.deepEqual(
    [...sparse.write({ low: 1, high: 2 }, new Uint8Array(10).fill(0xaa))],
    [1, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 2, 0xaa, 0xaa],
  );
});

Deno.test("put writes in place and touches nothing else", () => {
  const buffer = new Uint8Array(80).fill(0x55);
  sample.put(viewOf(buffer), 8, record);
  assert.deepEqual(buffer.subarray(8, 72), sample.write(record));
  assert.deepEqual([...buffer.subarray(0, 8)], new Array(8).fill(0x55));
  assert.deepEqual([...buffer.subarray(72)], new Array(8).fill(0x55));
});

Deno.test("a blank record is the record of zero bytes", () => {
  assert.deepEqual(sample.write(sample.blank()), new Uint8Array(64));
});

Deno.test("what is cut short is a fault with the place and both lengths", () => {
  assert.deepEqual(sample.read(viewOf(new Uint8Array(63)))._unsafeUnwrapErr(), {
    kind: "format",
    path: "sample",
    offset: 0,
    length: 63,
    reason: "needs 64 bytes, 63 are there",
  });
  const far = sample.read(viewOf(new Uint8Array(64)), 100)._unsafeUnwrapErr();
  assert.equal(far.offset, 100);
  assert.equal(far.length, 0);
  assert.equal(sample.read(viewOf(new Uint8Array(64)), 0, 10).isErr(), true);
  assert.equal(sample.read(viewOf(new Uint8Array(64)), 0, 64).isOk(), true);
});

Deno.test("tails run to the end of the structure, whole elements only", () => {
  const lines = structure("lines", 4, { size: u32(0), lines: u32Tail(4) });
  const hints = structure("hints", 0, { hints: u64Tail(0) });
  const rest = structure("rest", 1, { kind: u8(0), rest: restTail(1) });
  const input = viewOf(Uint8Array.from({ length: 15 }, (_, i) => i));
  assert.deepEqual(lines.read(input)._unsafeUnwrap().lines, [0x07060504, 0x0b0a0908]);
  assert.deepEqual(lines.read(input, 0, 8)._unsafeUnwrap().lines, [0x07060504]);
  assert.deepEqual(lines.read(input, 0, 4)._unsafeUnwrap().lines, []);
  assert.deepEqual(hints.read(input)._unsafeUnwrap().hints, [0x0706050403020100n]);
  assert.deepEqual(rest.read(input, 12)._unsafeUnwrap().rest, Uint8Array.of(13, 14));
  assert.equal(lines.write({ size: 2, lines: [1, 2] }).length, 12);
});

Deno.test("reading any bytes at any offset gives a record or a fault, never an exception", () => {
  const lines = structure("lines", 4, { size: u32(0), lines: u32Tail(4) });
  const place = fc.nat(200);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 128 }), place, fc.option(place), (any, offset, length) => {
    for (const s of [sample, lines]) s.read(viewOf(any), offset, length ?? undefined);
  }));
});

Deno.test("views list the fields by offset with their meaning, counted from an origin", () => {
  const rows = sample.view(record, 100);
  assert.deepEqual(rows.map((row) => [row.name, row.offset, row.length]), [
    ["kind", 100, 1],
    ["gap", 101, 1],
    ["flags", 102, 2],
    ["count", 104, 4],
    ["base", 108, 8],
    ["type", 116, 16],
    ["owner", 132, 16],
    ["name", 148, 8],
    ["blob", 156, 8],
  ]);
  assert.deepEqual(rows[2]!.meaning, { bits: { urgent: 3 } });
  const tail = structure("tail", 4, { size: u32(0), lines: u32Tail(4) });
  assert.equal(tail.view({ size: 0, lines: [1, 2, 3] })[1]!.length, 12);
});

Deno.test("coverage finds bytes without a name and bytes with two", () => {
  assert.deepEqual(sample.coverage(), { uncovered: [], doubled: [] });
  const unsound = excerpt("unsound", 8, { a: u32(0), b: u16(3) });
  assert.deepEqual(unsound.coverage(), { uncovered: [5, 6, 7], doubled: [3] });
  const early = excerpt("early", 6, { a: u32(0), rest: restTail(3) });
  assert.deepEqual(early.coverage(), { uncovered: [], doubled: [3] });
});

Deno.test("a declaration that is not sound cannot be made", () => {
  assert.throws(() => structure("gap", 8, { a: u32(0), b: u16(6) }), /gap: no field for bytes 4, 5$/);
  assert.throws(() => structure("twice", 6, { a: u32(0), b: u32(2) }), /twice: two fields for bytes 2, 3$/);
  assert.throws(() => structure("long", 4, { a: u32(0), b: u16(4) }), /long: fields up to byte 6 of 4$/);
  assert.throws(() => structure("early", 4, { a: u32(0), rest: restTail(2) }), /early: two fields for bytes 2, 3$/);
  assert.throws(() => structure("late", 4, { a: u32(0), rest: restTail(6) }), /late: fields up to byte 6 of 4$/);
});

Deno.test("a big-endian structure turns its numbers round, identifiers and bytes stay", () => {
  const big = structure("big", 32, {
    short: u16(0),
    gap: reserved(2, 2),
    word: u32(4),
    long: u64(8),
    owner: uuid(16),
  }, "big-endian");
  const record = { ...big.blank(), short: 0x0102, word: 0x03040506, long: 0x0708090a0b0c0d0en, owner: OWNER };
  const written = big.write(record);
  assert.deepEqual([...written.subarray(0, 16)], [1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  assert.deepEqual([...written.subarray(16, 20)], [0x00, 0x11, 0x22, 0x33]);
  assert.deepEqual(big.read(viewOf(written))._unsafeUnwrap(), record);
});

const OWNER = "00112233-4455-6677-8899-aabbccddeeff";
