import assert from "node:assert/strict";
import { qemuNfit } from "../../../src/acpi/mod.ts";
import { GiB, MiB } from "../../../src/base/units.ts";
import { importTables } from "../../../src/host/mod.ts";
import { sessionFor } from "../ndctl/made_host.ts";
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

interface Listed {
  readonly dev: string;
  readonly handle: number;
}

Deno.test("a DIMM keeps the number that it got when it came, until the next boot numbers by handle", async () => {
  const nfit = qemuNfit([{ slot: 3, base: 4 * GiB, length: 512 * MiB }])!;
  const image = importTables({ nfit, srat: undefined, labels: new Map(), name: "made" })._unsafeUnwrap();
  const it = sessionFor(hostFrom(image));
  const handles = async () =>
    (await it.json("ndctl list -D") as readonly Listed[]).map(({ dev, handle }) => `${dev} ${handle}`).sort();
  await it.all("host plug --size 512M --slot 1", "host plug --size 512M --slot 0 --labels 0");
  assert.deepEqual(await handles(), ["nmem0 4", "nmem1 2", "nmem2 1"]);
  await it.all("host reboot");
  assert.deepEqual(await handles(), ["nmem0 1", "nmem1 2", "nmem2 4"]);
});

Deno.test("a machine that booted without NVDIMMs gets its bus with the first one", async () => {
  const it = sessionFor(hostFrom(imageFrom("transcript-xl-1")));
  const revision = async () => outText(await it.run("sys cat /sys/bus/nd/devices/ndbus0/nfit/revision"));
  assert.equal(await it.json("ndctl list -B"), null);
  await it.all("host plug --size 1G --labels 0");
  assert.deepEqual(await it.json("ndctl list -B"), [{ provider: "ACPI.NFIT", dev: "ndbus0" }]);
  assert.equal(await revision(), "0\n", "that of no table");
  await it.all("host reboot");
  assert.equal(await revision(), "1\n");
});

Deno.test("label storage and slot are as asked for, or refused", async () => {
  const it = sessionFor(hostFrom(imageFrom("host-one-512m")));
  await it.all("host plug --size 512M --slot 5 --labels 256K", "host plug --size 512M --labels 0");
  await it.all("ndctl disable-region all");
  assert.deepEqual(await it.refusal("ndctl init-labels -f all"), [0, "initialized 2 nmems\n"]);
  assert.equal((await it.refusal("host plug --size 1G --slot 5"))[0], 4);
  for (const wrong of ["--slot 256", "--slot x", "--labels 100", "--labels 2M"]) {
    assert.equal((await it.refusal(`host plug --size 1G ${wrong}`))[0], 2, wrong);
  }
});
