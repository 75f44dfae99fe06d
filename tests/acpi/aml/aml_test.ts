import assert from "node:assert/strict";
import fc from "fast-check";
import { allObjects, type AmlTerm, aslText, decodeAml, encodeAml, objectTree } from "../../../src/acpi/mod.ts";
import { decodeTerms } from "../../../src/acpi/aml/decode.ts";
import { encodeTerms } from "../../../src/acpi/aml/encode.ts";
import { aslName, declaredPath, nameOf, resolved } from "../../../src/acpi/aml/name.ts";
import { call, dword, integer, method, name, op, scope } from "../../../src/acpi/aml/build.ts";
import { hexText } from "../../../src/base/bytes.ts";
import { captured, capturedTables, patched } from "../support.ts";

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
const trip = (text: string): string => hexText(encodeTerms(decodeTerms(bytesOf(text))._unsafeUnwrap()));
const fault = (text: string) => decodeTerms(bytesOf(text))._unsafeUnwrapErr();

Deno.test("every captured SSDT decodes and encodes to the same bytes", () => {
  const tables = capturedTables("ssdt");
  assert.ok(tables.length >= 37);
  for (const { path, bytes } of tables) assert.deepEqual(encodeAml(decodeAml(bytes)._unsafeUnwrap()), bytes, path);
});

Deno.test("constants keep their width, names their form, lengths their bytes", () => {
  for (
    const text of [
      "00 01 ff 0a00 0b0000 0c00000000 0e0000000000000000", // the same zero in every width
      "0d 41 42 00", // a string
      "08 41424344 00", // Name (ABCD, Zero)
      "08 5c 2e 5f53425f 41424344 01", // Name (\_SB.ABCD, One)
      "08 5e5e 41424344 01", // Name (^^ABCD, One)
      "08 2f 01 41424344 01", // a count where none is needed
      "08 2f 03 41424344 41424344 41424344 01",
      "08 41424344 11 02 00", // Name (ABCD, Buffer (Zero) {})
      "08 41424344 11 43 00 00", // the same with a length of two bytes
      "5b81 0b 41424344 03 45464748 20", // Field, one element
      "5b81 0c 41424344 03 45464748 4002", // its width in two bytes, where one would do
      "5b81 11 41424344 03 00 08 01 02 03 45464748 4f 7f", // bits skipped, another access, a long width
      "72 60 61 00", // a target that is none
      "a0 04 92 60 a3 a1 02 a3", // If, Else
    ]
  ) assert.equal(trip(text), text.replaceAll(" ", ""), text);
});

Deno.test("a call takes as many arguments as its method declares, wherever that stands", () => {
  const declared = method("TWO", 2, false, op("Return", integer(0)));
  const caller = method("MAIN", 0, false, op("Return", call("TWO", 1, call("TWO", 2, 3))));
  for (const terms of [[declared, caller], [caller, declared]]) {
    const bytes = encodeTerms(terms);
    const again = decodeTerms(bytes)._unsafeUnwrap();
    assert.deepEqual(encodeTerms(again), bytes);
    assert.match(
      JSON.stringify(again, (_, v) => typeof v === "bigint" ? Number(v) : v),
      /"kind":"call".*"kind":"call"/,
    );
  }
});

Deno.test("a name is searched for upwards, a path is not", () => {
  const table = new Map([["A", 1], ["B.C", 2], ["B.C.D", 3]]);
  assert.equal(resolved(table, ["B", "C"], "A"), 1);
  assert.equal(resolved(table, ["B", "C"], "D"), 3);
  assert.equal(resolved(table, ["B"], "C.D"), 3);
  assert.equal(resolved(table, ["X"], "C.D"), undefined);
  assert.equal(resolved(table, ["B", "C"], "^C"), 2);
  assert.equal(resolved(table, ["B", "C"], "\\A"), 1);
  assert.deepEqual(declaredPath(["A"], "^^^B"), ["B"]);
  assert.equal(nameOf("\\_SB.NVDR").path, "\\_SB_.NVDR");
  assert.equal(aslName("\\_SB_.LEN_"), "\\_SB.LEN");
});

