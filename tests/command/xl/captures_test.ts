/** What xl printed on the other real Xen machines; CPU seconds and free memory are masked on both sides. */
import assert from "node:assert/strict";
import { Story } from "../../toolstack/story.ts";

const masked = (text: string): string =>
  text.replaceAll(/^(free_memory +: | {3}0: +\d+ +)\d+/gm, "$1FREE").replaceAll(/ +\d+\.\d(?= )/g, " SECONDS");

for (const fixture of ["xen-dom0-carved", "xen-dom0-plain", "xen-domu-pvh"]) {
  for (const [line, file] of [["xl info", "xl-info"], ["xl info -n", "xl-info-n"], ["xl list -v", "xl-list"]]) {
    Deno.test(`${fixture}: ${line}`, () => {
      const real = Deno.readTextFileSync(`fixtures/hosts/${fixture}/${file}.txt`);
      assert.equal(masked(Story.on(fixture).ok(line!)), masked(real));
    });
  }
}

Deno.test("xen-domu-pvh: xenstore-ls, with its guest running", () => {
  const drawn = (text: string): string =>
    text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID").replace(/start_time = "[0-9.]+"/, "TIME");
  const story = Story.on("xen-domu-pvh");
  story.file("/u.cfg", "name = 'u'\ntype = 'pvh'\nmemory = 384\nvcpus = 1\nkernel = '/guest/vmlinuz'\n");
  story.ok("xl create /u.cfg");
  assert.equal(
    drawn(story.ok("xenstore-ls")),
    drawn(Deno.readTextFileSync("fixtures/hosts/xen-domu-pvh/domu/xenstore.txt")),
  );
});

for (const fixture of ["xen-dom0-carved", "xen-dom0-plain", "xen-domu-pvh"]) {
  Deno.test(`${fixture}: xl dmesg`, () => {
    assert.equal(Story.on(fixture).ok("xl dmesg"), Deno.readTextFileSync(`fixtures/hosts/${fixture}/xl-dmesg.txt`));
  });
}
