import assert from "node:assert/strict";
import fc from "fast-check";
import {
  encodeEptp,
  encodeLeaf,
  encodeNptLeaf,
  encodeTable,
  encodeXenLeaf,
  encodeXenTable,
  type Eptp,
  joinEntry,
  joinNpt,
  leafFields,
  type LeafMemory,
  permissionsOf,
  splitEntry,
  splitNpt,
  splitXenEntry,
  withXenFields,
  XEN_EMPTY,
  XEN_USUAL,
  xenFieldsOf,
} from "../../src/ept/mod.ts";
import reference from "./ept_vectors.json" with { type: "json" };

const ORDINARY: LeafMemory = { memoryType: "WB", ignorePat: true };
const eptp = (levels: 4 | 5, accessedDirty: boolean): Eptp => ({
  root: 0x7f000,
  memoryType: "WB",
  levels,
  accessedDirty,
  enforceShadowStack: false,
});
const xen = (
  level: 1 | 2 | 3,
  address: number,
  type: Parameters<typeof encodeXenLeaf>[2] = "ram_rw",
  memory = ORDINARY,
  settings = {},
) => encodeXenLeaf(level, address, type, memory, { ...XEN_USUAL, ...settings });

/** How each exact entry of the reference is asked for, by the reference's name. */
const ASKED: Record<string, bigint> = {
  "Intel PTE 4K  gpa 0x100000000 -> 0x240000000 RWX WB, A/D 0": encodeLeaf(1, { address: 0x240000000 }),
  "Intel PDE 2M  gpa 0x100000000 -> 0x240000000 RWX WB, A/D 0": encodeLeaf(2, { address: 0x240000000 }),
  "Intel PDPTE 1G gpa 0x100000000 -> 0x240000000 RWX WB, A/D 0": encodeLeaf(3, { address: 0x240000000 }),
  "Intel PDE 2M  -> 0x240000000 RW- WB": encodeLeaf(2, { address: 0x240000000, permissions: permissionsOf("rw") }),
  "Intel PDE 2M  -> 0x240000000 RWX WB IPAT": encodeLeaf(2, { address: 0x240000000, ignorePat: true }),
  "Intel PDE 2M  -> 0x240000000 RWX WB A=1 D=1": encodeLeaf(2, { address: 0x240000000, accessed: true, dirty: true }),
  "Intel PDE 2M  -> 0x240000000 RWX UC": encodeLeaf(2, { address: 0x240000000, memoryType: "UC" }),
  "Intel PTE 4K  -> 0x240001000 R-- WB": encodeLeaf(1, { address: 0x240001000, permissions: permissionsOf("r") }),
  "Intel PDPTE 1G -> 0x4000000000 RWX WB": encodeLeaf(3, { address: 0x4000000000 }),
  "Intel PTE 4K  -> 0x3ffffffff000 (top frame of 46 bits) RWX WB": encodeLeaf(1, { address: 0x3ffffffff000 }),
  "Intel table pointer -> 0x7f000 RWX": encodeTable(0x7f000),
  "Intel table pointer -> 0x7f000 RWX A=1": encodeTable(0x7f000, true),
  "Xen PTE 4K  ram_rw -> 0x240000000 WB ipat (no passthrough), HW A/D capable": xen(1, 0x240000000),
  "Xen PDE 2M  ram_rw -> 0x240000000 WB ipat, HW A/D capable": xen(2, 0x240000000),
  "Xen PDPTE 1G ram_rw -> 0x4000000000 WB ipat, HW A/D capable": xen(3, 0x4000000000),
  "Xen PTE 4K  ram_rw, no HW A/D": xen(1, 0x240000000, "ram_rw", ORDINARY, { accessedDirty: false }),
  "Xen PDE 2M  ram_rw, exec_sp off (CVE-2018-12207)": xen(2, 0x240000000, "ram_rw", ORDINARY, {
    executableSuperpages: false,
  }),
  "Xen PDE 2M  ram_rw WB, ipat 0, snp 1 (passthrough, snoop on, MTRRs both WB)": xen(2, 0x240000000, "ram_rw", {
    memoryType: "WB",
    ignorePat: false,
  }, { snoop: true }),
  "Xen PTE 4K  ram_logdirty, PML off (R-X, D=0)": xen(1, 0x240000000, "ram_logdirty"),
  "Xen PTE 4K  ram_ro": xen(1, 0x240000000, "ram_ro"),
  "Xen PTE 4K  mmio_direct UC": xen(1, 0x240000000, "mmio_direct", { memoryType: "UC", ignorePat: false }),
  "Xen table pointer -> 0x7f000 default access rwx, HW A/D capable": encodeXenTable(0x7f000, XEN_USUAL),
  "Xen empty slot": XEN_EMPTY,
  "EPTP root 0x7f000, WB, 4-level, A/D off": encodeEptp(eptp(4, false)),
  "EPTP root 0x7f000, WB, 4-level, A/D on": encodeEptp(eptp(4, true)),
  "EPTP root 0x7f000, WB, 5-level, A/D off": encodeEptp(eptp(5, false)),
  "NPT PDE 2M  -> 0x240000000 P RW US A D PS": encodeNptLeaf(2, 0x240000000, "ram_rw"),
  "NPT PTE 4K  -> 0x240000000 P RW US A D": encodeNptLeaf(1, 0x240000000, "ram_rw"),
};

