/** Info blocks written and read past the driver, on namespaces and in files. */
import assert from "node:assert/strict";
import { MiB } from "../../../src/base/units.ts";
import { INFO_HEAD_SIZE } from "../../../src/label/mod.ts";
import { LABELS, madeHost, out, sessionFor } from "./made_host.ts";
import { MemoryFiles } from "./tool.ts";
import { sessionOn } from "../../support/session.ts";

const UUID = "0badcafe-0000-4000-8000-0000000000aa";
type Block = Record<string, unknown>;

async function withRaw() {
  const host = madeHost();
  await host.all(...LABELS, "ndctl create-namespace -m raw -s 64M", "ndctl disable-namespace namespace0.0");
  return host;
}

Deno.test("a written block is read back, and makes the namespace what it says", async () => {
  const host = await withRaw();
  await host.all(`ndctl write-infoblock -m devdax -M mem -a 2M -u ${UUID} namespace0.0`);
  const [block] = await host.json("ndctl read-infoblock -j -V namespace0.0") as Block[];
  assert.deepEqual(
    [block!.signature, block!.uuid, block!.dataoff, block!.npfns, block!.mode],
    ["NVDIMM_DAX_INFO", UUID, 2 * MiB, 62 * 256, 1],
  );
  await host.all("ndctl create-namespace -e namespace0.0 -m devdax -M mem -f");
});

Deno.test("-u writes numbers for people, a list all the same", async () => {
  const host = await withRaw();
  await host.all("ndctl write-infoblock namespace0.0");
  const [block] = await host.json("ndctl read-infoblock -u namespace0.0") as Block[];
  assert.deepEqual([block!.dataoff, block!.flags, block!.align], ["0x200000", "0", "0x1000"]);
});

Deno.test("with -V a block of another namespace does not show", async () => {
  const host = await withRaw();
  await host.all("ndctl write-infoblock -p ffffffff-0000-4000-8000-000000000000 namespace0.0");
  const done = await host.run("ndctl read-infoblock -j -V namespace0.0");
  assert.deepEqual([done.status, done.err], [0, "  Warning: no matching devices found\n\nread 1 infoblock\n"]);
});

Deno.test("what is enabled is left alone, and what is not there is not found", async () => {
  const host = await withRaw();
  await host.all("ndctl enable-namespace namespace0.0");
  assert.deepEqual(await host.refusal("ndctl write-infoblock namespace0.0"), [
    240,
    "error checking infoblocks: Device or resource busy\nwrote 0 infoblocks\n",
  ]);
  assert.equal((await host.refusal("ndctl read-infoblock namespace7.0"))[0], 250);
});

Deno.test("a size has to fit the alignment, and the alignment the size", async () => {
  const host = await withRaw();
  assert.deepEqual(await host.refusal("ndctl write-infoblock -a 2M -s 63M namespace0.0"), [
    234,
    "  Error: --size=63M not aligned to 2M\n\nerror checking infoblocks: Invalid argument\nwrote 0 infoblocks\n",
  ]);
  assert.deepEqual(await host.refusal("ndctl write-infoblock -a 1G namespace0.0"), [
    250,
    "  Error: unable to satisfy requested alignment\n\n" +
    "error checking infoblocks: No such device or address\nwrote 0 infoblocks\n",
  ]);
});

Deno.test("files: the first 8 KiB are replaced, read back, and must be there", async () => {
  const files = new MemoryFiles();
  const { host } = madeHost();
  const { run } = sessionOn(host, { files });
  files.content.set("image", new Uint8Array(64 * MiB).fill(7));
  const line = `ndctl write-infoblock -o image -m fsdax -a 2M -u ${UUID}`;
  assert.equal((await run(line)).err, "wrote 1 infoblock\n");
  const image = files.content.get("image")!;
  assert.deepEqual([image.length, image[INFO_HEAD_SIZE]], [64 * MiB, 7]);
  assert.match(out(await run("ndctl read-infoblock -j -i image")), /"file":"image"/);
  files.content.set("short", new Uint8Array(INFO_HEAD_SIZE - 1));
  assert.equal((await run("ndctl read-infoblock -i short")).status, 251);
  assert.equal((await run("ndctl read-infoblock -i missing")).status, 254);
});

Deno.test("standard output takes a size, and standard input gives 8 KiB", async () => {
  const { host } = madeHost();
  const { run } = sessionOn(host);
  const done = await run(`ndctl write-infoblock -c -s 64M -a 2M -u ${UUID}`);
  assert.equal(done.out.length, INFO_HEAD_SIZE);
  assert.equal((await run("ndctl write-infoblock -c")).status, 129);
  const piped = sessionOn(host, { input: done.out as Uint8Array });
  assert.match(out(await piped.run("ndctl read-infoblock -j")), new RegExp(UUID));
  assert.equal((await sessionFor(host).refusal("ndctl read-infoblock"))[0], 251);
});
