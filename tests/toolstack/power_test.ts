/** The host goes off and comes back: what is handed over again, what is compared first, what starts (model section 5). */
import assert from "node:assert/strict";
import { type Domid, type Gpa } from "../../src/abi/address.ts";
import { utf8 } from "../../src/base/bytes.ts";
import { MiB } from "../../src/base/units.ts";
import { boot, type Fork, powerOff } from "../../src/host/mod.ts";
import { type NamespaceReport } from "../../src/toolstack/mod.ts";
import { daxFiles, extent } from "./dax_files.ts";
import { create, refusedFor } from "./guests.ts";
import { bootedHost, join, underXen } from "./joined.ts";
import { Story } from "./story.ts";

const SERVER = "server-two-socket";

/** Power off and on; what the toolstack says, a line each. */
function cycle(fork: Fork): string[] {
  powerOff(fork);
  return boot(fork);
}

Deno.test("what was Xen's is Xen's again, and dom0 holds it again", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.ok("xl pmem-setup --namespace namespace0.0");
  const before = story.ok("xl pmem-list");
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(cycle(story.fork), []);
    assert.equal(story.ok("xl pmem-list"), before);
    assert.equal(story.fork.dom0.holderOf("pmem1.3"), "reported to Xen");
  }
  story.sound();
});

Deno.test("a namespace comes after the one that holds its structures", () => {
  const story = Story.on("carve-modes-v12");
  story.ok("xl pmem-setup --namespace namespace0.1 --mgmt namespace0.4");
  story.ok("xl pmem-setup --namespace namespace0.0 --mgmt namespace0.4");
  const before = story.ok("xl pmem-list");
  assert.deepEqual(cycle(story.fork), []);
  assert.equal(story.ok("xl pmem-list"), before);
});

Deno.test("ranges under management xen come back by interleave set and place", () => {
  const story = Story.on(SERVER, underXen);
  story.ok("xl pmem-setup -m 0x400000 0x420000");
  story.ok("xl pmem-setup -d 0x420000 0x800000 0x400000 0x420000");
  const before = story.ok("xl pmem-list");
  assert.deepEqual(cycle(story.fork), []);
  assert.equal(story.ok("xl pmem-list"), before);
});

Deno.test("a guest's content is there after guests and host have gone off, again and again", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  const domid = story.start(1, ["namespace1.3"]);
  const { gpa } = story.fork.toolstack.record(domid)!.vnvdimms[0]!;
  story.fork.xen.guestMemory.store(domid as Domid, gpa as Gpa, utf8("kept"))._unsafeUnwrap();
  for (let i = 0; i < 3; i++) {
    cycle(story.fork);
    assert.equal(story.ok("xl list").split("\n").length, 3, "it does not start by itself");
    const again = story.start(1, ["namespace1.3"]);
    assert.equal(story.fork.toolstack.record(again)!.vnvdimms[0]!.gpa, gpa);
    const there = story.fork.xen.guestMemory.load(again as Domid, gpa as Gpa, 4)._unsafeUnwrap();
    assert.equal(new TextDecoder().decode(there), "kept");
  }
  story.sound();
});

Deno.test("what starts by itself does, and one that cannot does not keep the others from it", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  const { autostart } = story.fork.state.toolstack;
  autostart.set("a", { name: "a", text: "name = 'a'\ntype = 'hvm'\nmemory = 128\nvnvdimms = [ 'namespace1.4' ]\n" });
  autostart.set("b", { name: "b", text: "name = 'b'\ntype = 'hvm'\nmemory = 128\nvnvdimms = [ 'namespace1.3' ]\n" });
  autostart.set("c", { name: "c", text: "name = 'c'\nmemory = \n" });
  assert.deepEqual(cycle(story.fork), [
    "a was not started: namespace1.4 is not Xen's yet",
    "b started as domain 2",
    "c was not started: /etc/xen/auto/c:1: config parsing error near <newline>: syntax error, unexpected NEWLINE, " +
    "expecting STRING or NUMBER or '['\nFailed to parse config: Invalid argument",
  ]);
});

/** Something on the media has changed while the host was off. */
function changed(report: (was: NamespaceReport) => NamespaceReport): { story: Story; said: string[] } {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  const { reports } = story.fork.state.toolstack;
  const [id] = [...reports.ids()];
  reports.set(id!, report(reports.get(id!) as NamespaceReport));
  return { story, said: cycle(story.fork) };
}

Deno.test("a namespace that is not what it was is not handed over, and each field that differs is named", () => {
  const cases: [Partial<NamespaceReport["namespace"]>, RegExp][] = [
    [{ rawSize: 4096 }, /^namespace1.3: size was 0x1000, is 0x180000000$/],
    [{ offset: 16 * MiB }, /^namespace1.3: offset in the region was 0x1000000, is 0xa00000000$/],
    [{ mode: "fsdax" }, /^namespace1.3: mode was fsdax, is raw$/],
    [{ dataOffset: 2 * MiB }, /^namespace1.3: data offset was 0x200000, is 0x0$/],
    [
      { places: [{ uniqueId: "8089-a2-1111-00000001", dpa: 0, size: 4096 }] },
      /^namespace1.3: DIMMs and DPA was 8089-a2/,
    ],
    [{ infoBlockUuid: "bbbbbbbb-0000-4000-8000-000000000001" }, /^namespace1.3: info block was bbbbbbbb.*, is none$/],
  ];
  for (const [change, says] of cases) {
    const { story, said } = changed((was) => ({ ...was, namespace: { ...was.namespace, ...change } }));
    assert.equal(said.length, 1);
    assert.match(said[0]!, says);
    assert.equal(story.ok("xl pmem-list"), "");
    story.fails(`xl create ${story.config(1, "vnvdimms = [ 'namespace1.3' ]")}`, 3, /is not as it was handed to Xen/);
  }
});

