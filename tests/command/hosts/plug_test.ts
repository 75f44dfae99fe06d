import assert from "node:assert/strict";
import { outText } from "../../../src/command/language/output.ts";
import { hostFrom, imageFrom, sessionOn } from "../../support/session.ts";

const session = (management: "dom0" | "xen" = "dom0") => {
  const image = imageFrom("server-two-socket");
  return sessionOn(hostFrom({ ...image, facts: { ...image.facts, management } }));
};

Deno.test("host plug says where the DIMM is, and what dom0 calls it", async () => {
  const { run } = session();
  const { status, err, changed } = await run("host plug --size 4G --node 1");
  assert.deepEqual([status, changed], [0, true]);
  assert.equal(
    err,
    "a DIMM came: 4.00 GiB at 0x5000000000, handle 0x1112\ndom0 has it as nmem8, its memory as region2\n",
  );
  assert.deepEqual(JSON.parse(outText(await run("host plug --size 1G --json"))), {
    handle: 0x1113,
    start: 0x5100000000,
    size: 2 ** 30,
    dimm: "nmem9",
    region: "region3",
  });
});

Deno.test("a dry run changes nothing, undo takes the DIMM out again", async () => {
  const { run } = session();
  assert.equal((await run("host plug --size 4G", { dryRun: true })).status, 6);
  assert.doesNotMatch(outText(await run("ndctl list -D")), /nmem8/);
  await run("host plug --size 4G");
  assert.match(outText(await run("ndctl list -D")), /nmem8/);
  assert.equal((await run("undo")).status, 0);
  assert.doesNotMatch(outText(await run("ndctl list -D")), /nmem8/);
  assert.match(outText(await run("host check")), /every invariant holds/);
});

Deno.test("under management xen it is said that nobody hears of it", async () => {
  const { run } = session("xen");
  assert.match((await run("host plug --size 4G")).err, /neither dom0 nor Xen hears of it before the next boot/);
});

Deno.test("sizes, nodes and full machines are refused with the reason", async () => {
  const { run } = session();
  for (const size of ["0", "17M", "5T", "lots"]) {
    const { status, err } = await run(`host plug --size ${size}`);
    assert.equal(status, 2, err);
  }
  assert.equal((await run("host plug --size 1G --node x")).status, 2);
  for (let full = false, n = 0; !full; n++) {
    assert.ok(n < 20, "46 bits of addresses are 64 TiB");
    const { status, err } = await run("host plug --size 4T");
    full = status === 4;
    if (full) assert.match(err, /no address is left for 4\.00 TiB: this machine has 46 bits/);
  }
});
