import assert from "node:assert/strict";
import { textOf } from "../../src/base/bytes.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { consoleText, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";
import { nfit, type NfitRange, srat } from "./raw_tables.ts";

const frames = (bytes: number): number => bytes / 4096;
const managed = (ranges: readonly NfitRange[], ...more: readonly Uint8Array[]): Machine =>
  machine({ management: "xen", tables: { nfit: nfit(ranges, ...more) } });
const rawRegions = (m: Machine) => m.xen.regions("raw").map(({ start, end }) => [start, end]);

Deno.test("healthy pmem ranges of NFIT become raw regions, sorted", () => {
  const m = managed([{ base: 32 * GiB, length: GiB, flags: 0 }, { base: 16 * GiB, length: GiB, flags: 0 }]);
  assert.deepEqual(rawRegions(m), [[frames(16 * GiB), frames(17 * GiB)], [frames(32 * GiB), frames(33 * GiB)]]);
});

Deno.test("one failed DIMM behind a range rejects the range; health events do not", () => {
  const rejected = [0x01, 0x02, 0x04, 0x08, 0x40, 0x09, 0x7f];
  const accepted = [0x00, 0x10, 0x20, 0x30, 0x80];
  for (const flags of rejected) {
    const m = managed([{ base: 16 * GiB, length: GiB, flags }]);
    assert.deepEqual(rawRegions(m), [], `flags ${flags}`);
    assert.match(consoleText(m), /NFIT: pmem \[0x400000000, 0x440000000\) not used: .*flags 0x/);
  }
  for (const flags of accepted) {
    assert.equal(rawRegions(managed([{ base: 16 * GiB, length: GiB, flags }])).length, 1, `flags ${flags}`);
  }
});

Deno.test("a second DIMM's failure counts for the range it maps", () => {
  const other = raw.raw(48, [0, 2, 1], [2, 2, 48], [4, 4, 9], [12, 2, 1], [44, 2, 8]);
  assert.deepEqual(rawRegions(managed([{ base: 16 * GiB, length: GiB, flags: 0 }], other)), []);
  const elsewhere = raw.raw(48, [0, 2, 1], [2, 2, 48], [4, 4, 9], [12, 2, 7], [44, 2, 8]);
  assert.equal(rawRegions(managed([{ base: 16 * GiB, length: GiB, flags: 0 }], elsewhere)).length, 1);
});

Deno.test("ranges that are no byte-addressable pmem are ignored", () => {
  const guid = new Array(16).fill(0x11);
  assert.deepEqual(rawRegions(managed([{ base: 16 * GiB, length: GiB, flags: 0, guid }])), []);
});

Deno.test("a range without a mapping has no failed DIMM and is taken", () => {
  assert.equal(rawRegions(managed([{ base: 16 * GiB, length: GiB }])).length, 1);
});

Deno.test("frames are cut down at both ends; a range without a whole frame is logged", () => {
  assert.deepEqual(rawRegions(managed([{ base: 16 * GiB + 4095, length: 8193, flags: 0 }])), [[PMEM, PMEM + 3]]);
  const m = managed([{ base: 16 * GiB + 1, length: 4094, flags: 0 }]);
  assert.deepEqual(rawRegions(m), []);
  assert.match(consoleText(m), /not registered: no whole frame/);
});

Deno.test("of overlapping ranges the first is kept, and only what is registered counts", () => {
  const m = managed([{ base: 16 * GiB, length: 2 * GiB, flags: 0 }, { base: 17 * GiB, length: 2 * GiB, flags: 0 }]);
  assert.deepEqual(rawRegions(m), [[PMEM, PMEM + frames(2 * GiB)]]);
  assert.equal(raw.u32At(m.reply(35, raw.regionsNr(0)), 20), 1);
  assert.match(consoleText(m), /overlaps another region/);
});

Deno.test("a structure of length 0 ends the walk, what came before counts", () => {
  const m = managed([{ base: 16 * GiB, length: GiB, flags: 0 }], new Uint8Array(56));
  assert.equal(rawRegions(m).length, 1);
  assert.match(consoleText(m), /NFIT: no structure at offset 144, 56 bytes not read/);
});

Deno.test("a table that is no NFIT, or cut short, registers nothing", () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(40), nfit([{ base: 16 * GiB, length: GiB }]).subarray(0, 60)]) {
    assert.deepEqual(rawRegions(machine({ management: "xen", tables: { nfit: bytes } })), []);
  }
});

Deno.test("NFIT is hidden from dom0 by four bytes, and restored for sleep and crash kernels", () => {
  const bytes = nfit([{ base: 16 * GiB, length: GiB, flags: 0 }]);
  const m = machine({ management: "xen", tables: { nfit: bytes } });
  const hidden = m.xen.nfitForDom0()!;
  assert.equal(textOf(hidden.subarray(0, 4)), "TFIN");
  assert.deepEqual(hidden.subarray(4), bytes.subarray(4));
  assert.deepEqual(m.xen.nfitForDom0(true), bytes);
  assert.equal(textOf(bytes.subarray(0, 4)), "NFIT");
  assert.deepEqual(machine({ tables: { nfit: bytes } }).xen.nfitForDom0(), bytes);
});

