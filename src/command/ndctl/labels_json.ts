/** A label area as `read-labels -j` shows it. Source: ndctl `ndctl/dimm.c` dump_index_json, dump_label_json. */
import { textOf, viewOf } from "../../base/bytes.ts";
import { uuidText } from "../../base/guid.ts";
import { type Json } from "../../base/json.ts";
import { geometry, indexBlock, LABEL_NAME_SIZE, type LabelSize, labelV11, labelV12 } from "../../label/mod.ts";
import { hexJson, sizeJson } from "./json_flags.ts";

type Fields = { [key: string]: Json };

/** The least size of an index block, and so the nearest place of the second one. */
const INDEX_ALIGN = 256;

/** 256 where more index headers say 1.2 than 1.1; they are looked for at the least index size, valid or not. */
export function guessedLabelSize(area: Uint8Array): LabelSize {
  let [v11, v12] = [0, 0];
  for (const at of [0, INDEX_ALIGN]) {
    if (at + indexBlock.size > area.length) break;
    const { major, minor } = indexBlock.read(viewOf(area), at, indexBlock.size)._unsafeUnwrap();
    if (major === 1 && minor === 1) v11++;
    if (major === 1 && minor === 2) v12++;
  }
  return v12 > v11 ? 256 : 128;
}

/** Undefined where the area is too small for two blocks and two labels. */
export function indexJson(area: Uint8Array, labelSize: LabelSize): Json[] | undefined {
  const g = geometry(area.length, labelSize);
  if (!g) return undefined;
  return [0, g.indexSize].map((at) => {
    const index = indexBlock.read(viewOf(area), at, indexBlock.size)._unsafeUnwrap();
    return {
      signature: index.signature.slice(0, 15),
      major: index.major,
      minor: index.minor,
      labelsize: 2 ** (7 + index.labelSize),
      seq: index.sequence | 0,
      nslot: index.slots | 0,
    };
  });
}

/** Labels that stand in the slot they name, in use or not. */
export function labelsJson(area: Uint8Array, labelSize: LabelSize, flags: { readonly human: boolean }): Json[] {
  const g = geometry(area.length, labelSize);
  if (!g) return [];
  const labels: Json[] = [];
  for (let at = g.labelOffset, slot = 0; at + labelSize <= area.length; at += labelSize, slot++) {
    if (viewOf(area).getUint32(at + SLOT_OFFSET, true) === slot) labels.push(labelJson(area, at, labelSize, flags));
  }
  return labels;
}

const SLOT_OFFSET = labelV11.fields.slot.offset;

function labelJson(area: Uint8Array, at: number, labelSize: LabelSize, flags: { readonly human: boolean }): Fields {
  const label = labelV11.read(viewOf(area), at)._unsafeUnwrap();
  const raw = (field: { readonly offset: number }) =>
    uuidText(area.subarray(at + field.offset, at + field.offset + 16));
  const fields: Fields = {
    uuid: label.uuid,
    name: nameText(label.name),
    slot: label.slot,
    position: label.position,
    nlabel: label.nlabel,
    flags: hexJson(label.flags, flags),
    isetcookie: hexJson(label.isetCookie, flags),
    lbasize: label.lbaSize,
    dpa: hexJson(label.dpa, flags),
    rawsize: sizeJson(Number(label.rawSize), flags),
  };
  if (labelSize < 256) return fields;
  // Printed as they lie in memory, so GUIDs appear with their first three groups swapped.
  return {
    ...fields,
    type_guid: raw(labelV12.fields.typeGuid),
    abstraction_guid: raw(labelV12.fields.abstractionGuid),
  };
}

function nameText(name: Uint8Array): string {
  const end = name.subarray(0, LABEL_NAME_SIZE - 1).indexOf(0);
  return textOf(name.subarray(0, end < 0 ? LABEL_NAME_SIZE - 1 : end));
}
