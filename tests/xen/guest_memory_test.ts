import assert from "node:assert/strict";
import { type Gpa } from "../../src/abi/mod.ts";
import { type Blocks } from "../../src/base/blocks.ts";
import { RangeMap } from "../../src/base/range_map.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { Xen } from "../../src/xen/mod.ts";
import { consoleText, domid, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const frames = (bytes: number): number => bytes / 4096;
const DATA = PMEM + frames(128 * MiB);
const END = PMEM + frames(4 * GiB);
const gpa = (value: number): Gpa => value as Gpa;
const BASE = 4 * GiB;

/** Domain 1 with two data pages at 4 GiB that lie apart on the machine, a hole behind them, and 32 label pages. */
function host(): Machine {
  const m = machine();
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(36, raw.domctl(15, 1, [[0, 4, 2]])), 0);
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 7, frames(BASE), 1)), 0);
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 3, frames(BASE) + 1, 1)), 0);
  assert.equal(m.call(12, raw.pmemMap(1, END - 32, 0, 32, 1)), 0);
  return m;
}

Deno.test("a store goes through the p2m to the machine, across pages", () => {
  const m = host();
  m.xen.guestMemory.store(domid(1), gpa(BASE + 4094), Uint8Array.of(1, 2, 3, 4))._unsafeUnwrap();
  assert.deepEqual(m.memory.load((DATA + 7) * 4096 + 4094, 2)._unsafeUnwrap(), Uint8Array.of(1, 2));
  assert.deepEqual(m.memory.load((DATA + 3) * 4096, 2)._unsafeUnwrap(), Uint8Array.of(3, 4));
  assert.deepEqual(
    m.xen.guestMemory.load(domid(1), gpa(BASE + 4093), 6)._unsafeUnwrap(),
    Uint8Array.of(0, 1, 2, 3, 4, 0),
  );
});

Deno.test("what is not mapped is an EPT violation, and a store that meets one writes nothing", () => {
  const m = host();
  const load = m.xen.guestMemory.load(domid(1), gpa(BASE + 8190), 4)._unsafeUnwrapErr();
  assert.deepEqual(load, { kind: "ept-violation", gpa: BASE + 8192, qualification: 0x181 });
  const store = m.xen.guestMemory.store(domid(1), gpa(BASE + 8190), Uint8Array.of(1, 2, 3, 4))._unsafeUnwrapErr();
  assert.deepEqual(store, { kind: "ept-violation", gpa: BASE + 8192, qualification: 0x182 });
  assert.deepEqual(m.memory.load((DATA + 3) * 4096 + 4094, 2)._unsafeUnwrap(), Uint8Array.of(0, 0));
  assert.equal(m.xen.guestMemory.load(domid(1), gpa(0), 1)._unsafeUnwrapErr().kind, "ept-violation");
});

/** Rewrites a stored range map behind Xen's back: no hypercall could. */
function damaged(m: Machine, id: string, change: (map: RangeMap<typeof P2M & typeof FRAMES>) => void): Xen {
  const store = m.options.state as Blocks<Uint8Array>;
  const schema = (id === "frames" ? FRAMES : P2M) as typeof P2M & typeof FRAMES;
  const map = RangeMap.open(schema, store, id)._unsafeUnwrap();
  change(map);
  map.save(store, id);
  return new Xen(m.options);
}
const FRAMES = { owner: "u32", kind: "u32", gfn: "follows" } as const;
const P2M = { mfn: "follows", type: "u32", maxOrder: "u32", seam: "u32" } as const;
const entry = (mfn: number, type: number) => ({ mfn, type, maxOrder: 18, seam: 0 }) as never;
const READ_ONLY = 3; // ram_ro

Deno.test("a frame beyond the machine's addresses is an EPT misconfiguration: reserved bits", () => {
  const m = host();
  const gfn = frames(BASE) + 100;
  const xen = damaged(m, "p2m/1", (map) => map.set(gfn, gfn + 1, entry(2 ** 34, 0)));
  const fault = xen.guestMemory.load(domid(1), gpa(gfn * 4096 + 5), 1)._unsafeUnwrapErr();
  assert.deepEqual(fault, {
    kind: "ept-misconfiguration",
    gpa: gfn * 4096 + 5,
    reason: "it sets bits that must be zero: 0x400000000000",
  });
});

