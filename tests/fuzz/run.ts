/**
 * The fuzz task: `deno task fuzz [COUNT] [--seed FIRST] [--only NAME]`. Input n is made from seed n alone: which target reads
 * it, and how it is spoilt. On a failure the seed is printed, the status is 1, and `deno task fuzz 1 --seed N` makes it again.
 * The task's heap is small, so that an input which takes memory out of proportion ends it.
 */
import { parseArgs } from "node:util";
import { random } from "./mutate.ts";
import { type Target, targets } from "./targets.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { seed: { type: "string", default: "0" }, only: { type: "string", default: "" } },
});
const count = Number(positionals[0] ?? 1_000_000);
const first = Number(values.seed);
if (!Number.isSafeInteger(count) || !Number.isSafeInteger(first)) {
  console.error("usage: deno task fuzz [COUNT] [--seed FIRST] [--only NAME]");
  Deno.exit(2);
}

const all = targets().filter(({ name }) => name.includes(values.only));
/** Each target as often as its share. */
const wheel: Target[] = all.flatMap((target) => Array<Target>(target.share).fill(target));

interface Tally {
  inputs: number;
  milliseconds: number;
  slowest: number;
  slowestSeed: number;
}
const tallies = new Map<string, Tally>(
  all.map(({ name }) => [name, { inputs: 0, milliseconds: 0, slowest: 0, slowestSeed: first }]),
);

const begun = performance.now();
let said = begun;
for (let seed = first; seed < first + count; seed++) {
  const rng = random(seed);
  const { name, round } = wheel[rng(wheel.length)]!;
  const start = performance.now();
  try {
    round(rng);
  } catch (error) {
    console.error(`seed ${seed} failed: ${name}\n${error instanceof Error ? error.stack : error}`);
    console.error(`again: deno task fuzz 1 --seed ${seed}${values.only && ` --only ${values.only}`}`);
    Deno.exit(1);
  }
  const now = performance.now();
  const tally = tallies.get(name)!;
  tally.inputs++;
  tally.milliseconds += now - start;
  if (now - start > tally.slowest) Object.assign(tally, { slowest: now - start, slowestSeed: seed });
  if (now - said > 10_000) {
    said = now;
    const { heapUsed, rss } = Deno.memoryUsage();
    console.log(
      `seed ${seed}: ${seed - first + 1} of ${count} inputs, ${Math.round((now - begun) / 1000)} s, ` +
        `heap ${Math.round(heapUsed / 2 ** 20)} MiB, resident ${Math.round(rss / 2 ** 20)} MiB`,
    );
  }
}

for (const [name, { inputs, milliseconds, slowest, slowestSeed }] of tallies) {
  const mean = `${(milliseconds * 1000 / Math.max(1, inputs)).toFixed(0).padStart(6)} µs each`;
  console.log(
    `${name.padEnd(20)} ${String(inputs).padStart(8)}  ${mean}, at most ${slowest.toFixed(1)} ms (seed ${slowestSeed})`,
  );
}
console.log(`${count} inputs from seed ${first}, none failed, ${Math.round((performance.now() - begun) / 1000)} s`);
