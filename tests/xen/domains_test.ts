import assert from "node:assert/strict";
import { GiB, MiB } from "../../src/base/units.ts";
import { layout } from "../../src/ept/mod.ts";
import { consoleText, domid, fork, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const create = (m: Machine, ...args: Parameters<typeof raw.createDomain>): number =>
  raw.u16At(m.reply(36, raw.createDomain(...args)), 8);

/** Domain 1, HVM, `memory` bytes allowed. */
function host(memory = 256 * MiB, preemptPages = 100): Machine {
  const m = machine({ preemptPages });
  create(m);
  assert.equal(m.call(36, raw.domctl(15, 1, [[0, 4, 2]])), 0);
  assert.equal(m.call(36, raw.domctl(11, 1, [[0, 8, memory / 1024]])), 0);
  return m;
}

/** A list of gfns in the caller's memory. */
function gfnList(m: Machine, gfns: readonly number[]): bigint {
  return m.buffers.place(new Uint8Array(BigUint64Array.from(gfns, BigInt).buffer));
}
const step = (count: number, by: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i * by);

interface Info {
  readonly domid: number;
  readonly flags: number;
  readonly pages: bigint;
  readonly maxPages: bigint;
  readonly vcpus: number;
}
/** getdomaininfo's structure at `at`: domain 0, flags 4, tot_pages 8, max_pages 16, nr_online_vcpus 64. */
const info = (b: Uint8Array, at: number): Info => ({
  domid: raw.u16At(b, at),
  flags: raw.u32At(b, at + 4),
  pages: raw.u64At(b, at + 8),
  maxPages: raw.u64At(b, at + 16),
  vcpus: raw.u32At(b, at + 64),
});
const getInfo = (m: Machine, id: number): Info => info(m.reply(36, raw.domctl(5, id)), 16);

Deno.test("domids go round and never come back before the others were used", () => {
  const m = machine();
  assert.deepEqual([create(m), create(m), create(m)], [1, 2, 3]);
  assert.equal(m.call(36, raw.domctl(2, 2)), 0);
  assert.equal(create(m), 4);
  assert.equal(create(m, 2), 2, "unless asked for by number");
  assert.equal(create(m, 0x7fef), 0x7fef);
  assert.equal(create(m), 5, "which does not move the rover");
});

Deno.test("the highest domid is 0x7fef; then the search starts again at 1", () => {
  const m = machine();
  m.options.state.set("domid/rover", 0x7fee);
  assert.equal(create(m, 0, 0, 0), 0x7fef);
  assert.equal(create(m, 0, 0, 0), 1);
});

Deno.test("a domain that is refused has used up its number", () => {
  const m = machine();
  assert.equal(m.call(36, raw.createDomain(0, 0x100)), "EINVAL");
  assert.equal(create(m), 2);
});

Deno.test("no domid is free when all are taken", () => {
  const m = machine();
  m.options.state.set("domains", step(0x7ff0, 1));
  const taken = m.options.state.get("domain/0");
  for (let id = 1; id < 0x7ff0; id++) m.options.state.set(`domain/${id}`, taken);
  assert.equal(m.call(36, raw.createDomain(0, 0, 0)), "ENOMEM");
});

Deno.test("a new domain is paused once and has no memory; its kind follows from flags and emulation", () => {
  const m = machine();
  for (const [flags, emulation, type] of [[3, 0x3ff, "hvm"], [3, 1, "pvh"], [0, 0, "pv"]] as const) {
    const domain = m.xen.domain(create(m, 0, flags, emulation))!;
    assert.deepEqual([domain.type, domain.pauseCount, domain.ramPages, domain.vcpus], [type, 1, 0, 0]);
    assert.equal(domain.pool.length > 0, type !== "pv");
  }
});

Deno.test("pauses are counted", () => {
  const m = host();
  const paused = () => (getInfo(m, 1).flags & 8) !== 0;
  assert.equal(paused(), true);
  assert.equal(m.call(36, raw.domctl(4, 1)), 0);
  assert.equal(paused(), false);
  assert.equal(m.call(36, raw.domctl(3, 1)), 0);
  assert.equal(m.call(36, raw.domctl(3, 1)), 0);
  assert.equal(m.call(36, raw.domctl(4, 1)), 0);
  assert.equal(paused(), true);
});

Deno.test("getdomaininfo answers for the next domain where there is none by that number", () => {
  const m = machine();
  create(m, 7);
  const reply = m.reply(36, raw.domctl(5, 3));
  assert.deepEqual([raw.u16At(reply, 8), raw.u16At(reply, 16)], [7, 7]);
});

Deno.test("getdomaininfolist lists from a domid on, at most as many as asked for", () => {
  const m = machine();
  for (const id of [3, 5, 9]) create(m, id);
  const buffer = new Uint8Array(3 * 112);
  const list = (first: number, most: number) => {
    const reply = m.reply(35, raw.sysctl(6, [[0, 2, first], [4, 4, most], [8, 8, m.buffers.place(buffer)]]));
    return step(raw.u32At(reply, 24), 112).map((at) => raw.u16At(buffer, at));
  };
  assert.deepEqual(list(0, 3), [0, 3, 5]);
  assert.deepEqual(list(4, 3), [5, 9]);
  assert.deepEqual(list(10, 3), []);
});

Deno.test("dom0 is running, has its memory, and is HVM only as PVH", () => {
  for (const [type, hvm] of [["pv", 0], ["pvh", 2]] as const) {
    const m = machine({ dom0: { type, memory: 512 * MiB, vcpus: 1 } });
    const { flags, pages, vcpus } = getInfo(m, 0);
    assert.deepEqual([flags & 2, flags & 32, pages, vcpus], [hvm, 32, 131072n, 1]);
  }
});

Deno.test("a guest stops itself; the first reason stands", () => {
  const m = host();
  assert.equal(m.call(36, raw.domctl(4, 1)), 0);
  assert.equal(getInfo(m, 1).flags >>> 16, 0xffff, "no reason while it runs");
  assert.equal(m.call(29, raw.shutdown(1), domid(1)), 0);
  assert.equal(m.call(29, raw.raw(16, [0, 8, 4], [8, 2, 1], [12, 4, 3])), 0);
  const { flags } = getInfo(m, 1);
  assert.deepEqual([flags & 4, (flags >>> 16) & 255], [4, 1]);
});

Deno.test("an unknown reason is a crash", () => {
  const m = host();
  assert.equal(m.call(29, raw.shutdown(77), domid(1)), 0);
  assert.equal(m.xen.domain(1)!.shutdown, "crash");
});

Deno.test("populate_physmap gives RAM in extents and returns how many", () => {
  const m = host();
  assert.equal(m.call(12, raw.physmap(1, gfnList(m, step(128, 512)), 128, 9)), 128);
  assert.equal(getInfo(m, 1).pages, 65536n);
  const { leaf2m, leaf1g, leaf4k } = layout([...m.xen.mappings(1)])._unsafeUnwrap().counts;
  assert.deepEqual([leaf4k, leaf2m, leaf1g], [0, 128, 0]);
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("RAM stops at max_mem, at the heap's end, at an unreadable list and where the pool is empty", () => {
  const stops: readonly (readonly [string, (m: Machine) => Uint8Array, number])[] = [
    ["max_mem", (m) => raw.physmap(1, gfnList(m, step(200, 512)), 200, 9), 128],
    ["unreadable list", (m) => raw.physmap(1, gfnList(m, step(5, 512)), 9, 9), 5],
    ["no list at all", () => raw.physmap(1, 0x1000n, 9, 9), 0],
    ["list outside the caller's addresses", () => raw.physmap(1, 2n ** 64n - 8n, 2, 9), 0],
    ["order above 18", (m) => raw.physmap(1, gfnList(m, [0]), 1, 19), 0],
    ["no such domain", (m) => raw.physmap(9, gfnList(m, [0]), 1, 0), 0],
    ["populate on demand", (m) => raw.physmap(1, gfnList(m, [0]), 1, 0, 1 << 16), 0],
    ["2^26 extents", (m) => raw.physmap(1, gfnList(m, [0]), 2 ** 26, 0), 0],
    ["too short a structure", (m) => raw.physmap(1, gfnList(m, [0]), 1, 0).subarray(0, 39), 0],
    ["gfn in use", (m) => raw.physmap(1, gfnList(m, [0, 512, 0]), 3, 9), 2],
    ["gfn out of reach", (m) => raw.physmap(1, gfnList(m, [2 ** 36 - 512, 2 ** 36]), 2, 9), 1],
  ];
  for (const [what, frame, expected] of stops) {
    const m = host();
    assert.equal(m.call(12, frame(m)), expected, what);
    assert.equal(m.xen.domain(1)!.ramPages, expected * (expected === 0 ? 1 : 512), what);
    assert.deepEqual(m.xen.violations(), [], what);
  }
  const greedy = host(64 * GiB);
  assert.equal(greedy.call(36, raw.domctl(86, 1, [[0, 8, 64 * MiB]])), 0);
  const most = greedy.call(12, raw.physmap(1, gfnList(greedy, step(32768, 512)), 32768, 9));
  assert.ok(typeof most === "number" && most > 1500 && most < 1792, `${most} of what 4 GiB less dom0's 512 MiB have`);
  const small = host();
  assert.equal(
    small.call(12, raw.physmap(1, gfnList(small, step(65536, 513)), 65536, 0)),
    253,
    "three levels, then a table each",
  );
});

Deno.test("a domain whose table pool finds too little in the heap leaves it all there", () => {
  const m = machine();
  const heap = () => Number(raw.u64At(m.reply(35, raw.sysctl(3)), 8 + 48));
  m.reply(36, raw.createDomain());
  // All but 100 pages are in the first one's pool.
  assert.equal(m.call(36, raw.domctl(86, 1, [[0, 8, 4096 * (256 + heap() - 100)]])), 0);
  assert.equal(heap(), 100);
  assert.equal(m.call(36, raw.createDomain()), "ENOMEM");
  assert.equal(heap(), 100);
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("a pool that is filled while its domain dies is given back at its end", () => {
  const m = machine({ preemptPages: 16 });
  const heap = () => raw.u64At(m.reply(35, raw.sysctl(3)), 8 + 48);
  const before = heap();
  m.reply(36, raw.createDomain());
  assert.equal(m.call(36, raw.domctl(11, 1, [[0, 8, 4096]])), 0);
  const list = m.buffers.place(new Uint8Array(BigUint64Array.from({ length: 64 }, (_, i) => BigInt(i)).buffer));
  assert.equal(m.call(12, raw.physmap(1, list, 64, 0)), 64);
  assert.equal(m.xen.enter(domid(0), 36, raw.domctl(2, 1)).kind, "again");
  assert.equal(m.call(36, raw.domctl(86, 1, [[0, 8, 4096 * 100]])), 0);
  assert.deepEqual(m.xen.violations(), []);
  assert.equal(m.call(36, raw.domctl(2, 1)), 0);
  assert.equal(heap(), before);
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("a dying domain gets no more RAM, though its limit would allow it", () => {
  const m = machine({ preemptPages: 16 });
  m.reply(36, raw.createDomain(0, 0, 0));
  assert.equal(m.call(36, raw.domctl(11, 1, [[0, 8, 4096]])), 0);
  const list = m.buffers.place(new Uint8Array(BigUint64Array.from({ length: 64 }, (_, i) => BigInt(i)).buffer));
  assert.equal(m.call(12, raw.physmap(1, list, 64, 0)), 64);
  assert.equal(m.xen.enter(domid(0), 36, raw.domctl(2, 1)).kind, "again");
  assert.equal(m.call(12, raw.physmap(1, list, 1, 0)), 0);
  assert.equal(m.xen.domain(1)!.ramPages, 48);
});

Deno.test("physmap goes on where it was preempted, extent by extent", () => {
  const m = host();
  const handle = gfnList(m, step(250, 1));
  let frame = raw.physmap(1, handle, 250, 0);
  const kinds: string[] = [];
  for (;;) {
    const outcome = m.xen.enter(domid(0), 12, frame, m.buffers);
    kinds.push(outcome.kind);
    if (outcome.kind !== "again") break;
    frame = outcome.frame;
    assert.equal(raw.u64At(frame, 0) & 63n, 6n);
  }
  assert.deepEqual(kinds, ["again", "again", "done"]);
  assert.equal(m.xen.domain(1)!.ramPages, 250);
});

Deno.test("a guest may balloon itself, in extents up to 2 MiB, and nobody else", () => {
  const m = host();
  create(m);
  const gfns = gfnList(m, [0]);
  assert.equal(m.call(12, raw.physmap(1, gfns, 1, 9), domid(1)), 1);
  assert.equal(m.call(12, raw.physmap(0x7ff0, gfnList(m, [512]), 1, 9), domid(1)), 1, "DOMID_SELF");
  assert.equal(m.call(12, raw.physmap(1, gfnList(m, [4096]), 1, 10), domid(1)), 0);
  assert.equal(m.call(12, raw.physmap(1, gfnList(m, [1024]), 1, 9), domid(2)), 0);
});

Deno.test("destroying is preempted, the domain dying meanwhile, its tables gone first", () => {
  const m = host();
  assert.equal(m.call(12, raw.physmap(1, gfnList(m, step(250, 1)), 250, 0)), 250);
  const free = raw.u64At(m.reply(35, raw.sysctl(3)), 56);
  const frame = raw.domctl(2, 1);
  assert.equal(m.xen.enter(domid(0), 36, frame).kind, "again");
  assert.deepEqual([m.xen.domain(1)!.life, m.xen.domain(1)!.ramPages], ["dying", 150]);
  assert.deepEqual([...m.xen.mappings(1)], []);
  assert.equal(m.call(12, raw.physmap(1, gfnList(m, [0]), 1, 0)), 0, "a dying domain gets nothing");
  assert.deepEqual(m.xen.violations(), []);
  assert.equal(m.xen.enter(domid(0), 36, frame).kind, "again");
  assert.equal(m.xen.enter(domid(0), 36, frame).kind, "done");
  assert.equal(m.xen.domain(1), undefined);
  assert.equal(m.call(36, frame), "ESRCH");
  assert.equal(raw.u64At(m.reply(35, raw.sysctl(3)), 56) - free, 250n + 256n, "RAM and pool are back");
});

Deno.test("the pool grows, shrinks to its tables, and says MiB rounded up", () => {
  const m = host();
  const shadow = (op: number, mb = 0) => raw.u32At(m.reply(36, raw.domctl(10, 1, [[0, 4, op], [8, 4, mb]])), 24);
  assert.equal(shadow(30), 1);
  assert.equal(shadow(31, 5), 5);
  assert.equal(raw.u64At(m.reply(36, raw.domctl(85, 1)), 16), BigInt(5 * MiB));
  assert.equal(m.call(12, raw.physmap(1, gfnList(m, step(3, 512)), 3, 0)), 3);
  assert.equal(m.call(36, raw.domctl(86, 1, [[0, 8, 0]])), 0);
  assert.equal(raw.u64At(m.reply(36, raw.domctl(85, 1)), 16), 6n * 4096n, "root, two directories, three tables");
  assert.equal(shadow(30), 1);
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("on a dying domain shadow_op does nothing and says success", () => {
  const m = host();
  assert.equal(m.call(12, raw.physmap(1, gfnList(m, step(250, 1)), 250, 0)), 250);
  assert.equal(m.xen.enter(domid(0), 36, raw.domctl(2, 1)).kind, "again");
  assert.equal(m.call(36, raw.domctl(10, 1, [[0, 4, 99]])), 0);
});

Deno.test("the console ring keeps the last 16 KiB, reads on from an index, and clears", () => {
  const m = machine({ log: Array.from({ length: 300 }, (_, i) => `line ${i} ${"x".repeat(60)}`) });
  const text = consoleText(m);
  assert.equal(text.length, 16384);
  assert.ok(!text.includes("line 0 ") && text.includes("line 299 "));
  const read = (count: number, fields: readonly (readonly [number, 1 | 4, number])[] = []) => {
    const buffer = new Uint8Array(count);
    const all = [[8, 8, m.buffers.place(buffer)] as const, [16, 4, count] as const, ...fields];
    const reply = m.reply(35, raw.sysctl(1, all));
    return { text: new TextDecoder().decode(buffer.subarray(0, raw.u32At(reply, 24))), index: raw.u32At(reply, 12) };
  };
  const first = read(10);
  const second = read(10, [[1, 1, 1], [4, 4, first.index]]);
  assert.equal(first.text + second.text, text.slice(0, 20));
  assert.equal(read(16384, [[0, 1, 1]]).text, text);
  assert.equal(read(100).text, "");
  m.reply(7, raw.pmemAddRaw([PMEM, PMEM + 1]));
  assert.match(read(1000).text, /^\(XEN\) pmem: /);
});

Deno.test("numainfo: one node where none is known, spanning holes as Xen's does", () => {
  const m = machine();
  const memory = new Uint8Array(16);
  const distance = new Uint8Array(4);
  const reply = m.reply(
    35,
    raw.sysctl(17, [[0, 4, 1], [8, 8, m.buffers.place(memory)], [16, 8, m.buffers.place(distance)]]),
  );
  assert.equal(raw.u32At(reply, 8), 1);
  assert.deepEqual([raw.u64At(memory, 0), raw.u32At(distance, 0)], [BigInt(7 * GiB), 10]);
  assert.equal(raw.u32At(m.reply(35, raw.sysctl(17)), 8), 1, "null handles ask how many there are");
});

Deno.test("a fork sees what its parent did, and not the other way round", () => {
  const parent = host();
  assert.equal(parent.call(12, raw.physmap(1, gfnList(parent, step(10, 1)), 10, 0)), 10);
  const child = fork(parent);
  assert.equal(child.call(36, raw.domctl(2, 1)), 0);
  create(child);
  assert.deepEqual(child.xen.domains().map((d) => d.domid), [0, 2]);
  assert.deepEqual(parent.xen.domains().map((d) => d.domid), [0, 1]);
  assert.equal([...parent.xen.mappings(1)].length, 1);
  assert.deepEqual(parent.xen.violations(), []);
  assert.deepEqual(child.xen.violations(), []);
});

Deno.test("every call is recorded with its bytes, result and restarts", () => {
  const m = machine();
  m.call(36, raw.createDomain());
  m.call(12, raw.pmemMap(9, 0, 0, 0));
  const [made, refused] = [m.steps.at(-2)!, m.steps.at(-1)!];
  assert.ok(made.kind === "hypercall" && refused.kind === "hypercall");
  assert.deepEqual([made.name, made.result, raw.u16At(made.output, 8)], ["XEN_DOMCTL_createdomain", 0, 1]);
  assert.deepEqual([refused.name, refused.result], ["XENMEM_populate_pmem_map", "EINVAL"]);
  assert.deepEqual(refused.input, raw.pmemMap(9, 0, 0, 0));
});
