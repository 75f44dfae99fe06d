/** The p2m by itself: leaves are split where part of them goes, and never made larger again; tables are counted as they stand. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BaseBlocks } from "../../src/base/blocks.ts";
import { leafAt, type MappedRange, P2m } from "../../src/xen/p2m.ts";

const PAGES_2M = 512;
const PAGES_1G = 512 * 512;

const empty = (): P2m => new P2m(new BaseBlocks<unknown>(), 1);
const run = (gfn: number, mfn: number, count: number, maxOrder: 0 | 9 | 18 = 18): MappedRange => ({
  start: gfn,
  end: gfn + count,
  mfn,
  type: "ram_rw",
  maxOrder,
});

/** Leaves by their size in frames, counted one by one. */
function leaves(p2m: P2m): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const range of p2m.ranges()) {
    for (let gfn = range.start; gfn < range.end;) {
      const { start, end } = leafAt(range, gfn);
      assert.equal(start, gfn, "a leaf begins where the one before it ends");
      counts[end - start] = (counts[end - start] ?? 0) + 1;
      gfn = end;
    }
  }
  return counts;
}

/** Tables below the root that these leaves hang on, by what each table spans. */
function tablesByHand(p2m: P2m): number {
  const tables = new Set<string>(["root"]);
  for (const range of p2m.ranges()) {
    for (let gfn = range.start; gfn < range.end;) {
      const { end } = leafAt(range, gfn);
      const size = end - gfn;
      tables.add(`PDPT ${Math.floor(gfn / (512 * PAGES_1G))}`);
      if (size < PAGES_1G) tables.add(`PD ${Math.floor(gfn / PAGES_1G)}`);
      if (size < PAGES_2M) tables.add(`PT ${Math.floor(gfn / PAGES_2M)}`);
      gfn = end;
    }
  }
  return tables.size;
}

Deno.test("a page taken out of a leaf of 1 GiB splits it down to 4 KiB around the hole, and no further", () => {
  const p2m = empty();
  p2m.map(run(PAGES_1G, 4 * PAGES_1G, 2 * PAGES_1G));
  assert.deepEqual([leaves(p2m), p2m.countTables()], [{ [PAGES_1G]: 2 }, 2]);
  const hole = 2 * PAGES_1G + 7 * PAGES_2M + 3;
  assert.equal(p2m.splitsLeafAt(hole), true);
  assert.equal(p2m.splitsLeafAt(2 * PAGES_1G), false);
  p2m.unmap({ start: hole, end: hole + 1 });
  assert.deepEqual(leaves(p2m), { [PAGES_1G]: 1, [PAGES_2M]: 511, 1: 511 });
  assert.deepEqual([p2m.countTables(), p2m.mfnAt(hole), p2m.mfnAt(hole + 1)], [
    4,
    undefined,
    4 * PAGES_1G + hole + 1 - PAGES_1G,
  ]);
});

Deno.test("the page put back does not make the leaf whole again: Xen merges nothing by itself", () => {
  const p2m = empty();
  p2m.map(run(0, 0, PAGES_2M));
  p2m.unmap({ start: 100, end: 101 });
  p2m.map(run(100, 100, 1));
  assert.deepEqual(leaves(p2m), { 1: PAGES_2M });
  p2m.unmap({ start: 0, end: PAGES_2M });
  p2m.map(run(0, 0, PAGES_2M));
  assert.deepEqual(leaves(p2m), { [PAGES_2M]: 1 }, "mapped anew as a whole, it is one leaf");
});

Deno.test("blocks that are whole leaves join into one range, which costs nothing and changes no leaf", () => {
  const p2m = empty();
  p2m.map(run(0, 0, PAGES_2M));
  p2m.map(run(PAGES_2M, PAGES_2M, PAGES_2M));
  assert.deepEqual([leaves(p2m), p2m.count], [{ [PAGES_2M]: 2 }, 1]);
});

const change = fc.record({
  gfn: fc.nat(3 * PAGES_2M),
  shift: fc.constantFrom(0, PAGES_2M, 1, 5 * PAGES_2M + 8),
  count: fc.constantFrom(1, 3, 100, PAGES_2M, PAGES_2M + 1, 2 * PAGES_2M),
  maxOrder: fc.constantFrom<0 | 9 | 18>(0, 9, 18),
  unmaps: fc.boolean(),
});

Deno.test("after any maps and unmaps every page goes where it was mapped, no leaf grew, and the tables add up", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const p2m = empty();
      const pages = new Map<number, number>();
      /** The size of the leaf that a page has been in, at most. */
      const most = new Map<number, number>();
      for (const { gfn, shift, count, maxOrder, unmaps } of changes) {
        const asked = run(gfn, gfn + shift, count, maxOrder);
        const free = Array.from({ length: count }, (_, i) => gfn + i).every((page) => !pages.has(page));
        if (unmaps) {
          p2m.unmap(asked);
          for (let page = gfn; page < gfn + count; page++) pages.delete(page);
        } else if (free) {
          const before = p2m.countTables();
          const expected = p2m.tablesFor(asked);
          p2m.map(asked);
          assert.equal(p2m.countTables() - before, expected, "what the range was said to cost");
          for (let page = gfn; page < gfn + count; page++) {
            pages.set(page, page + shift);
            most.set(page, Infinity);
          }
        }
        for (const range of p2m.ranges()) {
          for (let at = range.start; at < range.end;) {
            const { end } = leafAt(range, at);
            for (let page = at; page < end; page++) {
              assert.ok(end - at <= most.get(page)!, `the leaf of gfn ${page} grew`);
              most.set(page, end - at);
            }
            at = end;
          }
        }
        assert.equal(p2m.countTables(), tablesByHand(p2m));
      }
      for (const [gfn, mfn] of pages) assert.equal(p2m.mfnAt(gfn), mfn);
      assert.equal([...p2m.ranges()].reduce((sum, { start, end }) => sum + end - start, 0), pages.size);
    }),
    { numRuns: 150 },
  );
});
