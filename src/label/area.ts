/**
 * A label storage area as Linux holds it after probing: the index block in force and the labels in use. Plain immutable
 * data, so it can be kept, compared and handed back to `label_update.ts` without reading the area again.
 * Source: Linux `drivers/nvdimm/label.c` nd_label_validate, nd_label_data_init, slot_valid.
 */
import { err, ok, type Result } from "neverthrow";
import { countFree, usedSlots } from "./free_slots.ts";
import { type Geometry, geometry, LABEL_SIZES, slotOffset } from "./geometry.ts";
import {
  type IndexFault,
  type IndexNumber,
  type IndexRecord,
  newerIndex,
  nextSequence,
  readIndex,
} from "./index_block.ts";
import { labelChecksumHolds, labelSlot, type NamespaceLabel, readLabel } from "./namespace_label.ts";

export interface LabelArea {
  readonly geometry: Geometry;
  /** The index block in force; an update writes the other one. */
  readonly current: IndexNumber;
  /** Of the current block: 1, 2 or 3. */
  readonly sequence: number;
  /** What the next index write will carry. */
  readonly nextSequence: number;
  /** Of the current block: 1 and 1, or 1 and 2. Decides which interleave-set cookie labels must carry. */
  readonly major: number;
  readonly minor: number;
  /** Slots the index offers; never more than the geometry's. */
  readonly slots: number;
  /** The current block's bytes from the bitmap to the block's end. */
  readonly free: Uint8Array;
  /** The labels in use and valid, ascending by slot. */
  readonly labels: readonly NamespaceLabel[];
}

/** There is no valid index block: the DIMM is not labelled. `faults` says why, in Linux's order of probing. */
export interface NoIndex {
  readonly kind: "no index";
  readonly configSize: number;
  /** The area cannot hold even two index blocks and two labels; Linux's DIMM driver does not bind (-ENXIO). */
  readonly tooSmall: boolean;
  readonly faults: readonly IndexFault[];
}

/** Reads an area as Linux does: label size 128 is tried first, then 256; the first with a valid index block decides. */
export function readLabelArea(area: Uint8Array): Result<LabelArea, NoIndex> {
  const faults: IndexFault[] = [];
  for (const labelSize of LABEL_SIZES) {
    const g = geometry(area.length, labelSize);
    if (!g) continue;
    const chosen = chooseIndex(area, g, faults);
    if (chosen) return ok(areaOf(area, g, chosen.block, chosen.record));
  }
  const tooSmall = geometry(area.length, 128) === undefined;
  return err({ kind: "no index", configSize: area.length, tooSmall, faults });
}

/** Free slots less the one kept for updates (`available_slots` in sysfs). */
export const availableSlots = (area: LabelArea): number => countFree(area.free, area.slots) - 1;

/** Why a label in use is ignored: it names another slot, or (version 1.2) its checksum does not hold. */
export function slotFault(area: Uint8Array, g: Geometry, slot: number): "slot" | "checksum" | undefined {
  const at = slotOffset(g, slot);
  if (labelSlot(area, at) !== slot) return "slot";
  return labelChecksumHolds(area, at, g.labelSize) ? undefined : "checksum";
}

interface Chosen {
  readonly block: IndexNumber;
  readonly record: IndexRecord;
}

function chooseIndex(area: Uint8Array, g: Geometry, faults: IndexFault[]): Chosen | undefined {
  const [first, second] = [readIndex(area, g, 0), readIndex(area, g, 1)];
  for (const block of [first, second]) if (block.isErr()) faults.push(block.error);
  if (first.isOk() && second.isOk()) {
    const block = newerIndex(first.value.sequence, second.value.sequence);
    return { block, record: block === 0 ? first.value : second.value };
  }
  if (first.isOk()) return { block: 0, record: first.value };
  return second.isOk() ? { block: 1, record: second.value } : undefined;
}

function areaOf(area: Uint8Array, g: Geometry, block: IndexNumber, record: IndexRecord): LabelArea {
  const labels = usedSlots(record.free, record.slots)
    .filter((slot) => slotFault(area, g, slot) === undefined)
    .map((slot) => readLabel(area, slotOffset(g, slot), g.labelSize));
  const sequence = record.sequence & 3;
  return {
    geometry: g,
    current: block,
    sequence,
    nextSequence: nextSequence(sequence),
    major: record.major,
    minor: record.minor,
    slots: record.slots,
    free: record.free,
    labels,
  };
}
