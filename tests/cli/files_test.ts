/** The port to the operator's disk: whole files, replaced at once; devices stay devices. */
import assert from "node:assert/strict";
import { absolute, diskFiles } from "../../src/cli/files.ts";

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
