import assert from "node:assert/strict";
import fc from "fast-check";
import {
  capabilitiesOf,
  combineMtrr,
  decodeEptp,
  decodeQualification,
  encodeEptp,
  encodeQualification,
  leafMemory,
  type MemoryType,
  type MemoryTypeFacts,
  memoryTypeName,
  memoryTypeNumber,
  ORDINARY_MEMORY,
  QUALIFICATION,
  qualificationOf,
  readVpidCap,
  USUAL,
} from "../../src/ept/mod.ts";

const decode = (raw: bigint, capabilities = USUAL) => decodeEptp(raw, capabilities);

Deno.test("an EPTP survives being decoded and encoded", () => {
  for (const raw of [0x7f01en, 0x7f05en, 0x7f026n, 0x7f018n]) {
    assert.equal(encodeEptp(decode(raw)._unsafeUnwrap()), raw);
  }
  assert.deepEqual(decode(0x7f05en)._unsafeUnwrap(), {
    root: 0x7f000,
    memoryType: "WB",
    levels: 4,
    accessedDirty: true,
    enforceShadowStack: false,
  });
});

Deno.test("what makes VM entry fail", () => {
  const kind = (raw: bigint, capabilities = USUAL) => decode(raw, capabilities)._unsafeUnwrapErr().kind;
  for (const type of [1n, 2n, 3n, 4n, 5n, 7n]) assert.equal(kind(0x7f018n | type), "eptp-memory-type");
  for (const length of [0n, 1n, 2n, 5n, 6n, 7n]) assert.equal(kind(0x7f006n | (length << 3n)), "eptp-levels");
  assert.equal(kind(0x7f026n, { ...USUAL, fiveLevels: false }), "eptp-levels");
  assert.equal(kind(0x7f05en, { ...USUAL, accessedDirty: false }), "eptp-accessed-dirty");
  assert.equal(kind(0x7f09en), "eptp-shadow-stack");
  assert.equal(decode(0x7f09en, { ...USUAL, supervisorShadowStack: true }).isOk(), true);
  for (const bit of [8n, 9n, 10n, 11n, 46n, 51n, 52n, 63n]) {
    const fault = decode(0x7f01en | (1n << bit))._unsafeUnwrapErr();
    assert.deepEqual(fault, { kind: "eptp-reserved", bits: 1n << bit });
  }
  assert.equal(decode(0x7f01en | (1n << 45n)).isOk(), true);
});

Deno.test("any 64 bits are an EPTP that encodes back, or a fault", () => {
  const any = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 46n - 1n }));
  fc.assert(fc.property(any, (raw) => {
    const eptp = decode(raw);
    if (eptp.isOk()) assert.equal(encodeEptp(eptp.value), raw);
  }));
});

Deno.test("IA32_VMX_EPT_VPID_CAP of a server CPU", () => {
  const msr = 0xf0106734141n;
  const cap = readVpidCap(msr);
  assert.deepEqual(
    [cap.executeOnly, cap.fourLevels, cap.fiveLevels, cap.uncacheableTables, cap.writeBackTables],
    [true, true, false, true, true],
  );
  assert.deepEqual([cap.page2m, cap.page1g, cap.invept, cap.accessedDirty], [true, true, true, true]);
  assert.deepEqual(
    [cap.advancedViolationInformation, cap.singleContextInvept, cap.allContextInvept],
    [true, true, true],
  );
  const capabilities = capabilitiesOf(msr, 46);
  assert.equal(capabilities.fiveLevels, false);
  assert.equal(capabilities.page1g, true);
  assert.equal(capabilitiesOf(0n, 39).executeOnly, false);
});

Deno.test("qualification bits survive, each in its place", () => {
  for (const [name, bit] of Object.entries(QUALIFICATION)) {
    assert.equal(encodeQualification({ [name]: true }), 1 << bit);
    assert.equal(decodeQualification(1 << bit)[name as keyof typeof QUALIFICATION], true);
  }
  fc.assert(fc.property(fc.nat(0x1ffff), (value) => {
    assert.equal(encodeQualification(decodeQualification(value)), value);
  }));
});

Deno.test("qualifications of the usual exits", () => {
  const rx = { read: true, write: false, execute: true };
  const none = { read: false, write: false, execute: false };
  // A store to a read-only page: write, readable, executable, linear address valid, final translation.
  assert.equal(qualificationOf("write", rx, false), 0x1aa);
  assert.equal(qualificationOf("read", none, false), 0x181);
  assert.equal(qualificationOf("fetch", none, false), 0x184);
  // A guest page walk reads; with EPT's A/D it counts as a write and reports both.
  assert.equal(qualificationOf("page-walk", none, false), 0x081);
  assert.equal(qualificationOf("page-walk", rx, true), 0x0ab);
  assert.equal(qualificationOf("page-walk-update", rx, false), 0x0aa);
});

Deno.test("memory types by number and back; three are reserved", () => {
  const types: MemoryType[] = ["UC", "WC", "WT", "WP", "WB"];
  assert.deepEqual(types.map(memoryTypeNumber), [0, 1, 4, 5, 6]);
  for (const type of types) assert.equal(memoryTypeName(memoryTypeNumber(type)), type);
  for (const reserved of [2, 3, 7]) assert.equal(memoryTypeName(reserved), undefined);
});

Deno.test("guest and host MTRR types combine, in either order", () => {
  const rows: [MemoryType, MemoryType, MemoryType][] = [
    ["WB", "WB", "WB"],
    ["UC", "WB", "UC"],
    ["WC", "WB", "WC"],
    ["WT", "WB", "WT"],
    ["WP", "WB", "WP"],
    ["WT", "WP", "WP"],
    ["WC", "WT", "UC"],
    ["WC", "WP", "UC"],
    ["UC", "WC", "UC"],
    ["WT", "WT", "WT"],
  ];
  for (const [a, b, both] of rows) {
    assert.equal(combineMtrr(a, b), both);
    assert.equal(combineMtrr(b, a), both);
  }
});

Deno.test("Xen's memory type of a leaf: one row a rule, in order", () => {
  const fixed = (memoryType: MemoryType) => ({ memoryType, ignorePat: true });
  const devices: MemoryTypeFacts = { ...ORDINARY_MEMORY, devices: true };
  const rows: [string, MemoryTypeFacts, ReturnType<typeof leafMemory>][] = [
    ["read-only MMIO", { ...devices, readOnlyMmio: "all" }, fixed("UC")],
    ["partly read-only MMIO", { ...devices, readOnlyMmio: "some" }, "split"],
    ["ordinary guest", { ...ORDINARY_MEMORY, guestMtrr: "UC" }, fixed("WB")],
    ["pages shared by Xen", { ...devices, special: "all" }, fixed("WB")],
    ["partly shared by Xen", { ...devices, special: "some" }, "split"],
    ["direct MMIO", { ...ORDINARY_MEMORY, directMmio: true }, { memoryType: "UC", ignorePat: false }],
    ["foreign", { ...devices, foreign: true }, fixed("WB")],
    ["pinned", { ...devices, pinned: "WC", guestMtrr: "UC" }, fixed("WC")],
    ["partly pinned", { ...devices, pinned: "some" }, "split"],
    ["MTRRs", { ...devices, guestMtrr: "WT" }, { memoryType: "WT", ignorePat: false }],
    ["guest MTRR not uniform", { ...devices, guestMtrr: undefined }, "split"],
    ["host MTRR not uniform", { ...devices, hostMtrr: undefined }, "split"],
  ];
  for (const [what, facts, expected] of rows) assert.deepEqual(leafMemory(facts), expected, what);
});
