/** Everything that can be found wrong by looking at one label area alone: first the index blocks, then the labels. */
import { isZero, viewOf } from "../base/bytes.ts";
import { type LabelArea, readLabelArea, slotFault } from "./area.ts";
import { isFree, tailOf, usedSlots } from "./free_slots.ts";
import { type Geometry, geometry, INDEX_HEADER_SIZE, slotOffset } from "./geometry.ts";
import { type IndexNumber, type IndexRecord, readIndex } from "./index_block.ts";
import type { LabelFault, LabelFinding, Severity } from "./label_faults.ts";
import {
  claimClassOf,
  LABEL_FLAG,
  labelChecksum,
  labelReservedIsZero,
  labelSlot,
  type NamespaceLabel,
} from "./namespace_label.ts";
import { assumedLabelSize } from "./read_labels.ts";
import { dpaConflicts } from "./reservations.ts";

/** Labels describe whole pages. */
const EXTENT_STEP = 4096n;

const SLOT_FIELD = { offset: 120, length: 4 };
const CHECKSUM_FIELD = { offset: 248, length: 8 };
const DPA_FIELDS = { offset: 104, length: 16 };

/** Faults in the order of their places: index blocks, then labels by slot. `number` stands as `area` in them. */
export function checkLabelArea(area: Uint8Array, number = 0): LabelFault[] {
  const faults: LabelFault[] = [];
  const report: Report = (severity, offset, length, finding) =>
    faults.push({ ...finding, severity, area: number, offset, length });
  const read = readLabelArea(area);
  const g = read.isOk() ? read.value.geometry : geometry(area.length, assumedLabelSize(area));
  if (!g) {
    report("error", 0, area.length, { kind: "area too small", configSize: area.length, labelSize: 128 });
    return faults;
  }
  if (isZero(area.subarray(0, g.labelOffset))) {
    report("note", 0, g.labelOffset, { kind: "blank area" });
    return faults;
  }
  checkIndexes(area, g, report);
  if (read.isOk()) checkLabels(area, read.value, report);
  return faults.sort((a, b) => a.offset - b.offset);
}

type Report = (severity: Severity, offset: number, length: number, finding: LabelFinding) => void;

function checkIndexes(area: Uint8Array, g: Geometry, report: Report): void {
  const blocks = [readIndex(area, g, 0), readIndex(area, g, 1)];
  for (const [i, block] of blocks.entries()) {
    if (block.isOk()) checkIndex(g, i as IndexNumber, block.value, report);
    else {
      const other = blocks[1 - i]!.isOk();
      const [torn, at] = [block.error.reason === "checksum", i * g.indexSize];
      report(other ? "warning" : "error", at, g.indexSize, {
        kind: "index block unusable",
        cause: block.error,
        torn,
        other,
      });
    }
  }
  const [first, second] = blocks;
  if (!first?.isOk() || !second?.isOk()) return;
  const [a, b] = [first.value, second.value];
  if ((a.sequence & 3) === (b.sequence & 3)) {
    report("warning", g.indexSize + 20, 4, { kind: "sequence tie", sequence: a.sequence & 3 });
  }
  const disagree = (field: "slots" | "version", offset: number, values: [string, string]) => {
    if (values[0] !== values[1]) report("warning", offset, 4, { kind: "index blocks disagree", field, values });
  };
  disagree("slots", g.indexSize + 56, [String(a.slots), String(b.slots)]);
  disagree("version", g.indexSize + 60, [`${a.major}.${a.minor}`, `${b.major}.${b.minor}`]);
}

function checkIndex(g: Geometry, block: IndexNumber, record: IndexRecord, report: Report): void {
  const at = block * g.indexSize;
  if (record.sequence > 3) report("note", at + 20, 4, { kind: "sequence excess", block, sequence: record.sequence });
  if (record.slots < g.slots) {
    report("note", at + 56, 4, { kind: "slots not offered", slots: record.slots, possible: g.slots });
  }
  const tail = tailOf(record.slots);
  let bits = 0;
  for (let slot = tail.start; slot < tail.end; slot++) if (isFree(record.free, slot)) bits++;
  const first = INDEX_HEADER_SIZE + (tail.start >> 3);
  if (bits > 0) {
    report("note", at + first, Math.ceil(tail.end / 8) - (tail.start >> 3), { kind: "tail bits", block, bits });
  }
}

function checkLabels(area: Uint8Array, view: LabelArea, report: Report): void {
  const g = view.geometry;
  for (const slot of usedSlots(view.free, view.slots)) {
    const at = slotOffset(g, slot);
    switch (slotFault(area, g, slot)) {
      case "slot": {
        const found = labelSlot(area, at);
        report("error", at + SLOT_FIELD.offset, SLOT_FIELD.length, { kind: "lost slot", slot, cause: "slot", found });
        break;
      }
      case "checksum": {
        const found = viewOf(area).getBigUint64(at + CHECKSUM_FIELD.offset, true);
        const wanted = labelChecksum(area.subarray(at, at + g.labelSize));
        const { offset, length } = CHECKSUM_FIELD;
        report("error", at + offset, length, { kind: "lost slot", slot, cause: "checksum", found, wanted });
      }
    }
  }
  const seen = new Map<string, number>();
  for (const label of view.labels) {
    checkLabel(label, slotOffset(g, label.slot), report);
    const at = slotOffset(g, label.slot);
    if (!labelReservedIsZero(area, at, g.labelSize)) {
      report("note", at, g.labelSize, { kind: "reserved bytes", slot: label.slot, flags: label.flags });
    }
    const other = seen.get(label.uuid);
    if (other === undefined) seen.set(label.uuid, label.slot);
    else report("error", at, 16, { kind: "duplicate label", slot: label.slot, other, uuid: label.uuid });
  }
  for (const { slot, uuid, dpa, size, other } of dpaConflicts(view.labels)) {
    const { offset, length } = DPA_FIELDS;
    report("error", slotOffset(g, slot) + offset, length, { kind: "overlapping dpa", slot, uuid, other, dpa, size });
  }
}

function checkLabel(label: NamespaceLabel, at: number, report: Report): void {
  const { slot, uuid, flags, nlabel, position, dpa, rawSize: size } = label;
  if ((flags & LABEL_FLAG.updating) !== 0) report("warning", at + 80, 4, { kind: "updating", slot, uuid });
  if (position >= nlabel) report("error", at + 84, 4, { kind: "impossible position", slot, position, nlabel });
  if (((dpa | size) & (EXTENT_STEP - 1n)) !== 0n) {
    report("warning", at + DPA_FIELDS.offset, DPA_FIELDS.length, { kind: "misaligned extent", slot, dpa, size });
  }
  if (claimClassOf(label.abstractionGuid) === "unknown") {
    report("note", at + 144, 16, { kind: "unknown abstraction", slot, guid: label.abstractionGuid });
  }
}
