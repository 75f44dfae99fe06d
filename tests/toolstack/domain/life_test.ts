/** What becomes of a domain that stops, and of its memory. */
import assert from "node:assert/strict";
import { type Domid, type Gpa } from "../../../src/abi/address.ts";
import { utf8 } from "../../../src/base/bytes.ts";
import { type ShutdownReason } from "../../../src/abi/hypercalls.ts";
import { SHUTDOWN_ACTIONS } from "../../../src/toolstack/config/domain_config.ts";
import { Story } from "../story.ts";

const NAMESPACE = "namespace1.3";

function started(settings = ""): { story: Story; domid: number } {
  const story = Story.on("server-two-socket");
  story.ok(`xl pmem-setup --namespace ${NAMESPACE}`);
  return { story, domid: story.start(1, [NAMESPACE], settings) };
}

const gpaOf = (story: Story, domid: number): number => story.fork.toolstack.record(domid)!.vnvdimms[0]!.gpa;

function write(story: Story, domid: number, text: string): void {
  const gpa = (gpaOf(story, domid) + 4096) as Gpa;
  story.fork.xen.guestMemory.store(domid as Domid, gpa, utf8(text))._unsafeUnwrap();
}

function read(story: Story, domid: number, length: number): string {
  const gpa = (gpaOf(story, domid) + 4096) as Gpa;
  return new TextDecoder().decode(story.fork.xen.guestMemory.load(domid as Domid, gpa, length)._unsafeUnwrap());
}

Deno.test("a reboot makes a new domain with the same memory at the same address", () => {
  const { story, domid } = started();
  write(story, domid, "kept");
  const gpa = gpaOf(story, domid);
  story.ok("xl reboot g1");
  const next = Number(story.ok("xl domid g1"));
  assert.equal(next, domid + 1);
  assert.equal(gpaOf(story, next), gpa);
  assert.equal(read(story, next, 4), "kept");
  story.sound();
});

Deno.test("content outlives any number of power cycles of the guest", () => {
  const { story, domid } = started();
  write(story, domid, "kept");
  for (let cycle = 0; cycle < 5; cycle++) {
    story.ok(cycle % 2 === 0 ? "xl shutdown g1" : "xl destroy g1");
    assert.match(story.ok("xl vnvdimm-list g1"), / 0 off /);
    const again = story.start(1, [NAMESPACE]);
    assert.equal(read(story, again, 4), "kept");
  }
  story.sound();
});

const ACTIONS = ["destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart"] as const;
const reasons: readonly [ShutdownReason, string][] = [
  ["poweroff", "on_poweroff"],
  ["reboot", "on_reboot"],
  ["crash", "on_crash"],
  ["watchdog", "on_watchdog"],
  ["soft_reset", "on_soft_reset"],
];
for (const [reason, setting] of reasons) {
  Deno.test(`${setting} decides what becomes of a domain that stops for ${reason}`, () => {
    for (const action of ACTIONS) {
      const { story, domid } = started(`${setting} = '${action}'`);
      const ending = story.fork.toolstack.stop(domid, reason)._unsafeUnwrap();
      assert.equal(ending.action, SHUTDOWN_ACTIONS[action]);
      const left = story.fork.toolstack.records().map(({ domid, name }) => [domid, name]);
      switch (action) {
        case "destroy":
        case "coredump-destroy":
          assert.deepEqual(left, []);
          break;
        case "restart":
        case "coredump-restart":
          assert.deepEqual(left, [[domid + 1, "g1"]]);
          break;
        case "preserve":
          assert.deepEqual(left, [[domid, "g1"]]);
          break;
        case "rename-restart":
          assert.equal(left.length, 1);
          assert.match(String(left[0]![1]), /^g1-\d{8}T\d{4}Z$/);
          assert.equal(ending.failure?.fault.kind, "backend", "the preserved one still owns the memory");
      }
      story.sound();
    }
  });
}

Deno.test("a preserved domain keeps its memory from others until it is destroyed", () => {
  const { story } = started("on_crash = 'preserve'");
  story.fork.toolstack.stop(1, "crash")._unsafeUnwrap();
  assert.match(story.ok("xl list g1"), /---sc-|----c-/);
  story.fails(`xl create ${story.config(1, `vnvdimms = [ '${NAMESPACE}' ]`)}`, 3, /already exists/);
  story.ok("xl destroy g1");
  story.start(1, [NAMESPACE]);
});

Deno.test("pause, unpause and rename change what xl lists, and nothing of the memory", () => {
  const { story, domid } = started();
  write(story, domid, "same");
  story.ok("xl pause g1");
  assert.match(story.ok("xl list g1"), /--p---/);
  story.ok("xl unpause g1");
  assert.doesNotMatch(story.ok("xl list g1"), /--p---/);
  story.ok("xl rename g1 web");
  assert.equal(story.ok("xl domname 1"), "web\n");
  assert.equal(read(story, domid, 4), "same");
  assert.match(story.ok("xl vnvdimm-list web"), /running/);
  story.fails("xl rename web Domain-0", 1, /name "Domain-0" already exists.\nCan't rename domain 'web'/);
});

Deno.test("a restart is of the configuration as it is by now, the new name included", () => {
  const { story, domid } = started();
  story.ok("xl rename g1 web");
  story.ok("xl reboot web");
  assert.equal(story.ok("xl domid web"), `${domid + 1}\n`);
  assert.equal(story.fork.toolstack.assignments()[0]!.domainName, "web");
});

Deno.test("what is not there is said to be not there", () => {
  const { story } = started();
  story.fails("xl destroy nobody", 1, /nobody is an invalid domain identifier/);
  story.fails("xl destroy 9", 1, /Domain 9:Non-existant domain/);
  story.fails("xl shutdown 9", 1, /shutdown failed \(rc=-3\)/);
  story.fails("xl destroy 0", 1, /Not destroying domain 0/);
  story.fails("xl destroy -f 0", 1, /Domain 0:/);
});
