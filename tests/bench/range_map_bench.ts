/**
 * The range map against floors measured in the same run: sorted flat arrays, which cannot claim in the middle or fork,
 * but search and scan as fast as anything can. One million ranges. `deno run tests/bench/range_map_bench.ts`
 */
import { RangeMap } from "../../src/base/range_map.ts";

const RANGES = 1_000_000;
const LOOKUPS = 1_000_000;
/** Prime to both counts: visits every slot once, in no useful order. */
const STRIDE = 611_953;
const scattered = (i: number): number => (i * STRIDE) % RANGES;

function timed<T>(work: () => T): [number, T] {
  const start = performance.now();
  const result = work();
  return [performance.now() - start, result];
}

function flatFind(starts: Float64Array, ends: Float64Array, at: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low < starts.length && starts[low]! <= at ? low : -1;
}

const starts = new Float64Array(RANGES);
const ends = new Float64Array(RANGES);
const [floorBuild] = timed(() => {
  for (let i = 0; i < RANGES; i++) {
    const slot = scattered(i);
    starts[slot] = slot * 16;
    ends[slot] = slot * 16 + 8;
  }
});
const [floorFind, floorFound] = timed(() => {
  let found = 0;
  for (let i = 0; i < LOOKUPS; i++) if (flatFind(starts, ends, scattered(i) * 16 + (i & 15)) >= 0) found++;
  return found;
});
const [floorScan, floorSum] = timed(() => {
  let sum = 0;
  for (let i = 0; i < RANGES; i++) sum += ends[i]! - starts[i]!;
  return sum;
});

const map = new RangeMap({ mfn: "follows", owner: "u32" });
const [claims] = timed(() => {
  for (let i = 0; i < RANGES; i++) {
    const slot = scattered(i);
    map.claim(slot * 16, slot * 16 + 8, { mfn: slot, owner: slot & 7 });
  }
});
const [appends] = timed(() => {
  const other = new RangeMap({ mfn: "follows", owner: "u32" });
  for (let slot = 0; slot < RANGES; slot++) other.claim(slot * 16, slot * 16 + 8, { mfn: slot, owner: slot & 7 });
});
const [finds, found] = timed(() => {
  let found = 0;
  for (let i = 0; i < LOOKUPS; i++) if (map.value(scattered(i) * 16 + (i & 15), "mfn") !== undefined) found++;
  return found;
});
const [scan, sum] = timed(() => {
  let sum = 0;
  for (const { start, end } of map.entries()) sum += end - start;
  return sum;
});
const [forks] = timed(() => {
  for (let i = 0; i < 1000; i++) map.fork().remove(scattered(i) * 16, scattered(i) * 16 + 1);
});

if (found !== floorFound || sum !== floorSum) throw new Error("the map and the flat arrays disagree");
const row = (what: string, ms: number, count: number, floor?: number) =>
  console.log(
    `${what.padEnd(30)} ${(1e6 * ms / count).toFixed(0).padStart(7)} ns each` +
      (floor === undefined ? "" : `   ${(ms / floor).toFixed(1)}x the flat arrays`),
  );
row("claim, scattered", claims, RANGES, floorBuild);
row("claim, in order", appends, RANGES, floorBuild);
row("look up", finds, LOOKUPS, floorFind);
row("scan as objects", scan, RANGES, floorScan);
row("fork and change one range", forks, 1000);
