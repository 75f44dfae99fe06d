/** A label area as a tree of fields: the index blocks, then every slot that holds something. */
import {
  describeSlot,
  explainLabel,
  type FieldRow,
  type IndexView,
  type LabelAreaView,
  type LabelFault,
  nameOf,
  type SlotView,
} from "../../label/mod.ts";
import { shortSize } from "../../base/units.ts";
import { type FieldNode } from "../language/console_host.ts";
import { type PlacedFault, withFaults } from "../tables/faults.ts";
import { hexPreview, quotedText, valueAndMeaning } from "../tables/field_text.ts";

/** The two index blocks. `faults` are those of this area, as the checks found them. */
export const indexTree = (view: LabelAreaView, faults: readonly LabelFault[]): FieldNode[] =>
  withFaults(view.index.map(indexNode), faults.filter((fault) => inIndexBlocks(view, fault)).map(placed));

export const inIndexBlocks = ({ geometry }: LabelAreaView, { offset }: LabelFault): boolean =>
  offset < geometry.labelOffset;

/** The slots listed, field by field. */
export const slotTree = (
  area: Uint8Array,
  view: LabelAreaView,
  slots: readonly SlotView[],
  faults: readonly LabelFault[],
): FieldNode[] =>
  withFaults(
    slots.map((slot) => slotNode(area, view, slot)),
    faults.filter(({ offset }) => slots.some((slot) => inSlot(view, slot, offset))).map(placed),
  );

const inSlot = ({ geometry }: LabelAreaView, slot: SlotView, offset: number): boolean =>
  slot.offset <= offset && offset < slot.offset + geometry.labelSize;

const placed = (fault: LabelFault): PlacedFault => ({ ...fault, text: explainLabel(fault).what });

const indexNode = ({ block, offset, length, current, fault, freeSlots, fields }: IndexView): FieldNode => ({
  id: String(offset),
  name: `Index block ${block}`,
  value: fault ? "not valid" : `${current ? "current" : "valid, not current"}, ${freeSlots} slots free`,
  note: undefined,
  offset,
  length,
  fault: undefined,
  children: fields.map(fieldNode),
});

const slotNode = (
  area: Uint8Array,
  { geometry }: LabelAreaView,
  { slot, offset, kind, label, state }: SlotView,
): FieldNode => ({
  id: String(offset),
  name: `Slot ${slot}`,
  value: [
    state,
    ...(kind === "namespace" ? [] : [kind]),
    ...(kind === "CXL region" ? [] : [quotedText(nameOf(label))]),
    shortSize(Number(label.rawSize)),
  ].join(", "),
  note: undefined,
  offset,
  length: geometry.labelSize,
  fault: undefined,
  children: describeSlot(area, geometry, slot).map(fieldNode),
});

function fieldNode({ name, offset, length, hex, text, reserved }: FieldRow): FieldNode {
  const { value, meaning } = reserved ? { value: hexPreview(hex), meaning: undefined } : valueAndMeaning(text);
  const own = { name: reserved ? "Reserved" : name, value, note: meaning };
  return { id: `${offset}/`, ...own, offset, length, fault: undefined, children: [] };
}
