/** Errors that the kernel meets while it reads. */
import assert from "node:assert/strict";
import { GiB } from "../../src/base/units.ts";
import { BUS } from "../../src/dom0/mod.ts";
import { LABELS, madeHost } from "../command/ndctl/made_host.ts";

/** A raw namespace at 4 GiB with two errors that nobody has met. */
async function damaged() {
  const host = madeHost();
  await host.all(...LABELS, "ndctl create-namespace -m raw -s 64M");
  const fork = host.host.fork();
  for (const start of [4 * GiB + 4096 + 40, 4 * GiB + 65536]) fork.machine.damage({ start, length: 8 });
  return fork.dom0;
}

Deno.test("an error that a load meets is known from then on, and only that one", async () => {
  const dom0 = await damaged();
  assert.deepEqual(dom0.badblocks(0), []);
  assert.equal(dom0.readDisk("pmem0", 0, 4096).isOk(), true);
  assert.equal(dom0.readDisk("pmem0", 4096, 512)._unsafeUnwrapErr(), "EIO");
  assert.deepEqual(dom0.badblocks(0), [{ sector: 8, sectors: 1 }]);
});

Deno.test("with hw_error_scrub it sets off a search for more", async () => {
  const dom0 = await damaged();
  dom0.store(BUS, "nfit/hw_error_scrub", "1")._unsafeUnwrap();
  assert.equal(dom0.readDisk("pmem0", 4096, 512).isErr(), true);
  assert.equal(dom0.scrub()!.active, true);
  dom0.waitScrub();
  assert.deepEqual(dom0.badblocks(0), [{ sector: 8, sectors: 1 }, { sector: 128, sectors: 1 }]);
});
