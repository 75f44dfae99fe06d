import assert from "node:assert/strict";
import { parseScript } from "../../../src/command/batch/script.ts";

Deno.test("a script is statements with the line they began on", () => {
  const script = parseScript(
    "# carve\n\nndctl list \\\n  -N\n! xl destroy x\nlet ns = ndctl create-namespace -s 1G -> /dev\n",
  );
  assert.deepEqual(script._unsafeUnwrap(), [
    { line: 3, text: "ndctl list    -N", mustFail: false, keep: undefined },
    { line: 5, text: "xl destroy x", mustFail: true, keep: undefined },
    {
      line: 6,
      text: "ndctl create-namespace -s 1G",
      mustFail: false,
      keep: { name: "ns", pointer: "/dev" },
    },
  ]);
});

Deno.test("two backslashes at the end are text, three join", () => {
  assert.equal(parseScript("a \\\\\nb")._unsafeUnwrap().length, 2);
  assert.equal(parseScript("a \\\\\\\nb")._unsafeUnwrap().length, 1);
});

Deno.test("faults name their line", () => {
  assert.equal(parseScript("a\nlet x ndctl list")._unsafeUnwrapErr().line, 2);
  assert.equal(parseScript("a\nb \\")._unsafeUnwrapErr().line, 2);
});

Deno.test("the pointer is the last word, or what follows an arrow in it", () => {
  const kept = (text: string) => {
    const [statement] = parseScript(text).unwrapOr([]);
    return statement && [statement.text, statement.keep?.name, statement.keep?.pointer];
  };
  assert.deepEqual(kept("let a = ndctl list -> /0/dev"), ["ndctl list", "a", "/0/dev"]);
  assert.deepEqual(kept("let a=ndctl list->/0/dev"), ["ndctl list", "a", "/0/dev"]);
  assert.deepEqual(kept('let a = ndctl list -> ""'), ["ndctl list", "a", '""']);
  assert.deepEqual(kept("let a = x -> /b->/c"), ["x", "a", "/b->/c"]);
  assert.deepEqual(kept("let a = x -> y -> /z"), ["x -> y", "a", "/z"]);
  for (const not of ["let a = x", "let a = x -> b", "let a = x -> /b c", "let 1 = x -> /b", "let a x -> /b"]) {
    assert.equal(kept(not), undefined, not);
  }
});

Deno.test("a line of very many blanks, words or backslashes is read at once", () => {
  const many = 1_000_000;
  for (const part of [" ", "a", "\\", "->", "-> /", "a -> "]) parseScript(`let a = ${part.repeat(many)}x`);
  assert.equal(parseScript("a \\\n".repeat(200_000) + "b")._unsafeUnwrap().length, 1);
});
