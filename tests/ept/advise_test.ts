import assert from "node:assert/strict";
import fc from "fast-check";
import { advise, type Change, costOf, runsIn, stats, USUAL, walkReferences, xenStyle } from "../../src/ept/mod.ts";
import { generatedRuns, laidOut, NO_1G, ONLY_4K, randomOptions, randomRuns } from "./support.ts";

const KiB = 2 ** 10, MiB = 2 ** 20, GiB = 2 ** 30, TiB = 2 ** 40;
const EVERYTHING = { start: 0, end: 2 ** 52 };
const remedy = <K extends Change["kind"]>(advice: ReturnType<typeof advise>, kind: K) => {
  const found = advice.remedies.find((remedy) => remedy.change.kind === kind);
  return found && { ...found, change: found.change as Change & { kind: K } };
};

Deno.test("a namespace whose data starts past a GiB: the distance, and both ways to mend it", () => {
  const gpa = 9 * GiB;
  const made = laidOut([
    { gpa: 0, mpa: 0x800000000, length: 3 * GiB },
    { gpa, mpa: 0x1098200000, length: 24 * GiB - 386 * MiB },
  ], { style: xenStyle() });
  const advice = advise(made, { start: gpa, end: 64 * GiB });
  assert.equal(advice.now.leaf2m, 12_095);
  assert.deepEqual(advice.causes, [
    { kind: "distance", gpa, mpa: 0x1098200000, beyond1g: 386 * MiB, beyond2m: 0, permits: 9 },
  ]);
  // Recreated with its data on a GiB: 23 leaves, 24 tables fewer, 638 MiB less capacity.
  const aligned = remedy(advice, "move-mpa")!;
  assert.deepEqual(aligned.change, { kind: "move-mpa", mpa: 0x10c0000000, step: GiB, skip: 638 * MiB });
  assert.deepEqual([aligned.after.leaf1g, aligned.after.leaves], [23, 23]);
  assert.equal(aligned.savesTables, 24);
  assert.equal(aligned.savesLeaves, 12_095 - 23);
  // Placed where GPA and MPA are congruent: no data moves, ends stay ragged.
  const moved = remedy(advice, "move-gpa")!;
  assert.deepEqual(moved.change, { kind: "move-gpa", gpa: gpa + 386 * MiB, by: 386 * MiB });
  assert.deepEqual([moved.after.leaf1g, moved.after.leaf2m], [23, 319]);
  assert.equal(advice.remedies[0]!.change.kind, "move-mpa");
});

Deno.test("a shift of 4 KiB costs 4 KiB leaves for all of it", () => {
  const made = laidOut([{ gpa: 0x240000000, mpa: 0x4000001000, length: TiB }]);
  const advice = advise(made, EVERYTHING);
  const [distance] = advice.causes;
  assert.equal(distance?.kind === "distance" && distance.permits, 0);
  const moved = remedy(advice, "move-gpa")!;
  assert.equal(moved.change.by, 4096);
  assert.equal(moved.after.tables, 8);
  assert.equal(moved.savesTables, 525_316 - 8);
});

Deno.test("ragged ends alone: how many leaves they cost, and the end that would be even", () => {
  // Backend less 128 KiB of labels: 480 leaves of 4 KiB at the end.
  const made = laidOut([{ gpa: 0x240000000, mpa: 0x4000000000, length: 32 * MiB - 128 * KiB }]);
  const advice = advise(made, EVERYTHING);
  assert.deepEqual(advice.causes, [{ kind: "ragged-ends", leaf4k: 480, leaf2m: 15 }]);
  const even = advice.remedies.find(({ change }) => change.kind === "whole-pages" && change.step === 2 * MiB)!;
  assert.deepEqual(even.change, { kind: "whole-pages", step: 2 * MiB, add: 128 * KiB, drop: 2 * MiB - 128 * KiB });
  assert.equal(even.savesLeaves, 479);
  assert.equal(even.savesTables, 1);
});

Deno.test("a fragmented file: share of its bytes in large pages, extent size and one extent as remedies", () => {
  const made = laidOut(generatedRuns(1000, 1n, 1024, 4 * KiB));
  const advice = advise(made, EVERYTHING);
  const fragments = advice.causes.find((cause) => cause.kind === "fragments")!;
  assert.equal(fragments.extents, made.extents.count);
  const { permitted, used } = fragments;
  assert.equal(permitted.in4k + permitted.in2m + permitted.in1g, made.counts.mappedBytes);
  assert.deepEqual(used, { in4k: made.counts.mappedBytes, in2m: 0, in1g: 0 });
  const bySize = remedy(advice, "extent-size")!;
  assert.equal(bySize.change.step, 2 * MiB);
  assert.ok(bySize.after.leaf2m > 900);
  const whole = remedy(advice, "one-extent")!;
  assert.ok(whole.after.leaves < bySize.after.leaves);
  assert.equal(advice.remedies[0]!.change.kind, "one-extent");
});

