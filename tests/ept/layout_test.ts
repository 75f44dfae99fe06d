import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Capabilities,
  type Counts,
  type Layout,
  layout,
  type LayoutOptions,
  type Level,
  LEVELS,
  type MappingRun,
  spanOf,
  tableAddress,
  tableOfPage,
  tableSpanOf,
  USUAL,
  walk,
  xenStyle,
} from "../../src/ept/mod.ts";
import reference from "./ept_vectors.json" with { type: "json" };
import { generatedRuns, laidOut, randomOptions, randomRuns } from "./support.ts";

const KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB, TiB = 1024 * GiB;

/** Parameters of the reference's generated vectors: extents, seed, longest, unit. */
const GENERATED: Record<string, [number, bigint, number, number]> = {
  V6a: [1000, 1n, 1024, 4 * KiB],
  V6b: [100_000, 2n, 1024, 4 * KiB],
  V6c: [1000, 3n, 512, 2 * MiB],
  V6d: [1000, 3n, 512, 2 * MiB],
  V6e: [1_000_000, 4n, 64, 4 * KiB],
};

type Vector = (typeof reference.vectors)[number];
const runsOf = ({ name, extents }: Vector): Iterable<MappingRun> =>
  extents?.map(([gpa, length, mpa]) => ({ gpa: Number(gpa), length: Number(length), mpa: Number(mpa) })) ??
    generatedRuns(...GENERATED[name]!);

for (const vector of reference.vectors) {
  Deno.test(`${vector.name}: ${vector.note}`, () => {
    const capabilities: Capabilities = { ...USUAL, page2m: vector.page2m, page1g: vector.page1g };
    const { counts } = laidOut(runsOf(vector), { capabilities, levels: vector.levels as 4 | 5 });
    const expected: Counts = {
      leaf4k: vector.leaf_4k,
      leaf2m: vector.leaf_2m,
      leaf1g: vector.leaf_1g,
      leaves: vector.leaves,
      pt: vector.pt,
      pd: vector.pd,
      pdpt: vector.pdpt,
      pml4: vector.pml4,
      pml5: vector.pml5,
      tables: vector.tables,
      tableBytes: vector.table_bytes,
      mappedBytes: vector.mapped_bytes,
    };
    assert.deepEqual(counts, expected);
  });
}

const BASE = { gpa: 0x240000000, mpa: 0x4000000000 };

Deno.test("a limit on the order counts as a processor without the size", () => {
  const run = { ...BASE, length: TiB };
  const same = (options: LayoutOptions, capabilities: Partial<Capabilities>) =>
    assert.deepEqual(
      laidOut([run], options).counts,
      laidOut([run], { capabilities: { ...USUAL, ...capabilities } }).counts,
    );
  same({ maxOrder: 9 }, { page1g: false });
  same({ maxOrder: 0 }, { page1g: false, page2m: false });
});

Deno.test("runs keep their own order: superpages for RAM, pages for pmem mapped the RFC's way", () => {
  const { counts } = laidOut([
    { gpa: 0, mpa: 0x800000000, length: GiB },
    { gpa: 0x240000000, mpa: 0x4000000000, length: GiB, maxOrder: 0 },
  ]);
  assert.equal(counts.leaf1g, 1);
  assert.equal(counts.leaf4k, GiB / (4 * KiB));
});

Deno.test("neighbours that continue each other are one extent; another type or order starts a new one", () => {
  const half = (gpa: number, rest: Partial<MappingRun> = {}): MappingRun => ({
    gpa,
    mpa: gpa + 0x4000000000,
    length: GiB / 2,
    ...rest,
  });
  assert.equal(laidOut([half(0), half(GiB / 2)]).counts.leaf1g, 1);
  assert.equal(laidOut([half(0), half(GiB / 2)]).extents.seams, false);
  const types = laidOut([half(0), half(GiB / 2, { type: "ram_ro" })]);
  assert.equal(types.counts.leaf1g, 0);
  assert.equal(types.extents.seams, true);
  assert.equal(laidOut([half(0), half(GiB / 2, { maxOrder: 9 })]).counts.leaf2m, 512);
});

Deno.test("an empty layout is an empty root", () => {
  const made = laidOut([]);
  assert.equal(made.counts.tables, 1);
  assert.equal(made.counts.leaves, 0);
  assert.equal(walk(made, 0).end.kind, "violation");
});

