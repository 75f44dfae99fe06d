import assert from "node:assert/strict";
import { viewOf } from "../../src/base/bytes.ts";
import {
  ABSTRACTION,
  applyWrites,
  type CheckedRegion,
  checkLabelArea,
  checkLabelAreas,
  explainLabel,
  geometry,
  initialiseAsKernel,
  type LabelFault,
  type LabelSpec,
  labelV12,
  readLabelArea,
  slotOffset,
  updateLabel,
  writeIndex,
} from "../../src/label/mod.ts";
import { captured, labelAreas } from "./captures.ts";

const PM = "66f0d379-b4f3-4074-ac43-0d3318b78cdb";
const G = geometry(131072, 256)!;
const PAGES = 0x1000000;

const spec = (n: number, change: Partial<LabelSpec> = {}): LabelSpec => ({
  uuid: `00000000-0000-4000-8000-00000000000${n}`,
  name: `n${n}`,
  nlabel: 1,
  position: 0,
  isetCookie: 0x22n,
  lbaSize: 512,
  dpa: n * PAGES,
  rawSize: PAGES,
  typeGuid: PM,
  abstractionGuid: ABSTRACTION.pfn,
  ...change,
});

/** An area that the kernel initialised and that holds the labels, one in each slot from 0 on. */
function areaWith(...specs: LabelSpec[]): Uint8Array {
  let bytes = applyWrites(new Uint8Array(131072), initialiseAsKernel(131072, 256)._unsafeUnwrap().writes);
  for (const one of specs) {
    const { writes } = updateLabel(readLabelArea(bytes)._unsafeUnwrap(), one, { updating: false })._unsafeUnwrap();
    bytes = applyWrites(bytes, writes);
  }
  return bytes;
}

/** Rewrites one label in place; its checksum is made right again unless it is the change. */
function patch(bytes: Uint8Array, slot: number, change: Partial<Parameters<typeof labelV12.write>[0]>): Uint8Array {
  const at = slotOffset(G, slot);
  const before = labelV12.read(viewOf(bytes), at)._unsafeUnwrap();
  const label = labelV12.write({ ...before, ...change, checksum: 0n });
  let [low, high] = [0, 0];
  for (let i = 0; i < 256; i += 4) {
    low = (low + viewOf(label).getUint32(i, true)) >>> 0;
    high = (high + low) >>> 0;
  }
  viewOf(label).setBigUint64(248, change.checksum ?? (BigInt(high) << 32n) | BigInt(low), true);
  return applyWrites(bytes, [{ offset: at, bytes: label, note: "patch" }]);
}

const shape = (faults: readonly LabelFault[]) => faults.map(({ kind, severity, offset }) => [kind, severity, offset]);

Deno.test("areas that a kernel wrote have no fault; ndctl's have set tail bits", () => {
  assert.deepEqual(checkLabelArea(areaWith(spec(1), spec(2))), []);
  for (const path of labelAreas()) {
    for (const fault of checkLabelArea(captured(path))) {
      assert.ok(fault.kind === "tail bits" || fault.kind === "blank area", `${path}: ${fault.kind}`);
    }
  }
});

Deno.test("too small and blank areas", () => {
  assert.deepEqual(shape(checkLabelArea(new Uint8Array(767))), [["area too small", "error", 0]]);
  assert.deepEqual(shape(checkLabelArea(new Uint8Array(768))), [["blank area", "note", 0]]);
});

Deno.test("a torn index block is named; with a valid other one it is a warning", () => {
  const bytes = areaWith(spec(1), spec(2));
  const torn = bytes.slice();
  torn[100]! ^= 0x10;
  const [fault, ...more] = checkLabelArea(torn);
  assert.deepEqual([shape([fault!]), more], [[["index block unusable", "warning", 0]], []]);
  assert.ok(fault?.kind === "index block unusable" && fault.torn && fault.other);
  assert.match(explainLabel(fault).what, /^index block 0 is torn: its checksum is 0x[0-9a-f]+, not 0x[0-9a-f]+$/);
  torn[256 + 100]! ^= 0x10;
  assert.deepEqual(shape(checkLabelArea(torn)), [
    ["index block unusable", "error", 0],
    ["index block unusable", "error", 256],
  ]);
});

Deno.test("sequence numbers that tie or have bits to spare", () => {
  const free = readLabelArea(areaWith())._unsafeUnwrap().free;
  const write = (a: number, b: number) => {
    const bytes = areaWith();
    bytes.set(writeIndex(G, 0, a, G.slots, free), 0);
    bytes.set(writeIndex(G, 1, b, G.slots, free), 256);
    return shape(checkLabelArea(bytes));
  };
  assert.deepEqual(write(3, 3), [["sequence tie", "warning", 256 + 20]]);
  assert.deepEqual(write(5, 2), [["sequence excess", "note", 20]]);
  assert.deepEqual(write(4, 2), [["index block unusable", "warning", 20]]);
});

Deno.test("index blocks that offer different numbers of slots", () => {
  const bytes = areaWith();
  const free = readLabelArea(bytes)._unsafeUnwrap().free.slice();
  bytes.set(writeIndex(G, 1, 2, 508, free), 256);
  assert.deepEqual(shape(checkLabelArea(bytes)), [
    ["slots not offered", "note", 256 + 56],
    ["index blocks disagree", "warning", 256 + 56],
    ["tail bits", "note", 256 + 72 + 63],
  ]);
});

