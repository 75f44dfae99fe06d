/**
 * Fuzzes label areas and info blocks: `deno run --allow-read tests/bench/fuzz_label.ts 1000000 [first seed]`.
 * A failure names the seed that makes it again.
 */
import { random } from "../fuzz/mutate.ts";
import { capturedNamespaces } from "../label/captured_namespaces.ts";
import { captured, labelAreas } from "../label/captures.ts";
import { fuzzInfoBlock, fuzzLabelArea } from "../label/fuzz.ts";

const count = Number(Deno.args[0] ?? 100_000);
const first = Number(Deno.args[1] ?? 0);
const areas = labelAreas().filter((path) => path.includes("/end.")).map(captured);
const namespaces = capturedNamespaces().filter(({ kind }) => kind !== "none");

const begin = performance.now();
for (let i = 0; i < count; i++) {
  const seed = first + i;
  const rng = random(seed);
  try {
    if (i % 2 === 0) fuzzLabelArea(areas[rng(areas.length)]!, rng);
    else fuzzInfoBlock(namespaces[rng(namespaces.length)]!, rng);
  } catch (error) {
    console.error(`seed ${seed} failed`);
    throw error;
  }
  if (i % 50_000 === 49_999) console.log(`${i + 1} inputs, ${Math.round(performance.now() - begin)} ms`);
}
console.log(`${count} mutated inputs, none failed, ${Math.round(performance.now() - begin)} ms`);
