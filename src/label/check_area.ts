/** Everything that can be found wrong by looking at one label area alone: first the index blocks, then the labels. */
import { isZero, viewOf } from "../base/bytes.ts";
import type { Field } from "../base/structure.ts";
import { type LabelArea, readLabelArea, slotFault } from "./area.ts";
import { isCxlLabel } from "./cxl.ts";
import { isFree, tailOf, usedSlots } from "./free_slots.ts";
import { type Geometry, geometry, slotOffset } from "./geometry.ts";
import { indexBlock, type IndexNumber, type IndexRecord, readIndex } from "./index_block.ts";
import type { LabelFault, LabelFinding, Severity } from "./label_faults.ts";
import {
  claimClassOf,
  LABEL_FLAG,
  labelChecksum,
  labelReservedIsZero,
  labelSlot,
  labelV12,
  type NamespaceLabel,
} from "./namespace_label.ts";
import { assumedLabelSize } from "./read_labels.ts";
import { dpaConflicts } from "./reservations.ts";

/** The valid labels that describe namespaces of an NVDIMM. */
export const namespaceLabels = (area: Uint8Array, { geometry, labels }: LabelArea): NamespaceLabel[] =>
  labels.filter(({ slot }) => !isCxlLabel(area, slotOffset(geometry, slot), geometry));

/** Labels describe whole pages. */
const EXTENT_STEP = 4096n;

const INDEX = indexBlock.fields;
const LABEL = labelV12.fields;

/** Faults in the order of their places: index blocks, then labels by slot. `number` stands as `area` in them. */
export function checkLabelArea(area: Uint8Array, number = 0): LabelFault[] {
  const faults: LabelFault[] = [];
  const report: Report = (severity, place, finding) => faults.push({ ...finding, severity, area: number, ...place });
  const read = readLabelArea(area);
  const g = read.isOk() ? read.value.geometry : geometry(area.length, assumedLabelSize(area));
  if (!g) {
    report("error", { offset: 0, length: area.length }, {
      kind: "area too small",
      configSize: area.length,
      labelSize: 128,
    });
    return faults;
  }
  if (isZero(area.subarray(0, g.labelOffset))) {
    report("note", { offset: 0, length: g.labelOffset }, { kind: "blank area" });
    return faults;
  }
  checkIndexes(area, g, report);
  if (read.isOk()) checkLabels(area, read.value, report);
  return faults.sort((a, b) => a.offset - b.offset);
}

interface Spot {
  readonly offset: number;
  readonly length: number;
}

type Report = (severity: Severity, spot: Spot, finding: LabelFinding) => void;

/** A field of the structure that starts at `base`; with `last`, from the one to the end of the other. */
const spot = (base: number, first: Field, last = first): Spot => ({
  offset: base + first.offset,
  length: last.offset + last.size - first.offset,
});

function checkIndexes(area: Uint8Array, g: Geometry, report: Report): void {
  const blocks = [readIndex(area, g, 0), readIndex(area, g, 1)];
  for (const [i, block] of blocks.entries()) {
    if (block.isOk()) checkIndex(g, i as IndexNumber, block.value, report);
    else {
      const other = blocks[1 - i]!.isOk();
      const cause = block.error;
      const torn = cause.reason === "checksum";
      const place = torn ? { offset: i * g.indexSize, length: g.indexSize } : cause;
      report(other ? "warning" : "error", { offset: place.offset, length: place.length }, {
        kind: "index block unusable",
        cause,
        torn,
        other,
      });
    }
  }
  const [first, second] = blocks;
  if (!first?.isOk() || !second?.isOk()) return;
  const [a, b] = [first.value, second.value];
  if ((a.sequence & 3) === (b.sequence & 3)) {
    report("warning", spot(g.indexSize, INDEX.sequence), { kind: "sequence tie", sequence: a.sequence & 3 });
  }
  const disagree = (field: "slots" | "version", place: Spot, values: [string, string]) => {
    if (values[0] !== values[1]) report("warning", place, { kind: "index blocks disagree", field, values });
  };
  disagree("slots", spot(g.indexSize, INDEX.slots), [String(a.slots), String(b.slots)]);
  const versions: [string, string] = [`${a.major}.${a.minor}`, `${b.major}.${b.minor}`];
  disagree("version", spot(g.indexSize, INDEX.major, INDEX.minor), versions);
}