Deno.test("every exact entry of the reference", () => {
  assert.deepEqual(Object.keys(ASKED).sort(), reference.entries.map((entry) => entry.name).sort());
  for (const { name, value } of reference.entries) {
    assert.equal(`0x${ASKED[name]!.toString(16).padStart(16, "0")}`, value, name);
  }
});

const any64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

Deno.test("any 64 bits survive being taken apart and put together, Intel's way, Xen's and AMD's", () => {
  fc.assert(fc.property(any64, (raw) => {
    const fields = splitEntry(raw);
    assert.equal(joinEntry(fields), raw);
    assert.equal(joinEntry(withXenFields(fields, xenFieldsOf(fields))), raw);
    assert.equal(joinNpt(splitNpt(raw)), raw);
  }));
});

Deno.test("each single bit belongs to exactly one field", () => {
  const zero = JSON.stringify(splitEntry(0n));
  const differing = (raw: bigint) => {
    const base = Object.entries(JSON.parse(zero));
    const now = splitEntry(raw) as unknown as Record<string, unknown>;
    return base.filter(([name, value]) => now[name] !== value).map(([name]) => name);
  };
  const names = Array.from({ length: 64 }, (_, bit) => differing(1n << BigInt(bit)));
  assert.deepEqual(names.slice(0, 12).flat(), [
    "read",
    "write",
    "execute",
    "memoryType",
    "memoryType",
    "memoryType",
    "ignorePat",
    "large",
    "accessed",
    "dirty",
    "bit10",
    "bit11",
  ]);
  for (let bit = 12; bit < 52; bit++) assert.deepEqual(names[bit], ["address"], `bit ${bit}`);
  for (let bit = 52; bit < 64; bit++) assert.deepEqual(names[bit], ["high"], `bit ${bit}`);
});

Deno.test("Xen's fields lie where ept_entry_t has them", () => {
  const at = (bit: number) => splitXenEntry(1n << BigInt(bit));
  assert.equal(at(10).recalc, true);
  assert.equal(at(11).snoop, true);
  assert.equal(at(52).type, "invalid");
  assert.equal(at(57).type, 32);
  assert.equal(at(58).pagingWrite, true);
  assert.equal(at(59).access, "r");
  assert.equal(at(60).access, "w");
  assert.equal(at(61).access, "x");
  assert.equal(at(62).access, "rx2rw");
  assert.equal(at(63).suppressVe, true);
  assert.equal(splitXenEntry(0xb850000240000307n).type, "mmio_direct");
  assert.equal(splitXenEntry(0xb850000240000307n).access, "rwx");
});

Deno.test("permissions by type, and what access takes away", () => {
  const perms = (type: Parameters<typeof encodeXenLeaf>[2], level: 1 | 2 = 1, settings = {}) =>
    Number(xen(level, 0, type, ORDINARY, settings) & 7n);
  const [R, W, X] = [1, 2, 4];
  assert.equal(perms("ram_rw"), R | W | X);
  assert.equal(perms("ram_ro"), R | X);
  assert.equal(perms("shared"), R | X);
  assert.equal(perms("ram_logdirty"), R | X);
  assert.equal(perms("ram_logdirty", 1, { pml: true }), R | W | X);
  assert.equal(perms("ram_logdirty", 2, { pml: true }), R | X);
  assert.equal(perms("mmio_direct"), R | W | X);
  assert.equal(perms("grant_map_rw"), R | W);
  assert.equal(perms("map_foreign"), R | W);
  assert.equal(perms("grant_map_ro"), R);
  assert.equal(perms("ioreq_server"), R | W);
  const none = ["invalid", "mmio_dm", "populate_on_demand", "paging_out", "paged", "paging_in", "broken"] as const;
  for (const type of none) assert.equal(perms(type), 0, type);
  const masks = { n: 0, r: R, w: W, rw: R | W, x: X, rx: R | X, wx: W | X, rwx: R | W | X, rx2rw: R | X, n2rwx: 0 };
  for (const [access, mask] of Object.entries(masks)) assert.equal(perms("ram_rw", 1, { access }), mask, access);
  assert.equal(splitXenEntry(xen(1, 0, "ram_rw", ORDINARY, { access: "r_pw" })).pagingWrite, true);
  assert.equal(perms("ram_rw", 1, { executableSuperpages: false }), R | W | X);
});

Deno.test("NPT leaves: type in 58:52, UC- for direct MMIO, no execute for grants", () => {
  const ro = splitNpt(encodeNptLeaf(1, 0x5000, "ram_ro"));
  assert.deepEqual([ro.present, ro.write, ro.user, ro.high, ro.address], [true, false, true, 3, 0x5000]);
  assert.equal(splitNpt(encodeNptLeaf(1, 0, "mmio_direct")).cacheDisable, true);
  assert.equal(splitNpt(encodeNptLeaf(1, 0, "grant_map_rw")).noExecute, true);
  assert.equal(splitNpt(encodeNptLeaf(1, 0, "broken")).present, false);
});

Deno.test("a leaf's fields are those of its bytes", () => {
  const fields = leafFields(2, { address: 0x4000200000, memoryType: "WP", ignorePat: true, dirty: true });
  assert.deepEqual(splitEntry(joinEntry(fields)), fields);
});