Deno.test("a limit on the order is named with what the addresses would permit", () => {
  const made = laidOut([{ gpa: 0x240000000, mpa: 0x4000000000, length: 4 * GiB, maxOrder: 0 }]);
  const advice = advise(made, EVERYTHING);
  assert.deepEqual(advice.causes, [{ kind: "order-limit", maxOrder: 0, permits: 18 }]);
  const raised = remedy(advice, "raise-order")!;
  assert.equal(raised.change.order, 18);
  assert.equal(raised.after.leaves, 4);
  assert.equal(raised.savesTables, 2052);
});

Deno.test("a processor without a size is a cause without a remedy", () => {
  const run = { gpa: 0x240000000, mpa: 0x4000000000, length: 4 * GiB };
  const lacking = advise(laidOut([run], { capabilities: NO_1G }), EVERYTHING);
  assert.deepEqual(lacking.causes, [{ kind: "processor", lacks: 18 }]);
  assert.deepEqual(lacking.remedies, []);
  const both = advise(laidOut([run], { capabilities: ONLY_4K }), EVERYTHING);
  assert.deepEqual(both.causes.map((cause) => cause.kind), ["processor", "processor"]);
});

Deno.test("what is as good as it gets has neither causes nor remedies", () => {
  const made = laidOut([{ gpa: 0x240000000, mpa: 0x4000000000, length: TiB }]);
  const { causes, remedies, now } = advise(made, EVERYTHING);
  assert.deepEqual([causes, remedies, now.leaves], [[], [], 1024]);
  assert.deepEqual(advise(made, { start: 0, end: 4096 }), {
    gpa: { start: 0, end: 4096 },
    mappedBytes: 0,
    now: { leaf4k: 0, leaf2m: 0, leaf1g: 0, leaves: 0, tables: 1, tableBytes: 4096 },
    causes: [],
    remedies: [],
  });
});

Deno.test("for any layout every remedy saves what it says, and the whole costs what the layout counts", () => {
  fc.assert(
    fc.property(randomRuns, randomOptions, (runs, options) => {
      const made = laidOut(runs, { ...options, tableBase: 0x7e000 });
      const advice = advise(made, EVERYTHING);
      const { leaf4k, leaf2m, leaf1g, leaves, tables, tableBytes } = made.counts;
      assert.deepEqual(advice.now, { leaf4k, leaf2m, leaf1g, leaves, tables, tableBytes });
      assert.deepEqual(costOf(made, runsIn(made, EVERYTHING)), advice.now);
      for (const { after, savesLeaves, savesTables } of advice.remedies) {
        assert.equal(after.leaves + savesLeaves, advice.now.leaves);
        assert.equal(after.tables + savesTables, advice.now.tables);
        assert.ok(savesLeaves >= 0 && savesTables >= 0 && savesLeaves + savesTables > 0);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("walk references and TLB reach of the usual sizes", () => {
  assert.deepEqual([4, 3, 2].map((nested) => walkReferences(4, nested)), [24, 19, 14]);
  assert.equal(walkReferences(5, 5), 35);
  const sizes = stats(laidOut([{ gpa: 0, mpa: 0, length: GiB + 2 * MiB + 4 * KiB }])).sizes;
  assert.deepEqual(sizes.map((size) => [size.size, size.leaves, size.walkReferences, size.tlbReach]), [
    [GiB, 1, 14, 16 * GiB],
    [2 * MiB, 1, 19, 3 * GiB],
    [4 * KiB, 1, 24, 6 * MiB],
  ]);
});

Deno.test("statistics by size and type, and what the tables take of the p2m pool", () => {
  const made = laidOut([
    { gpa: 0, mpa: GiB, length: GiB },
    { gpa: 4 * GiB, mpa: 2 * GiB, length: TiB, maxOrder: 0 },
    { gpa: 8 * TiB, mpa: 4 * TiB, length: 4 * KiB, type: "ram_ro" },
  ], { capabilities: { ...USUAL, page2m: false } });
  const told = stats(made);
  assert.deepEqual(told.types, [
    { type: "ram_rw", extents: 2, bytes: TiB + GiB },
    { type: "ram_ro", extents: 1, bytes: 4 * KiB },
  ]);
  assert.deepEqual(told.sizes.map((size) => size.size), [GiB, 4 * KiB]);
  assert.equal(told.poolKib, 4 * made.counts.tables);
  assert.equal(told.poolKibWithIommu, 8 * made.counts.tables);
  assert.ok(told.averageWalkReferences > 23.9 && told.averageWalkReferences < 24);
  const nothing = stats(laidOut([]));
  assert.deepEqual([nothing.tableShare, nothing.averageWalkReferences], [0, 0]);
});
