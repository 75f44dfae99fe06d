import assert from "node:assert/strict";
import { lookup } from "../../src/base/lookup.ts";

Deno.test("a table has what was written into it, and nothing that every object inherits", () => {
  const table = { fsdax: 1, zero: 0 };
  assert.deepEqual([lookup(table, "fsdax"), lookup(table, "zero"), lookup(table, "raw")], [1, 0, undefined]);
  for (const word of ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"]) {
    assert.equal(lookup(table, word), undefined, word);
  }
});
