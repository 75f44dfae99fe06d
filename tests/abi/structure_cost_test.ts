import assert from "node:assert/strict";
import fc from "fast-check";
import { chunksOf, costByRule, costReal, STRUCTURE_KINDS, STRUCTURES } from "../../src/abi/mod.ts";
import { GiB, MiB, TiB } from "../../src/base/units.ts";

const frames = (bytes: number): number => bytes / 4096;
const range = (start: number, length: number) => ({ start: frames(start), end: frames(start + length) });

Deno.test("the rule gives the reference's table", () => {
  const rows: readonly [number, number][] = [
    [GiB, 2560],
    [4 * GiB, 10240],
    [64 * GiB, 163840],
    [256 * GiB, 655360],
    [TiB, 2621440],
    [6 * TiB, 15728640],
  ];
  for (const [bytes, cost] of rows) assert.equal(costByRule(frames(bytes)), cost);
});

Deno.test("the rule rounds each table down, not their sum", () => {
  assert.equal(costByRule(0), 0);
  assert.equal(costByRule(127), 0);
  assert.equal(costByRule(128), 1);
  assert.equal(costByRule(511), 3);
  assert.equal(costByRule(512), 5);
});

Deno.test("64 GiB below 1 TiB, 2 GiB-aligned, really take 704 MiB", () => {
  const cost = costReal(range(64 * GiB, 64 * GiB));
  assert.deepEqual(cost.chunks, { "frame table": 256, "M2P": 64, "compat M2P": 32 });
  assert.equal(cost.frames, 180224);
});

Deno.test("32 GiB at 16 GiB take 352 MiB", () =>
  assert.equal(costReal(range(16 * GiB, 32 * GiB)).frames * 4096, 352 * MiB));

Deno.test("the smallest piece takes 6 MiB below 1 TiB and 4 MiB above; each boundary it straddles adds 2 MiB", () => {
  const mib = (start: number, length: number) => costReal(range(start, length)).frames * 4096 / MiB;
  assert.equal(mib(GiB, 6 * MiB), 6);
  assert.equal(mib(TiB, 6 * MiB), 4);
  assert.equal(mib(TiB - 6 * MiB, 6 * MiB), 6);
  assert.equal(mib(TiB - 2 * MiB, 4 * MiB), 10, "256 MiB and 1 GiB boundary straddled, compat ends at 1 TiB");
  assert.equal(mib(256 * MiB - 2 * MiB, 4 * MiB), 8);
  assert.equal(mib(GiB - 2 * MiB, 4 * MiB), 10);
  assert.equal(mib(2 * GiB - 2 * MiB, 4 * MiB), 12);
});

Deno.test("what is present is not paid for again", () => {
  const whole = range(16 * GiB, GiB);
  assert.equal(costReal(whole, [whole]).frames, 0);
  assert.deepEqual(costReal(whole, [range(16 * GiB + 512 * MiB, 2 * MiB)]).chunks, {
    "frame table": 3,
    "M2P": 0,
    "compat M2P": 0,
  });
});

Deno.test("real cost equals a count chunk by chunk", () => {
  const ranges = fc.record({ start: fc.nat(3 * frames(TiB)), length: fc.integer({ min: 1, max: frames(40 * GiB) }) })
    .map(({ start, length }) => ({ start, end: start + length }));
  fc.assert(
    fc.property(ranges, fc.array(ranges, { maxLength: 4 }), (range, present) => {
      for (const kind of STRUCTURE_KINDS) {
        const { span, limit } = STRUCTURES[kind];
        const touched = (r: { start: number; end: number }, i: number) =>
          r.start < Math.min((i + 1) * span, limit) && r.end > i * span && i * span < limit;
        let count = 0;
        for (let i = Math.floor(range.start / span); i * span < range.end; i++) {
          if (touched(range, i) && !present.some((p) => touched(p, i))) count++;
        }
        assert.equal(costReal(range, present).chunks[kind], count, kind);
        const { start, end } = chunksOf(kind, range);
        assert.ok(start <= end);
      }
    }),
    { numRuns: 200 },
  );
});
