/** Under management `xen`: what firmware stores is shown, with Xen's ranges in it, though dom0 sees none of it. */
import assert from "node:assert/strict";
import { dimmViews, namespaceViews, regionViews } from "../../../src/command/console/dom0_views.ts";
import { GiB, MiB } from "../../../src/base/units.ts";
import { hostFrom, imageFrom, sessionOn } from "../../support/session.ts";

const image = imageFrom("server-two-socket");
const xenManaged = () => hostFrom({ ...image, facts: { ...image.facts, management: "xen" } });

Deno.test("regions and DIMMs are those of the NFIT; there are no namespaces", () => {
  const fork = xenManaged().fork();
  assert.deepEqual(fork.dom0.regions(), [], "dom0 sees none");
  assert.deepEqual(regionViews(fork).map((r) => [r.name, r.ways, r.sizeBytes, r.availableBytes, r.state]), [
    ["region0", 4, 128 * GiB, 128 * GiB, "active"],
    ["region1", 4, 128 * GiB, 128 * GiB, "active"],
  ]);
  assert.equal(dimmViews(fork).length, 8);
  assert.deepEqual(namespaceViews(fork), []);
});

Deno.test("a region is drawn by Xen's ranges, and what is set up is no longer raw", async () => {
  const host = xenManaged();
  const { run } = sessionOn(host);
  assert.equal((await run("xl pmem-setup -m 0x400000 0x410000", { yes: true })).status, 0);
  assert.equal((await run("xl pmem-setup -d 0x410000 0x420000 0x400000 0x410000", { yes: true })).status, 0);
  const [region] = regionViews(host.fork());
  assert.deepEqual(region!.segments.map((s) => [s.kind, (s.endSpa - s.startSpa) / MiB]), [
    ["mgmt", 256],
    ["data", 256],
    ["raw", 128 * 1024 - 512],
  ]);
  assert.equal(region!.availableBytes, 128 * GiB - 512 * MiB);
});
