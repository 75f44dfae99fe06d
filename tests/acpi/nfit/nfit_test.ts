import assert from "node:assert/strict";
import {
  decodeNfit,
  decodeStructures,
  encodeNfit,
  encodeStructures,
  type NfitStructure,
  nfitStructure,
} from "../../../src/acpi/mod.ts";
import { concat } from "../../../src/base/bytes.ts";
import { capturedTables, patched, sha256, withAppended } from "../support.ts";
import { AT, cookieTable, interleaved, oneDimm } from "./tables.ts";

const decoded = (table: Uint8Array) => decodeNfit(table)._unsafeUnwrap();
const again = (table: Uint8Array) => encodeNfit(decoded(table));

Deno.test("every captured NFIT decodes and encodes to the same bytes", () => {
  const tables = capturedTables("nfit");
  assert.ok(tables.length >= 35);
  for (const { path, bytes } of tables) {
    assert.deepEqual(again(bytes), bytes, path);
    assert.equal(decoded(bytes).rest.length, 0, path);
  }
});

Deno.test("records write the bytes they were read from, with nothing but zeros below them", () => {
  for (const { path, bytes } of [...capturedTables("nfit"), { path: "N11", bytes: cookieTable() }]) {
    const nfit = decoded(bytes);
    const blank = nfit.structures.map((s) => ({ ...s, raw: new Uint8Array(s.raw.length) }) as NfitStructure);
    assert.deepEqual(encodeNfit({ ...nfit, structures: blank }), bytes, path);
  }
});

Deno.test("N11: a location cookie, a short control region, a flush hint and capabilities", () => {
  const table = cookieTable();
  assert.equal(table.length, 224);
  assert.equal(table[9], 0x08);
  assert.equal(sha256(table), "f89cc7cf162b51f7b1bd9029f798ccbe2248e3f76799ccd3147cd6bc2dc1ce90");
  const [spa, , dcr, flush] = decoded(table).structures;
  assert.ok(spa?.kind === "spaRange" && spa.record.locationCookie === 0x1122334455667788n);
  assert.ok(dcr?.kind === "controlRegion" && !("windowSize" in dcr.record));
  assert.ok(flush?.kind === "flushHints");
  assert.deepEqual(flush.record.hints, [0x418000000n]);
});

Deno.test("offsets count from the start of the table, or of the _FIT buffer", () => {
  const table = oneDimm();
  assert.deepEqual(decoded(table).structures.map((s) => s.offset), [AT.spa, AT.mapping, AT.controlRegion]);
  const fit = decodeStructures(table.subarray(40));
  assert.deepEqual(fit.structures.map((s) => s.offset), [0, 56, 104]);
  assert.deepEqual(encodeStructures(fit), table.slice(40));
});

Deno.test("unknown types, reserved bytes and bytes behind the last field survive", () => {
  const unknown = Uint8Array.of(8, 0, 7, 0, 1, 2, 3);
  const long = concat(nfitStructure("capabilities", { length: 20 }).raw, Uint8Array.of(9, 8, 7, 6));
  const odd = withAppended(withAppended(oneDimm(), unknown), long);
  odd.fill(0xee, AT.spa + 8, AT.spa + 12); // reserved
  const nfit = decoded(odd);
  assert.deepEqual(nfit.structures.map((s) => s.kind), [
    "spaRange",
    "regionMapping",
    "controlRegion",
    "unknown",
    "capabilities",
  ]);
  assert.deepEqual(encodeNfit(nfit), odd);
});

Deno.test("what is edited in a record is what is written", () => {
  const nfit = decoded(oneDimm());
  const structures = nfit.structures.map((s) =>
    s.kind === "regionMapping" ? { ...s, record: { ...s.record, stateFlags: 8 } } : s
  );
  const edited = encodeNfit({ ...nfit, structures });
  assert.deepEqual([...edited.subarray(AT.mapping + 44, AT.mapping + 46)], [8, 0]);
});

Deno.test("a structure of length zero ends the walk; the rest is kept", () => {
  const table = patched(oneDimm(), AT.mapping + 2, 2, 0);
  const nfit = decoded(table);
  assert.deepEqual([nfit.structures.length, nfit.end, nfit.rest.length], [1, AT.mapping, 128]);
  assert.deepEqual(encodeNfit(nfit), table);
});

Deno.test("a structure that claims more than the table has is read as far as it goes", () => {
  const table = patched(oneDimm(), AT.controlRegion + 2, 2, 0xffff);
  const dcr = decoded(table).structures.at(-1)!;
  assert.deepEqual([dcr.kind, dcr.record.length, dcr.raw.length], ["controlRegion", 0xffff, 80]);
  assert.deepEqual(again(table), table);
});

Deno.test("a known type too short for its fields is kept as it is", () => {
  const table = withAppended(oneDimm(), Uint8Array.of(1, 0, 8, 0, 5, 5, 5, 5));
  const short = decoded(table).structures.at(-1)!;
  assert.deepEqual([short.kind, short.type, short.raw.length], ["short", 1, 8]);
  assert.deepEqual(again(table), table);
});

Deno.test("bytes behind the table's length are no structures, and survive", () => {
  const table = concat(oneDimm(), Uint8Array.of(1, 2, 3));
  assert.deepEqual([...decoded(table).beyond], [1, 2, 3]);
  assert.deepEqual(again(table), table);
});

Deno.test("a table that cannot be one is a fault with its place", () => {
  const fault = (bytes: Uint8Array) => decodeNfit(bytes)._unsafeUnwrapErr();
  assert.equal(fault(new Uint8Array()).length, 0);
  assert.equal(fault(oneDimm().slice(0, 39)).kind, "format");
  assert.match(fault(oneDimm().slice(0, 223)).reason, /says 224 bytes, 223 are there/);
  assert.equal(fault(patched(oneDimm(), 0, 4, 0x4e494654)).path, "NFIT header/signature"); // TFIN, as Xen hides it
  assert.equal(fault(patched(oneDimm(), 4, 4, 39)).path, "NFIT header/length");
  assert.ok(decodeNfit(patched(oneDimm().slice(0, 40), 4, 4, 40)).isOk());
});

Deno.test("lines of an interleave structure are read up to what is there, whatever their count says", () => {
  const table = interleaved(2);
  const at = decoded(table).structures.find((s) => s.kind === "interleave")!.offset;
  for (const count of [0, 1, 5, 0xffffffff]) {
    const interleave = decoded(patched(table, at + 8, 4, count)).structures.find((s) => s.kind === "interleave");
    assert.ok(interleave?.kind === "interleave");
    assert.deepEqual([interleave.record.lineCount, interleave.record.lineOffsets.length], [count, 4]);
  }
});
