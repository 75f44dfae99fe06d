/** Attaching to a running guest, its limits, and detaching from one that is off (model section 4). */
import assert from "node:assert/strict";
import { type Domid, type Gpa } from "../../../src/abi/address.ts";
import { utf8 } from "../../../src/base/bytes.ts";
import { boot, powerOff } from "../../../src/host/mod.ts";
import { Story, uuidOf } from "../story.ts";

const SERVER = "server-two-socket";
const ROOM = "nvdeck_vnvdimm_slots = 2\nnvdeck_vnvdimm_reserve = '40G'";

function withReported(...names: string[]): Story {
  const story = Story.on(SERVER);
  for (const name of names) story.ok(`xl pmem-setup --namespace ${name}`);
  return story;
}

const vnvdimms = (story: Story, domid: number) => story.fork.toolstack.record(domid)!.vnvdimms;

Deno.test("an attached vNVDIMM lies behind the others, is announced through _FIT and is mapped", () => {
  const story = withReported("namespace1.3", "namespace0.0");
  const domid = story.start(1, ["namespace1.3"], ROOM);
  const nfit = story.fork.guest(domid)!.table("NFIT")!.bytes;
  assert.equal(story.fork.guest(domid)!.kernel().dimms().length, 1);
  const calls = story.calls(() => {
    assert.match(
      story.ok("xl vnvdimm-attach g1 namespace0.0"),
      /^slot 1 at 0x27b000000, announced through _FIT\n.*vnvdimms = \[ 'namespace1.3', 'namespace0.0' \]\n$/,
    );
  });
  assert.ok(
    calls.every((call) => call.startsWith("XENMEM_populate_pmem_map") || /^XEN_SYSCTL|getdomaininfo/.test(call)),
  );
  assert.deepEqual(story.fork.guest(domid)!.table("NFIT")!.bytes, nfit, "the boot table does not change");
  assert.equal(story.fork.guest(domid)!.kernel().dimms().length, 2);
  const [, second] = vnvdimms(story, domid);
  story.fork.xen.guestMemory.store(domid as Domid, second!.gpa as Gpa, utf8("there"))._unsafeUnwrap();
  story.sound();
});

Deno.test("after a reboot it is there again, at the same place with the same content", () => {
  const story = withReported("namespace1.3", "namespace0.0");
  const domid = story.start(1, ["namespace1.3"], ROOM);
  story.ok("xl vnvdimm-attach g1 namespace0.0");
  const before = vnvdimms(story, domid);
  story.fork.xen.guestMemory.store(domid as Domid, before[1]!.gpa as Gpa, utf8("kept"))._unsafeUnwrap();
  story.ok("xl reboot g1");
  assert.deepEqual(vnvdimms(story, domid + 1), before);
  const there = story.fork.xen.guestMemory.load((domid + 1) as Domid, before[1]!.gpa as Gpa, 4)._unsafeUnwrap();
  assert.equal(new TextDecoder().decode(there), "kept");
  story.ok("xl destroy g1");
  story.fails(`xl create ${story.config(2, "vnvdimms = [ 'namespace0.0' ]")}`, 3, /kept for g1, slot 1/);
});

Deno.test("as many as there are slots, and no more", () => {
  const story = withReported("namespace1.3", "namespace0.0", "namespace1.0");
  story.start(1, [], "nvdeck_vnvdimm_slots = 2\nnvdeck_vnvdimm_reserve = '80G'");
  story.ok("xl vnvdimm-attach g1 namespace1.3");
  story.ok("xl vnvdimm-attach g1 namespace0.0");
  story.fails(
    "xl vnvdimm-attach g1 namespace1.0",
    1,
    /g1 has no free slot for another vNVDIMM\nnvdeck_vnvdimm_slots = N/,
  );
});

Deno.test("what cannot be attached says why", () => {
  const story = withReported("namespace1.3", "namespace0.0");
  story.start(1, ["namespace1.3"]);
  story.fails("xl vnvdimm-attach g1 namespace0.0", 1, /no free slot/);
  story.start(2, [], "nvdeck_vnvdimm_slots = 1\nnvdeck_vnvdimm_reserve = '1G'\nnvdeck_acpi = 'nfit'");
  story.fails("xl vnvdimm-attach g2 namespace0.0", 1, /profile nfit: without _FIT.*\nnvdeck_acpi = "full"/);
  story.start(3, [], "nvdeck_vnvdimm_slots = 1\nnvdeck_vnvdimm_reserve = '1G'");
  story.fails("xl vnvdimm-attach g3 namespace1.3", 1, /in use by g1, slot 0/);
  story.fails(
    "xl vnvdimm-attach g3 namespace0.0",
    1,
    /refused device_add: not enough space, .*\nnvdeck_vnvdimm_reserve = SIZE/,
  );
  story.fails("xl vnvdimm-attach nobody namespace0.0", 1, /nobody is an invalid domain identifier/);
  story.fails("xl vnvdimm-attach 9 namespace0.0", 1, /9 is not running/);
  story.fails("xl vnvdimm-attach g3 type=mfn", 1, /Error: vnvdimm 'type=mfn'/);
});

Deno.test("a slot that an earlier attachment is kept in takes that one again, and no other", () => {
  const story = withReported("namespace1.3", "namespace0.0");
  story.start(1, [], ROOM);
  story.ok("xl vnvdimm-attach g1 namespace1.3");
  story.ok("xl destroy g1");
  story.start(1, [], ROOM);
  story.fails("xl vnvdimm-attach g1 namespace0.0", 1, /slot 0 of g1 is namespace1.3 .*\nxl vnvdimm-detach g1 0/);
  story.ok("xl vnvdimm-attach g1 namespace1.3");
});

Deno.test("nothing is detached while the guest runs", () => {
  const story = withReported("namespace1.3");
  story.start(1, ["namespace1.3"]);
  for (const name of ["g1", "1", uuidOf(1)]) {
    story.fails(`xl vnvdimm-detach ${name} 0`, 1, /cannot be unplugged while it runs .*\nxl shutdown g1, then detach/);
  }
});

Deno.test("detaching ends the claim, moves later slots up and edits the configuration that starts by itself", () => {
  const story = withReported("namespace1.3", "namespace0.0");
  const path = story.config(1, "vnvdimms = [ 'namespace1.3', 'namespace0.0' ]");
  story.ok(`xl create ${path}`);
  const text = story.fork.toolstack.record(1)!.text;
  story.fork.state.toolstack.autostart.set("g1", { name: "g1", text });
  story.ok("xl destroy g1");
  assert.match(
    story.ok("xl vnvdimm-detach g1 0"),
    /slot 0 of g1 \(namespace1.3\) is nobody's now; .*\n.*should say: vnvdimms = \[ 'namespace0.0' \]/,
  );
  assert.match(story.ok("xl vnvdimm-list g1"), /^Slot.*\n +0 off .*namespace0.0\n$/);
  story.fails("xl vnvdimm-detach g1 1", 1, /g1 has no vNVDIMM in slot 1/);
  story.fails("xl vnvdimm-detach g1 first", 1, /has no vNVDIMM in slot -1/);

  powerOff(story.fork);
  assert.match(boot(story.fork).join("\n"), /g1 started as domain 1/);
  assert.deepEqual(vnvdimms(story, 1).map(({ slot, spec }) => [slot, spec]), [[0, "namespace0.0"]]);
  story.sound();
});
