/** What a real xl 4.17.7 was seen to do, line by line in a dom0, and is easily got wrong. */
import assert from "node:assert/strict";
import { Story } from "../../toolstack/story.ts";

const PVH = "type = 'pvh'\nmemory = 96\nkernel = '/boot/vmlinuz'\n";

function withGuest(settings = ""): Story {
  const story = Story.on("server-two-socket");
  story.file("/u.cfg", `name = 'u'\n${PVH}${settings}`);
  story.ok("xl create /u.cfg");
  return story;
}

/** The row of `xl list`, its columns. */
const columns = (story: Story, name: string): string[] =>
  story.ok("xl list").split("\n").find((row) => row.startsWith(name))!.trim().split(/\s+/);

Deno.test("the first operand ends the options, so that a flag behind a domain is a second domain", () => {
  const story = withGuest();
  story.fails("xl list u -l", 1, /^$/);
  story.ok("xl list -l u");
  story.fails("xl uptime u -s", 1, /-s is an invalid domain identifier/);
  story.ok("xl create /u.cfg -n"); // The file is taken first, and then the options are read.
  story.fails("xl create /u.cfg memory=64 -n", 2, /^$/);
});

Deno.test("a beginning that an unmodeled verb of xl's has as well stands for neither", () => {
  const story = withGuest();
  story.fails("xl l", 1, /command not implemented/); // loadpolicy
  story.fails("xl vcpu", 1, /command not implemented/);
  story.ok("xl lis");
});

