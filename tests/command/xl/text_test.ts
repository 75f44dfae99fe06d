/** Small formats of xl's: sets of CPUs, yajl's JSON. */
import assert from "node:assert/strict";
import { bitmapText } from "../../../src/command/xl/bitmap.ts";
import { yajlJson } from "../../../src/command/xl/yajl_json.ts";

Deno.test("a set of CPUs is all, none, or runs", () => {
  assert.equal(bitmapText([0, 1, 2, 3], 4), "all");
  assert.equal(bitmapText([], 4), "none");
  assert.equal(bitmapText([0, 1, 3], 4), "0-1,3");
  assert.equal(bitmapText([2], 4), "2");
  assert.equal(bitmapText([7], 4), "none", "beyond what there is");
});

Deno.test("yajl puts every item on a line, and an empty line into what is empty", () => {
  assert.equal(
    yajlJson({ a: [1, "two"], b: {}, c: [], d: null }),
    '{\n    "a": [\n        1,\n        "two"\n    ],\n    "b": {\n\n    },\n    "c": [\n\n    ],\n    "d": null\n}\n',
  );
});
