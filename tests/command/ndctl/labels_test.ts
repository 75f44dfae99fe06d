/** Label verbs: what they print, what they refuse, and what becomes of the namespaces. */
import assert from "node:assert/strict";
import { KiB, MiB } from "../../../src/base/units.ts";
import { sessionOn } from "../../support/session.ts";
import { LABELS, madeHost, out } from "./made_host.ts";
import { MemoryFiles } from "./tool.ts";

type Area = {
  readonly dev: string;
  readonly index: readonly { nslot: number; labelsize: number }[];
  label?: unknown[];
};

Deno.test("areas are read whole, in parts, decoded, or as their index alone", async () => {
  const host = madeHost();
  await host.all(...LABELS, "ndctl create-namespace -m raw -s 64M");
  assert.equal((await host.run("ndctl read-labels nmem0")).out.length, 128 * KiB);
  assert.equal((await host.run("ndctl read-labels -s 512 nmem0")).out.length, 512);
  const [area] = await host.json("ndctl read-labels -j nmem0") as Area[];
  assert.deepEqual([area!.dev, area!.index[0]!.nslot, area!.index[0]!.labelsize, area!.label!.length], [
    "nmem0",
    510,
    256,
    2,
  ]);
  const [index] = await host.json("ndctl read-labels -j -I nmem0") as Area[];
  assert.equal(index!.label, undefined);
  assert.equal((await host.refusal("ndctl read-labels -j -s 512 nmem0"))[0], 129);
  assert.equal((await host.refusal("ndctl read-labels -I -s 512 nmem0"))[0], 129);
});

Deno.test("nothing is written while a region is active; labels that are there need -f", async () => {
  const host = madeHost();
  await host.all(...LABELS);
  assert.deepEqual(await host.refusal("ndctl zero-labels nmem0"), [
    1,
    "nmem0: regions active, abort label write\nzeroed 0 nmem\n",
  ]);
  await host.all("ndctl disable-region all");
  assert.deepEqual(await host.refusal("ndctl init-labels nmem0"), [
    1,
    "nmem0: error: labels already initialized\ninitialized 0 nmem\n",
  ]);
  await host.all("ndctl init-labels -f nmem0", "ndctl check-labels nmem0", "ndctl zero-labels nmem0");
  assert.equal((await host.refusal("ndctl check-labels nmem0"))[0], 1);
  assert.equal((await host.refusal("ndctl init-labels -V 1.3 nmem0"))[0], 1);
});

Deno.test("an area written back brings the namespaces back", async () => {
  const files = new MemoryFiles();
  const made = madeHost();
  const { run } = sessionOn(made.host, { files });
  const all = async (...lines: string[]) => {
    for (const line of lines) assert.equal((await run(line)).status, 0, line);
  };
  await all(...LABELS, "ndctl create-namespace -m fsdax -s 64M", "ndctl read-labels -o area nmem0");
  const before = out(await run("ndctl list -N"));
  await all("ndctl disable-region all", "ndctl zero-labels nmem0", "ndctl enable-region all");
  assert.notEqual(out(await run("ndctl list -N")), before);
  await all("ndctl disable-region all", "ndctl write-labels -i area nmem0", "ndctl enable-region all");
  assert.equal(out(await run("ndctl list -N")), before);
});

Deno.test("DIMMs are named, several or all; what is none is said", async () => {
  const host = madeHost(3, 64 * MiB);
  assert.equal((await host.refusal("ndctl read-labels -j nmem0 nmem2"))[1], "read 2 nmems\n");
  assert.equal((await host.refusal("ndctl read-labels -j all"))[1], "read 3 nmems\n");
  assert.deepEqual(await host.refusal("ndctl check-labels nmem9"), [0, "successfully verified 0 nmem label\n"]);
  assert.equal((await host.refusal("ndctl check-labels region0"))[0], 129);
  assert.equal((await host.refusal("ndctl disable-dimm nmem0"))[0], 1);
});
