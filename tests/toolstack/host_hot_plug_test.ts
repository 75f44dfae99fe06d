/** A host DIMM that comes while the host runs: dom0 has it, and it can be handed to Xen and to a guest. */
import assert from "node:assert/strict";
import { GiB } from "../../src/base/units.ts";
import { boot, plug, powerOff } from "../../src/host/mod.ts";
import { Story } from "./story.ts";

function labelled(story: Story, region: string, dimm: string): string {
  story.ok(`ndctl disable-region ${region}`);
  story.ok(`ndctl init-labels ${dimm}`);
  story.ok(`ndctl enable-region ${region}`);
  return story.carve(region, "2G");
}

Deno.test("without a usable SRAT it is reported and assigned at once, and is the guest's again after a reboot", () => {
  const story = Story.on("host-four-mixed");
  const before = story.fork.dom0.dimms().map(({ name, handle }) => `${name} ${handle}`);
  assert.ok(plug(story.fork, { size: 4 * GiB, node: 0 }).isOk());
  const { dom0 } = story.fork;
  assert.deepEqual(dom0.dimms().map(({ name, handle }) => `${name} ${handle}`), [...before, "nmem4 5"]);
  assert.equal(dom0.regions().at(-1)!.size, 4 * GiB);

  const namespace = labelled(story, "region4", "nmem4");
  story.ok(`xl pmem-setup --namespace ${namespace}`);
  story.start(1, [namespace]);
  const [held] = story.fork.toolstack.records()[0]!.vnvdimms;
  story.ok("guest write --domain g1 --gpa 0x100000000 --text kept");
  story.sound();

  powerOff(story.fork);
  assert.deepEqual(boot(story.fork), []);
  assert.deepEqual(story.fork.dom0.dimms().at(-1)!.name, "nmem4");
  story.start(1, [namespace]);
  assert.deepEqual(story.fork.toolstack.records()[0]!.vnvdimms[0], held);
  assert.match(story.ok("guest read --domain g1 --gpa 0x100000000 --length 4"), /kept/);
  story.sound();
});

Deno.test("where the SRAT of this boot has no memory there, Xen refuses it until the next", () => {
  const story = Story.on("server-two-socket");
  assert.ok(plug(story.fork, { size: 4 * GiB, node: 1 }).isOk());
  const namespace = labelled(story, "region2", "nmem8");
  story.fails(`xl pmem-setup --namespace ${namespace}`, 1, /Invalid argument.*\n.*came since is not in it/s);
  powerOff(story.fork);
  boot(story.fork);
  story.ok(`xl pmem-setup --namespace ${namespace}`);
  assert.equal(story.fork.xen.regions("raw")[0]!.pxm, 1);
  story.start(1, [namespace]);
  story.sound();
});

Deno.test("under management xen nobody hears of it before the next boot; then it is raw pmem", () => {
  const story = Story.on("server-two-socket", (image) => ({
    ...image,
    facts: { ...image.facts, management: "xen" },
  }));
  const before = story.fork.xen.regions("raw");
  assert.ok(plug(story.fork, { size: 4 * GiB, node: 1 }).isOk());
  assert.deepEqual([story.fork.dom0.hasBus, story.fork.xen.regions("raw")], [false, before]);
  powerOff(story.fork);
  boot(story.fork);
  assert.equal(story.fork.dom0.hasBus, false);
  assert.equal(story.fork.xen.regions("raw").length, before.length + 1);
  assert.equal(story.fork.xen.regions("raw").at(-1)!.pxm, 1);
});
