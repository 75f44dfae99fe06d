/** Where a guest's vNVDIMMs come to lie, with the real device model, and what that does to its second-level tables. */
import assert from "node:assert/strict";
import { GiB, MiB } from "../../../src/base/units.ts";
import { layout } from "../../../src/ept/mod.ts";
import { Story } from "../story.ts";

const SERVER = "server-two-socket";

/** GPA and MPA of a guest's vNVDIMMs in bytes. */
function places(story: Story, domid: number): { gpa: number; mpa: number; size: number }[] {
  return story.fork.toolstack.record(domid)!.vnvdimms.map(({ gpa, runs, pages }) => ({
    gpa,
    mpa: runs[0]!.mfn * 4096,
    size: pages * 4096,
  }));
}

Deno.test("placement qemu is first fit behind a whole GiB above all RAM", () => {
  const story = Story.on(SERVER);
  for (const name of ["namespace0.0", "namespace1.3"]) story.ok(`xl pmem-setup --namespace ${name}`);
  const [first, second] = places(story, story.start(1, ["namespace0.0", "namespace1.3"]));
  assert.equal(first!.gpa, 4 * GiB);
  assert.equal(second!.gpa, first!.gpa + first!.size);
  const more = Story.on(SERVER);
  more.ok("xl pmem-setup --namespace namespace0.0");
  const [above] = places(more, more.start(1, ["namespace0.0"], "memory = 600\nmmio_hole = 3584"));
  assert.equal(above!.gpa, 5 * GiB, "above 80 MiB of high RAM");
});

Deno.test("placement congruent keeps the distance to a whole GiB, so that larger leaves fit", () => {
  for (const [placement, gibibytes] of [["qemu", 0], ["congruent", 5]] as const) {
    const story = Story.on(SERVER);
    story.ok("xl pmem-setup --namespace namespace1.3");
    const domid = story.start(1, ["namespace1.3"], `nvdeck_placement = '${placement}'`);
    const [place] = places(story, domid);
    if (placement === "congruent") assert.equal(place!.gpa % GiB, place!.mpa % GiB);
    assert.equal(place!.gpa % (16 * MiB), 0);
    const { counts } = layout(story.fork.xen.mappings(domid))._unsafeUnwrap();
    assert.equal(counts.leaf1g, gibibytes, placement);
    story.sound();
  }
});

Deno.test("a vNVDIMM that does not start on 16 MiB is said to be of little use to the guest's ndctl", () => {
  const story = Story.on("carve-modes-v12");
  story.ok("xl pmem-setup --namespace namespace0.1 --mgmt namespace0.4");
  story.ok("xl pmem-setup --namespace namespace0.0 --mgmt namespace0.4");
  const labels = "type=namespace, backend=namespace0.1, nr_label_pages=32";
  const { toolstack } = story.fork;
  const text = `name = 'g1'\ntype = 'hvm'\nmemory = 128\nvcpus = 1\nvnvdimms = [ '${labels}', 'namespace0.0' ]\n`;
  const { config } = toolstack.parseConfig(text, "g1.cfg")._unsafeUnwrap();
  const { notes } = toolstack.create({ config, text, source: "g1.cfg" })._unsafeUnwrap();
  assert.equal(notes.length, 1);
  assert.match(notes[0]!, /^slot 1 starts at 0x1[0-9a-f]+, not on 16 MiB: .*nvdeck_placement = "congruent"/);
});
