/** `sys ls`, `sys cat`. */
import assert from "node:assert/strict";
import { LABELS, madeHost, out } from "./ndctl/made_host.ts";

async function withNamespace() {
  const host = madeHost();
  await host.all(...LABELS, "ndctl create-namespace -m fsdax -s 64M -n one");
  return host;
}

Deno.test("devices and their folders are listed", async () => {
  const host = await withNamespace();
  const bus = out(await host.run("sys ls")).trim().split("\n");
  assert.deepEqual(bus.slice(0, 3), ["btt0.0", "dax0.0", "namespace0.0"]);
  assert.ok(bus.includes("ndbus0") && bus.includes("nmem0") && bus.includes("region0"));
  assert.equal(out(await host.run("sys ls /sys/bus/nd/devices/region0/pfn0.0/block")), "pmem0\n");
  assert.match(out(await host.run("sys ls nmem0/nfit")), /^device\ndirty_shutdown\ndsm_mask\n/);
});

Deno.test("attributes are read, through any folder that leads there", async () => {
  const host = await withNamespace();
  for (
    const path of ["namespace0.0/alt_name", "region0/namespace0.0/alt_name", "ndbus0/region0/namespace0.0/alt_name"]
  ) {
    assert.equal(out(await host.run(`sys cat ${path}`)), "one\n", path);
  }
  assert.equal(out(await host.run("sys cat pfn0.0/block/pmem0/queue/dax nmem0/nfit/handle")), "1\n0x1\n");
});

Deno.test("what is not there, cannot be read, or is a folder, is said", async () => {
  const host = await withNamespace();
  assert.deepEqual(await host.refusal("sys cat nmem7/state"), [
    3,
    "cat: /sys/bus/nd/devices/nmem7/state: No such file or directory\n",
  ]);
  assert.deepEqual(await host.refusal("sys cat btt0.0/size"), [
    1,
    "cat: /sys/bus/nd/devices/btt0.0/size: No such device or address\n",
  ]);
  assert.match((await host.refusal("sys cat nmem0"))[1], /Is a directory/);
  assert.equal((await host.refusal("sys ls /proc"))[0], 3);
});
