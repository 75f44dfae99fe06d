import assert from "node:assert/strict";
import { GiB, MiB, TiB } from "../../src/base/units.ts";
import { consoleText, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";
import { nfit, srat } from "./raw_tables.ts";

const frames = (bytes: number): number => bytes / 4096;

/** Raw pmem from NFIT, no SRAT. */
function host(...ranges: readonly (readonly [base: number, length: number])[]): Machine {
  return machine({
    management: "xen",
    tables: { nfit: nfit(ranges.map(([base, length]) => ({ base, length, flags: 0 }))) },
  });
}

/** Entries of a list, as the caller's buffer gets them. */
function list(m: Machine, type: number, size: number, most = 16): bigint[][] {
  const buffer = new Uint8Array(most * size);
  const reply = m.reply(35, raw.regions(type, most, m.buffers.place(buffer)));
  return Array.from(
    { length: raw.u32At(reply, 20) },
    (_, i) => Array.from({ length: size / 8 }, (_, j) => raw.u64At(buffer, i * size + 8 * j)),
  );
}

Deno.test("management and data regions are set up, listed and counted", () => {
  const m = host([16 * GiB, 64 * GiB]);
  const mgmt = [PMEM, PMEM + frames(GiB)] as const;
  const data = [PMEM + frames(GiB), PMEM + frames(33 * GiB)] as const;
  assert.equal(m.call(35, raw.setupMgmt(...mgmt)), 0);
  assert.deepEqual(list(m, 1, 24), [[BigInt(mgmt[0]), BigInt(mgmt[1]), 512n * 6n]]);
  assert.equal(m.call(35, raw.setupData(...data, ...mgmt)), 0);
  // 128 groups of 256 MiB, 32 GiB of M2P; of the 17 slots of 2 GiB the first came with the management region.
  const used = 512n * (128n + 32n + 16n);
  assert.deepEqual(list(m, 1, 24), [[BigInt(mgmt[0]), BigInt(mgmt[1]), 512n * 6n + used]]);
  const slice = BigInt(mgmt[0]) + 512n * 6n;
  assert.deepEqual(list(m, 2, 32), [[BigInt(data[0]), BigInt(data[1]), slice, slice + used]]);
  assert.deepEqual(list(m, 0, 24), [[BigInt(PMEM), BigInt(PMEM + frames(64 * GiB)), 0n]]);
  assert.deepEqual([0, 1, 2].map((type) => raw.u32At(m.reply(35, raw.regionsNr(type)), 20)), [1, 1, 1]);
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("lists come in order of frames and stop at the caller's number", () => {
  const m = host([32 * GiB, GiB], [16 * GiB, GiB], [24 * GiB, GiB]);
  assert.deepEqual(list(m, 0, 24).map(([smfn]) => smfn), [16, 24, 32].map((n) => BigInt(frames(n * GiB))));
  assert.deepEqual(list(m, 0, 24, 2).map(([smfn]) => smfn), [16, 24].map((n) => BigInt(frames(n * GiB))));
});

Deno.test("asking for no entries succeeds before the type is looked at", () => {
  assert.equal(host().call(35, raw.regions(9, 0, (1n << 64n) - 1n)), 0);
});

Deno.test("a fault leaves num_regions as it was; err holds the positive errno", () => {
  const m = host([16 * GiB, GiB]);
  assert.equal(m.call(35, raw.regions(0, 5, 0x1000n)), "EFAULT");
  const step = m.steps.at(-1)!;
  assert.ok(step.kind === "hypercall");
  assert.equal(raw.u32At(step.output, 20), 5);
  assert.equal(raw.u32At(step.output, 12), 14);
});

Deno.test("the caller's mgmt_smfn only finds the region; slices follow each other", () => {
  const m = host([16 * GiB, 16 * GiB]);
  const mgmt = [PMEM, PMEM + frames(256 * MiB)] as const;
  assert.equal(m.call(35, raw.setupMgmt(...mgmt)), 0);
  for (const n of [1, 2, 3]) {
    const at = PMEM + frames(n * GiB);
    assert.equal(m.call(35, raw.setupData(at, at + frames(GiB), mgmt[1] - n, mgmt[1])), 0);
  }
  const slices = m.xen.regions("data").map((r) => r.mgmt);
  assert.equal(slices[1]!.start, slices[0]!.end);
  assert.equal(slices[2]!.start, slices[1]!.end);
  assert.equal(m.xen.regions("mgmt")[0]!.used, slices[2]!.end - mgmt[0]);
});

Deno.test("the smallest management region is 6 MiB below 1 TiB and 4 MiB above", () => {
  const low = host([16 * GiB, GiB]);
  assert.equal(low.call(35, raw.setupMgmt(PMEM, PMEM + frames(4 * MiB))), "EINVAL");
  assert.equal(low.call(35, raw.setupMgmt(PMEM, PMEM + frames(6 * MiB))), 0);
  const high = host([2 * TiB, GiB]);
  assert.equal(high.call(35, raw.setupMgmt(frames(2 * TiB), frames(2 * TiB + 2 * MiB))), "EINVAL");
  assert.equal(high.call(35, raw.setupMgmt(frames(2 * TiB), frames(2 * TiB + 4 * MiB))), 0);
});

Deno.test("regions that share a group of 256 MiB are set up in any order", () => {
  const m = host([16 * GiB, GiB]);
  const at = (mib: number) => PMEM + frames(mib * MiB);
  assert.equal(m.call(35, raw.setupMgmt(at(128), at(192))), 0);
  assert.equal(m.call(35, raw.setupData(at(192), at(256), at(128), at(192))), 0);
  assert.equal(m.call(35, raw.setupData(at(0), at(128), at(128), at(192))), 0);
  assert.equal(m.xen.regions("data")[0]!.mgmt.start, m.xen.regions("data")[0]!.mgmt.end, "all was there");
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("a new region that contains an old one is refused, in both lists and between them", () => {
  const m = host([16 * GiB, 4 * GiB]);
  const at = (gib: number) => PMEM + frames(gib * GiB);
  assert.equal(m.call(35, raw.setupMgmt(at(1), at(2))), 0);
  assert.equal(m.call(35, raw.setupMgmt(at(0), at(3))), "EEXIST");
  assert.equal(m.call(35, raw.setupData(at(2) + frames(512 * MiB), at(3), at(1), at(2))), 0);
  assert.equal(m.call(35, raw.setupData(at(2), at(4), at(1), at(2))), "EEXIST");
  assert.equal(m.call(35, raw.setupData(at(0), at(2) + 512, at(1), at(2))), "EINVAL", "contains the management region");
  assert.equal(m.call(35, raw.setupMgmt(at(2), at(4))), "EINVAL", "contains the data region");
});

Deno.test("adjacent raw regions may be covered together if their proximity domains agree", () => {
  const ranges = [{ base: 16 * GiB, length: GiB, flags: 0 }, { base: 17 * GiB, length: GiB, flags: 0 }];
  const memory = [{ base: 16 * GiB, length: 2 * GiB, pxm: 0 }];
  const one = machine({ management: "xen", tables: { nfit: nfit(ranges), srat: srat(memory) } });
  assert.equal(one.call(35, raw.setupMgmt(PMEM, PMEM + frames(2 * GiB))), 0);
  const two = machine({
    management: "xen",
    tables: {
      nfit: nfit([ranges[0]!, { ...ranges[1]!, pxm: 1 }]),
      srat: srat([{ base: 16 * GiB, length: GiB, pxm: 0 }, { base: 17 * GiB, length: GiB, pxm: 1 }]),
    },
  });
  assert.equal(two.call(35, raw.setupMgmt(PMEM, PMEM + frames(2 * GiB))), "EINVAL");
  assert.equal(
    two.call(35, raw.setupMgmt(PMEM, PMEM + frames(GiB))),
    0,
    "and a range may end where its SRAT block ends",
  );
});

Deno.test("NFIT and SRAT must agree on the proximity domain", () => {
  const m = machine({
    management: "xen",
    tables: {
      nfit: nfit([{ base: 16 * GiB, length: GiB, pxm: 1, flags: 0 }]),
      srat: srat([{ base: 16 * GiB, length: GiB, pxm: 0 }]),
    },
  });
  assert.equal(m.call(35, raw.setupMgmt(PMEM, PMEM + frames(GiB))), "EINVAL");
});

Deno.test("no node is left for the 65th proximity domain", () => {
  const known = Array.from({ length: 64 }, (_, i) => ({ base: i * MiB, length: MiB, pxm: i }));
  const m = (pxm: number) =>
    machine({
      management: "xen",
      tables: { nfit: nfit([{ base: 16 * GiB, length: GiB, pxm, flags: 0 }]), srat: srat(known) },
    });
  assert.equal(m(64).call(35, raw.setupMgmt(PMEM, PMEM + frames(GiB))), "EINVAL");
});

Deno.test("the frame table ends at 16 TiB, and physical addresses may end before", () => {
  const end = 16 * TiB;
  const m = host([end - 2 * GiB, 4 * GiB]);
  assert.equal(m.call(35, raw.setupMgmt(frames(end - GiB), frames(end + 2 * MiB))), "EINVAL");
  assert.equal(m.call(35, raw.setupMgmt(frames(end - GiB), frames(end))), 0);
  const small = machine({ machine: { ...machine().options.machine, physicalAddressBits: 36 } });
  const limit = 2 ** 36 / 4096;
  const add = (stop: number) =>
    raw.pmemAdd([limit - frames(GiB), stop, limit - frames(GiB), limit - frames(GiB) + 5120, limit - 512, limit]);
  assert.equal(small.call(7, add(limit + 512)), "EINVAL");
  assert.equal(small.call(7, add(limit)), 0);
});

Deno.test("frame numbers with bits in the PDX hole are refused", () => {
  const hole = { pdxHole: { firstBit: 35, bits: 2 } };
  const m = machine({ machine: { ...machine().options.machine, ...hole } });
  const add = (at: number) => raw.pmemAdd([at, at + frames(GiB), at + 512, at + 5632, at + 5632, at + frames(GiB)]);
  assert.equal(m.call(7, add(frames(32 * GiB))), "EINVAL");
  assert.equal(m.call(7, add(frames(31 * GiB))), "EINVAL", "its end has the bit");
  assert.equal(m.call(7, add(frames(127 * GiB))), "EINVAL", "its start has the bits, its end has not");
  assert.equal(m.call(7, add(frames(128 * GiB))), 0, "bits above the hole are none of it");
});

Deno.test("XENPF_pmem_add makes all three regions or none", () => {
  const m = machine();
  const whole = [PMEM, PMEM + frames(GiB)];
  assert.equal(m.call(7, raw.pmemAdd([...whole, PMEM + 512, PMEM + 512 + 2560, PMEM + 4096, whole[1]!])), "ENOMEM");
  for (const kind of ["raw", "mgmt", "data"] as const) assert.deepEqual(m.xen.regions(kind), []);
  assert.equal(m.call(7, raw.pmemAdd([...whole, PMEM + 512, PMEM + 512 + 3072, PMEM + 4096, whole[1]!])), 0);
  for (const kind of ["raw", "mgmt", "data"] as const) assert.equal(m.xen.regions(kind).length, 1);
  assert.equal(m.xen.pageInfo(PMEM).use, "reserved");
  assert.equal(m.xen.pageInfo(PMEM + 512).use, "structure");
  assert.equal(m.xen.pageInfo(PMEM + 4096).use, "free");
  assert.equal(m.xen.pageInfo(PMEM + 4096).countInfo, (3n << 55n) | (1n << 54n));
  assert.equal(m.xen.pageInfo(whole[1]!).use, "unknown");
  assert.match(consoleText(m), /no usable SRAT, mfn 0x400000 - 0x440000 taken as PXM 0/);
});

Deno.test("another namespace may hold the structures: reported raw, then set up as by RFC v4", () => {
  const m = machine();
  const [mgmt, data] = [[PMEM, PMEM + frames(256 * MiB)], [PMEM + frames(GiB), PMEM + frames(9 * GiB)]] as const;
  assert.equal(m.call(7, raw.pmemAddRaw(mgmt)), 0);
  assert.equal(m.call(7, raw.pmemAddRaw(data)), 0);
  assert.equal(m.call(35, raw.setupMgmt(...mgmt)), 0);
  assert.equal(m.call(35, raw.setupData(...data, ...mgmt)), 0);
  assert.equal(m.xen.deniesDom0(data[0] * 4096, 4096), undefined);
  assert.equal(m.xen.deniesDom0(mgmt[0] * 4096, 4096), mgmt[0] * 4096);
  assert.equal(m.call(7, raw.pmemRelease(mgmt)), "EBUSY", "it serves the other");
  const step = m.steps.at(-1)!;
  assert.ok(step.kind === "hypercall");
  assert.deepEqual([raw.u64At(step.output, 24), raw.u64At(step.output, 32)], data.map(BigInt));
  assert.equal(m.call(7, raw.pmemRelease(data)), 0);
  assert.equal(m.call(7, raw.pmemRelease(mgmt)), 0);
  assert.equal(m.xen.deniesDom0(mgmt[0] * 4096, 4096), undefined, "dom0's access is restored");
  assert.deepEqual(m.xen.violations(), []);
});

Deno.test("a namespace is given back when no page of it is in use, and can be reported again", () => {
  const m = machine();
  const add = raw.pmemAdd([PMEM, PMEM + frames(GiB), PMEM + 512, PMEM + 4096, PMEM + 4096, PMEM + frames(GiB)]);
  assert.equal(m.call(7, add), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + 8192, 0x100000, 16, 1)), 0);
  assert.equal(m.call(7, raw.pmemRelease([PMEM, PMEM + frames(GiB)])), "EBUSY");
  const step = m.steps.at(-1)!;
  assert.ok(step.kind === "hypercall");
  assert.deepEqual([raw.u64At(step.output, 24), raw.u64At(step.output, 32)], [
    BigInt(PMEM + 8192),
    BigInt(PMEM + 8208),
  ]);
  assert.equal(m.call(36, raw.domctl(2, 1)), 0);
  assert.equal(m.call(7, raw.pmemRelease([PMEM, PMEM + frames(GiB)])), 0);
  assert.equal(m.call(7, add), 0);
});

Deno.test("what NFIT gave is not dom0's to take back", () => {
  const m = host([16 * GiB, GiB]);
  assert.equal(m.call(7, raw.pmemRelease([PMEM, PMEM + frames(GiB)])), "ENXIO");
});

Deno.test("the cost shown before setup is the cost paid", () => {
  const m = host([16 * GiB, 64 * GiB]);
  assert.equal(m.call(35, raw.setupMgmt(PMEM, PMEM + frames(GiB))), 0);
  const data = { start: PMEM + frames(GiB), end: PMEM + frames(40 * GiB) };
  const { rule, real } = m.xen.costOf(data);
  assert.equal(rule, 39 * 2560);
  const before = m.xen.regions("mgmt")[0]!.used;
  assert.equal(m.call(35, raw.setupData(data.start, data.end, PMEM, PMEM + frames(GiB))), 0);
  assert.equal(m.xen.regions("mgmt")[0]!.used - before, real.frames);
  assert.equal(m.xen.costOf(data).real.frames, 0);
});

Deno.test("the cost shown leaves out structures that a released range has left behind", () => {
  const m = machine();
  const [own, first, second] = [
    [PMEM, PMEM + frames(GiB)],
    [PMEM + frames(GiB), PMEM + frames(GiB + 256 * MiB)],
    [PMEM + frames(GiB + 256 * MiB), PMEM + frames(GiB + 512 * MiB)],
  ] as const;
  for (const range of [own, first, second]) assert.equal(m.call(7, raw.pmemAddRaw(range)), 0);
  assert.equal(m.call(35, raw.setupMgmt(...own)), 0);
  for (const range of [first, second]) assert.equal(m.call(35, raw.setupData(...range, ...own)), 0);
  const used = () => m.xen.regions("mgmt")[0]!.used;
  const before = used();
  assert.equal(m.call(7, raw.pmemRelease(first)), 0);
  assert.equal(used(), before, "the second's lie behind them");
  assert.equal(m.xen.costOf({ start: first[0], end: first[1] }).real.frames, 0);
  assert.equal(m.call(7, raw.pmemAddRaw(first)), 0);
  assert.equal(m.call(35, raw.setupData(...first, ...own)), 0);
  assert.equal(used(), before);
});