function checkIndex(g: Geometry, block: IndexNumber, record: IndexRecord, report: Report): void {
  const at = block * g.indexSize;
  const { sequence } = record;
  if (sequence > 3) report("note", spot(at, INDEX.sequence), { kind: "sequence excess", block, sequence });
  if (record.slots < g.slots) {
    report("note", spot(at, INDEX.slots), { kind: "slots not offered", slots: record.slots, possible: g.slots });
  }
  const tail = tailOf(record.slots);
  let bits = 0;
  for (let slot = tail.start; slot < tail.end; slot++) if (isFree(record.free, slot)) bits++;
  const first = Math.floor(tail.start / 8);
  const place = { offset: at + INDEX.free.offset + first, length: tail.end / 8 - first };
  if (bits > 0) report("note", place, { kind: "tail bits", block, bits });
}

function checkLabels(area: Uint8Array, view: LabelArea, report: Report): void {
  const g = view.geometry;
  const labels = namespaceLabels(area, view);
  for (const slot of usedSlots(view.free, view.slots)) {
    const at = slotOffset(g, slot);
    if (isCxlLabel(area, at, g)) {
      report("note", spot(at, LABEL.uuid), { kind: "CXL label", slot });
      continue;
    }
    switch (slotFault(area, g, slot)) {
      case "slot": {
        const found = labelSlot(area, at);
        report("error", spot(at, LABEL.slot), { kind: "lost slot", slot, cause: "slot", found });
        break;
      }
      case "checksum": {
        const found = viewOf(area).getBigUint64(at + LABEL.checksum.offset, true);
        const wanted = labelChecksum(area.subarray(at, at + g.labelSize));
        report("error", spot(at, LABEL.checksum), { kind: "lost slot", slot, cause: "checksum", found, wanted });
      }
    }
  }
  const seen = new Map<string, number>();
  for (const label of labels) {
    const at = slotOffset(g, label.slot);
    checkLabel(label, at, report);
    if (!labelReservedIsZero(area, at, g.labelSize)) {
      report("note", { offset: at, length: g.labelSize }, {
        kind: "reserved bytes",
        slot: label.slot,
        flags: label.flags,
      });
    }
    const other = seen.get(label.uuid);
    if (other === undefined) seen.set(label.uuid, label.slot);
    else report("error", spot(at, LABEL.uuid), { kind: "duplicate label", slot: label.slot, other, uuid: label.uuid });
  }
  for (const { slot, uuid, dpa, size, other } of dpaConflicts(labels)) {
    report("error", spot(slotOffset(g, slot), LABEL.dpa, LABEL.rawSize), {
      kind: "overlapping dpa",
      slot,
      uuid,
      other,
      dpa,
      size,
    });
  }
}

function checkLabel(label: NamespaceLabel, at: number, report: Report): void {
  const { slot, uuid, flags, nlabel, position, dpa, rawSize: size } = label;
  if ((flags & LABEL_FLAG.updating) !== 0) report("warning", spot(at, LABEL.flags), { kind: "updating", slot, uuid });
  if (position >= nlabel) {
    report("error", spot(at, LABEL.nlabel, LABEL.position), { kind: "impossible position", slot, position, nlabel });
  }
  if (((dpa | size) & (EXTENT_STEP - 1n)) !== 0n) {
    report("warning", spot(at, LABEL.dpa, LABEL.rawSize), { kind: "misaligned extent", slot, dpa, size });
  }
  if (claimClassOf(label.abstractionGuid) === "unknown") {
    report("note", spot(at, LABEL.abstractionGuid), { kind: "unknown abstraction", slot, guid: label.abstractionGuid });
  }
}
