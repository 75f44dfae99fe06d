/**
 * A label area for people: both index blocks, which one is in force, and every slot that holds something. Fields carry
 * the specification's names, their place in the area and their bytes, so that a row can stand beside a hex dump.
 */
import { hexText, viewOf } from "../base/bytes.ts";
import type { FieldText, FieldView } from "../base/structure.ts";
import { hex, shortSize } from "../base/units.ts";
import { type LabelArea, readLabelArea, slotFault } from "./area.ts";
import { cxlAsLabel, type CxlLabel, cxlNamespaceLabel, cxlRegionLabel, isCxlLabel, readCxlLabel } from "./cxl.ts";
import { countFree, isFree } from "./free_slots.ts";
import { type Geometry, geometry, slotOffset } from "./geometry.ts";
import { indexBlock, type IndexFault, type IndexNumber, rawIndex, readIndex } from "./index_block.ts";
import {
  claimClassOf,
  labelSlot,
  labelV11,
  labelV12,
  nameOf,
  type NamespaceLabel,
  readLabel,
} from "./namespace_label.ts";
import { assumedLabelSize } from "./read_labels.ts";

/** One field; `offset` counts from the start of the area. */
export type FieldRow = FieldText;

export interface IndexView {
  readonly block: IndexNumber;
  readonly offset: number;
  readonly length: number;
  readonly current: boolean;
  /** Undefined where the block is valid. */
  readonly fault: IndexFault | undefined;
  readonly freeSlots: number;
  readonly fields: readonly FieldRow[];
}

/**
 * in use: a valid label. lost: in use by the index, but no valid label. stale: free, with a label left behind.
 * empty slots are not listed.
 */
export type SlotState = "in use" | "lost" | "stale";

export interface SlotView {
  readonly slot: number;
  readonly offset: number;
  readonly state: SlotState;
  readonly kind: "namespace" | "CXL namespace" | "CXL region";
  /** Of a CXL label what it has in common with others; `describeSlot` has all of it. */
  readonly label: NamespaceLabel;
}

export interface LabelAreaView {
  readonly size: number;
  /** "1.1" or "1.2"; undefined where no index block is valid. */
  readonly version: string | undefined;
  readonly geometry: Geometry;
  readonly index: readonly IndexView[];
  readonly slots: readonly SlotView[];
  /** Bytes after the last slot. */
  readonly tail: { readonly offset: number; readonly length: number };
}

/** Undefined where the area is too small for labels. Without a valid index only the two blocks are described. */
export function describeLabelArea(area: Uint8Array): LabelAreaView | undefined {
  const view = readLabelArea(area).unwrapOr(undefined);
  const g = view?.geometry ?? geometry(area.length, assumedLabelSize(area));
  if (!g) return undefined;
  const tail = slotOffset(g, view?.slots ?? g.slots);
  return {
    size: area.length,
    version: view && `${view.major}.${view.minor}`,
    geometry: g,
    index: ([0, 1] as const).map((block) => describeIndex(area, g, block, view?.current === block)),
    slots: view ? describeSlots(area, view) : [],
    tail: { offset: tail, length: area.length - tail },
  };
}

/** The fields of one slot, whatever it holds. */
export function describeSlot(area: Uint8Array, g: Geometry, slot: number): FieldRow[] {
  const at = slotOffset(g, slot);
  if (isCxlLabel(area, at, g)) return describeCxl(area, readCxlLabel(area, at, slot), at);
  const fields = g.labelSize === 128
    ? labelV11.read(viewOf(area), at).map((record) => labelV11.view(record, at))
    : labelV12.read(viewOf(area), at).map((record) => labelV12.view(record, at));
  const label = readLabel(area, at, g.labelSize);
  return fields._unsafeUnwrap().map((field) => row(area, field, LABEL_TEXT[field.name]?.(label)));
}

