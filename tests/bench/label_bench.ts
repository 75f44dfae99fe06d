/**
 * Label areas: reading one of 128 KiB with 500 labels beside the floor of a plain DataView loop that loads the same fields
 * and sums the same checksums; one update with the view handed in, over few and many labels; describing and checking. Run:
 * `deno run --allow-read tests/bench/label_bench.ts [labels]`; prints one JSON line.
 */
import assert from "node:assert/strict";
import {
  ABSTRACTION,
  applyWrites,
  checkLabelArea,
  describeLabelArea,
  initialiseAsKernel,
  type LabelArea,
  type LabelSpec,
  namespacesFromLabels,
  readLabelArea,
  readLabelsJson,
  updateLabel,
} from "../../src/label/mod.ts";
import { best, rounded } from "./best.ts";

const SIZE = 131072;
const RUNS = 40;
const UPDATES = 1000;
const PM = "66f0d379-b4f3-4074-ac43-0d3318b78cdb";

const specOf = (n: number): LabelSpec => ({
  uuid: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  name: `n${n}`,
  nlabel: 1,
  position: 0,
  isetCookie: 7n,
  lbaSize: 512,
  dpa: n * 2 ** 24,
  rawSize: 2 ** 24,
  typeGuid: PM,
  abstractionGuid: ABSTRACTION.pfn,
});

/** An area with so many labels in use, and the view of it. */
export function filled(labels: number): { bytes: Uint8Array; area: LabelArea } {
  const fresh = initialiseAsKernel(SIZE, 256)._unsafeUnwrap();
  let bytes = applyWrites(new Uint8Array(SIZE), fresh.writes);
  let area = fresh.area;
  for (let n = 0; n < labels; n++) {
    const change = updateLabel(area, specOf(n), { updating: false })._unsafeUnwrap();
    for (const write of change.writes) bytes.set(write.bytes, write.offset);
    area = change.area;
  }
  bytes = bytes.slice();
  return { bytes, area };
}

/** What any reader must do at least: both index sums, and of each label its fields and its sum. */
function floor(bytes: Uint8Array, labels: number): number {
  const view = new DataView(bytes.buffer);
  let total = 0;
  const sum = (start: number) => {
    let low = 0;
    let high = 0;
    for (let at = start; at < start + 256; at += 4) {
      low = (low + view.getUint32(at, true)) >>> 0;
      high = (high + low) >>> 0;
    }
    total += high;
  };
  sum(0);
  sum(256);
  for (let slot = 0; slot < labels; slot++) {
    const at = 512 + slot * 256;
    sum(at);
    for (let i = 0; i < 80; i++) total += view.getUint8(at + i);
    total += view.getUint32(at + 80, true) + view.getUint16(at + 84, true) + view.getUint16(at + 86, true);
    for (let i = 88; i < 120; i += 8) total += Number(view.getBigUint64(at + i, true) & 0xffn);
    total += view.getUint32(at + 120, true);
    for (let i = 128; i < 160; i++) total += view.getUint8(at + i);
  }
  return total;
}

/** Microseconds of one update of a label that is there, by the number of labels beside it. */
export function updateCost(labels: number): number {
  let { area } = filled(labels);
  let i = 0;
  return best(() => {
    area = updateLabel(area, specOf(i++ % labels), { updating: i % 2 === 0 })._unsafeUnwrap().area;
  }, UPDATES) * 1000;
}

export function measure(labels: number) {
  const { bytes, area } = filled(labels);
  assert.equal(readLabelArea(bytes)._unsafeUnwrap().labels.length, labels);
  const floorMs = best(() => floor(bytes, labels), RUNS);
  const row = (ms: number) => ({
    ms: rounded(ms),
    labelsPerSecond: Math.round(labels / ms * 1000),
    megabytesPerSecond: rounded(labels * 256 / ms / 1000),
    timesFloor: rounded(ms / floorMs),
  });
  const region = { start: 2 ** 32, cookie1: 7n, cookie2: 7n, altCookie: 7n, typeGuid: PM };
  return {
    labels,
    floor: row(floorMs),
    read: row(best(() => readLabelArea(bytes), RUNS)),
    namespaces: row(
      best(() => namespacesFromLabels({ ...region, mappings: [{ start: 0, size: 2 ** 40, area }] }), RUNS),
    ),
    check: row(best(() => checkLabelArea(bytes), RUNS)),
    describe: row(best(() => describeLabelArea(bytes), RUNS)),
    readLabelsJson: row(best(() => readLabelsJson("nmem0", bytes), RUNS)),
    updateMicroseconds: { of5: rounded(updateCost(5)), [`of${labels}`]: rounded(updateCost(labels)) },
  };
}

if (import.meta.main) console.log(JSON.stringify(measure(Number(Deno.args[0] ?? 500))));
