/** Where Xen's structures lie in a reported namespace (model section 2). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { GiB, MiB, PAGE_SIZE, TiB } from "../../../src/base/units.ts";
import { contains, lengthOf, overlaps, range } from "../../../src/base/range.ts";
import {
  borrowedGeometry,
  borrowedRawData,
  costOf,
  ownGeometry,
  pageMapGeometry,
  rawGeometry,
} from "../../../src/toolstack/pmem/geometry.ts";

const at = (start: number, length: number) => range(start, length);

Deno.test("U counts 256 MiB groups, 1 GiB slots, and 2 GiB slots below 1 TiB, each 2 MiB", () => {
  assert.equal(costOf(at(4 * GiB, 64 * MiB)).alone, 2 * MiB * (1 + 1 + 1));
  assert.equal(costOf(at(4 * GiB, GiB)).alone, 2 * MiB * (4 + 1 + 1));
  assert.equal(costOf(at(4 * GiB - 16 * MiB, 32 * MiB)).alone, 2 * MiB * (2 + 2 + 2), "every boundary is straddled");
  assert.equal(costOf(at(2 * TiB, GiB)).alone, 2 * MiB * (4 + 1), "no compat M2P above 1 TiB");
  assert.equal(costOf(at(4 * GiB, 64 * GiB)).alone, 704 * MiB);
  assert.equal(costOf(at(4 * GiB, 64 * GiB)).byRule, 640 * MiB);
});

Deno.test("a raw namespace: head, reserved, then data on 16 MiB, or on what --align asks for", () => {
  const extent = at(16 * GiB, 32 * GiB);
  const geometry = rawGeometry(extent, 16 * MiB)._unsafeUnwrap();
  // 128 groups, 32 slots of 1 GiB, 16 of 2 GiB.
  const dataOffset = 368 * MiB;
  assert.equal(costOf(extent).alone, 352 * MiB);
  assert.deepEqual(geometry.whole, extent);
  assert.deepEqual(geometry.reserved, { start: extent.start + 2 * MiB, end: extent.start + dataOffset });
  assert.deepEqual(geometry.data, { start: extent.start + dataOffset, end: extent.end });
  assert.equal(rawGeometry(extent, GiB)._unsafeUnwrap().data.start, extent.start + GiB);
});

Deno.test("where the structures leave less than 2 MiB for data there is no room", () => {
  // 6 MiB of structures behind a head of 2: data would begin at 16 MiB.
  const small = (size: number) => rawGeometry(at(4 * GiB, size), 16 * MiB);
  assert.deepEqual(small(16 * MiB)._unsafeUnwrapErr(), { kind: "no-room", size: 16 * MiB, needed: 18 * MiB });
  assert.equal(small(18 * MiB)._unsafeUnwrap().data.end, 4 * GiB + 18 * MiB);
});

Deno.test("fsdax and devdax give the page-map area away if it is large enough", () => {
  const extent = at(4 * GiB, GiB);
  const data = (offset: number) => ({ start: extent.start + offset, end: extent.end });
  // 4 groups and two slots: 12 MiB behind a head of 2 MiB.
  assert.deepEqual(pageMapGeometry(extent, data(14 * MiB))._unsafeUnwrap(), {
    whole: extent,
    reserved: { start: extent.start + 2 * MiB, end: extent.start + 14 * MiB },
    data: data(14 * MiB),
  });
  assert.deepEqual(pageMapGeometry(extent, data(12 * MiB))._unsafeUnwrapErr(), {
    kind: "page-map-small",
    have: 10 * MiB,
    need: 12 * MiB,
  });
  assert.equal(pageMapGeometry(extent, data(0))._unsafeUnwrapErr().kind, "page-map-small");
});

Deno.test("with --mgmt everything behind the data offset is assignable", () => {
  const extent = at(4 * GiB, 64 * MiB);
  const data = { start: extent.start + 2 * MiB, end: extent.end };
  assert.deepEqual(borrowedGeometry(extent, data)._unsafeUnwrap(), { whole: extent, reserved: undefined, data });
  assert.equal(borrowedRawData(extent, 16 * MiB).start, extent.start + 16 * MiB);
});

Deno.test("a namespace that is Xen's as a whole holds its own structures and at least one chunk", () => {
  assert.equal(ownGeometry(at(4 * GiB, 6 * MiB))._unsafeUnwrapErr().kind, "no-room");
  assert.deepEqual(ownGeometry(at(4 * GiB, 8 * MiB))._unsafeUnwrap(), at(4 * GiB, 8 * MiB));
});

Deno.test("ends that are no whole 2 MiB stay dom0's", () => {
  const odd = at(4 * GiB + 128 * 1024, GiB);
  const { whole, data } = rawGeometry(odd, 16 * MiB)._unsafeUnwrap();
  assert.deepEqual(whole, { start: 4 * GiB + 2 * MiB, end: 5 * GiB });
  assert.equal(data.end, whole.end);
  // Five groups and two slots of each kind now that the ends straddle them: 18 MiB behind the head.
  assert.equal(data.start, odd.start + 32 * MiB);
});

Deno.test("head, reserved and data never overlap, lie inside the namespace and on whole pages", () => {
  const pages = (most: number) => fc.integer({ min: 1, max: most }).map((count) => count * PAGE_SIZE);
  fc.assert(fc.property(pages(2 ** 30), pages(2 ** 22), fc.constantFrom(16 * MiB, GiB), (start, length, align) => {
    const extent = at(start, length);
    rawGeometry(extent, align).map(({ whole, reserved, data }) => {
      assert.ok(contains(extent, whole) && contains(extent, reserved!) && contains(whole, data));
      assert.ok(!overlaps(reserved!, data));
      assert.equal(reserved!.start, extent.start + 2 * MiB);
      assert.ok(lengthOf(reserved!) >= costOf(extent).alone);
      assert.equal((data.start - extent.start) % align, 0);
      for (const edge of [whole.start, whole.end, data.start, data.end]) assert.equal(edge % PAGE_SIZE, 0);
    });
  }));
});