Deno.test("what cannot be read is a fault with its offset", () => {
  assert.deepEqual([fault("08 41424344 0a").offset, fault("08 41424344 0a").reason], [5, "the constant needs 1 bytes"]);
  assert.match(fault("02").reason, /0x02 is no AML opcode/);
  assert.match(fault("5bff").reason, /0x5bff is no AML opcode/);
  assert.match(fault("0d 41").reason, /the string has no end/);
  assert.match(fault("10 20 41424344").reason, /the package of 32 bytes does not fit into 5/);
  assert.match(fault("10 01 41424344").reason, /no name/);
  assert.match(fault("10 70 0041424344").reason, /reserved bits/);
  assert.match(fault("08 61424344 00").reason, /no name/);
  assert.match(fault("70 60 00").reason, /a place to store is missing/);
  assert.match(fault("92".repeat(300)).reason, /nested deeper than 200/);
});

Deno.test("scopes are nested up to 32 deep", () => {
  const nested = (depth: number): AmlTerm => depth === 0 ? integer(0) : scope("AAAA", nested(depth - 1));
  assert.ok(decodeTerms(encodeTerms([nested(32)])).isOk());
  assert.match(decodeTerms(encodeTerms([nested(33)]))._unsafeUnwrapErr().reason, /scopes are nested deeper than 32/);
});

Deno.test("what is no definition block is a fault", () => {
  const table = captured("host-four-mixed/ssdt.bin");
  assert.equal(decodeAml(patched(table, 0, 1, 0x54))._unsafeUnwrapErr().path, "header/signature");
  assert.match(decodeAml(table.slice(0, 100))._unsafeUnwrapErr().reason, /says 2209 bytes, 100 are there/);
  assert.ok(decodeAml(table.slice(0, 35)).isErr());
});

Deno.test("the namespace shows kinds, arguments, values and where fields lie", () => {
  const block = decodeAml(captured("host-four-mixed/ssdt.bin"))._unsafeUnwrap();
  const objects = new Map([...allObjects(objectTree(block.terms, true))].map((o) => [o.path, o]));
  const ncal = objects.get("\\_SB.NVDR.NCAL")!;
  assert.deepEqual([ncal.kind, ncal.args, ncal.serialized], ["method", 5, true]);
  assert.deepEqual(objects.get("\\_SB.NVDR.NV03._ADR")?.value, { kind: "integer", value: 4n, width: 1 });
  assert.deepEqual(objects.get("\\MEMA")?.value, { kind: "integer", value: 0x2ffff000n, width: 4 });
  assert.deepEqual(objects.get("\\_SB.NVDR.NCAL.FARG")?.value, { kind: "bits", at: 96, bits: 32672 });
  assert.equal([...allObjects(objectTree(block.terms))].length, 8 + 4 * 6 + 1);
});

Deno.test("text is ASL", () => {
  const text = aslText(decodeAml(captured("host-four-mixed/ssdt.bin"))._unsafeUnwrap());
  assert.equal(text[0], 'DefinitionBlock ("", "SSDT", 1, "BOCHS ", "NVDIMM", 0x01)');
  assert.ok(text.includes('            Name (_HID, "ACPI0012")'));
  assert.ok(text.includes("                    FARG, 32672,"));
  assert.ok(text.some((line) => line.includes('ToUUID ("2f10e7a4-9e91-11e4-89d3-123b93f75cba")')));
});

const leaf = fc.oneof(
  fc.bigInt({ min: 0n, max: 0xffffffffn }).map((value) => integer(Number(value))),
  fc.integer({ min: 0, max: 0xffffffff }).map(dword),
  fc.constantFrom("ABCD", "\\X", "^Y.Z").map((path) => nameOf(path)),
  fc.constantFrom(...[0, 1, 7].map((index) => ({ kind: "local", index } as const))),
);
const { term } = fc.letrec<{ term: ReturnType<typeof op> | ReturnType<typeof integer> }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 4 },
    leaf as fc.Arbitrary<ReturnType<typeof integer>>,
    fc.tuple(fc.constantFrom("Add", "LEqual", "Concatenate"), tie("term"), tie("term")).map(([o, a, b]) => op(o, a, b)),
    fc.tuple(tie("term")).map(([a]) => op("LNot", a)),
  ),
}));

Deno.test("whatever is built reads back to the same bytes", () => {
  fc.assert(fc.property(fc.array(term, { maxLength: 20 }), (terms) => {
    const bytes = encodeTerms([name("NAME", integer(7)), method("METH", 0, true, ...terms)]);
    assert.deepEqual(encodeTerms(decodeTerms(bytes)._unsafeUnwrap()), bytes);
  }));
});