Deno.test("management xen: dom0 is denied all raw pmem, to the byte", () => {
  const m = managed([{ base: 16 * GiB, length: GiB, flags: 0 }]);
  const [start, end] = [16 * GiB, 17 * GiB];
  assert.equal(m.xen.deniesDom0(start, 1), start);
  assert.equal(m.xen.deniesDom0(end - 1, 1), end - 1);
  assert.equal(m.xen.deniesDom0(start - 1, 1), undefined);
  assert.equal(m.xen.deniesDom0(start - 1, 2), start);
  assert.equal(m.xen.deniesDom0(end, 4096), undefined);
  assert.equal(m.xen.deniesDom0(start + 5, GiB * 2), start + 5);
});

Deno.test("management dom0: NFIT is not read, dom0 is denied only what holds Xen's structures", () => {
  const m = machine({ tables: { nfit: nfit([{ base: 16 * GiB, length: GiB, flags: 0 }]) } });
  assert.deepEqual(rawRegions(m), []);
  assert.equal(m.xen.deniesDom0(16 * GiB, GiB), undefined);
  const [end, reserved, data] = [PMEM + frames(GiB), PMEM + 512, PMEM + frames(16 * MiB)];
  assert.equal(m.call(7, raw.pmemAdd([PMEM, end, reserved, data, data, end])), 0);
  assert.equal(m.xen.deniesDom0(16 * GiB, 2 * MiB), undefined, "the head stays dom0's");
  assert.equal(m.xen.deniesDom0(16 * GiB, 2 * MiB + 1), 16 * GiB + 2 * MiB);
  assert.equal(m.xen.deniesDom0(data * 4096 - 1, 1), data * 4096 - 1);
  assert.equal(m.xen.deniesDom0(data * 4096, GiB - 16 * MiB), undefined, "so does the data area");
});

Deno.test("QEMU's SRAT contradicts itself and is not used, in the words of real Xen", () => {
  const m = machine({
    tables: {
      srat: srat([
        { base: 0, length: 0xa0000, pxm: 0 },
        { base: 0x140000000, length: 0x1ffe0000, pxm: 0, flags: 5 },
        { base: 0x140000000, length: 0x440000000, pxm: 0, flags: 3 },
      ], 1),
    },
  });
  const lines = consoleText(m).split("\n").filter((line) => /SRAT|NUMA/.test(line));
  assert.deepEqual(lines, [
    "(XEN) SRAT: Node 0 PXM 0 [0000000000000000, 000000000009ffff]",
    "(XEN) SRAT: Node 0 PXM 0 [0000000140000000, 000000015ffdffff]",
    "(XEN) SRAT: PXM 0 [0000000140000000, 000000057fffffff] overlaps with itself [0000000140000000, 000000015ffdffff]",
    "(XEN) SRAT: SRAT not used.",
    "(XEN) No NUMA configuration found",
  ]);
});

Deno.test("ranges of different domains that overlap make the SRAT unusable; equal kinds of one domain do not", () => {
  const two = srat([{ base: 0, length: GiB, pxm: 0 }, { base: GiB - 1, length: GiB, pxm: 1 }]);
  assert.match(consoleText(machine({ tables: { srat: two } })), /overlaps with PXM 0 .*\n.*SRAT not used/);
  const one = srat([{ base: 0, length: GiB, pxm: 0 }, { base: GiB - 1, length: GiB, pxm: 0 }]);
  assert.doesNotMatch(consoleText(machine({ tables: { srat: one } })), /not used/);
});

Deno.test("proximity domains come from NFIT under management xen, and are 0 without a usable SRAT", () => {
  const ranges = [{ base: 16 * GiB, length: GiB, pxm: 3, flags: 0 }];
  assert.equal(managed(ranges).xen.regions("raw")[0]!.pxm, 0);
  const usable = srat([{ base: 16 * GiB, length: GiB, pxm: 3 }]);
  const m = machine({ management: "xen", tables: { nfit: nfit(ranges), srat: usable } });
  assert.equal(m.xen.regions("raw")[0]!.pxm, 3);
});

Deno.test("of RAM, what is left is what real Xen leaves: frame table and M2P are taken from it", () => {
  // The machine of the captures: 3071 MiB, 1 GiB for dom0; `xl info` says 2014 MiB are free.
  const m = machine({
    machine: {
      ram: [{ start: 0, end: 0x9fc00 }, { start: 0x100000, end: 0x7ffdf000 }, { start: 0x100000000, end: 0x140000000 }],
      physicalAddressBits: 40,
      cpus: { threadsPerCore: 1, coresPerSocket: 1, count: 1, khz: 2596138, hwCaps: [0x078bf3fd, 0x80002001] },
    },
    dom0: { type: "pv", memory: 1024 * MiB, vcpus: 1 },
  });
  const info = m.reply(35, raw.sysctl(3)).subarray(8);
  assert.equal(Math.floor(Number(raw.u64At(info, 40)) / 256), 3071);
  assert.ok(Math.abs(Number(raw.u64At(info, 48)) / 256 - 2014) < 2);
  assert.equal(raw.u32At(info, 24), 2596138);
  assert.equal(raw.u32At(info, 80), 0x078bf3fd);
  assert.equal(raw.u32At(info, 28), 1 | 2 | 8 | 256 | 512, "pv hvm hap gnttab-v1 gnttab-v2");
});

Deno.test("a boot forgets everything", () => {
  const m = machine();
  m.reply(36, raw.createDomain());
  m.reply(7, raw.pmemAddRaw([PMEM, PMEM + 512]));
  m.xen.boot();
  assert.deepEqual(m.xen.domains().map((d) => d.domid), [0]);
  assert.deepEqual(rawRegions(m), []);
  assert.equal(raw.u16At(m.reply(36, raw.createDomain()), 8), 1, "domids start again");
});
