/** `label show --json`: one object an area. */
import { type Json } from "../../base/json.ts";
import {
  describeLabelArea,
  describeSlot,
  explainLabel,
  type FieldRow,
  nameOf,
  type NamespaceLabel,
} from "../../label/mod.ts";

export function areaJson(name: string, area: Uint8Array): Json {
  const view = describeLabelArea(area);
  if (!view) return { name, size: area.length, version: null };
  const { labelSize, indexSize, labelOffset, slots } = view.geometry;
  return {
    name,
    size: view.size,
    version: view.version ?? null,
    geometry: { label_size: labelSize, index_size: indexSize, label_offset: labelOffset, slots },
    index: view.index.map(({ block, offset, length, current, fault, freeSlots, fields }) => ({
      block,
      offset,
      length,
      current,
      valid: fault === undefined,
      ...(fault ? { fault: explainLabel(fault).what } : {}),
      free_slots: freeSlots,
      fields: fields.map(fieldJson),
    })),
    slots: view.slots.map(({ slot, offset, state, kind, label }) => ({
      slot,
      offset,
      state,
      kind,
      label: labelJson(label),
      fields: describeSlot(area, view.geometry, slot).map(fieldJson),
    })),
    tail: { ...view.tail },
  };
}

const fieldJson = ({ name, offset, length, hex, text }: FieldRow): Json => ({ name, offset, length, hex, text });

/** Raw values under the names that `ndctl read-labels` gives them. */
const labelJson = (label: NamespaceLabel): Json => ({
  uuid: label.uuid,
  name: nameOf(label),
  slot: label.slot,
  position: label.position,
  nlabel: label.nlabel,
  flags: label.flags,
  isetcookie: label.isetCookie,
  lbasize: label.lbaSize,
  dpa: label.dpa,
  rawsize: label.rawSize,
  type_guid: label.typeGuid,
  abstraction_guid: label.abstractionGuid,
});
