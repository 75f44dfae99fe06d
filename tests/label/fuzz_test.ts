/** A few thousand mutated inputs in every run; `deno task fuzz` takes any number. */
import assert from "node:assert/strict";
import { rounds } from "../fuzz/rounds.ts";
import { capturedNamespaces } from "./captured_namespaces.ts";
import { captured, labelAreas } from "./captures.ts";
import { fuzzInfoBlock, fuzzLabelArea } from "./fuzz.ts";

Deno.test("mutated label areas never throw, loop, or grow", () => {
  const areas = labelAreas().filter((path) => path.includes("/end.")).map(captured);
  assert.ok(areas.length > 20);
  rounds(3000, (rng, seed) => fuzzLabelArea(areas[seed % areas.length]!, rng));
});

Deno.test("mutated info blocks and BTT logs never throw or loop", () => {
  const namespaces = capturedNamespaces().filter(({ kind }) => kind !== "none");
  assert.ok(namespaces.length > 20);
  rounds(3000, (rng, seed) => fuzzInfoBlock(namespaces[seed % namespaces.length]!, rng));
});
