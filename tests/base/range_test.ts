import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ADDRESS_LIMIT,
  alignDown,
  alignUp,
  exactNumber,
  greatestCommonDivisor,
  isAligned,
  leastCommonMultiple,
} from "../../src/base/quantity.ts";
import { contains, holds, intersection, joined, lengthOf, overlaps, range, without } from "../../src/base/range.ts";

Deno.test("ranges are half-open: touching is not overlapping", () => {
  const a = range(10, 10);
  assert.deepEqual(a, { start: 10, end: 20 });
  assert.equal(lengthOf(a), 10);
  assert.equal(overlaps(a, range(20, 5)), false);
  assert.equal(overlaps(a, range(19, 5)), true);
  assert.equal(contains(a, range(10, 10)), true);
  assert.equal(contains(a, range(10, 11)), false);
  assert.deepEqual([9, 10, 19, 20].map((at) => holds(a, at)), [false, true, true, false]);
  assert.equal(intersection(a, range(20, 5)), undefined);
  assert.deepEqual(intersection(a, range(15, 50)), { start: 15, end: 20 });
});

const pieces = fc.array(fc.tuple(fc.nat(60), fc.nat(12)).map(([start, length]) => range(start, length)));
const cellsOf = (ranges: Iterable<{ start: number; end: number }>): Set<number> => {
  const cells = new Set<number>();
  for (const r of ranges) for (let at = r.start; at < r.end; at++) cells.add(at);
  return cells;
};

Deno.test("joined ranges are sorted, apart, and cover the same", () => {
  fc.assert(fc.property(pieces, (ranges) => {
    const result = joined(ranges);
    assert.deepEqual([...cellsOf(result)], [...cellsOf(ranges)].sort((a, b) => a - b));
    for (let i = 1; i < result.length; i++) assert.ok(result[i]!.start > result[i - 1]!.end);
  }));
});

Deno.test("without leaves exactly what no hole covers", () => {
  fc.assert(fc.property(pieces, fc.nat(40), fc.nat(40), (holes, start, length) => {
    const whole = range(start, length);
    const hidden = cellsOf(holes);
    assert.deepEqual([...cellsOf(without(whole, holes))], [...cellsOf([whole])].filter((at) => !hidden.has(at)));
  }));
});

Deno.test("alignment is exact up to the top of the address space", () => {
  const top = ADDRESS_LIMIT - 1;
  assert.equal(alignDown(top, 4096), ADDRESS_LIMIT - 4096);
  assert.equal(alignUp(top, 4096), ADDRESS_LIMIT);
  assert.equal(alignUp(4096, 4096), 4096);
  assert.equal(alignUp(4097, 4096), 8192);
  assert.equal(isAligned(ADDRESS_LIMIT, 2 ** 30), true);
  assert.equal(isAligned(2 ** 30 + 4096, 2 ** 21), false);
});

Deno.test("a raw field becomes a number only if it keeps its value", () => {
  assert.equal(exactNumber(0n), 0);
  assert.equal(exactNumber(2n ** 53n - 1n), 2 ** 53 - 1);
  assert.equal(exactNumber(2n ** 53n), undefined);
  assert.equal(exactNumber(-1n), undefined);
});

Deno.test("least common multiples of alignment and ways", () => {
  const MiB = 2 ** 20;
  assert.equal(greatestCommonDivisor(48, 36), 12);
  assert.equal(leastCommonMultiple(16 * MiB, 3 * 4096), 48 * MiB);
  assert.equal(leastCommonMultiple(2 * MiB, 4 * MiB), 4 * MiB);
});
