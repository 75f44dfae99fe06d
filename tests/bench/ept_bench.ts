/**
 * EPT layouts and dumps against floors of the same run: filling the image of 1 TiB mapped page by page (2.1 GB of tables)
 * beside a plain fill of as many bytes in a buffer of the same size; laying out a million extents beside a loop that only
 * reads them. `deno run tests/bench/ept_bench.ts`
 */
import { dump, FILL_BYTES, layout, type MappingRun, walk, xenStyle } from "../../src/ept/mod.ts";

const TIB = 2 ** 40;
const EXTENTS = 1_000_000;
const NAMES = { image: "x.img", extents: "x.extents" };

/** The best of a few runs: what the code costs, not what else the machine does. */
function best<T>(times: number, work: () => T): [number, T] {
  let result = work();
  let least = Infinity;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    result = work();
    least = Math.min(least, performance.now() - start);
  }
  return [least, result];
}

const say = (what: string, value: string) => console.log(`${what.padEnd(46)} ${value}`);
const rate = (bytes: number, ms: number) => `${(bytes / ms / 1e6).toFixed(1).padStart(6)} GB/s`;

const whole = layout([{ gpa: 0x240000000, mpa: 0x4000000000, length: TIB }], { style: xenStyle(), maxOrder: 0 })
  ._unsafeUnwrap();
const bytes = whole.counts.tableBytes;
const chunks = Math.ceil(bytes / FILL_BYTES);
const buffer = new BigUint64Array(FILL_BYTES / 8);
const [floorFill] = best(3, () => {
  for (let i = 0; i < chunks; i++) buffer.fill(0xb800004000000377n);
});
const [dumpFill, written] = best(3, () => {
  let written = 0;
  for (const chunk of dump(whole, NAMES).image()) written += chunk.length;
  return written;
});
if (written !== bytes) throw new Error(`${written} of ${bytes} bytes`);
say("fill of one 64-bit value, 1 MiB buffer (floor)", rate(bytes, floorFill));
say(
  "dump of 1 TiB at order 0, 2.15 GB",
  `${rate(bytes, dumpFill)}   ${(floorFill / dumpFill).toFixed(2)} of the floor`,
);

const runs: MappingRun[] = [];
for (let i = 0, gpa = 0x240000000, mpa = 0x4000000000; i < EXTENTS; i++) {
  const length = (1 + (i * 7919) % 64) * 4096;
  mpa += ((i * 104_729) % 512) * 4096;
  runs.push({ gpa, mpa, length });
  gpa += length;
  mpa += length;
}
const [floorLoop, sum] = best(5, () => {
  let sum = 0;
  for (const { gpa, mpa, length } of runs) if (gpa !== mpa) sum += length;
  return sum;
});
const [layoutTime, made] = best(5, () => layout(runs)._unsafeUnwrap());
if (made.counts.mappedBytes !== sum) throw new Error("bytes are missing");
const [imageTime] = best(2, () => {
  for (const _ of dump(made, NAMES).image());
});
const [textTime] = best(2, () => {
  let length = 0;
  for (const piece of dump(made, NAMES).extents()) length += piece.length;
  return length;
});
const [walkTime] = best(3, () => {
  for (let i = 0; i < 10_000; i++) walk(made, runs[(i * 7919) % EXTENTS]!.gpa);
});
say("loop over a million runs (floor)", `${floorLoop.toFixed(1).padStart(6)} ms`);
say(
  "layout of a million extents",
  `${layoutTime.toFixed(1).padStart(6)} ms   ${(layoutTime / floorLoop).toFixed(1)}x the floor`,
);
say("image of a million extents, 260 MB", rate(made.counts.tableBytes, imageTime));
say("extent list of a million lines", `${textTime.toFixed(1).padStart(6)} ms`);
say("walk, all bits named", `${(walkTime / 10).toFixed(1).padStart(6)} µs each`);
