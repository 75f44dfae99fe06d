/**
 * Labels of CXL memory devices, read-only. The index block is that of version 1.2; a type id at the start of each label
 * tells regions from namespaces. Source: Linux `drivers/nvdimm/label.h` cxl_region_label, nvdimm_cxl_label; CXL 3.0
 * §9.13.2.
 */
import { viewOf } from "../base/bytes.ts";
import { NIL_UUID, uuidAt } from "../base/guid.ts";
import { bytes, type RecordOf, reserved, structure, u16, u32, u64, uuid } from "../base/structure.ts";
import { readLabelArea } from "./area.ts";
import { usedSlots } from "./free_slots.ts";
import { type Geometry, slotOffset } from "./geometry.ts";
import { LABEL_NAME_SIZE, labelChecksum, type NamespaceLabel } from "./namespace_label.ts";

/** In RFC 4122 byte order, unlike the GUIDs of EFI labels. */
export const CXL_LABEL_TYPE = {
  region: "529d7c61-da07-47c4-a93f-ecdf2c06f444",
  namespace: "68bb2c0a-5a77-4937-9f85-3caf41a0f93c",
} as const;

export const cxlRegionLabel = structure("CXL region label", 256, {
  type: uuid(0, { title: "Type" }),
  uuid: uuid(16, { title: "Uuid" }),
  flags: u32(32, { title: "Flags", bits: { updating: 3 } }),
  /** Labels in the set. */
  nlabel: u16(36, { title: "NLabel" }),
  position: u16(38, { title: "Position" }),
  dpa: u64(40, { title: "Dpa" }),
  rawSize: u64(48, { title: "RawSize" }),
  hpa: u64(56, { title: "Hpa" }),
  slot: u32(64, { title: "Slot" }),
  /** Granularity is 256 << granularity bytes. */
  granularity: u32(68, { title: "InterleaveGranularity" }),
  /** In units of 256 MiB. */
  align: u32(72, { title: "Alignment" }),
  reserved: reserved(76, 172),
  checksum: u64(248, { title: "Checksum" }),
});

export const cxlNamespaceLabel = structure("CXL namespace label", 256, {
  type: uuid(0, { title: "Type" }),
  uuid: uuid(16, { title: "Uuid" }),
  name: bytes(32, LABEL_NAME_SIZE, { title: "Name" }),
  flags: u32(96, { title: "Flags", bits: { updating: 3 } }),
  /** Ranges that make up the namespace. */
  nrange: u16(100, { title: "NRange" }),
  position: u16(102, { title: "Position" }),
  dpa: u64(104, { title: "Dpa" }),
  rawSize: u64(112, { title: "RawSize" }),
  slot: u32(120, { title: "Slot" }),
  /** In units of 256 MiB. */
  align: u32(124, { title: "Alignment" }),
  regionUuid: uuid(128, { title: "RegionUuid" }),
  abstractionUuid: uuid(144, { title: "AddressAbstractionUuid" }),
  lbaSize: u16(160, { title: "LbaSize" }),
  reserved: reserved(162, 86),
  checksum: u64(248, { title: "Checksum" }),
});

type RegionRecord = RecordOf<typeof cxlRegionLabel.fields>;
type NamespaceRecord = RecordOf<typeof cxlNamespaceLabel.fields>;

export type CxlLabel =
  | { readonly kind: "region"; readonly valid: boolean; readonly record: RegionRecord }
  | { readonly kind: "namespace"; readonly valid: boolean; readonly record: NamespaceRecord }
  | { readonly kind: "unknown"; readonly type: string };

/**
 * The labels in use, by slot. `valid`: the label names its own slot and its checksum holds. Empty where the area has no
 * index for 256-byte labels.
 */
export function readCxlLabels(
  area: Uint8Array,
): { readonly slot: number; readonly offset: number; readonly label: CxlLabel }[] {
  const view = readLabelArea(area).unwrapOr(undefined);
  if (!view || view.geometry.labelSize !== 256) return [];
  return usedSlots(view.free, view.slots).map((slot) => {
    const offset = slotOffset(view.geometry, slot);
    return { slot, offset, label: readCxlLabel(area, offset, slot) };
  });
}

/** The label of 256 bytes at `offset`, whatever it is. */
export function readCxlLabel(area: Uint8Array, offset: number, slot: number): CxlLabel {
  const label = area.subarray(offset, offset + 256);
  const view = viewOf(label);
  const sound = (record: { slot: number; checksum: bigint }) =>
    record.slot === slot && record.checksum === labelChecksum(label);
  const namespace = cxlNamespaceLabel.read(view)._unsafeUnwrap();
  if (namespace.type === CXL_LABEL_TYPE.namespace) {
    return { kind: "namespace", valid: sound(namespace), record: namespace };
  }
  const region = cxlRegionLabel.read(view)._unsafeUnwrap();
  if (region.type === CXL_LABEL_TYPE.region) return { kind: "region", valid: sound(region), record: region };
  return { kind: "unknown", type: region.type };
}

/** Whether the label at `offset` says that it is CXL's. A uuid of an EFI label is never one of these. */
export function isCxlLabel(area: Uint8Array, offset: number, g: Geometry): boolean {
  if (g.labelSize !== 256) return false;
  const type = uuidAt(viewOf(area), offset);
  return type === CXL_LABEL_TYPE.region || type === CXL_LABEL_TYPE.namespace;
}

/** What a CXL label has in common with an EFI label. */
export const cxlAsLabel = (label: Exclude<CxlLabel, { kind: "unknown" }>): NamespaceLabel => ({
  uuid: label.record.uuid,
  name: label.kind === "namespace" ? label.record.name : new Uint8Array(LABEL_NAME_SIZE),
  flags: label.record.flags,
  nlabel: label.kind === "namespace" ? label.record.nrange : label.record.nlabel,
  position: label.record.position,
  isetCookie: 0n,
  lbaSize: label.kind === "namespace" ? BigInt(label.record.lbaSize) : 0n,
  dpa: label.record.dpa,
  rawSize: label.record.rawSize,
  slot: label.record.slot,
  typeGuid: NIL_UUID,
  abstractionGuid: label.kind === "namespace" ? label.record.abstractionUuid : NIL_UUID,
});