Deno.test("no digits are domain 0, many are cut to 32 bits; but a name is asked for as it is", () => {
  const story = withGuest();
  assert.equal(story.ok("xl list ''"), story.ok("xl list 0"));
  assert.equal(story.ok("xl list 4294967296"), story.ok("xl list 0"));
  assert.equal(story.ok("xl domname 4294967297"), "u\n");
  story.fails("xl list 99999999999", 1, /Domain '99999999999' does not exist/);
  story.fails("xl domid ''", 1, /Can't get domid of domain name ''/);
  story.fails("xl list ' 0'", 1, /invalid domain identifier/);
});

Deno.test("the kernel of a PVH guest starts its other vCPUs; powered off it has none", () => {
  const story = withGuest("vcpus = 2\nmaxvcpus = 3\non_poweroff = 'preserve'\n");
  assert.equal(columns(story, "u")[3], "1");
  assert.match(story.ok("xl vcpu-list u"), /u +1 +0 +0 +---.*\nu +1 +1 +- +--p .*\nu +1 +2 +- +--p /);
  story.ok("xl shutdown u");
  assert.deepEqual(columns(story, "u").slice(3, 5), ["0", "---s--"]);
  story.fails("xl shutdown u", 1, /didn't acknowledge control request: -9\nshutdown failed \(rc=-9\)/);
  story.fails("xl reboot -a", 1, /reboot failed \(rc=-9\)/);
});

Deno.test("a paused guest does not hear that it should stop", () => {
  const story = withGuest();
  story.ok("xl pause u");
  story.fails("xl shutdown u", 1, /didn't acknowledge/);
  story.ok("xl unpause u");
  story.ok("xl shutdown u");
});

Deno.test("dom0 is asked to stop as any other is; nothing in it acts on that", () => {
  const story = withGuest();
  story.ok("xl shutdown 0");
  story.ok("xl list u");
});

Deno.test("what libxl refuses before there is a domain uses up no number", () => {
  const story = withGuest();
  const refused = (settings: string, says: RegExp) => {
    story.file("/r.cfg", `name = 'r'\n${PVH}${settings}`);
    story.fails("xl create /r.cfg", 6, says);
  };
  refused("pci = [ '00:1f.2' ]", /passthrough not supported on this platform/);
  refused("passthrough = 'enabled'", /passthrough not supported on this platform/);
  refused("pool = 'nosuch'", /Illegal pool specified: nosuch/);
  refused("nestedhvm = 1\naltp2m = 'external'", /nestedhvm and altp2mhvm cannot be used together/);
  story.ok("xl create /u.cfg 'name=\"next\"'");
  assert.equal(story.ok("xl domid next"), "2\n");
});

Deno.test("what Xen refuses uses one up: shadow paging, more vCPUs than there may be", () => {
  const story = withGuest();
  for (const setting of ["hap=0", "vcpus=129"]) {
    story.fails(`xl create /u.cfg 'name="r"' '${setting}'`, 3, /Xen made no/);
  }
  story.ok("xl create /u.cfg 'name=\"next\"'");
  assert.equal(story.ok("xl domid next"), "4\n");
});

Deno.test("a PV or PVH guest needs memory for its kernel and what lies below it", () => {
  const story = withGuest();
  for (const memory of [8, 64, 74]) {
    story.fails(`xl create /u.cfg 'name="s"' 'memory=${memory}'`, 3, /segment kernel too large/);
  }
  story.ok(`xl create /u.cfg 'name="s"' 'memory=75'`);
});

Deno.test("a name with a slash leaves a running domain that nobody watches, and a status of 3", () => {
  const story = withGuest();
  story.fails(`xl create /u.cfg 'name="a/b"'`, 3, /logfile = open/);
  assert.equal(columns(story, "a/b")[4], "------");
  story.ok(`xl create -e /u.cfg 'name="c/d"'`);
});

Deno.test("what is kept under another name has the time behind it", () => {
  const story = withGuest("on_reboot = 'rename-restart'\n");
  story.ok("xl reboot u");
  assert.match(story.ok("xl list"), /^u-20260102T0304Z +1 /m);
});

Deno.test("XenStore shows who may touch a node, each console's terminal, and takes dom0's own path for granted", () => {
  const story = withGuest();
  story.ok("xl create /u.cfg 'name=\"v\"'");
  assert.match(story.ok("xenstore-ls -f /local/domain/2/console"), /tty = "\/dev\/pts\/1"/);
  const dotted = story.ok("xenstore-ls -p /local/domain/1").split("\n");
  assert.equal(dotted[1], 'name = "u" . . . . . . . . . . . . . . . . . . . . . . . . .  (n0,r1)');
  assert.equal(dotted[13], ' shutdown = "" . . . . . . . . . . . . . . . . . . . . . . .  (n1)');
  assert.equal(story.ok("xenstore-ls -fp /local/domain/0").split("\n")[0], '/local/domain/0/control = ""   (n0)');
  assert.equal(story.ok("xenstore-ls control"), story.ok("xenstore-ls /local/domain/0/control"));
  assert.equal(story.ok("xenstore-ls domid"), "");
  for (const path of ["/local/", "//", "''"]) story.fails(`xenstore-ls ${path}`, 1, /Invalid argument/);
  story.fails("xenstore-ls -n 5 /", 1, /Usage/);
  assert.match(story.ok("xenstore-ls -x /tool"), /^xenstored = ""\n$/);
});

Deno.test("dom0 may have another name, and every verb knows it by that", () => {
  const story = withGuest();
  story.fails("xl rename u Domain-0", 1, /Domain with name "Domain-0" already exists/);
  story.ok("xl rename Domain-0 'first one'");
  assert.equal(story.ok("xl domname 0"), "first one\n");
  assert.equal(story.ok("xl domid 'first one'"), "0\n");
  assert.match(story.ok("xl -- list"), /^first one +0 /m);
  story.fails("xl domid Domain-0", 1, /Can't get domid/);
  assert.match(story.ok("xenstore-ls /local/domain/0"), /^name = "first one"$/m);
  story.ok("xl rename 0 Domain-0");
  story.fails("xl destroy 0", 1, /Not destroying domain 0/);
});

Deno.test("the nodes above guests stay in XenStore when the last guest has gone", () => {
  const story = Story.on("server-two-socket");
  story.fails("xenstore-ls /libxl", 1, /No such file or directory/);
  story.file("/u.cfg", `name = 'u'\n${PVH}`);
  story.ok("xl create /u.cfg");
  story.ok("xl destroy u");
  assert.equal(story.ok("xenstore-ls /libxl") + story.ok("xenstore-ls /vm"), "");
});