Deno.test("what a type does not allow is a violation with the permissions of the path", () => {
  const m = host();
  const gfn = frames(BASE);
  const xen = damaged(m, "p2m/1", (map) => map.set(gfn, gfn + 1, entry(DATA + 7, READ_ONLY)));
  assert.ok(xen.guestMemory.load(domid(1), gpa(BASE), 1).isOk());
  const fault = xen.guestMemory.store(domid(1), gpa(BASE + 3), Uint8Array.of(1))._unsafeUnwrapErr();
  // Write, of a linear address, where the path allows r and x.
  assert.deepEqual(fault, { kind: "ept-violation", gpa: BASE + 3, qualification: 0x1aa });
});

Deno.test("a mapped frame that is somebody else's, or nobody's, is touched by nobody", () => {
  for (const owner of [2, undefined]) {
    const m = host();
    m.memory.store((DATA + 3) * 4096, Uint8Array.of(9));
    const xen = damaged(m, "frames", (map) => {
      map.remove(DATA + 3, DATA + 4);
      if (owner !== undefined) map.set(DATA + 3, DATA + 4, { owner, kind: 1, gfn: 5 } as never);
    });
    const fault = xen.guestMemory.store(domid(1), gpa(BASE + 4000), new Uint8Array(200).fill(1))._unsafeUnwrapErr();
    assert.deepEqual(fault, { kind: "not-owned", gpa: BASE + 4096, mfn: DATA + 3, owner });
    assert.deepEqual(
      m.memory.load((DATA + 7) * 4096 + 4000, 1)._unsafeUnwrap(),
      Uint8Array.of(0),
      "nor what is before it",
    );
    assert.deepEqual(m.memory.load((DATA + 3) * 4096, 1)._unsafeUnwrap(), Uint8Array.of(9));
  }
});

Deno.test("poison is met at the guest's own address; Xen marks the frame and tells the guest", () => {
  const m = host();
  assert.equal(m.call(36, raw.domctl(4, 1)), 0);
  m.memory.poison.add(DATA + 3);
  const fault = m.xen.guestMemory.load(domid(1), gpa(BASE + 4000), 200)._unsafeUnwrapErr();
  assert.deepEqual(fault, { kind: "poison", address: BASE + 4096 });
  assert.deepEqual(m.xen.broken, [{ start: DATA + 3, end: DATA + 4 }]);
  assert.deepEqual(m.xen.domain(1)!.machineChecks, [BASE + 4096]);
  assert.equal(m.xen.domain(1)!.shutdown, undefined);
  assert.equal([...m.xen.mappings(1)].length, 2, "it stays mapped");
  assert.match(consoleText(m), /MCE: uncorrectable error at 0x4080[0-9a-f]+, mfn 0x408003 d1 gpa 0x100001000: vmce/);
});

Deno.test("a machine check finds the owner by frame and gfn", () => {
  const m = host();
  assert.equal(m.call(36, raw.domctl(4, 1)), 0);
  const at = (mfn: number, offset = 0x123) => m.xen.machineCheck(mfn * 4096 + offset);
  assert.deepEqual(at(DATA + 7), { mfn: DATA + 7, domid: 1, gpa: BASE + 0x123, outcome: "vmce" });
  assert.equal(at(DATA).outcome, "free");
  assert.equal(at(END - 1).outcome, "unmapped");
  assert.equal(at(PMEM + 512).outcome, "xen");
  assert.equal(at(DATA - 1).outcome, "free", "kept for structures, but not used");
  assert.equal(at(PMEM).outcome, "dom0", "the head of the namespace");
  assert.equal(at([...m.xen.owned()].find((r) => r.owner === 0)!.start).outcome, "dom0");
  assert.equal(m.xen.broken.length, 6, "two of them side by side");
  m.xen.clearBroken({ start: 0, end: END });
  assert.deepEqual(m.xen.broken, []);
});