function describeCxl(area: Uint8Array, label: CxlLabel, at: number): FieldRow[] {
  if (label.kind === "unknown") return [];
  const fields = label.kind === "region"
    ? cxlRegionLabel.view(label.record, at)
    : cxlNamespaceLabel.view(label.record, at);
  const texts: Readonly<Record<string, ((label: NamespaceLabel) => string) | undefined>> = {
    ...LABEL_TEXT,
    type: () => `${label.record.type} (${label.kind})`,
    nrange: (common) => String(common.nlabel),
    granularity: () => label.kind === "region" ? granularityText(label.record.granularity) : "",
    abstractionUuid: (common) => LABEL_TEXT["abstractionGuid"]!(common),
  };
  return fields.map((field) => row(area, field, texts[field.name]?.(cxlAsLabel(label))));
}

const granularityText = (exponent: number): string =>
  exponent < 32 ? `${hex(exponent)} (${256 * 2 ** exponent} bytes)` : hex(exponent);

function describeIndex(area: Uint8Array, g: Geometry, block: IndexNumber, current: boolean): IndexView {
  const record = rawIndex(area, g, block);
  const offset = block * g.indexSize;
  const freeSlots = countFree(record.free, Math.min(record.slots, g.slots));
  const texts: Readonly<Record<string, string>> = {
    sequence: String(record.sequence),
    slots: String(record.slots),
    free: `${freeSlots} of ${record.slots} free`,
  };
  return {
    block,
    offset,
    length: g.indexSize,
    current,
    fault: readIndex(area, g, block).match(() => undefined, (fault) => fault),
    freeSlots,
    fields: indexBlock.view(record, offset).map((field) => row(area, field, texts[field.name])),
  };
}

function describeSlots(area: Uint8Array, view: LabelArea): SlotView[] {
  const g = view.geometry;
  const slots: SlotView[] = [];
  for (let slot = 0; slot < view.slots; slot++) {
    const offset = slotOffset(g, slot);
    const free = isFree(view.free, slot);
    const cxl = isCxlLabel(area, offset, g) ? readCxlLabel(area, offset, slot) : undefined;
    if (cxl && cxl.kind !== "unknown") {
      const state = free ? "stale" : cxl.valid ? "in use" : "lost";
      slots.push({ slot, offset, state, kind: `CXL ${cxl.kind}`, label: cxlAsLabel(cxl) });
      continue;
    }
    if (free && !holdsLabel(area, offset, slot)) continue;
    const state = free ? "stale" : slotFault(area, g, slot) ? "lost" : "in use";
    slots.push({ slot, offset, state, kind: "namespace", label: readLabel(area, offset, g.labelSize) });
  }
  return slots;
}

/** Whether a free slot has a label of its own left: its number is right, and there is an extent. */
function holdsLabel(area: Uint8Array, offset: number, slot: number): boolean {
  return labelSlot(area, offset) === slot &&
    viewOf(area).getBigUint64(offset + labelV11.fields.rawSize.offset, true) !== 0n;
}

/** How label fields read where their number alone would say little. */
const LABEL_TEXT: Readonly<Record<string, (label: NamespaceLabel) => string>> = {
  name: (label) => JSON.stringify(nameOf(label)),
  nlabel: (label) => String(label.nlabel),
  position: (label) => String(label.position),
  slot: (label) => String(label.slot),
  lbaSize: (label) => String(label.lbaSize),
  rawSize: (label) => `${hex(label.rawSize)} (${shortSize(Number(label.rawSize))})`,
  abstractionGuid: (label) => `${label.abstractionGuid} (${claimClassOf(label.abstractionGuid)})`,
};

function row(area: Uint8Array, field: FieldView, text: string | undefined): FieldRow {
  return {
    name: field.meaning?.title ?? field.name,
    offset: field.offset,
    length: field.length,
    hex: hexText(area.subarray(field.offset, field.offset + field.length)),
    text: text ?? valueText(field),
    reserved: field.meaning?.reserved ?? false,
  };
}

/** A value without a reading of its own: numbers in hex, named bits and values in parentheses. */
function valueText({ value, meaning }: FieldView): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return hexText(value, " ");
  if (typeof value !== "number" && typeof value !== "bigint") return value.join(" ");
  const number = Number(value);
  const bits = Object.entries(meaning?.bits ?? {}).filter(([, bit]) => (number & (1 << bit)) !== 0).map(([name]) =>
    name
  );
  const named = meaning?.values?.[String(value)] ?? bits.join(", ");
  return named ? `${hex(value)} (${named})` : hex(value);
}
