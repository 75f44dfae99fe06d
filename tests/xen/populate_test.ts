import assert from "node:assert/strict";
import { layout } from "../../src/ept/mod.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { domid, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const frames = (bytes: number): number => bytes / 4096;
const DATA = PMEM + frames(256 * MiB);
const END = PMEM + frames(16 * GiB);

function host(order = 18, preemptPages = 100): Machine {
  const m = machine({ preemptPages });
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(36, raw.domctl(0x6e76, 1, [[0, 4, order]])), 0);
  return m;
}

const restarts = (m: Machine): number => {
  const step = m.steps.at(-1)!;
  assert.ok(step.kind === "hypercall");
  return step.restarts;
};

Deno.test("a continuation is cmd | done << 6 in the command register, the structure as it was", () => {
  const m = host(0);
  const frame = raw.pmemMap(1, DATA, 0x100000, 250);
  const first = m.xen.enter(domid(0), 12, frame);
  assert.ok(first.kind === "again");
  assert.equal(raw.u64At(first.frame, 0), 28n | (100n << 6n));
  assert.deepEqual(first.frame.subarray(8), frame.subarray(8));
  const second = m.xen.enter(domid(0), 12, first.frame);
  assert.ok(second.kind === "again");
  assert.equal(raw.u64At(second.frame, 0), 28n | (200n << 6n));
  assert.equal(m.xen.enter(domid(0), 12, second.frame).kind, "done");
  assert.equal(m.xen.domain(1)!.pmemPages, 250);
});

Deno.test("restarts: none up to the budget, then one per budget", () => {
  for (const [count, expected] of [[1, 0], [99, 0], [100, 0], [101, 1], [200, 1], [201, 2]] as const) {
    const m = host(0);
    assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x100000, count)), 0);
    assert.equal(restarts(m), expected, `${count} pages`);
  }
});

Deno.test("a page that fails takes back all pages of the call, those of earlier entries too", () => {
  const m = host(0);
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 250, 0x200000, 1)), 0);
  const before = m.xen.domain(1);
  assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x100000, 300)), "EBUSY");
  assert.equal(restarts(m), 2, "it got to page 250");
  assert.deepEqual(m.xen.domain(1), before);
  let frame = raw.pmemMap(1, DATA, 0x100000, 300);
  for (const expected of ["again", "again", "failed"]) {
    const outcome = m.xen.enter(domid(0), 12, frame);
    assert.equal(outcome.kind, expected);
    frame = outcome.frame;
  }
  assert.deepEqual(m.xen.domain(1), before);
  assert.equal([...m.xen.owned({ start: DATA, end: END })].length, 1);
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("a domain that is destroyed between two entries is not found by the third", () => {
  const m = host(0);
  const first = m.xen.enter(domid(0), 12, raw.pmemMap(1, DATA, 0x100000, 300));
  assert.equal(m.call(36, raw.domctl(2, 1)), 0);
  const second = m.xen.enter(domid(0), 12, first.frame);
  assert.ok(second.kind === "failed");
  assert.equal(second.errno, "EINVAL");
  assert.deepEqual([...m.xen.owned({ start: DATA, end: END })], []);
});

Deno.test("progress that the call cannot have made is refused and changes nothing", () => {
  const m = host();
  assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x100000, 1024)), 0);
  const state = () => [m.xen.domain(1), [...m.xen.owned()], [...m.xen.mappings(1)]];
  const before = state();
  const forged: readonly Uint8Array[] = [
    raw.pmemMap(1, DATA, 0x100001, 2048, 0, 512),
    raw.pmemMap(1, DATA + 1, 0x100000, 2048, 0, 512),
    raw.pmemMap(1, DATA, 0x100000, 2048, 1, 512),
    raw.pmemMap(1, DATA, 0x100000, 2048, 0, 1025),
    raw.pmemMap(1, DATA, 0x100000, 2048, 0, 256),
    raw.pmemMap(1, DATA, 0x100000, 16, 0, 17),
    raw.pmemMap(1, DATA, 0x100000, 2048, 0, 2 ** 40),
  ];
  for (const frame of forged) assert.equal(m.call(12, frame), "EINVAL");
  assert.deepEqual(state(), before);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(12, raw.pmemMap(2, DATA, 0x100000, 2048, 0, 512)), "EINVAL", "another domain's pages");
  // What it could have made is indistinguishable from its own, and goes on.
  assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x100000, 2048, 0, 1024)), 0);
  assert.equal(m.xen.domain(1)!.pmemPages, 2048);
});

Deno.test("leaves are as large as gfn, mfn and length allow, up to the domain's limit", () => {
  const gib = 262144;
  const at = PMEM + gib;
  const rows: readonly [order: number, mfn: number, gfn: number, count: number, leaves: readonly number[]][] = [
    [18, at, 4 * gib, gib, [0, 0, 1]],
    [9, at, 4 * gib, gib, [0, 512, 0]],
    [0, at, 4 * gib, 1024, [1024, 0, 0]],
    [18, at, 4 * gib + 512, gib, [0, 512, 0]],
    [18, at, 4 * gib + 1, 1024, [1024, 0, 0]],
    [18, at + 1, 4 * gib + 1, 512 + 511, [511, 1, 0]],
    [18, at - 1, 4 * gib - 1, gib + 2, [2, 0, 1]],
    [18, at, 4 * gib, gib - 1, [511, 511, 0]],
  ];
  for (const [order, mfn, gfn, count, leaves] of rows) {
    const m = host(order);
    assert.equal(m.call(12, raw.pmemMap(1, mfn, gfn, count)), 0);
    const { leaf4k, leaf2m, leaf1g, tables } = layout([...m.xen.mappings(1)])._unsafeUnwrap().counts;
    assert.deepEqual([leaf4k, leaf2m, leaf1g], leaves, `order ${order}, gfn ${gfn}, ${count} pages`);
    assert.equal(m.xen.domain(1)!.tablePages, tables);
  }
});

