import assert from "node:assert/strict";
import fc from "fast-check";
import { entryAt, type Layout, type Level, outline, spanOf, viewTable, walk, xenStyle } from "../../src/ept/mod.ts";
import { generatedRuns, laidOut, randomOptions, randomRuns } from "./support.ts";

const MiB = 2 ** 20, GiB = 2 ** 30;
/** RAM below and above 4 GiB, then a namespace whose data is 2 MiB aligned but not to a GiB. */
const guest = (): Layout =>
  laidOut([
    { gpa: 0, mpa: 0x800000000, length: 3 * GiB },
    { gpa: 4 * GiB, mpa: 0x8c0000000, length: 5 * GiB },
    { gpa: 9 * GiB, mpa: 0x1098200000, length: 24 * GiB - 386 * MiB },
  ], { style: xenStyle() });

Deno.test("a table folds into rows of what is alike, children counted", () => {
  const table = viewTable(guest(), 3, 0)!;
  assert.equal(table.name, "PDPT");
  assert.deepEqual(
    table.rows.map((row) => [row.kind, row.first, row.end, row.uniform]),
    [
      ["leaf", 0, 3, true],
      ["empty", 3, 4, true],
      ["leaf", 4, 9, true],
      ["table", 9, 32, true],
      ["table", 32, 33, false],
      ["empty", 33, 512, true],
    ],
  );
  const [ram, , , pds, last] = table.rows;
  assert.deepEqual(ram!.mpa, { start: 0x800000000, end: 0x8c0000000 });
  assert.equal(ram!.step, GiB);
  assert.equal(ram!.type, "ram_rw");
  assert.equal(ram!.entry.hex, "0xb8000008000003f7");
  // 23 tables of 512 leaves each, in one piece.
  assert.deepEqual(pds!.below, {
    leaf4k: 0,
    leaf2m: 23 * 512,
    leaf1g: 0,
    tables: { PD: 23 },
    extents: 1,
    mappedBytes: 23 * GiB,
  });
  assert.deepEqual(pds!.gpa, { start: 9 * GiB, end: 32 * GiB });
  assert.deepEqual(pds!.mpa, { start: 0x1098200000, end: 0x1098200000 + 23 * GiB });
  assert.equal(pds!.entry.kind, "table");
  assert.equal(pds!.entry.address, guest().tableBase + guest().firstPage(2) * 4096);
  assert.equal(last!.below!.leaf2m, 512 - 193);
  assert.deepEqual(last!.below!.tables, { PD: 1 });
});

Deno.test("a table that does not exist is none", () => {
  assert.equal(viewTable(guest(), 2, 0), undefined);
  assert.equal(viewTable(guest(), 1, 9 * GiB), undefined);
  assert.equal(viewTable(guest(), 5, 0), undefined);
  assert.equal(viewTable(guest(), 4, 0)!.address, 0x7e000);
});

Deno.test("fragments below a pointer: row by row, or folded with their sums", () => {
  const made = laidOut(generatedRuns(1000, 1n, 1024, 4096));
  const gpa = 0x240000000;
  const single = viewTable(made, 2, gpa)!.rows.filter((row) => row.kind === "table");
  const folded = viewTable(made, 2, gpa, { foldMixed: true })!.rows.filter((row) => row.kind === "table");
  assert.ok(single.length > 300);
  assert.ok(folded.length < single.length / 3);
  const sum = (rows: typeof single) => rows.reduce((total, row) => total + row.below!.leaf4k, 0);
  assert.equal(sum(single), sum(folded));
  const mixed = folded.find((row) => !row.uniform && row.end - row.first > 1)!;
  assert.equal(mixed.mpa, undefined);
  assert.equal(mixed.below!.tables.PT, mixed.end - mixed.first);
});

Deno.test("the outline shows the tree as deep as asked, uniform rows folded", () => {
  const rows = [...outline(guest(), 4)].map(({ depth, table, row }) =>
    `${depth} ${table.name}[${row.first}-${row.end})`
  );
  assert.deepEqual(rows, [
    "0 PML4[0-1)",
    "1 PDPT[0-3)",
    "1 PDPT[4-9)",
    "1 PDPT[9-32)",
    "1 PDPT[32-33)",
    "2 PD[0-319)",
  ]);
  assert.equal([...outline(guest(), 1)].length, 1);
});

Deno.test("rows of any table add up to it: indices, counts, bytes", () => {
  fc.assert(
    fc.property(randomRuns, randomOptions, fc.boolean(), (runs, options, foldMixed) => {
      const made = laidOut(runs, options);
      let mapped = 0;
      for (const row of viewTable(made, made.levels, 0, { foldMixed })!.rows) {
        if (row.below) mapped += row.below.mappedBytes;
      }
      assert.equal(mapped, made.counts.mappedBytes);
      for (const run of runs) {
        for (let level = made.levels as Level; level >= 1; level = (level - 1) as Level) {
          const table = viewTable(made, level, run.gpa, { foldMixed });
          if (!table) continue;
          let next = 0;
          for (const row of table.rows) {
            assert.equal(row.first, next);
            assert.ok(row.end > row.first);
            next = row.end;
            assert.equal(row.gpa.end - row.gpa.start, (row.end - row.first) * spanOf(level));
            // The last entry of a row is its first, some steps on.
            const last = entryAt(made, level, row.gpa.end - spanOf(level));
            assert.equal(last, row.entry.raw + BigInt(row.step) * BigInt(row.end - row.first - 1));
            if (row.mpa) {
              const { end } = walk(made, row.gpa.start);
              assert.equal(end.kind === "mapped" && end.mpa, row.mpa.start);
            }
          }
          assert.equal(next, 512);
        }
      }
    }),
    { numRuns: 60 },
  );
});
