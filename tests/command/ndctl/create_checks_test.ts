/** What can be said against a namespace before it is made, at the boundaries. Captured refusals are in the transcripts. */
import assert from "node:assert/strict";
import { GiB } from "../../../src/base/units.ts";
import { importCapture } from "../../../src/host/mod.ts";
import { folderOf } from "../../dom0/captured_dom0.ts";
import { hostFrom } from "../../support/session.ts";
import { LABELS, madeHost, sessionFor } from "./made_host.ts";

type Namespace = { readonly dev: string; readonly size: number; readonly align: number };

Deno.test("sizes are multiples of the region's alignment, from 16 MiB to all there is", async () => {
  const host = madeHost(1, 1 * GiB);
  await host.all(...LABELS);
  const status = async (size: string) => (await host.refusal(`ndctl create-namespace -m raw -s ${size}`))[0];
  assert.equal(await status("15M"), 234);
  assert.equal(await status("16M"), 0);
  assert.equal(await status("17M"), 234);
  assert.equal(await status("1024M"), 237);
  assert.equal(await status("1008M"), 0);
  assert.equal(await status("16M"), 237);
});

Deno.test("an interleaved set takes a part of every DIMM", async () => {
  const host = sessionFor(hostFrom(importCapture(folderOf("iset-four-way"), "start")._unsafeUnwrap()));
  await host.all(...LABELS, "ndctl create-namespace -m fsdax -s 64M");
  const areas = await host.json("ndctl read-labels -j all") as { label: { nlabel: number; rawsize: number }[] }[];
  assert.deepEqual(areas.map(({ label }) => [label[0]!.nlabel, label[0]!.rawsize]), Array(4).fill([4, 16 * 2 ** 20]));
});

Deno.test("alignments are those the kernel offers, and a size must hold more than its metadata", async () => {
  const host = madeHost(1, 4 * GiB);
  await host.all(...LABELS);
  const made = await host.json("ndctl create-namespace -m devdax -a 1G -s 2G") as Namespace;
  assert.deepEqual([made.size, made.align], [1 * GiB, 1 * GiB]);
  assert.match((await host.refusal("ndctl create-namespace -m devdax -a 4M -s 64M"))[1], /unsupported align: 4M/);
  assert.equal((await host.refusal("ndctl create-namespace -m devdax -a 3M -s 64M"))[0], 129);
  assert.notEqual((await host.refusal("ndctl create-namespace -m devdax -a 1G -s 1G"))[0], 0);
});

Deno.test("--continue makes one namespace a region", async () => {
  const host = madeHost(3);
  await host.all(...LABELS);
  const [status, err] = await host.refusal("ndctl create-namespace --continue -m raw -s 64M");
  assert.deepEqual([status, err], [0, "created 3 namespaces\n"]);
  assert.equal((await host.json("ndctl list -N") as Namespace[]).length, 3);
});

Deno.test("without -L nothing is written to a blank label area", async () => {
  const host = madeHost();
  const line = "ndctl create-namespace -f -e namespace0.0 -m fsdax";
  await host.all(`${line} --no-autolabel`);
  assert.equal((await host.refusal("ndctl check-labels nmem0"))[0], 1);
  const second = madeHost();
  await second.all(line, "ndctl check-labels nmem0");
});
