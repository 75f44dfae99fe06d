import assert from "node:assert/strict";
import { hexText, viewOf } from "../../src/base/bytes.ts";
import { NIL_UUID } from "../../src/base/guid.ts";
import {
  checkLabelAreas,
  CXL_LABEL_TYPE,
  cxlNamespaceLabel,
  cxlRegionLabel,
  describeLabelArea,
  describeSlot,
  geometry,
  initialiseAsKernel,
  readCxlLabels,
  slotOffset,
  writeIndex,
} from "../../src/label/mod.ts";
import { fletcher64 } from "../../src/base/checksum.ts";
import { captured } from "./captures.ts";

const sealed = (label: Uint8Array): Uint8Array => {
  viewOf(label).setBigUint64(248, fletcher64(label, 248), true);
  return label;
};

const region = {
  ...cxlRegionLabel.blank(),
  type: CXL_LABEL_TYPE.region,
  uuid: "11111111-2222-4333-8444-555555555555",
  nlabel: 2,
  position: 1,
  dpa: 0x10000000n,
  rawSize: 0x20000000n,
  hpa: 2n ** 40n,
  slot: 0,
  granularity: 4,
  align: 1,
};
const namespace = {
  ...cxlNamespaceLabel.blank(),
  type: CXL_LABEL_TYPE.namespace,
  uuid: "66666666-7777-4888-8999-aaaaaaaaaaaa",
  name: new Uint8Array(64).fill(0x61, 0, 3),
  nrange: 1,
  dpa: 0x10000000n,
  rawSize: 0x20000000n,
  slot: 1,
  regionUuid: region.uuid,
  abstractionUuid: NIL_UUID,
  lbaSize: 512,
};

/** A CXL label area with some labels in slots 0, 1, ... */
function areaWith(...labels: Uint8Array[]): Uint8Array {
  const g = geometry(131072, 256)!;
  const { area } = initialiseAsKernel(131072, 256)._unsafeUnwrap();
  const bytes = new Uint8Array(131072);
  const free = area.free.slice();
  for (const [slot, label] of labels.entries()) {
    bytes.set(label, slotOffset(g, slot));
    free[0]! &= ~(1 << slot);
  }
  bytes.set(writeIndex(g, 0, 1, g.slots, free), 0);
  return bytes;
}

Deno.test("region and namespace labels are told apart by their type and read with all fields", () => {
  const bytes = areaWith(sealed(cxlRegionLabel.write(region)), sealed(cxlNamespaceLabel.write(namespace)));
  const [first, second, ...more] = readCxlLabels(bytes);
  assert.equal(more.length, 0);
  assert.ok(first!.label.kind === "region" && first!.label.valid);
  assert.deepEqual({ ...first!.label.record, checksum: 0n }, region);
  assert.ok(second!.label.kind === "namespace" && second!.label.valid);
  assert.deepEqual({ ...second!.label.record, checksum: 0n }, namespace);
  assert.equal(second!.offset, 512 + 256);
});

Deno.test("a label with a wrong sum or in another's slot is not valid; other types stay unknown", () => {
  const torn = sealed(cxlRegionLabel.write(region)).with(80, 1);
  const moved = sealed(cxlNamespaceLabel.write({ ...namespace, slot: 7 }));
  const strange = new Uint8Array(256).fill(0x42, 0, 16);
  const kinds = readCxlLabels(areaWith(torn, moved, strange)).map(({ label }) => [
    label.kind,
    label.kind !== "unknown" && label.valid,
  ]);
  assert.deepEqual(kinds, [["region", false], ["namespace", false], ["unknown", false]]);
});

Deno.test("areas without an index for 256-byte labels hold no CXL labels", () => {
  assert.deepEqual(readCxlLabels(new Uint8Array(131072)), []);
  assert.deepEqual(readCxlLabels(captured("carve-v11/labels/end.nmem0.bin.gz")), []);
});

Deno.test("CXL labels are described field by field, noted by the checks, and counted to no set", () => {
  const bytes = areaWith(sealed(cxlRegionLabel.write(region)), sealed(cxlNamespaceLabel.write(namespace)));
  const view = describeLabelArea(bytes)!;
  assert.deepEqual(view.slots.map(({ kind, state, label }) => [kind, state, label.nlabel, label.rawSize]), [
    ["CXL region", "in use", 2, region.rawSize],
    ["CXL namespace", "in use", 1, namespace.rawSize],
  ]);
  const rows = [0, 1].map((slot) => describeSlot(bytes, view.geometry, slot));
  const text = (slot: number, name: string) => rows[slot]!.find((row) => row.name === name)?.text;
  assert.equal(text(0, "Type"), `${CXL_LABEL_TYPE.region} (region)`);
  assert.equal(text(0, "InterleaveGranularity"), "0x4 (4096 bytes)");
  assert.deepEqual([text(1, "Name"), text(1, "RegionUuid")], ['"aaa"', region.uuid]);
  for (const [slot, fields] of rows.entries()) {
    const whole = fields.map(({ hex }) => hex).join("");
    assert.equal(whole, hexText(bytes.subarray(512 + 256 * slot, 512 + 256 * (slot + 1))));
  }
  const faults = checkLabelAreas([bytes], []).filter(({ offset }) => offset >= 512);
  assert.deepEqual(faults.map(({ kind, severity, offset }) => [kind, severity, offset]), [
    ["CXL label", "note", 512],
    ["CXL label", "note", 768],
  ]);
  const torn = areaWith(sealed(cxlRegionLabel.write(region)).with(80, 1));
  assert.equal(describeLabelArea(torn)!.slots[0]!.state, "lost");
});
