/** Guests that the host starts by itself. */
import assert from "node:assert/strict";
import { boot, powerOff } from "../../../src/host/mod.ts";
import { Story } from "../../toolstack/story.ts";

const SERVER = "server-two-socket";

Deno.test("a file that is added starts its guest at every boot, until it is removed", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  assert.equal(story.ok("host autostart list"), "");
  const path = story.config(1, "vnvdimms = [ 'namespace1.3' ]");
  assert.equal(story.ok(`host autostart add ${path}`), "g1 starts with the host from now on\n");
  story.config(1, "memory = lots");
  assert.equal(story.ok("host autostart list"), "g1                      namespace1.3\n");
  for (let i = 0; i < 2; i++) {
    powerOff(story.fork);
    assert.deepEqual(boot(story.fork), ["g1 started as domain 1"], "the file's text as it was counts");
  }
  story.ok("host autostart remove g1");
  powerOff(story.fork);
  assert.deepEqual(boot(story.fork), []);
});

Deno.test("what xl cannot read, what is not there and what is not kept are refused", () => {
  const story = Story.on(SERVER);
  story.fails("host autostart add /none.cfg", 1, /^\/none.cfg: No such file or directory\n$/);
  story.file("/bad.cfg", "name = 'x'\nmemory = = 1\n");
  story.fails("host autostart add /bad.cfg", 1, /^\/bad.cfg:2: config parsing error/);
  story.fails("host autostart remove g1", 1, /^g1 does not start with the host\nhost autostart list/);
  story.fails("host autostart add", 2, /usage: host autostart add FILE/);
  assert.equal(story.ok("host autostart list"), "");
});

Deno.test("a guest without a uuid is told to be kept by name, and found by it again", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.file("/w.cfg", "name = 'w'\ntype = 'hvm'\nmemory = 128\nvnvdimms = [ 'namespace1.3' ]\n");
  story.ok("host autostart add /w.cfg");
  powerOff(story.fork);
  assert.deepEqual(boot(story.fork), ["w started as domain 1"]);
  const { uuid } = story.fork.toolstack.record(1)!;
  powerOff(story.fork);
  assert.deepEqual(boot(story.fork), ["w started as domain 1"]);
  assert.equal(story.fork.toolstack.record(1)!.uuid, uuid);
});
