/** The reference vectors for labels, computed by independent programs or taken from other projects' test data. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { concat, hexText, viewOf } from "../../src/base/bytes.ts";
import { NIL_UUID } from "../../src/base/guid.ts";
import {
  ABSTRACTION,
  applyWrites,
  availableSlots,
  checkLabelArea,
  deleteLabels,
  geometry,
  initialiseAsKernel,
  initialiseAsNdctl,
  type LabelArea,
  type LabelSpec,
  namespacesFromLabels,
  newerIndex,
  readIndex,
  readLabelArea,
  updateLabel,
  usedSlots,
  writeIndex,
  writeLabel,
} from "../../src/label/mod.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const at64 = (bytes: Uint8Array, offset: number): bigint => viewOf(bytes).getBigUint64(offset, true);
const PM = "66f0d379-b4f3-4074-ac43-0d3318b78cdb";
const SIZE = 131072;

const db0: LabelSpec = {
  uuid: "01234567-89ab-4def-8123-456789abcdef",
  name: "db0",
  nlabel: 1,
  position: 0,
  isetCookie: 0xba90120012b4dcn,
  lbaSize: 512,
  dpa: 0,
  rawSize: 0x20000000,
  typeGuid: PM,
  abstractionGuid: ABSTRACTION.pfn,
};

Deno.test("L1: geometry: slots, block size and label offset for every area size", () => {
  const rows: [number, [number, number, number] | undefined, [number, number, number] | undefined][] = [
    [0, undefined, undefined],
    [511, undefined, undefined],
    [767, undefined, undefined],
    [768, [2, 256, 512], undefined],
    [1023, [3, 256, 512], undefined],
    [1024, [4, 256, 512], [2, 256, 512]],
    [4096, [28, 256, 512], [14, 256, 512]],
    [65536, [508, 256, 512], [254, 256, 512]],
    [131072, [1020, 256, 512], [510, 256, 512]],
    [262144, [2040, 512, 1024], [1022, 256, 512]],
    [1048576, [8172, 1280, 2560], [4090, 768, 1536]],
  ];
  for (const [size, small, large] of rows) {
    for (const [labelSize, wanted] of [[128, small], [256, large]] as const) {
      const g = geometry(size, labelSize);
      assert.deepEqual(g && [g.slots, g.indexSize, g.labelOffset], wanted, `${size} bytes, labels of ${labelSize}`);
    }
  }
});

Deno.test("L2, L3: fresh index blocks as the kernel and as ndctl write them", () => {
  const sums = (writes: readonly { bytes: Uint8Array }[]) => writes.map(({ bytes }) => at64(bytes, 64));
  const kernel = (labelSize: 128 | 256) => sums(initialiseAsKernel(SIZE, labelSize)._unsafeUnwrap().writes);
  assert.deepEqual(kernel(256), [0xe793e3ed18323c1cn, 0xe793e7b218323c1bn]);
  assert.deepEqual(kernel(128), [0xdb634621e7313e0an, 0xdb6349e6e7313e09n]);
  const ndctl = (version: "1.1" | "1.2") =>
    sums(initialiseAsNdctl(new Uint8Array(SIZE), version)._unsafeUnwrap().writes);
  assert.deepEqual(ndctl("1.2"), [0x2793e3edd8323c1cn, 0x2793e7b2d8323c1bn]);
  assert.deepEqual(ndctl("1.1"), [0xeb634621d7313e0an, 0xeb6349e6d7313e09n]);
  assert.equal(
    hexText(initialiseAsKernel(SIZE, 256)._unsafeUnwrap().writes[0]!.bytes.subarray(0, 72)),
    "4e414d4553504143455f494e4445580000000001030000000000000000000000000100000000000000010000000000000002000000000000" +
      "fe010000010002001c3c3218ede393e7",
  );
});

Deno.test("ndctl's initialisation keeps what lies behind the bitmap's last word", () => {
  const dirty = new Uint8Array(SIZE).fill(0xa5);
  const [block] = initialiseAsNdctl(dirty, "1.2")._unsafeUnwrap().writes;
  assert.deepEqual(block!.bytes.subarray(72 + 64), new Uint8Array(256 - 136).fill(0xa5));
  assert.ok(block!.bytes.subarray(72, 72 + 64).every((byte) => byte === 0xff));
});

Deno.test("an area one byte too small cannot be initialised", () => {
  assert.ok(initialiseAsNdctl(new Uint8Array(768), "1.1").isOk());
  assert.deepEqual(initialiseAsNdctl(new Uint8Array(767), "1.1")._unsafeUnwrapErr(), {
    kind: "area too small",
    configSize: 767,
    labelSize: 128,
  });
  assert.ok(initialiseAsKernel(1023, 256).isErr());
});

Deno.test("L4, L5: a label of each version", () => {
  const label = writeLabel(db0, 1, 0, 256).bytes;
  assert.equal(at64(label, 248), 0xf7a775dca6e8473en);
  assert.equal(sha256(label), "e536c6dbbee157a7a6f3de1d3613b7d3d1a6c7483a301ae11504e8c89ea25e9f");
  assert.equal(at64(writeLabel(db0, 0, 8, 256).bytes, 248), 0xf7a7771aa6e84745n);
  const old = writeLabel({ ...db0, isetCookie: 0x2468ac00123456n, lbaSize: 0 }, 1, 0, 128).bytes;
  assert.equal(old.length, 128);
  assert.equal(sha256(old), "b5b532246b12ad23c418157a35ccbc8687f4cdd1120fa4d66f9d08605854b6a8");
});

Deno.test("L6: the history of one create-namespace, index block by index block", () => {
  let bytes: Uint8Array = new Uint8Array(SIZE);
  bytes = applyWrites(bytes, initialiseAsNdctl(bytes, "1.2")._unsafeUnwrap().writes);
  let area = readLabelArea(bytes)._unsafeUnwrap();
  const steps: [number, number, number[], bigint][] = [];
  const run = (change: { area: LabelArea; writes: readonly { bytes: Uint8Array; offset: number; note: string }[] }) => {
    bytes = applyWrites(bytes, change.writes);
    area = change.area;
    steps.push([area.current, area.sequence, usedSlots(area.free, area.slots), at64(change.writes.at(-1)!.bytes, 64)]);
  };
  run(deleteLabels(area, db0.uuid));
  run(deleteLabels(area, db0.uuid));
  for (let i = 0; i < 6; i++) run(updateLabel(area, db0, { updating: i % 2 === 0 })._unsafeUnwrap());
  assert.deepEqual(steps, [
    [1, 1, [], 0x2793e777d8323c1an],
    [0, 2, [], 0x2793e3b2d8323c1bn],
    [1, 3, [0], 0x2793e7bfd8323c1bn],
    [0, 1, [1], 0x2793e31bd8323c18n],
    [1, 2, [0], 0x2793e784d8323c1an],
    [0, 3, [1], 0x2793e391d8323c1an],
    [1, 1, [0], 0x2793e749d8323c19n],
    [0, 2, [1], 0x2793e356d8323c19n],
  ]);
  assert.equal(sha256(bytes), "63fe3d35a502acd62c5ce542a27ee3337028f3d26aebe6577663d01f23a52d3c");
  assert.equal(sha256(bytes.subarray(0, 1024)), "42e10a624493da086a4f50ae9f1cce83aa86e4f05e2d984e5c7220b718879abc");
  assert.equal(availableSlots(area), 508);
  assert.deepEqual(readLabelArea(bytes)._unsafeUnwrap(), area);
});

Deno.test("L7: the first update after the kernel's own initialisation repeats sequence 3", () => {
  const fresh = initialiseAsKernel(SIZE, 256)._unsafeUnwrap().area;
  const first = updateLabel(fresh, db0, { updating: true })._unsafeUnwrap();
  assert.deepEqual(first.writes.map(({ note }) => note), ["label slot 0 (updating)", "index block 1, seq 3"]);
  assert.equal(at64(first.writes[1]!.bytes, 64), 0xe793e7bf18323c1bn);
  const second = updateLabel(first.area, db0, { updating: false })._unsafeUnwrap();
  assert.deepEqual(second.writes.map(({ note }) => note), ["label slot 1", "index block 0, seq 1"]);
  assert.equal(at64(second.writes[1]!.bytes, 64), 0xe793e31b18323c18n);
});

/** The areas of ndctl's own test suite (test/nmem1.bin to nmem4.bin), built here: their digests say that they are equal. */
function ndctlTestArea(position: number): Uint8Array {
  const g = geometry(SIZE, 128)!;
  const free = new Uint8Array(g.indexSize - 72).fill(0xff, 0, 1016 / 8);
  const used = free.slice();
  used[0] = 0xfe;
  const spec: LabelSpec = {
    uuid: "6830f039-7914-423e-bad6-22bda8fde8d6",
    name: "",
    nlabel: 4,
    position,
    isetCookie: 0x803f6d70100fefbn,
    lbaSize: 0,
    dpa: 0x1000000,
    rawSize: 0x1000000,
    typeGuid: NIL_UUID,
    abstractionGuid: NIL_UUID,
  };
  const area = new Uint8Array(SIZE);
  area.set(concat(writeIndex(g, 0, 0, 1016, free), writeIndex(g, 1, 3, 1016, used), writeLabel(spec, 0, 8, 128).bytes));
  return area;
}

