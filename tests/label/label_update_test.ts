import assert from "node:assert/strict";
import {
  ABSTRACTION,
  claimClassOf,
  deleteLabels,
  explainLabel,
  initialiseAsKernel,
  type LabelArea,
  type LabelRefusal,
  type LabelSpec,
  nameOf,
  readLabel,
  readLabelArea,
  updateLabel,
  writeLabel,
} from "../../src/label/mod.ts";
import { countFree, firstFree, isFree, setFree, tailOf, usedSlots } from "../../src/label/free_slots.ts";

const spec = (n: number, change: Partial<LabelSpec> = {}): LabelSpec => ({
  uuid: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  name: `n${n}`,
  nlabel: 1,
  position: 0,
  isetCookie: 7n,
  lbaSize: 512,
  dpa: n * 2 ** 24,
  rawSize: 2 ** 24,
  typeGuid: "66f0d379-b4f3-4074-ac43-0d3318b78cdb",
  abstractionGuid: ABSTRACTION.none,
  ...change,
});

const filled = (labels: number): LabelArea => {
  let { area } = initialiseAsKernel(131072, 256)._unsafeUnwrap();
  for (let n = 0; n < labels; n++) area = updateLabel(area, spec(n), { updating: false })._unsafeUnwrap().area;
  return area;
};

Deno.test("an update hands on every label it does not touch, and leaves the view it was given alone", () => {
  const before = filled(400);
  const frozen = structuredClone(before);
  const { area, writes } = updateLabel(before, spec(7, { name: "seven" }), { updating: true })._unsafeUnwrap();
  assert.deepEqual(before, frozen);
  const kept = new Set(before.labels);
  assert.equal(area.labels.filter((label) => kept.has(label)).length, 399);
  assert.deepEqual(writes.map(({ bytes }) => bytes.length), [256, 256]);
  assert.deepEqual(area.labels.map(({ slot }) => slot), area.labels.map(({ slot }) => slot).sort((a, b) => a - b));
});

Deno.test("a changed uuid frees the labels of the former one in the same index write", () => {
  const { area, writes } = updateLabel(filled(3), spec(9), { updating: false, formerUuid: spec(1).uuid })
    ._unsafeUnwrap();
  assert.deepEqual(area.labels.map(({ uuid }) => uuid), [spec(0).uuid, spec(2).uuid, spec(9).uuid]);
  assert.equal(writes.length, 2);
});

Deno.test("deleting frees every label of the uuid and writes nothing but the index", () => {
  const { area, writes } = deleteLabels(filled(3), spec(1).uuid);
  assert.deepEqual(usedSlots(area.free, area.slots), [0, 2]);
  assert.deepEqual(writes.map(({ note }) => note), ["index block 0, seq 3"]);
});

Deno.test("names: empty, Chinese, 63 bytes; more is cut", () => {
  const long = "字".repeat(21);
  for (const name of ["", "db0", "数据库一号", long, "x".repeat(63)]) {
    const { bytes } = writeLabel(spec(1, { name }), 0, 0, 256);
    assert.equal(nameOf(readLabel(bytes, 0, 256)), name);
    assert.equal(bytes[16 + 63], 0, "the last byte of the field stays NUL");
  }
  assert.equal(nameOf(writeLabel(spec(1, { name: `${long}a` }), 0, 0, 256).label), long);
});

Deno.test("a name that is no text, as another system may write it, is carried on byte for byte", () => {
  const bytes = writeLabel(spec(1), 0, 0, 128).bytes.fill(0x78, 16, 80);
  assert.equal(nameOf(readLabel(bytes, 0, 128)), "x".repeat(64));
  bytes.fill(0xff, 16, 80);
  const { name } = readLabel(bytes, 0, 128);
  assert.deepEqual(writeLabel(spec(1, { name }), 0, 0, 128).label.name, new Uint8Array(64).fill(0xff));
});

Deno.test("a 128-byte label has no GUIDs: it reads with zeroes and takes none", () => {
  const { label, bytes } = writeLabel(spec(1, { abstractionGuid: ABSTRACTION.btt }), 0, 0, 128);
  assert.equal(claimClassOf(label.abstractionGuid), "none");
  assert.deepEqual(readLabel(bytes, 0, 128), label);
});

Deno.test("claim classes by abstraction GUID", () => {
  for (const [name, guid] of Object.entries(ABSTRACTION)) assert.equal(claimClassOf(guid), name);
  assert.equal(claimClassOf("12345678-0000-4000-8000-000000000000"), "unknown");
});

Deno.test("the bitmap of free slots, around word and byte boundaries", () => {
  const free = new Uint8Array(16);
  assert.equal(firstFree(free, 128), undefined);
  for (const slot of [127, 64, 63, 8, 7]) {
    setFree(free, slot, true);
    assert.equal(firstFree(free, 128), slot);
    assert.ok(isFree(free, slot));
  }
  assert.equal(firstFree(free, 7), undefined, "bits past the last slot do not count");
  assert.equal(firstFree(free, 8), 7);
  assert.deepEqual([countFree(free, 127), countFree(free, 128)], [4, 5]);
  setFree(free, 7, false);
  assert.equal(firstFree(free, 128), 8);
  assert.deepEqual(tailOf(510), { start: 510, end: 512 });
  assert.deepEqual(tailOf(512), { start: 512, end: 512 });
});

Deno.test("refusals say what, why and what to try", () => {
  const uuid = spec(1).uuid;
  const refusals: LabelRefusal[] = [
    readLabelArea(new Uint8Array(131072))._unsafeUnwrapErr(),
    readLabelArea(new Uint8Array(100))._unsafeUnwrapErr(),
    readLabelArea(new Uint8Array(131072))._unsafeUnwrapErr().faults[0]!,
    initialiseAsKernel(100, 256)._unsafeUnwrapErr(),
    { kind: "no free slot", slots: 510 },
    { kind: "no cookie" },
    { kind: "conflicting extents", uuid, slot: 3 },
    { kind: "missing label", uuid, position: 2 },
    { kind: "outside mapping", uuid, mapping: 1, slot: 3 },
    { kind: "no first label", uuid },
    { kind: "dpa conflict", uuid, slot: 3, dpa: 0n, size: 0n, other: undefined },
  ];
  const texts = refusals.map((refusal) => explainLabel(refusal));
  for (const { what, hint } of texts) assert.ok(what.length > 10 && hint.length > 5 && !/[.!]$/.test(what), what);
  assert.equal(new Set(texts.map(({ what }) => what)).size, texts.length);
  assert.match(texts[2]!.what, /^index block 0: signature is "", not "NAMESPACE_INDEX"$/);
});
