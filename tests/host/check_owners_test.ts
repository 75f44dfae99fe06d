/** Xen, the toolstack and dom0 agree on whose memory is whose, or `host check` says where they do not. */
import assert from "node:assert/strict";
import { type Domid, type Mfn } from "../../src/abi/address.ts";
import { type Fork, violations } from "../../src/host/mod.ts";
import { Story } from "../toolstack/story.ts";

const NAMESPACE = "namespace1.3";
const found = (fork: Fork): string[] =>
  violations(fork).map(({ rule, object, what }) => `${object}: ${what} (${rule})`);

function withGuest(): Story {
  const story = Story.on("server-two-socket");
  story.ok(`xl pmem-setup --namespace ${NAMESPACE}`);
  story.start(1, [NAMESPACE]);
  assert.deepEqual(found(story.fork), []);
  return story;
}

Deno.test("a hypercall that takes frames of a guest that is off is found", () => {
  const story = withGuest();
  story.ok("xl destroy g1");
  assert.deepEqual(found(story.fork), []);
  const domid = story.start(2, []);
  story.fork.toolstack.tools.pmem.populate(domid, 0x3a05000 as Mfn, 0x200000, 16, "data")._unsafeUnwrap();
  assert.deepEqual(found(story.fork), [
    `g1, slot 0: mfn 0x3a05000 - 0x3a05010 is domain ${domid}'s: a hypercall went past the toolstack ` +
    "(kept memory is nobody else's)",
  ]);
});

Deno.test("domains that only one of the two knows are found", () => {
  const story = withGuest();
  story.fork.toolstack.tools.domains.create("hvm", "11111111-2222-4333-8444-000000000077", 1)._unsafeUnwrap();
  assert.deepEqual(found(story.fork), [
    "domain 2: Xen has it, the toolstack does not (Xen and the toolstack know the same domains)",
  ]);
  const lost = withGuest();
  lost.fork.toolstack.tools.domains.destroy(1);
  lost.fork.deviceModels.kill(1 as Domid);
  assert.match(found(lost.fork).join("\n"), /^g1: Xen has no domain 1 .*\ng1, slot 0: 1552384 of 1552384 frames/);
});

Deno.test("a device that nobody holds any more is found", () => {
  const story = withGuest();
  story.fork.dom0.closeExclusive("pmem1.3");
  assert.deepEqual(found(story.fork), [
    "namespace1.3: nobody has /dev/pmem1.3 open (what was handed to Xen is held in dom0)",
  ]);
});
