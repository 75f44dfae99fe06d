/**
 * The dump of a whole domain, RAM and pmem, as Xen's hypercalls made it: the independent walker finds in it just what the
 * frame table says, with leaves as large as the domain's limit allows.
 */
import assert from "node:assert/strict";
import { compactJson } from "../../src/base/json.ts";
import { GiB, MiB, TiB } from "../../src/base/units.ts";
import { dump, layout, plainStyle, xenStyle } from "../../src/ept/mod.ts";
import { generatedRuns, imageOf } from "../ept/support.ts";
import { judge, type Report } from "../ept/sdm_walker.ts";
import { type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const frames = (bytes: number): number => bytes / 4096;
/** Behind 64 GiB of pmem for the structures of up to 6 TiB. */
const DATA = PMEM + frames(64 * GiB);

/** A domain with 64 MiB of RAM at 0, leaves of its pmem limited, and a pool of `tables` pages. */
function host(data: number, order: number, tables: number): Machine {
  const m = machine({ machine: { ...machine().options.machine, ram: [{ start: 0, end: 12 * GiB }] } });
  const end = DATA + data;
  assert.equal(m.call(7, raw.pmemAdd([PMEM, end, PMEM + 512, DATA, DATA, end])), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(36, raw.domctl(11, 1, [[0, 8, 64 * 1024]])), 0);
  assert.equal(m.call(36, raw.domctl(0x6e76, 1, [[0, 4, order]])), 0);
  assert.equal(m.call(36, raw.domctl(86, 1, [[0, 8, tables * 4096]])), 0);
  const large = BigUint64Array.from({ length: 31 }, (_, i) => BigInt(512 * (i + 1)));
  assert.equal(m.call(12, raw.physmap(1, m.buffers.place(new Uint8Array(large.buffer)), 31, 9)), 31);
  // Low memory page by page, with the hole of the VGA in it.
  const small = BigUint64Array.from([...Array(160).keys(), ...Array.from({ length: 320 }, (_, i) => 192 + i)], BigInt);
  assert.equal(m.call(12, raw.physmap(1, m.buffers.place(new Uint8Array(small.buffer)), 480, 0)), 480);
  return m;
}

/** The dump against the frame table. */
function judgedByFrameTable(m: Machine, style = xenStyle()): Report {
  const made = layout([...m.xen.mappings(1)], { style })._unsafeUnwrap();
  assert.equal(made.counts.tables, m.xen.domain(1)!.tablePages);
  const files = dump(made, { image: "x.img", extents: "x.extents" });
  const sidecar = JSON.parse(compactJson(files.sidecar));
  sidecar.checks.min_leaves = false;
  const hex = (pages: number) => `0x${(pages * 4096).toString(16)}`;
  const lines = [...m.xen.owned()].filter(({ owner }) => owner === 1).map(({ start, end, gfn }) =>
    `${hex(gfn!)} ${hex(end - start)} ${hex(start)}\n`
  );
  const report = judge(sidecar, imageOf(made), lines);
  assert.deepEqual([...report.findings], [], report.examples.join("\n"));
  return report;
}

const RAM_2M = 31;
const RAM_4K = 480;

for (
  const [order, leaves, tables] of [
    [18, [0, 0, 1024], 3 + 1],
    [9, [0, 512 * 1024, 0], 3 + 1 + 1024],
    [0, [512 * 512 * 1024, 0, 0], 3 + 1 + 1024 + 512 * 1024],
  ] as const
) {
  Deno.test(`a domain with RAM and 1 TiB of pmem at order ${order}`, () => {
    // RAM adds a PD and a PT; the TiB begins at 9 GiB, so it reaches into a third PDPT.
    const m = host(frames(TiB), order, tables + 2);
    assert.equal(m.call(12, raw.pmemMap(1, DATA, frames(9 * GiB), frames(TiB))), 0);
    assert.equal(m.xen.domain(1)!.tablePages, tables + 2, "and not one page of the pool is left");
    const report = judgedByFrameTable(m);
    assert.equal(report.mappedBytes, TiB + RAM_2M * 2 * MiB + RAM_4K * 4096);
    assert.deepEqual(report.leaves, [leaves[0] + RAM_4K, leaves[1] + RAM_2M, leaves[2]]);
  });
}

Deno.test("a domain with RAM and a file of 10 000 extents, in either style", () => {
  for (const [seed, longest, unit] of [[5n, 64, 4096], [6n, 8, 2 * MiB]] as const) {
    const runs = [...generatedRuns(10_000, seed, longest, unit)];
    const last = runs.at(-1)!;
    const first = DATA - frames(runs[0]!.mpa - (runs[0]!.mpa % GiB));
    const size = frames(last.mpa + last.length) + first - DATA;
    const m = host(Math.ceil(size / 512) * 512, 18, 20_000);
    for (const { gpa, mpa, length } of runs) {
      assert.equal(m.call(12, raw.pmemMap(1, frames(mpa) + first, frames(gpa), frames(length))), 0);
    }
    const bytes = runs.reduce((sum, { length }) => sum + length, 0);
    for (const style of [xenStyle(), plainStyle()]) {
      const report = judgedByFrameTable(m, style);
      assert.equal(report.mappedBytes, bytes + RAM_2M * 2 * MiB + RAM_4K * 4096);
    }
    m.steps.length = 0;
  }
});
