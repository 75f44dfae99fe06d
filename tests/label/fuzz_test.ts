/** A few thousand mutated inputs in every run; `tests/bench/fuzz_label.ts` takes any number. */
import assert from "node:assert/strict";
import { random } from "../fuzz/mutate.ts";
import { capturedNamespaces } from "./captured_namespaces.ts";
import { captured, labelAreas } from "./captures.ts";
import { fuzzInfoBlock, fuzzLabelArea } from "./fuzz.ts";

const ROUNDS = 3000;

Deno.test("mutated label areas never throw, loop, or grow", () => {
  const areas = labelAreas().filter((path) => path.includes("/end.")).map(captured);
  assert.ok(areas.length > 20);
  for (let seed = 0; seed < ROUNDS; seed++) {
    const rng = random(seed);
    try {
      fuzzLabelArea(areas[seed % areas.length]!, rng);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

Deno.test("mutated info blocks and BTT logs never throw or loop", () => {
  const namespaces = capturedNamespaces().filter(({ kind }) => kind !== "none");
  assert.ok(namespaces.length > 20);
  for (let seed = 0; seed < ROUNDS; seed++) {
    try {
      fuzzInfoBlock(namespaces[seed % namespaces.length]!, random(seed));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
