import assert from "node:assert/strict";
import { atPointer } from "../../src/base/json_pointer.ts";

Deno.test("the examples of RFC 6901 section 5", () => {
  const document = { foo: ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, " ": 7, "m~n": 8 };
  assert.equal(atPointer(document, ""), document);
  assert.deepEqual(atPointer(document, "/foo"), ["bar", "baz"]);
  assert.equal(atPointer(document, "/foo/0"), "bar");
  assert.equal(atPointer(document, "/"), 0);
  assert.equal(atPointer(document, "/a~1b"), 1);
  assert.equal(atPointer(document, "/c%d"), 2);
  assert.equal(atPointer(document, "/ "), 7);
  assert.equal(atPointer(document, "/m~0n"), 8);
});

Deno.test("a pointer to nothing is undefined, inherited names included", () => {
  const document = { list: [1, 2], text: "abc" };
  for (const nowhere of ["list", "/list/2", "/list/-1", "/list/01", "/text/0", "/toString", "/list/length", "/a/b"]) {
    assert.equal(atPointer(document, nowhere), undefined, nowhere);
  }
});