Deno.test("L8: real areas of an early kernel: fewer slots than fit, and sequence 0", () => {
  const digests = ["228dbe86d9703436", "ea59f538993218d7", "f0d7dd0ccf48f548", "f5fd5617a39d584b"];
  assert.deepEqual([0, 1, 2, 3].map((p) => sha256(ndctlTestArea(p)).slice(0, 16)), digests);
  const bytes = ndctlTestArea(0);
  assert.equal(at64(bytes, 64), 0xfa6344a8d8313e03n);
  assert.equal(at64(bytes, 256 + 64), 0xfa63492bd8313e05n);
  const g = geometry(SIZE, 128)!;
  assert.equal(readIndex(bytes, g, 0)._unsafeUnwrapErr().reason, "sequence");
  const area = readLabelArea(bytes)._unsafeUnwrap();
  assert.deepEqual([area.current, area.sequence, area.slots, area.labels.length], [1, 3, 1016, 1]);
  const kinds = checkLabelArea(bytes).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["index block unusable", "slots not offered", "updating"]);
});

Deno.test("labels that carry the cookie old kernels computed make a namespace", () => {
  const region = {
    start: 0x100000000,
    mappings: [0, 1, 2, 3].map((p) => ({
      start: 0x1000000,
      size: 0x2000000,
      area: readLabelArea(ndctlTestArea(p))._unsafeUnwrap(),
    })),
    cookie1: 1n,
    cookie2: 2n,
    altCookie: 0x803f6d70100fefbn,
    typeGuid: PM,
  };
  const [namespace, ...more] = namespacesFromLabels(region)._unsafeUnwrap();
  assert.equal(more.length, 0);
  assert.equal(namespace!.start, 0x100000000);
  assert.equal(namespace!.size, 0x4000000);
  assert.deepEqual(namespace!.extents[3], { dpa: 0x1000000, size: 0x1000000, slot: 0 });
  assert.deepEqual(
    namespacesFromLabels({ ...region, altCookie: 3n })._unsafeUnwrap(),
    [],
    "a foreign cookie is skipped",
  );
});

Deno.test("L9: the labels of a two-way set", () => {
  const spec = { ...db0, name: "", nlabel: 2, isetCookie: 0xc32f4ea4b5a98a6an, rawSize: 0x10000000 };
  const sum = (position: number) =>
    at64(writeLabel({ ...spec, position, abstractionGuid: ABSTRACTION.none }, 1, 0, 256).bytes, 248);
  assert.equal(sum(0), 0xb3461267ec7dfbd5n);
  assert.equal(sum(1), 0xb3711267ec7efbd5n);
});

Deno.test("of two valid index blocks the follower is in force, block 1 on a tie", () => {
  const winners = [1, 2, 3].map((a) => [1, 2, 3].map((b) => newerIndex(a, b)));
  assert.deepEqual(winners, [[1, 1, 0], [0, 1, 1], [1, 0, 1]]);
});
