import assert from "node:assert/strict";
import fc from "fast-check";
import { compactJson, type Json, parseJson, prettyJson } from "../../src/base/json.ts";

Deno.test("pretty JSON is json-c's: two spaces, no space after the colon, slashes escaped", () => {
  assert.equal(
    prettyJson([{ dev: "namespace0.0", size: 33822867456, blockdev: "/dev/pmem0", numa_node: 0 }]),
    `[
  {
    "dev":"namespace0.0",
    "size":33822867456,
    "blockdev":"\\/dev\\/pmem0",
    "numa_node":0
  }
]`,
  );
});

Deno.test("empty containers take two lines, nested ones keep their indent", () => {
  assert.equal(prettyJson([]), "[\n]");
  assert.equal(prettyJson({}), "{\n}");
  assert.equal(prettyJson({ a: [] }), '{\n  "a":[\n  ]\n}');
});

Deno.test("compact JSON has no spaces and skips keys without a value", () => {
  const value = { a: [1, true, null, "x"], b: undefined } as unknown as Json;
  assert.equal(compactJson(value), '{"a":[1,true,null,"x"]}');
});

Deno.test("64-bit integers keep every digit, both ways", () => {
  const text =
    '{"cookie":18446744073709551615,"safe":9007199254740991,"over":9007199254740993,"low":-9007199254740993}';
  const value = parseJson(text) as Record<string, number | bigint>;
  assert.equal(value.cookie, 18446744073709551615n);
  assert.equal(value.safe, 9007199254740991);
  assert.equal(value.over, 9007199254740993n);
  assert.equal(value.low, -9007199254740993n);
  assert.equal(compactJson(value), text);
});

Deno.test("fractions and exponents stay numbers", () => {
  assert.deepEqual(parseJson("[1.5, 1e3, -0.25]"), [1.5, 1000, -0.25]);
});

Deno.test("malformed JSON is a SyntaxError, as JSON.parse's", () => {
  assert.throws(() => parseJson("{"), SyntaxError);
});

Deno.test("any value survives both printers", () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      tie("list"),
      tie("map"),
    ),
    list: fc.array(tie("tree"), { maxLength: 4 }),
    map: fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4, noNullPrototype: true }),
  }));
  fc.assert(fc.property(tree, (value) => {
    // A key `__proto__` is no data for JSON.parse.
    if (JSON.stringify(value).includes("__proto__")) return;
    assert.deepEqual(parseJson(prettyJson(value as Json)), JSON.parse(JSON.stringify(value)));
    assert.deepEqual(parseJson(compactJson(value as Json)), JSON.parse(JSON.stringify(value)));
  }));
});
