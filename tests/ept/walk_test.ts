import assert from "node:assert/strict";
import {
  type Capabilities,
  decodeQualification,
  encodeLeaf,
  encodeTable,
  type Eptp,
  permissionsOf,
  USUAL,
  walk,
  walkEntries,
  xenStyle,
} from "../../src/ept/mod.ts";
import { laidOut } from "./support.ts";

const GPA = 0x240001234;
const EPTP: Eptp = { root: 0x7e000, memoryType: "WB", levels: 4, accessedDirty: false, enforceShadowStack: false };

/** A hierarchy written by hand: PML4, PDPT, PD and PT at 0x7e000 and on, one entry each on the path to `GPA`. */
const path = (entries: readonly bigint[], capabilities: Partial<Capabilities> = {}, eptp = EPTP) => {
  const read = (_address: number, level: number) => entries[4 - level] ?? 0n;
  return (access: Parameters<typeof walk>[2] = "read") =>
    walkEntries(eptp, read, { ...USUAL, ...capabilities }, GPA, access);
};
const POINTERS = [encodeTable(0x7f000), encodeTable(0x80000), encodeTable(0x81000)];

Deno.test("a walk names each table, index, entry and address on the way", () => {
  const made = laidOut([{ gpa: 0x240000000, mpa: 0x10a8200000, length: 2 ** 21 }], { style: xenStyle() });
  const { steps, end } = walk(made, GPA);
  assert.deepEqual(
    steps.map((step) => [step.table, step.index, step.tableAddress, step.entryAddress, step.entry.hex]),
    [
      ["PML4", 0, 0x7e000, 0x7e000, "0xb80000000007f107"],
      ["PDPT", 9, 0x7f000, 0x7f048, "0xb800000000080107"],
      ["PD", 0, 0x80000, 0x80000, "0xb8000010a82003f7"],
    ],
  );
  assert.deepEqual(end, {
    kind: "mapped",
    mpa: 0x10a8201234,
    level: 2,
    size: 2 ** 21,
    permissions: { read: true, write: true, execute: true },
    memoryType: "WB",
    ignorePat: true,
  });
});

Deno.test("permissions are the AND over the levels", () => {
  const leaf = encodeLeaf(1, { address: 0x5000, permissions: permissionsOf("rw") });
  const walked = path([POINTERS[0]!, POINTERS[1]! & ~2n, POINTERS[2]!, leaf]);
  assert.equal(walked("read").end.kind, "mapped");
  const { end } = walked("write");
  assert.deepEqual(end, {
    kind: "violation",
    qualification: 0x18a,
    allowed: { read: true, write: false, execute: false },
    why: "permission",
  });
  assert.equal(walked("fetch").end.kind, "violation");
});

Deno.test("an entry that is not present allows nothing", () => {
  const { end, steps } = path([POINTERS[0]!, POINTERS[1]!, 1n << 63n])("fetch");
  assert.equal(steps.length, 3);
  assert.equal(end.kind === "violation" && end.qualification, 0x184);
});

Deno.test("a misconfiguration further down outranks a violation met on the way", () => {
  const readOnly = POINTERS[0]! & ~2n;
  const { end } = path([readOnly, POINTERS[1]!, POINTERS[2]!, 0x5000n | 0x2n])("write");
  assert.deepEqual(end, { kind: "misconfiguration", why: { kind: "write-without-read" } });
});

Deno.test("with EPT's A/D a guest page walk needs write, without it only read", () => {
  const leaf = encodeLeaf(1, { address: 0x5000, permissions: permissionsOf("rx") });
  const entries = [...POINTERS, leaf];
  assert.equal(path(entries)("page-walk").end.kind, "mapped");
  const { end } = path(entries, {}, { ...EPTP, accessedDirty: true })("page-walk");
  assert.equal(end.kind, "violation");
  const bits = decodeQualification(end.kind === "violation" ? end.qualification : 0);
  assert.deepEqual([bits.read, bits.write, bits.linearAddressValid, bits.translated], [true, true, true, false]);
});

Deno.test("bits A and D mean nothing where the EPTP does not use them", () => {
  const entries = [...POINTERS, encodeLeaf(1, { address: 0x5000, accessed: true })];
  const roleOf = (eptp: Eptp) =>
    path(entries, {}, eptp)().steps[3]!.entry.bits.find((bits) => bits.name === "accessed")!.role;
  assert.equal(roleOf(EPTP), "ignored");
  assert.equal(roleOf({ ...EPTP, accessedDirty: true }), "used");
});

Deno.test("an address wider than the walk is a violation without a step", () => {
  const made = laidOut([]);
  const { end, steps } = walk(made, 2 ** 48);
  assert.equal(steps.length, 0);
  assert.deepEqual(end, {
    kind: "violation",
    qualification: 0x181,
    allowed: { read: false, write: false, execute: false },
    why: "guest-width",
  });
  assert.equal(walk(laidOut([], { levels: 5 }), 2 ** 48).steps.length, 1);
});

Deno.test("execute-only maps fetches and nothing else", () => {
  const leaf = encodeLeaf(1, { address: 0x5000, permissions: permissionsOf("x") });
  assert.equal(path([...POINTERS, leaf])("fetch").end.kind, "mapped");
  assert.equal(path([...POINTERS, leaf])("read").end.kind, "violation");
  assert.equal(path([...POINTERS, leaf], { executeOnly: false })("fetch").end.kind, "misconfiguration");
});
