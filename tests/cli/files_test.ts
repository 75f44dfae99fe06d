/** The port to the operator's disk: whole files, replaced at once; devices stay devices. */
import assert from "node:assert/strict";
import { absolute, diskFiles, filesFrom } from "../../src/cli/files.ts";

Deno.test("a device that ends is a file like any other: /dev/null is empty, not missing", () => {
  assert.equal(diskFiles.read("/dev/null")._unsafeUnwrap().length, 0);
});

Deno.test("a device that never ends is not read", () => {
  assert.equal(diskFiles.read("/dev/zero")._unsafeUnwrapErr().reason, "Is a device");
});

Deno.test("relative paths count from the folder given", () => {
  assert.equal(absolute("x", "/a"), "/a/x");
  assert.equal(absolute("/x", "/a"), "/x");
});

Deno.test("a long write takes its place at its end, and leaves nothing if it is left before", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const files = filesFrom(folder);
    files.write("x", [Uint8Array.of(1)])._unsafeUnwrap();
    const there = () => [files.list(".")._unsafeUnwrap(), [...files.read("x")._unsafeUnwrap()]];
    const chunks = [Uint8Array.of(2, 3), Uint8Array.of(4)];

    const left = files.writing("x", chunks);
    assert.equal(left.next().value, 2);
    assert.deepEqual(there(), [["x", "x.part"], [1]]);
    left.return(undefined as never);
    assert.deepEqual(there(), [["x"], [1]]);

    const whole = files.writing("x", chunks);
    assert.deepEqual([whole.next().value, whole.next().value], [2, 3]);
    assert.deepEqual(there(), [["x", "x.part"], [1]]);
    const end = whole.next();
    assert.ok(end.done && end.value.isOk());
    assert.deepEqual(there(), [["x"], [2, 3, 4]]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a write that fails leaves no half of a file behind", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const files = filesFrom(folder);
    Deno.mkdirSync(`${folder}/taken`);
    assert.ok(files.write("taken", [Uint8Array.of(1)]).isErr());
    assert.equal(files.write("no/such", []).match(() => "", ({ reason }) => reason), "No such file or directory");
    assert.deepEqual(files.list(".")._unsafeUnwrap(), ["taken"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
