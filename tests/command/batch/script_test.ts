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