Deno.test("slots in use without a valid label are lost", () => {
  const bytes = areaWith(spec(1), spec(2));
  assert.deepEqual(shape(checkLabelArea(patch(bytes, 0, { slot: 7 }))), [[
    "lost slot",
    "error",
    slotOffset(G, 0) + 120,
  ]]);
  assert.deepEqual(shape(checkLabelArea(patch(bytes, 1, { checksum: 1n }))), [
    ["lost slot", "error", slotOffset(G, 1) + 248],
  ]);
});

Deno.test("labels that are marked, misplaced, misaligned or strange", () => {
  const bytes = areaWith(spec(1));
  const at = slotOffset(G, 0);
  const found = (change: Parameters<typeof patch>[2]) => shape(checkLabelArea(patch(bytes, 0, change)));
  assert.deepEqual(found({ flags: 8 }), [["updating", "warning", at + 80]]);
  assert.deepEqual(found({ flags: 16 }), [["reserved bytes", "note", at]]);
  assert.deepEqual(found({ reserved2: new Uint8Array(88).fill(1) }), [["reserved bytes", "note", at]]);
  assert.deepEqual(found({ position: 1 }), [["impossible position", "error", at + 84]]);
  assert.deepEqual(found({ nlabel: 0 }), [["impossible position", "error", at + 84]]);
  assert.deepEqual(found({ dpa: 4097n }), [["misaligned extent", "warning", at + 104]]);
  assert.deepEqual(found({ rawSize: 0n }), [["overlapping dpa", "error", at + 104]]);
  assert.deepEqual(found({ abstractionGuid: PM }), [["unknown abstraction", "note", at + 144]]);
});

Deno.test("overlapping extents and two labels of one uuid", () => {
  const bytes = areaWith(spec(1), spec(2));
  const touching = patch(bytes, 1, { dpa: BigInt(PAGES) + 4096n });
  assert.deepEqual(shape(checkLabelArea(touching)), [["overlapping dpa", "error", slotOffset(G, 1) + 104]]);
  const twice = patch(bytes, 1, { uuid: spec(1).uuid });
  assert.deepEqual(shape(checkLabelArea(twice)), [["duplicate label", "error", slotOffset(G, 1)]]);
});

Deno.test("sets over several DIMMs: missing and doubled positions, members that disagree", () => {
  const pair = (change: Partial<LabelSpec>) => [
    areaWith(spec(1, { nlabel: 2 })),
    areaWith(spec(1, { nlabel: 2, position: 1, ...change })),
  ];
  const found = (change: Partial<LabelSpec>) =>
    checkLabelAreas(pair(change)).map((fault) => [fault.kind, fault.area, "field" in fault ? fault.field : undefined]);
  assert.deepEqual(found({}), []);
  assert.deepEqual(found({ position: 0 }), [["doubled position", 1, undefined], ["missing position", 0, undefined]]);
  assert.deepEqual(found({ nlabel: 3 }), [["set disagrees", 1, "nlabel"]]);
  assert.deepEqual(found({ isetCookie: 5n }), [["set disagrees", 1, "cookie"]]);
  assert.deepEqual(found({ rawSize: 2 * PAGES }), [["set disagrees", 1, "size"]]);
  assert.deepEqual(found({ name: "other" }), [["set disagrees", 1, "name"]]);
  const lonely = checkLabelAreas([areaWith(spec(1, { nlabel: 65535 }))]);
  assert.deepEqual(lonely.map(({ kind }) => kind), ["missing position", "missing position"], "not 65534 times");
});

Deno.test("labels against their regions: foreign cookie, foreign type, no region", () => {
  const region: CheckedRegion = {
    mappings: [{ area: 0, start: 0, size: 4 * PAGES }],
    cookie1: 0x11n,
    cookie2: 0x22n,
    altCookie: 0x33n,
    typeGuid: PM,
  };
  const found = (change: Partial<LabelSpec>) =>
    checkLabelAreas([areaWith(spec(1, change))], [region]).map(({ kind }) => kind);
  assert.deepEqual(found({}), []);
  assert.deepEqual(found({ isetCookie: 0x33n }), []);
  assert.deepEqual(found({ isetCookie: 0x11n }), ["foreign cookie"]);
  assert.deepEqual(found({ typeGuid: ABSTRACTION.dax }), ["foreign type"]);
  assert.deepEqual(found({ dpa: 3 * PAGES }), []);
  assert.deepEqual(found({ dpa: 3 * PAGES + 4096 }), ["outside regions"]);
});

Deno.test("every captured bus is sound as a whole", () => {
  const groups = Map.groupBy(
    labelAreas().filter((path) => path.includes("/end.")),
    (path) => path.replace(/[^/]*$/, ""),
  );
  for (const [folder, paths] of groups) {
    const kinds = checkLabelAreas(paths.map(captured)).map(({ kind }) => kind);
    assert.deepEqual(kinds.filter((kind) => kind !== "tail bits" && kind !== "blank area"), [], folder);
  }
});

Deno.test("every fault has an explanation with what and hint", () => {
  const bytes = patch(patch(areaWith(spec(1), spec(2), spec(3)), 0, { flags: 8, position: 9, dpa: 1n }), 1, {
    slot: 99,
  });
  const faults = checkLabelAreas([bytes], []);
  assert.ok(faults.length >= 5);
  for (const fault of faults) {
    const { what, hint } = explainLabel(fault);
    assert.ok(what.length > 10 && hint.length > 5 && !what.endsWith("."), what);
  }
});