Deno.test("pages that complete a larger leaf later do not become one", () => {
  const m = host();
  assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x100000, 100)), 0);
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 100, 0x100000 + 100, 412)), 0);
  const { leaf4k, leaf2m } = layout([...m.xen.mappings(1)])._unsafeUnwrap().counts;
  assert.deepEqual([leaf4k, leaf2m], [512, 0]);
});

Deno.test("label pages are owned, not mapped, and cost no tables", () => {
  const m = host();
  assert.equal(m.call(12, raw.pmemMap(1, END - 32, 2 ** 40, 32, 1)), 0, "their gfn is not looked at");
  const domain = m.xen.domain(1)!;
  assert.deepEqual([domain.labelPages, domain.pmemPages, domain.tablePages], [32, 0, 1]);
  assert.deepEqual([...m.xen.mappings(1)], []);
  const info = m.xen.pageInfo(END - 32);
  assert.deepEqual([info.use, info.owner, info.gfn, info.references], ["label", 1, undefined, 1]);
  assert.equal(m.call(12, raw.pmemMap(1, END - 33, 0x100000, 2)), "EBUSY");
});

Deno.test("an assigned page has owner, reference and gfn; a released one is free, content untouched", () => {
  const m = host();
  m.memory.store(DATA * 4096, Uint8Array.of(1, 2, 3));
  assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x123456, 7)), 0);
  assert.deepEqual(m.xen.pageInfo(DATA + 6), {
    use: "pmem",
    owner: 1,
    gfn: 0x12345c,
    references: 1,
    broken: false,
    countInfo: (1n << 63n) | (1n << 54n) | 1n,
  });
  assert.equal(m.call(36, raw.domctl(2, 1)), 0);
  assert.deepEqual(m.xen.pageInfo(DATA + 6), {
    use: "free",
    owner: undefined,
    gfn: undefined,
    references: 0,
    broken: false,
    countInfo: (3n << 55n) | (1n << 54n),
  });
  assert.deepEqual(m.memory.load(DATA * 4096, 3)._unsafeUnwrap(), Uint8Array.of(1, 2, 3));
  m.reply(36, raw.createDomain());
  assert.equal(m.call(12, raw.pmemMap(2, DATA, 0x100000, 7)), 0, "the next one sees the old data");
});

Deno.test("a pool too small for 4 KiB leaves is enough for 1 GiB leaves", () => {
  for (const [order, answer] of [[0, "ENOMEM"], [9, 0], [18, 0]] as const) {
    const m = host(order);
    assert.equal(m.call(12, raw.pmemMap(1, PMEM + 262144, 0x100000, 4 * 262144)), answer);
    assert.equal(m.xen.domain(1)!.tablePages, answer === 0 ? (order === 9 ? 6 : 2) : 1);
  }
});

Deno.test("a PVH domain is HVM to Xen", () => {
  const m = host();
  m.reply(36, raw.createDomain(0, 3, 1));
  assert.equal(m.xen.domain(2)!.type, "pvh");
  assert.equal(m.call(12, raw.pmemMap(2, DATA, 0x100000, 1)), 0);
});

Deno.test("adjacent data regions are populated in one call", () => {
  const m = machine();
  const gib = 262144;
  for (const at of [PMEM, PMEM + gib, PMEM + 2 * gib]) assert.equal(m.call(7, raw.pmemAddRaw([at, at + gib])), 0);
  assert.equal(m.call(35, raw.setupMgmt(PMEM, PMEM + gib)), 0);
  for (const at of [PMEM + gib, PMEM + 2 * gib]) {
    assert.equal(m.call(35, raw.setupData(at, at + gib, PMEM, PMEM + gib)), 0);
  }
  m.reply(36, raw.createDomain());
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + gib, 0x100000, 2 * gib)), 0);
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + gib - 1, 0x400000, 2)), "ENXIO", "management pages are nobody's");
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + 3 * gib - 1, 0x400000, 2)), "ENXIO");
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + gib, 0x400000, 0)), "ENXIO", "nothing is covered by nothing");
  assert.equal(m.call(12, raw.pmemMap(1, (1n << 64n) - 1n, 0, 1)), "ENXIO");
});

Deno.test("the first page that is not free counts, whether it is owned or broken", () => {
  for (const [broken, owned] of [[3, 7], [7, 3]] as const) {
    const m = host(0, 4);
    m.xen.machineCheck((DATA + broken) * 4096);
    assert.equal(m.call(12, raw.pmemMap(1, DATA + owned, 0x200000, 1)), 0);
    assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x100000, 12)), "EBUSY");
    assert.equal(restarts(m), 0, "page 3 was the first to be in the way");
  }
});

Deno.test("a broken page is not exactly free", () => {
  const m = host();
  assert.equal(m.xen.machineCheck((DATA + 5) * 4096).outcome, "free");
  assert.equal(m.call(12, raw.pmemMap(1, DATA, 0x100000, 5)), 0);
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 5, 0x200000, 1)), "EBUSY");
  m.xen.clearBroken({ start: DATA + 5, end: DATA + 6 });
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 5, 0x200000, 1)), 0);
});
