/** Whose memory it is, running or not, and what an earlier owner left in it (model sections 3 and 5). */
import assert from "node:assert/strict";
import { type Domid, type Gpa, type Spa } from "../../../src/abi/address.ts";
import { utf8 } from "../../../src/base/bytes.ts";
import { GiB, MiB } from "../../../src/base/units.ts";
import { explainCreate } from "../../../src/toolstack/mod.ts";
import { daxFiles, extent } from "../dax_files.ts";
import { type Asked, create, refusedFor } from "../guests.ts";
import { type Joined, toolstackOn } from "../joined.ts";
import { Story, uuidOf } from "../story.ts";

const SERVER = "server-two-socket";
const RAW = "namespace1.3";
/** Where its data begin. */
const DATA = 0x3a05000000 as Spa;

function reported(...names: string[]): Joined {
  const joined = toolstackOn(SERVER);
  for (const namespace of names) {
    joined.toolstack.setup({ namespace, mgmt: undefined, align: 16 * MiB })._unsafeUnwrap();
  }
  return joined;
}

function backendFault(joined: Joined, n: number, asked: Asked) {
  const fault = refusedFor(joined.toolstack, n, asked);
  assert.ok(fault.kind === "backend", explainCreate(fault).what);
  return { ...fault.refusal, ...explainCreate(fault) };
}