Deno.test("a namespace that is not there any more is said, and the others come back", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.ok("xl pmem-setup --namespace namespace0.0");
  powerOff(story.fork);
  story.fork.forgetModels();
  story.fork.xen.boot();
  story.fork.dom0.boot();
  story.ok("ndctl destroy-namespace -f namespace1.3");
  powerOff(story.fork);
  assert.deepEqual(boot(story.fork), [
    "0da998d7-ff9b-4b44-8f6a-7bbc73573266: the namespace is not there any more",
  ]);
  assert.match(story.ok("xl pmem-list -d"), /0: mfn 0x420200 - 0xc00000/);
});

Deno.test("the same DIMMs at another address are accepted, and said", () => {
  const { story, said } = changed((was) => ({ ...was, start: was.start - 0x40000000 }));
  assert.deepEqual(said, ["namespace1.3: moved from 0x39c0000000 to 0x3a00000000, same DIMMs and DPA"]);
  assert.deepEqual(cycle(story.fork), [], "once");
});

Deno.test("a guest whose memory is not what it was is not started, and its fields are named", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.start(1, ["namespace1.3"]);
  story.ok("xl destroy g1");
  const { assignments } = story.fork.state.toolstack;
  const [id] = [...assignments.ids()];
  const was = assignments.get(id!)!;
  assert.ok(was.identity.kind === "namespace");
  assignments.set(id!, { ...was, identity: { ...was.identity, rawSize: 4096, dataEnd: 4096 } });
  story.fails(
    `xl create ${story.config(1, "vnvdimms = [ 'namespace1.3' ]")}`,
    3,
    /namespace1.3, slot 0 of g1, is not what it was: size was 0x1000, is 0x180000000; end of data was 0x1000, is 0x180000000/,
  );
});

Deno.test("files that guests own are held again, and a file that moved is refused with its extents", () => {
  const PATH = "/mnt/p0/disk1";
  const at = (physical: number) =>
    daxFiles({ pmem0: { directory: "/mnt/p0", dax: true } }, [
      { path: PATH, device: "pmem0", size: 4 * MiB, extents: [extent(0, physical, 4 * MiB)] },
    ]);
  const fork = bootedHost(SERVER).fork();
  const before = join(fork, { files: at(64 * MiB) }).toolstack;
  before.setup({ namespace: "namespace0.0", mgmt: "namespace1.3", align: 16 * MiB })._unsafeUnwrap();
  create(before, 1, { vnvdimms: [PATH] })._unsafeUnwrap();
  powerOff(fork);
  fork.forgetModels();
  fork.xen.boot();
  fork.dom0.boot();

  const files = at(128 * MiB);
  const { toolstack } = join(fork, { files });
  assert.deepEqual(toolstack.replay().map(({ what, done }) => [what, done]), [
    ["namespace1.3", true],
    ["namespace0.0", true],
  ]);
  assert.equal(files.held.get(PATH), "assigned to g1");
  const fault = refusedFor(toolstack, 1, { vnvdimms: [PATH] });
  assert.ok(fault.kind === "backend" && fault.refusal.kind === "identity-differs");
  assert.deepEqual(fault.refusal.differences, [
    { field: "extents", was: "0x4000000+0x400000", is: "0x8000000+0x400000" },
  ]);
});

Deno.test("a guest's file that is gone with its mount is said to be, with the way to have it back", () => {
  const PATH = "/mnt/p0/disk1";
  const story = Story.on(SERVER);
  story.ok("mkfs.ext4 /dev/pmem0");
  story.ok("mount -o dax /dev/pmem0 /mnt/p0");
  story.ok(`fallocate -l 4M ${PATH}`);
  story.ok(`dd if=/dev/zero of=${PATH} bs=1M count=4 conv=notrunc`);
  story.ok("xl pmem-setup --namespace namespace0.0 --mgmt namespace1.3");
  story.start(1, [PATH]);
  story.ok("guest write --domain g1 --gpa 0x100000000 --text kept");
  const again = `xl create ${story.config(1, `vnvdimms = [ '${PATH}' ]`)}`;

  cycle(story.fork);
  story.fails(again, 3, /on \/dev\/pmem0, is not mounted, and Xen holds the device\nfstab add \/dev\/pmem0 \/mnt\/p0 /);
  story.fails(`xl create ${story.config(2, "vnvdimms = [ '/mnt/p0/other' ]")}`, 3, /other: No such file or directory/);

  story.ok("fstab add /dev/pmem0 /mnt/p0 ext4 dax");
  cycle(story.fork);
  story.ok(again);
  assert.match(story.ok("guest read --domain g1 --gpa 0x100000000 --length 4"), /kept/);
});
