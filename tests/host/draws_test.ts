import assert from "node:assert/strict";
import { KeyedDraws } from "../../src/host/draws.ts";

Deno.test("a rehearsal and its commit draw the same, another generation never does", () => {
  const draw = (seed: bigint, generation: number) => {
    const draws = new KeyedDraws(seed, generation);
    return [draws.uuid(), draws.uuid(), draws.uuid()];
  };
  assert.deepEqual(draw(1n, 7), draw(1n, 7));
  assert.equal(new Set([...draw(1n, 7), ...draw(1n, 8), ...draw(2n, 7)]).size, 9);
});

Deno.test("identifiers are random UUIDs by RFC 4122", () => {
  assert.match(new KeyedDraws(3n, 0).uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
