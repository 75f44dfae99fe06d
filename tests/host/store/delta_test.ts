import assert from "node:assert/strict";
import fc from "fast-check";
import { applyDelta, deltaFrom } from "../../../src/host/store/delta.ts";

Deno.test("property: a block is what its successor and the delta say it was", () => {
  const bytes = fc.uint8Array({ maxLength: 64 });
  fc.assert(fc.property(bytes, bytes, (before, after) => {
    assert.deepEqual(applyDelta(after, deltaFrom(after, before)), before);
  }));
});

Deno.test("a small change of a page has a small delta", () => {
  const before = new Uint8Array(4096);
  const after = before.slice();
  after.set([1, 2, 3], 100);
  after.set([4], 3000);
  assert.ok(deltaFrom(after, before).length < 64);
});