Deno.test("while a guest runs with it nobody else gets it, by whatever name", () => {
  const joined = reported(RAW);
  create(joined.toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
  for (const spec of [RAW, "/dev/pmem1.3"]) {
    const refusal = backendFault(joined, 2, { vnvdimms: [spec] });
    assert.deepEqual([refusal.kind, refusal.what], ["in-use-by", "namespace1.3 is in use by g1, slot 0"]);
    assert.equal(refusal.hint, "xl shutdown g1");
  }
});

Deno.test("one guest cannot have the same memory in two slots", () => {
  const refusal = backendFault(reported(RAW), 1, { vnvdimms: [RAW, "/dev/pmem1.3"] });
  assert.equal(refusal.what, "namespace1.3 is in use by g1, slot 0");
});

Deno.test("while its guest is off it is kept for it", () => {
  const joined = reported(RAW);
  const { domid } = create(joined.toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
  joined.toolstack.destroy(domid)._unsafeUnwrap();
  const refusal = backendFault(joined, 2, { vnvdimms: [RAW] });
  assert.equal(refusal.what, "namespace1.3 is kept for g1, slot 0, which is not running");
  assert.equal(refusal.hint, "xl vnvdimm-detach g1 0 gives up that claim");
  create(joined.toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
});

Deno.test("its guest cannot have it in another slot either", () => {
  const joined = reported(RAW, "namespace0.0");
  const { domid } = create(joined.toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
  joined.toolstack.destroy(domid)._unsafeUnwrap();
  const refusal = backendFault(joined, 1, { vnvdimms: ["namespace0.0", RAW] });
  assert.equal(refusal.kind, "slot-kept");
});

Deno.test("a path that leads to another namespace now is refused, both named by their uuids", () => {
  const joined = reported(RAW, "namespace0.0");
  const { domid } = create(joined.toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
  joined.toolstack.destroy(domid)._unsafeUnwrap();
  const { what, hint } = backendFault(joined, 1, { vnvdimms: ["/dev/pmem0"] });
  assert.equal(
    what,
    "slot 0 of g1 is namespace1.3 (uuid 0da998d7-ff9b-4b44-8f6a-7bbc73573266), " +
      "the configuration names /dev/pmem0 (uuid 6380fc0f-1946-4b81-a578-c925a3727833)",
  );
  assert.match(hint, /^xl vnvdimm-detach g1 0/);
});

Deno.test("the number of label pages stays what it was at the first start", () => {
  const joined = reported(RAW);
  const asked = (pages: number): Asked => ({
    vnvdimms: [`type=namespace, backend=${RAW}, nr_label_pages=${pages}`],
  });
  const { domid } = create(joined.toolstack, 1, asked(32))._unsafeUnwrap();
  joined.toolstack.destroy(domid)._unsafeUnwrap();
  for (const other of [{ vnvdimms: [RAW] }, asked(33)]) {
    const refusal = backendFault(joined, 1, other);
    assert.equal(refusal.kind, "labels-changed");
    assert.match(refusal.hint, /set nr_label_pages=32 again/);
  }
  create(joined.toolstack, 1, asked(32))._unsafeUnwrap();
});

/** Guest 1 has written, gone, and given up its claim. */
function left(): Joined {
  const joined = reported(RAW);
  const { toolstack, fork } = joined;
  const { domid } = create(toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
  const gpa = toolstack.record(domid)!.vnvdimms[0]!.gpa as Gpa;
  fork.xen.guestMemory.store(domid as Domid, gpa, utf8("secret"))._unsafeUnwrap();
  toolstack.destroy(domid)._unsafeUnwrap();
  toolstack.detach("g1", 0)._unsafeUnwrap();
  return joined;
}

const content = ({ fork }: Joined): string =>
  new TextDecoder().decode(fork.memory.load(DATA, 6)._unsafeUnwrap()).replaceAll("\0", "0");

Deno.test("what a guest left is refused to the next, sanitized or handed over, as asked", () => {
  const refusal = backendFault(left(), 2, { vnvdimms: [RAW] });
  assert.equal(refusal.what, "namespace1.3 still holds data of g1");
  assert.match(refusal.hint, /--sanitize zeroes it first, --keep-content hands it over/);

  const zeroed = left();
  zeroed.fork.recorder.losses.length = 0;
  create(zeroed.toolstack, 2, { vnvdimms: [RAW], handover: "sanitize" })._unsafeUnwrap();
  assert.equal(content(zeroed), "000000");
  assert.deepEqual(zeroed.fork.recorder.losses.map(({ object, owner }) => [object, owner]), [[RAW, "g1"]]);

  const kept = left();
  create(kept.toolstack, 2, { vnvdimms: [RAW], handover: "keep" })._unsafeUnwrap();
  assert.equal(content(kept), "secret");
});

Deno.test("the same guest gets its data back without a word", () => {
  const joined = left();
  create(joined.toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
  assert.equal(content(joined), "secret");
});

Deno.test("sanitizing is for others' data: a guest's own, from its second start on, stays", () => {
  const joined = left();
  const first = create(joined.toolstack, 2, { vnvdimms: [RAW], handover: "keep" })._unsafeUnwrap();
  joined.toolstack.destroy(first.domid)._unsafeUnwrap();
  create(joined.toolstack, 2, { vnvdimms: [RAW], handover: "sanitize" })._unsafeUnwrap();
  assert.equal(content(joined), "secret");
});

Deno.test("nothing is zeroed for a guest that another slot keeps from being made", () => {
  const joined = left();
  const refusal = backendFault(joined, 2, { vnvdimms: [RAW, "namespace0.2"], handover: "sanitize" });
  assert.equal(refusal.kind, "backend-sector");
  assert.equal(content(joined), "secret");
});

Deno.test("a namespace made anew in the same place still holds what was left there", () => {
  const story = Story.on("iset-two-way");
  const name = story.carve("region0", "64M");
  story.ok(`xl pmem-setup --namespace ${name}`);
  story.start(1, [name]);
  story.ok("xl destroy g1");
  story.ok(`xl pmem-release --namespace ${name} --forget g1`);
  story.ok(`ndctl destroy-namespace -f ${name}`);
  const again = story.carve("region0", "64M");
  story.ok(`xl pmem-setup --namespace ${again}`);
  const config = `vnvdimms = [ '${again}' ]`;
  story.fails(`xl create ${story.config(2, config)}`, 3, /still holds data of g1/);
  story.ok(`xl create --sanitize ${story.config(2, config)}`);
});

Deno.test("part of what was left is zeroed, and the rest is still remembered", () => {
  const files = daxFiles({ pmem0: { directory: "/mnt/p0", dax: true } }, [
    { path: "/mnt/p0/a", device: "pmem0", size: MiB, extents: [extent(0, GiB, MiB)] },
    { path: "/mnt/p0/b", device: "pmem0", size: MiB, extents: [extent(0, 2 * GiB, MiB)] },
  ]);
  const joined = toolstackOn(SERVER, { files: { ...files, mountOf: () => undefined } });
  joined.toolstack.setup({ namespace: "namespace0.0", mgmt: RAW, align: 16 * MiB })._unsafeUnwrap();
  const { domid } = create(joined.toolstack, 1, { vnvdimms: ["namespace0.0"] })._unsafeUnwrap();
  joined.toolstack.destroy(domid)._unsafeUnwrap();
  joined.toolstack.detach("g1", 0)._unsafeUnwrap();
  for (const [n, path] of [[2, "/mnt/p0/a"], [3, "/mnt/p0/b"]] as const) {
    assert.equal(backendFault(joined, n, { vnvdimms: [path] }).kind, "remains");
    create(joined.toolstack, n, { vnvdimms: [path], handover: "sanitize" })._unsafeUnwrap();
  }
  assert.deepEqual([...joined.fork.state.toolstack.remains.ids()].length, 1);
  assert.equal(joined.toolstack.assignments().length, 2);
});

Deno.test("under management xen the sanitizing is Xen's, of free frames", () => {
  const story = Story.on(SERVER, (image) => ({ ...image, facts: { ...image.facts, management: "xen" } }));
  story.ok("xl pmem-setup -m 0x400000 0x420000");
  story.ok("xl pmem-setup -d 0x420000 0x800000 0x400000 0x420000");
  const frames = "type=mfn, backend=0x440000, nr_pages=0x4000";
  const domid = story.start(1, [frames]);
  const gpa = story.fork.toolstack.record(domid)!.vnvdimms[0]!.gpa as Gpa;
  story.fork.xen.guestMemory.store(domid as Domid, gpa, utf8("secret"))._unsafeUnwrap();
  story.ok("xl destroy g1");
  story.ok("xl vnvdimm-detach g1 0");
  const beside = "type=mfn, backend=0x444000, nr_pages=0x4000";
  story.start(3, [beside]);
  const asked = story.config(2, `vnvdimms = [ 'type=mfn, backend=0x43c000, nr_pages=0x8000' ]`);
  story.fails(`xl create ${asked}`, 3, /still holds data of g1/);
  const calls = story.calls(() => story.ok(`xl create --sanitize ${asked}`));
  assert.ok(calls.some((call) => call.startsWith("XEN_SYSCTL_nvdimm_op sanitize")), calls.join());
  const next = Number(story.ok("xl domid g2"));
  const there = (story.fork.toolstack.record(next)!.vnvdimms[0]!.gpa + 0x4000 * 4096) as Gpa;
  assert.deepEqual([...story.fork.xen.guestMemory.load(next as Domid, there, 6)._unsafeUnwrap()], [0, 0, 0, 0, 0, 0]);
  story.sound();
});

Deno.test("claims are known by the guest's uuid, and its name is what is said", () => {
  const joined = reported(RAW);
  create(joined.toolstack, 1, { vnvdimms: [RAW] })._unsafeUnwrap();
  const [claim] = joined.toolstack.assignments();
  assert.deepEqual([claim!.domainUuid, claim!.domainName, claim!.slot], [uuidOf(1), "g1", 0]);
});
