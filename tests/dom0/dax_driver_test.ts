/** Devices as memory: whole memory blocks only, on a known node, and not to be let go while on line. */
import assert from "node:assert/strict";
import { GiB, MiB } from "../../src/base/units.ts";
import { importCapture } from "../../src/host/mod.ts";
import { LABELS, type MadeHost as Session, sessionFor } from "../command/ndctl/made_host.ts";
import { hostFrom } from "../support/session.ts";
import { folderOf } from "./captured_dom0.ts";

/** A machine with an SRAT, whose first region starts at 4 GiB, and there a devdax namespace; its data starts 2 MiB in. */
async function withDax(bytes: number): Promise<Session> {
  const image = importCapture(folderOf("host-big-8g"), "start")._unsafeUnwrap();
  const session = sessionFor(hostFrom(image));
  await session.all(...LABELS, `ndctl create-namespace -r region0 -m devdax -M mem -s ${bytes}`);
  return session;
}
const device = async (host: Session) => (await host.json("daxctl list") as Record<string, unknown>[])[0]!;

Deno.test("only blocks of 128 MiB that lie wholly inside become memory", async () => {
  for (const [bytes, blocks] of [[256 * MiB, 1], [384 * MiB, 2], [1 * GiB, 7]] as const) {
    const host = await withDax(bytes);
    await host.all("daxctl reconfigure-device -N -m system-ram dax0.0");
    const { mode, online_memblocks, total_memblocks } = await device(host);
    assert.deepEqual([mode, online_memblocks, total_memblocks], ["system-ram", 0, blocks]);
  }
  const small = await withDax(240 * MiB);
  assert.deepEqual(await small.refusal("daxctl reconfigure-device -m system-ram dax0.0"), [
    234,
    "libdaxctl: daxctl_dev_enable: dax0.0: failed to enable\n" +
    "error reconfiguring devices: Invalid argument\nreconfigured 0 devices\n",
  ]);
  assert.equal((await device(small)).state, "disabled");
});

Deno.test("memory that goes on line in the normal zone stays there", async () => {
  const host = await withDax(1 * GiB);
  await host.all("daxctl reconfigure-device -m system-ram --no-movable dax0.0");
  const kernel = await device(host);
  assert.deepEqual([kernel.online_memblocks, kernel.movable], [7, false]);
  const [status, err] = await host.refusal("daxctl offline-memory dax0.0");
  assert.equal(status, 240);
  assert.match(err, /Failed to offline .*node0\/memory39\/state: Device or resource busy\n/);
  assert.equal((await device(host)).online_memblocks, 7);
});

Deno.test("memory goes on line in the movable zone, and has to be off line to go back", async () => {
  const host = await withDax(1 * GiB);
  await host.all("daxctl reconfigure-device -m system-ram dax0.0");
  assert.equal((await device(host)).movable, true);
  assert.equal((await host.refusal("daxctl reconfigure-device -m devdax dax0.0"))[0], 240);
  assert.equal((await host.refusal("ndctl destroy-namespace -f namespace0.0"))[0], 240);
  await host.all("daxctl offline-memory dax0.0", "daxctl online-memory dax0.0");
  await host.all("daxctl reconfigure-device -f -m devdax dax0.0");
  assert.equal((await device(host)).mode, "devdax");
  await host.all("ndctl destroy-namespace -f namespace0.0");
});

Deno.test("part of it may be on line; the rest follows, with a warning", async () => {
  const host = await withDax(1 * GiB);
  await host.all("daxctl reconfigure-device -N -m system-ram dax0.0");
  const fork = host.host.fork();
  fork.dom0.setMemoryBlock("dax0.0", 0, "movable")._unsafeUnwrap();
  assert.equal(fork.dom0.setMemoryBlock("dax0.0", 0, "kernel")._unsafeUnwrapErr(), "EINVAL");
  assert.equal(fork.dom0.setMemoryBlock("dax0.0", 7, "movable")._unsafeUnwrapErr(), "ENOENT");
  assert.equal(fork.dom0.bindDax("dax0.0", "kmem")._unsafeUnwrapErr(), "EBUSY");
});

Deno.test("memory that was on line when its driver went keeps its place until the next boot", async () => {
  const host = await withDax(1 * GiB);
  await host.all("daxctl reconfigure-device -m system-ram dax0.0");
  // The driver goes; that the device cannot be destroyed is found out later.
  assert.equal((await host.refusal("daxctl destroy-device -f dax0.0"))[0], 250);
  assert.deepEqual([(await device(host)).mode, (await device(host)).state], ["devdax", "disabled"]);
  for (const mode of ["system-ram", "devdax"]) {
    assert.equal((await host.refusal(`daxctl reconfigure-device -m ${mode} dax0.0`))[0], 240, mode);
  }
  await host.all("ndctl disable-namespace namespace0.0", "ndctl enable-namespace namespace0.0");
  assert.equal((await device(host)).state, "disabled");
});

Deno.test("devices on NVDIMMs are static: sizes and alignments stay, none is made or destroyed", async () => {
  const host = await withDax(256 * MiB);
  assert.deepEqual(await host.refusal("daxctl reconfigure-device -s 128M dax0.0"), [
    250,
    "libdaxctl: daxctl_dev_set_size: dax0.0: failed to set size\n" +
    "error reconfiguring devices: No such device or address\nreconfigured 0 devices\n",
  ]);
  assert.equal((await host.refusal("daxctl create-device"))[0], 228);
  assert.equal((await host.refusal("daxctl destroy-device -f dax0.0"))[0], 250);
  assert.equal((await host.refusal("daxctl reconfigure-device dax0.0"))[0], 129);
  assert.equal((await host.refusal("daxctl reconfigure-device -m devdax -N dax0.0"))[0], 129);
});
