import assert from "node:assert/strict";
import {
  buildNfit,
  type DescribedStructure,
  describeFit,
  describeNfit,
  diffNfit,
  nfitStructure,
  QEMU_MAKER,
} from "../../../src/acpi/mod.ts";
import { hexText } from "../../../src/base/bytes.ts";
import { captured, capturedTables, patched } from "../support.ts";
import { AT, cookieTable, interleaved, oneDimm, twoDimms } from "./tables.ts";

const field = (structure: DescribedStructure | undefined, name: string) =>
  structure?.fields.find((f) => f.name === name);

Deno.test("the fields of a description are the whole table, in order, without gaps", () => {
  for (const { path, bytes } of [...capturedTables("nfit"), { path: "N11", bytes: cookieTable() }]) {
    const { header, structures, rest } = describeNfit(bytes);
    const fields = [header!, ...structures, ...rest].flatMap((structure) => structure.fields);
    assert.equal(fields.map((f) => f.hex).join(""), hexText(bytes), path);
    let at = 0;
    for (const { offset, length } of fields) {
      assert.equal(offset, at, path);
      at += length;
    }
  }
});

Deno.test("values are decoded, and indices lead to what they name", () => {
  const { structures } = describeNfit(captured("server-two-socket/nfit.bin"));
  const mapping = structures.find((s) => s.kind === "regionMapping" && s.summary === "DIMM 0x111 in range 1");
  assert.deepEqual(field(mapping, "SPA Range Structure Index")?.refersTo, [0]);
  assert.deepEqual(field(mapping, "Interleave Structure Index")?.refersTo?.map((n) => structures[n]?.title), [
    "Interleave",
  ]);
  assert.equal(field(mapping, "NFIT Device Handle")?.text, "0x111 (node 0, socket 0, controller 1, channel 1, dimm 1)");
  assert.equal(field(mapping, "NVDIMM Region Size")?.text, "0x800000000 (32.00 GiB)");
  const [spa] = structures;
  assert.match(
    field(spa, "Address Range Type GUID")!.text,
    /^66f0d379-.* \(byte-addressable persistent memory region\)$/,
  );
  assert.equal(field(spa, "Address Range Memory Mapping Attribute")?.text, "0x8008 (WB, NV)");
  const dcr = structures.find((s) => s.kind === "controlRegion");
  assert.equal(dcr?.summary, "index 1, 8089-a2-1835-000003a5");
  assert.equal(field(dcr, "Vendor ID")?.text, "0x8980 (Linux prints 0x8089)");
  assert.equal(field(dcr, "Manufacturing Date")?.text, "0x3518 (year 18, week 35)");
  const flush = structures.find((s) => s.kind === "flushHints");
  assert.equal(field(flush, "NFIT Device Handle")?.refersTo?.length, 1);
});

Deno.test("a dangling index refers to nothing, index zero is no reference", () => {
  const [, mapping] = describeNfit(patched(oneDimm(), AT.mapping + 14, 2, 9)).structures;
  assert.deepEqual(field(mapping, "NVDIMM Control Region Structure Index")?.refersTo, []);
  assert.equal(field(mapping, "Interleave Structure Index")?.refersTo, undefined);
});

Deno.test("where thousands name the same thousands, only the first few are followed", () => {
  const many = Array.from({ length: 2000 }, () => nfitStructure("spaRange", { rangeIndex: 1 }));
  const mappings = Array.from({ length: 2000 }, () => nfitStructure("regionMapping", { rangeIndex: 1 }));
  const { structures } = describeNfit(buildNfit(QEMU_MAKER, [...many, ...mappings]));
  const first = Array.from({ length: 16 }, (_, i) => i);
  assert.deepEqual(structures.at(-1)!.refersTo, first);
  assert.deepEqual(field(structures.at(-1), "SPA Range Structure Index")?.refersTo, first);
});

Deno.test("broken tables are described as far as they go", () => {
  const stopped = describeNfit(patched(oneDimm(), AT.mapping + 2, 2, 0));
  assert.deepEqual([stopped.structures.length, stopped.rest[0]?.offset, stopped.rest[0]?.length], [1, AT.mapping, 128]);
  assert.equal(describeNfit(oneDimm().slice(0, 130)).structures.at(-1)?.title, "Structure too short for its type");
  assert.equal(describeNfit(new Uint8Array(3)).header, undefined);
  assert.equal(describeFit(oneDimm().slice(40)).structures.length, 3);
});

Deno.test("a table does not differ from itself", () => {
  for (const { path, bytes } of capturedTables("nfit")) assert.deepEqual(diffNfit(bytes, bytes), [], path);
});

Deno.test("differences are named by structure and field", () => {
  assert.deepEqual(diffNfit(oneDimm(), patched(oneDimm(), AT.mapping + 44, 2, 8)), [{
    kind: "changed",
    key: "DIMM 0x1 in range 2",
    fields: [{ name: "NVDIMM State Flags", before: "0x0", after: "0x8 (not armed)" }],
  }]);
  const added = diffNfit(oneDimm(), twoDimms());
  assert.deepEqual(added.map((d) => `${d.kind} ${d.key}`), [
    "added SPA range 4",
    "added DIMM 0x2 in range 4",
    "added control region 5",
    "added platform capabilities",
  ]);
  assert.deepEqual(diffNfit(twoDimms(), oneDimm()).map((d) => d.kind), ["removed", "removed", "removed", "removed"]);
  assert.deepEqual(
    diffNfit(interleaved(2), interleaved(2, 8)).map((d) => d.key),
    ["interleave 1"],
  );
});

Deno.test("the same structures in another order are an order difference only", () => {
  const table = twoDimms();
  const swapped = table.slice();
  swapped.set(table.subarray(40, 224), 224);
  swapped.set(table.subarray(224, 408), 40);
  assert.deepEqual(diffNfit(table, swapped), [{ kind: "order", key: "SPA range 4" }]);
});
