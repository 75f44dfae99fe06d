import assert from "node:assert/strict";
import { prettyJson } from "../../src/base/json.ts";
import {
  describeLabelArea,
  describeSlot,
  geometry,
  indexBlock,
  labelV11,
  labelV12,
  rawIndex,
  readLabel,
  readLabelArea,
  readLabelsJson,
  slotOffset,
} from "../../src/label/mod.ts";
import { sameBytes, viewOf } from "../../src/base/bytes.ts";
import { captured, capturedText, labelAreas, printed } from "./captures.ts";

Deno.test("read-labels prints every captured area as ndctl did, to the last character", () => {
  const areas = labelAreas().filter((path) => path.includes(".nmem"));
  assert.ok(areas.length >= 60, `${areas.length} are there`);
  for (const path of areas) {
    const dev = /nmem[0-9]+/.exec(path)![0];
    const text = capturedText(path.replace(".bin.gz", ".json"));
    assert.equal(`${prettyJson([readLabelsJson(dev, captured(path))!])}\n`, text, path);
  }
});

Deno.test("read-labels -u and -I as a terminal session shows them", () => {
  const end = captured("transcript-ndctl-1/labels/end.nmem0.bin.gz");
  assert.equal(`${prettyJson([readLabelsJson("nmem0", end, { human: true })!])}\n`, printed("transcript-ndctl-1", 299));
  const modes = captured("carve-modes-v12/labels/end.nmem0.bin.gz");
  const human = prettyJson([readLabelsJson("nmem0", modes, { human: true })!]);
  assert.ok(human.includes(`"flags":"0x8"`) && human.includes(`"flags":"0"`));
  assert.ok(human.includes(`"rawsize":"256.00 MiB (268.44 MB)"`) && human.includes(`"dpa":"0x28000000"`));
  const index = readLabelsJson("nmem0", modes, { indexOnly: true }) as object;
  assert.deepEqual(Object.keys(index), ["dev", "index"]);
});

Deno.test("an area too small for labels, or none, is not read", () => {
  assert.equal(readLabelsJson("nmem0", new Uint8Array(0)), undefined);
  assert.equal(readLabelsJson("nmem0", new Uint8Array(767)), undefined);
});

Deno.test("every captured label area decodes and encodes to the same bytes, block by block and slot by slot", () => {
  const paths = labelAreas();
  let labels = 0;
  for (const path of paths) {
    const bytes = captured(path);
    const g = readLabelArea(bytes).match(({ geometry }) => geometry, () => geometry(bytes.length, 256)!);
    const label = g.labelSize === 128 ? labelV11 : labelV12;
    const again = bytes.slice().fill(0xee, 0, slotOffset(g, g.slots));
    for (const block of [0, 1] as const) again.set(indexBlock.write(rawIndex(bytes, g, block)), block * g.indexSize);
    for (let slot = 0; slot < g.slots; slot++) {
      const at = slotOffset(g, slot);
      again.set(label.write(label.read(viewOf(bytes), at)._unsafeUnwrap() as never), at);
    }
    assert.ok(sameBytes(again, bytes), path);
    for (const { slot, label } of describeLabelArea(bytes)!.slots) {
      assert.deepEqual(label, readLabel(bytes, slotOffset(g, slot), g.labelSize));
      labels++;
    }
  }
  assert.ok(paths.length > 80 && labels > 150, `${labels} labels in ${paths.length} areas`);
});

Deno.test("the description names the block in force, and what each slot holds", () => {
  const bytes = captured("carve-v11/labels/end.nmem0.bin.gz");
  const view = describeLabelArea(bytes)!;
  assert.equal(view.version, "1.1");
  assert.deepEqual(view.index.map(({ current }) => current), [false, true]);
  assert.deepEqual(view.slots.map(({ slot, state }) => [slot, state]), [
    [0, "stale"],
    [1, "stale"],
    [2, "in use"],
    [3, "in use"],
  ]);
  assert.deepEqual(view.tail, { offset: 131072, length: 0 });
  const rows = describeSlot(bytes, view.geometry, 2);
  assert.deepEqual(rows.map(({ name }) => name), [
    "Uuid",
    "Name",
    "Flags",
    "NLabel",
    "Position",
    "SetCookie",
    "LbaSize",
    "Dpa",
    "RawSize",
    "Slot",
    "unused",
  ]);
  const row = (name: string) => rows.find((field) => field.name === name)!;
  assert.deepEqual([row("Name").text, row("RawSize").text, row("Slot").text], [
    `"two"`,
    "0x8000000 (128.00 MiB)",
    "2",
  ]);
  assert.equal(row("Dpa").offset, 512 + 2 * 128 + 104);
  assert.equal(row("Dpa").hex, "0000000400000000");
  assert.equal(view.index[1]!.fields.find(({ name }) => name === "Free")!.text, "1018 of 1020 free");
});

Deno.test("a blank area has a description: two blocks that are not valid, and no slots", () => {
  const view = describeLabelArea(new Uint8Array(131072))!;
  assert.deepEqual(view.index.map(({ fault }) => fault?.reason), ["signature", "signature"]);
  assert.deepEqual([view.version, view.slots], [undefined, []]);
  assert.equal(describeLabelArea(new Uint8Array(100)), undefined);
});
