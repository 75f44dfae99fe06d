import assert from "node:assert/strict";
import { sameBytes } from "../../../src/base/bytes.ts";
import { parseJson } from "../../../src/base/json.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { outText } from "../../../src/command/language/output.ts";
import { hostFrom, imageFrom, sessionFor, sessionOn } from "../../support/session.ts";
import { captured, pathOf } from "../tables/captured.ts";
import { memoryFiles } from "../tables/memory_files.ts";

const area = captured("server-two-socket", "labels/end.nmem0.bin.gz");
const { run } = sessionFor("server-two-socket");

/** The same area with bytes changed. */
const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
  const bytes = area.slice();
  change(bytes);
  return bytes;
};

Deno.test("label show has both index blocks, says which is current, and one line a label", async (t) => {
  const executed = await run("label show nmem0");
  assert.equal(executed.status, 0);
  await t.assertSnapshot(outText(executed));
  for (const line of outText(executed).split("\n")) assert.ok(line.length <= 120, line);
});

Deno.test("label show --fields has the labels field by field", async (t) => {
  const text = outText(await run("label show nmem0 --fields"));
  await t.assertSnapshot(text.slice(text.indexOf("Slot 1"), text.indexOf("Slot 2")));
});

Deno.test("label show --json has raw values under ndctl's names", async () => {
  const value = parseJson(outText(await run("label show nmem0 nmem1 --json")));
  assert.equal(atPointer(value, "/0/index/1/current"), true);
  assert.equal(atPointer(value, "/0/slots/1/label/uuid"), "6380fc0f-1946-4b81-a578-c925a3727833");
  assert.equal(atPointer(value, "/0/slots/1/label/isetcookie"), 1902141718599207048n);
  assert.equal(atPointer(value, "/1/name"), "nmem1");
});

Deno.test("label export of a DIMM is its captured label area, byte for byte", async () => {
  for (const nmem of ["nmem0", "nmem7"]) {
    const executed = await run(`label export ${nmem}`);
    assert.ok(sameBytes(executed.out as Uint8Array, captured("server-two-socket", `labels/end.${nmem}.bin.gz`)));
  }
  const packed = await run(`label export --file ${pathOf("server-two-socket", "labels/end.nmem0.bin.gz")}`);
  assert.ok(sameBytes(packed.out as Uint8Array, area), "a packed file is unpacked");
});

Deno.test("a sound host has notes at the most, and status 0", async () => {
  const executed = await run("label check");
  assert.deepEqual([executed.status, executed.err], [0, "8 label areas: 16 notes\n"]);
});

Deno.test("each fault is named with its offset, and the status is 1", async () => {
  const bad: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["torn index", changed((b) => b[0x150]! ^= 1), /0x0100 {2}warning {2}index block 1 is torn/],
    [
      "lost label",
      changed((b) => b[0x200 + 256 + 16]! ^= 1),
      /0x03f8 {2}error {4}slot 1 is in use, but its label's checksum/,
    ],
    [
      "wrong slot",
      changed((b) => b[0x200 + 256 + 120]! = 9),
      /0x0378 {2}error {4}slot 1 is in use, but its label says slot 9/,
    ],
  ];
  for (const [name, bytes, line] of bad) {
    const files = memoryFiles({ "bad.bin": bytes });
    const executed = await sessionFor("host-unarmed", { files }).run("label check --file bad.bin");
    assert.equal(executed.status, 1, name);
    assert.match(outText(executed), line);
  }
});

Deno.test("label show puts what is wrong with labels below their table, not at an index block", async () => {
  const files = memoryFiles({ "bad.bin": changed((bytes) => bytes[0x200 + 256 + 16]! ^= 1) });
  const text = outText(await sessionFor("host-unarmed", { files }).run("label show --file bad.bin"));
  assert.match(text, /current, \d+ slots free\n {2}0100 /, "nothing stands between the block and its fields");
  assert.match(text, /\n\n0x03f8 {2}error {4}slot 1 is in use, but its label's checksum is [^\n]*\n$/);
});

Deno.test("one DIMM is checked against its set", async () => {
  const session = sessionFor("iset-two-way");
  for (const line of ["ndctl disable-region all", "ndctl zero-labels nmem1"]) {
    const executed = await session.run(line);
    assert.equal(executed.status, 0, executed.err);
  }
  const executed = await session.run("label check nmem0");
  assert.equal(executed.status, 1);
  assert.match(outText(executed), /nmem0 .* error {4}no DIMM holds position 1 of the 2 labels/);
});

Deno.test("an area of zeros is one message and status 1", async () => {
  const files = memoryFiles({ "zeros.bin": new Uint8Array(131072) });
  const session = sessionFor("host-unarmed", { files });
  const shown = await session.run("label show --file zeros.bin");
  assert.equal(shown.status, 1);
  assert.equal(
    shown.out,
    "label area of zeros.bin: 131072 bytes, no valid index block, room for 1020 slots of 128 bytes; 1 note\n",
  );
  assert.equal(
    shown.err,
    "nvdeck: zeros.bin: neither index block is valid, so the DIMM is not labelled\n" +
      "ndctl init-labels writes index blocks\n",
  );
  const checked = await session.run("label check --file zeros.bin");
  assert.equal(checked.status, 1);
  assert.match(outText(checked), /^zeros\.bin {2}0x0000 {2}note {5}the area is blank/);
});

Deno.test("sizes no label area has are refused without a stack", async () => {
  for (const size of [0, 1, 511, 512, 767]) {
    const files = memoryFiles({ "small.bin": area.slice(0, size) });
    const session = sessionFor("host-unarmed", { files });
    for (const verb of ["show", "check", "show --hex"]) {
      const executed = await session.run(`label ${verb} --file small.bin`);
      assert.equal(executed.status, 1, `${verb} of ${size}`);
      assert.doesNotMatch(executed.err + outText(executed), /at file:|Error:/);
    }
  }
});

Deno.test("what a medium calls itself does nothing to a terminal", async () => {
  const hostile = new TextEncoder().encode("\x1b[2J\u009b31m\u202e");
  const files = memoryFiles({ "hostile.bin": changed((b) => b.set(hostile, 0x200 + 256 + 16)) });
  const session = sessionFor("host-unarmed", { files });
  for (const verb of ["show", "show --fields", "check"]) {
    const text = outText(await session.run(`label ${verb} --file hostile.bin`));
    // deno-lint-ignore no-control-regex -- that is the point
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  }
});

Deno.test("DIMMs that are not there, and other words, are refused", async () => {
  const missing = await run("label show nmem9");
  assert.deepEqual([missing.status, missing.err], [3, "nvdeck: there is no nmem9\nthis host has nmem0 to nmem7\n"]);
  assert.equal((await run("label show region0")).status, 2);
  assert.equal((await run("label show nmem0 --file x")).status, 2);
  assert.equal((await run("label export")).status, 2);
  assert.equal((await run("label export nmem0 nmem1")).status, 2);
  assert.equal((await run("label chek")).status, 2);
  assert.equal((await run("label show --file no/such")).status, 3);
});

Deno.test("under management xen the areas are shown as stored", async () => {
  const image = imageFrom("server-two-socket");
  const host = hostFrom({ ...image, facts: { ...image.facts, management: "xen" } });
  assert.ok(!host.fork().dom0.hasBus);
  const executed = await sessionOn(host).run("label export nmem0");
  assert.ok(sameBytes(executed.out as Uint8Array, area));
});