Deno.test("a guest that cannot take a machine check is stopped as crashed", () => {
  const m = host();
  assert.equal(m.xen.machineCheck((DATA + 7) * 4096).outcome, "crashed", "never started");
  assert.equal(m.xen.domain(1)!.shutdown, "crash");
});

Deno.test("a broken page that is released stays marked until the error is cleared", () => {
  const m = host();
  m.xen.machineCheck((DATA + 7) * 4096);
  assert.equal(m.call(36, raw.domctl(2, 1)), 0);
  const { use, broken } = m.xen.pageInfo(DATA + 7);
  assert.deepEqual([use, broken], ["free", true]);
});

/** pmem_rw on the label pages; the structure as Xen left it, the data buffer, and the answer. */
function rw(m: Machine, paddr: number, data: Uint8Array, isWrite: number, done = 0) {
  const op = raw.pmemRw(paddr, data.length, isWrite, done);
  const frame = raw.dm(1, [[m.buffers.place(op), op.length], [m.buffers.place(data), data.length]]);
  return { op, frame };
}

Deno.test("the device model writes and reads label pages; done counts the bytes", () => {
  const m = host();
  const data = new Uint8Array(10000).map((_, i) => i % 251);
  const written = rw(m, (END - 32) * 4096 + 100, data, 1);
  assert.equal(m.call(41, written.frame), 0);
  assert.equal(raw.u64At(written.op, 24), 10000n);
  assert.deepEqual(m.memory.load((END - 32) * 4096 + 100, 10000)._unsafeUnwrap(), data);
  const back = new Uint8Array(10000);
  const read = rw(m, (END - 32) * 4096 + 100, back, 0);
  assert.equal(m.call(41, read.frame), 0);
  assert.deepEqual(back, data);
});

Deno.test("it is preempted after each page and goes on at done", () => {
  const m = machine({ preemptPages: 1 });
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(12, raw.pmemMap(1, DATA, 0, 4, 1)), 0);
  const { op, frame } = rw(m, DATA * 4096 + 4000, new Uint8Array(5000).fill(7), 1);
  const seen: bigint[] = [];
  for (;;) {
    const outcome = m.xen.enter(domid(0), 41, frame, m.buffers);
    seen.push(raw.u64At(op, 24));
    if (outcome.kind !== "again") break;
  }
  assert.deepEqual(seen, [96n, 4192n, 5000n]);
});

Deno.test("data pages of the domain may be reached the same way, others' not", () => {
  const m = host();
  assert.equal(m.call(41, rw(m, (DATA + 7) * 4096, new Uint8Array(8), 1).frame), 0);
  m.reply(36, raw.createDomain());
  const foreign = rw(m, (DATA + 7) * 4096, new Uint8Array(8), 1).frame;
  foreign.set([2], 0);
  assert.equal(m.call(41, foreign), "EINVAL");
});

Deno.test("sanitize zeroes free frames only, writes only what is not zero, and goes on at done", () => {
  const m = machine({ preemptPages: 600 });
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  for (const mfn of [DATA, DATA + 700, DATA + 1199]) m.memory.store(mfn * 4096 + 5, Uint8Array.of(9));
  m.memory.store((DATA + 1200) * 4096, Uint8Array.of(9));
  const first = m.xen.enter(domid(0), 35, raw.sanitize(DATA, DATA + 1200));
  assert.ok(first.kind === "again");
  assert.equal(raw.u64At(first.frame, 32), 600n);
  assert.equal(m.memory.load(DATA * 4096 + 5, 1)._unsafeUnwrap()[0], 0);
  assert.equal(m.memory.load((DATA + 700) * 4096 + 5, 1)._unsafeUnwrap()[0], 9);
  assert.equal(m.xen.enter(domid(0), 35, first.frame).kind, "done");
  assert.equal(m.memory.load((DATA + 1199) * 4096 + 5, 1)._unsafeUnwrap()[0], 0);
  assert.equal(m.memory.load((DATA + 1200) * 4096, 1)._unsafeUnwrap()[0], 9, "the next frame is not touched");
});
