import assert from "node:assert/strict";
import { type DocumentFault, parseDocument } from "../../../src/command/desired/document.ts";

const TEXT = `# a comment
[options]
prune = ["xen",
  "namespace"]

[namespace.db]   # [namespace.not_this]
size = "16G"
"a=b" = 1
[namespace."two words"]
[[frames]]
mgmt = [1, 2]
[[frames]]
mgmt = [3, 4]
x.y = 1
`;

Deno.test("each key has the line where it stands", () => {
  const document = parseDocument(TEXT)._unsafeUnwrap();
  const lines = [
    [["options"], 2],
    [["options", "prune"], 3],
    [["namespace"], 6],
    [["namespace", "db", "size"], 7],
    [["namespace", "db", "a=b"], 8],
    [["namespace", "two words"], 9],
    [["frames", 0, "mgmt"], 11],
    [["frames", 1], 12],
    [["frames", 1, "mgmt"], 13],
    [["frames", 1, "x", "y"], 14],
  ] as const;
  for (const [path, line] of lines) assert.equal(document.lineOf(path), line, path.join("."));
});

Deno.test("what has no line of its own has that of what holds it", () => {
  const document = parseDocument('a = 1\nnamespace.db = { mode = "raw" }\n')._unsafeUnwrap();
  assert.equal(document.lineOf(["namespace", "db", "mode"]), 2);
  assert.equal(document.lineOf(["nowhere"]), 1);
});

Deno.test("a document that is no TOML is refused with the line", () => {
  const faults: readonly [string, DocumentFault][] = [
    ["a = 1\nb = \n", { line: 2, what: "invalid value" }],
    ["[a]\n[b]\n[a]\n", { line: 3, what: "trying to redefine an already defined table or value" }],
  ];
  for (const [text, fault] of faults) assert.deepEqual(parseDocument(text)._unsafeUnwrapErr(), fault);
});

Deno.test("a document nested without end is refused, not followed", () => {
  assert.ok(parseDocument(`a = ${"[".repeat(100_000)}`).isErr());
});

Deno.test("keys that every object has are keys like others", () => {
  const { root } = parseDocument("[namespace.constructor]\nmode = 1\n[namespace.__proto__]\n")._unsafeUnwrap();
  assert.deepEqual(Object.keys(root.namespace as object), ["constructor", "__proto__"]);
});
