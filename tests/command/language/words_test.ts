import assert from "node:assert/strict";
import fc from "fast-check";
import { lineOf, quoted, splitWords } from "../../../src/command/language/words.ts";

const words = (line: string, variables: Record<string, string> = {}) =>
  splitWords(line, new Map(Object.entries(variables))).unwrapOr(["fault"]);

Deno.test("words are separated by blanks, and quotes keep them together", () => {
  assert.deepEqual(words("ndctl  list\t-N"), ["ndctl", "list", "-N"]);
  assert.deepEqual(words(`a 'b c' "d e"f`), ["a", "b c", "d ef"]);
  assert.deepEqual(words(`a '' ""`), ["a", "", ""]);
});

Deno.test("a comment begins at a word, not inside one", () => {
  assert.deepEqual(words("list # all of them"), ["list"]);
  assert.deepEqual(words("a#b"), ["a#b"]);
  assert.deepEqual(words("# nothing"), []);
});

Deno.test("values stand in for names, except inside single quotes, and are not split", () => {
  assert.deepEqual(words(`\${ns}.0 $ns '$ns' "$ns"`, { ns: "a b" }), ["a b.0", "a b", "$ns", "a b"]);
  assert.deepEqual(words("5$ a$"), ["5$", "a$"]);
});

Deno.test("a name without a value is a fault that says how to set it", () => {
  const fault = splitWords("echo $dev")._unsafeUnwrapErr();
  assert.equal(fault.column, 5);
  assert.match(fault.reason, /let dev/);
});

Deno.test("an open quote is a fault at its column", () => {
  assert.equal(splitWords(`ab "cd`)._unsafeUnwrapErr().column, 3);
  assert.equal(splitWords("ab \\")._unsafeUnwrapErr().column, 3);
});

Deno.test("property: any words survive being quoted and split again", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (list) => {
    assert.deepEqual(splitWords(lineOf(list))._unsafeUnwrap(), list);
  }));
});

Deno.test("plain words are left alone", () => {
  assert.equal(quoted("region0"), "region0");
  assert.equal(quoted("it's"), `'it'\\''s'`);
});