Deno.test("every refusal names its run and the numbers", () => {
  const run = { gpa: 0, mpa: 0, length: 4096 };
  const fault = (runs: MappingRun[], options: LayoutOptions = {}) => layout(runs, options)._unsafeUnwrapErr();
  const twisted = [{ gpa: 1 }, { mpa: 4095 }, { length: 5000 }, { gpa: -4096 }, { gpa: NaN }, { length: Infinity }];
  for (const wrong of twisted) {
    assert.equal(fault([run, { ...run, gpa: 8192, ...wrong }]).kind, "misaligned-run", JSON.stringify(wrong));
  }
  assert.deepEqual(fault([{ ...run, length: 0 }]), { kind: "empty-run", index: 0, run: { ...run, length: 0 } });
  assert.deepEqual(fault([run, run]), { kind: "unsorted-run", index: 1, run, previousEnd: 4096 });
  const high = { gpa: 2 ** 48 - 4096, mpa: 0, length: 4096 };
  assert.equal(layout([high]).isOk(), true);
  assert.deepEqual(fault([{ ...high, length: 8192 }]), {
    kind: "guest-width",
    index: 0,
    run: { ...high, length: 8192 },
    bits: 48,
  });
  assert.equal(layout([{ ...high, length: 8192 }], { levels: 5 }).isOk(), true);
  const top = { gpa: 0, mpa: 2 ** 46 - 4096, length: 4096 };
  assert.equal(layout([top]).isOk(), true);
  assert.equal(fault([{ ...top, length: 8192 }]).kind, "machine-width");
  assert.deepEqual(fault([run], { levels: 5, capabilities: { ...USUAL, fiveLevels: false } }), {
    kind: "levels",
    levels: 5,
  });
  assert.equal(fault([run], { tableBase: 0x7e001 }).kind, "table-base");
  assert.equal(fault([run], { tableBase: 2 ** 46 - 4096 }).kind, "table-base");
  assert.equal(layout([run], { tableBase: 2 ** 46 - 4 * 4096 }).isOk(), true);
  assert.deepEqual(fault([{ ...run, type: "broken" }]), { kind: "no-access", type: "broken" });
  const unusable = fault([run], { style: xenStyle({ access: "w" }) });
  assert.deepEqual(unusable, { kind: "unusable-leaf", type: "ram_rw", level: 1, why: { kind: "write-without-read" } });
});

/** What the runs say about one guest address. */
const expectedAt = (runs: readonly MappingRun[], gpa: number): number | undefined => {
  const run = runs.find((run) => run.gpa <= gpa && gpa < run.gpa + run.length);
  return run && run.mpa + (gpa - run.gpa);
};

Deno.test("leaves cover what the runs cover, and walks agree with the runs", () => {
  fc.assert(
    fc.property(randomRuns, randomOptions, fc.array(fc.nat(), { maxLength: 5 }), (runs, options, picks) => {
      const made = laidOut(runs, options);
      assert.equal(made.counts.mappedBytes, runs.reduce((sum, run) => sum + run.length, 0));
      // Both sides of every boundary, and a few places in between.
      const places = runs.flatMap((run, i) => [
        run.gpa,
        run.gpa - 1,
        run.gpa + run.length - 1,
        run.gpa + run.length,
        run.gpa + (picks[i % picks.length || 0] ?? 0) % run.length,
      ]);
      for (const gpa of places) {
        const { end, steps } = walk(made, gpa);
        assert.equal(end.kind === "mapped" ? end.mpa : undefined, expectedAt(runs, gpa));
        assert.equal(steps[0]!.tableAddress, made.tableBase);
        for (const { entry } of steps) assert.equal(entry.misconfiguration, undefined);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("every table has its page, every page its table, level by level in order of GPA", () => {
  const check = (made: Layout, pages: Iterable<number>) => {
    for (const page of pages) {
      const { level, region } = tableOfPage(made, page);
      assert.equal(tableAddress(made, level, region * tableSpanOf(level)), made.tableBase + page * 4096);
    }
  };
  fc.assert(fc.property(randomRuns, randomOptions, fc.nat(), (runs, options, pick) => {
    const made = laidOut(runs, options);
    const { tables } = made.counts;
    check(made, [0, tables - 1, pick % tables, Math.floor(tables / 2)]);
    let page = 0;
    for (const level of LEVELS.slice(0, made.levels).reverse()) {
      assert.equal(made.firstPage(level), page);
      page += made.tables(level).count;
    }
    assert.equal(page, tables);
  }));
  const fragmented = laidOut(generatedRuns(1000, 1n, 1024, 4 * KiB));
  check(fragmented, Array.from({ length: fragmented.counts.tables }, (_, page) => page));
  assert.throws(() => tableOfPage(fragmented, fragmented.counts.tables), /page 963 of 963/);
});

Deno.test("a table exists exactly where a smaller leaf than its span is", () => {
  const made = laidOut([{ gpa: 0x240001000, mpa: 0x4000001000, length: TiB }]);
  const has = (level: Level, gpa: number) => tableAddress(made, level, gpa) !== undefined;
  assert.equal(has(1, 0x240000000), true); // ragged head: PT and PD
  assert.equal(has(1, 0x240200000), false); // then 2 MiB leaves
  assert.equal(has(2, 0x240200000), true);
  assert.equal(has(2, 0x280000000), false); // then 1 GiB leaves
  assert.equal(has(3, 0x280000000), true);
  assert.equal(has(1, 0x240001000 + TiB - 4096), true); // ragged tail
  assert.equal(has(4, 0), true);
  assert.equal(has(5, 0), false);
  assert.equal(spanOf(3), GiB);
});
