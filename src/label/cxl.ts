/**
 * Labels of CXL memory devices, read-only. The index block is that of version 1.2; a type id at the start of each label
 * tells regions from namespaces. Source: Linux `drivers/nvdimm/label.h` cxl_region_label, nvdimm_cxl_label; CXL 3.0
 * §9.13.2.
 */
import { viewOf } from "../base/bytes.ts";
import { bytes, type RecordOf, reserved, structure, u16, u32, u64, uuid } from "../base/structure.ts";
import { readLabelArea } from "./area.ts";
import { usedSlots } from "./free_slots.ts";
import { slotOffset } from "./geometry.ts";
import { LABEL_NAME_SIZE, labelChecksum } from "./namespace_label.ts";

/** In RFC 4122 byte order, unlike the GUIDs of EFI labels. */
export const CXL_LABEL_TYPE = {
  region: "529d7c61-da07-47c4-a93f-ecdf2c06f444",
  namespace: "68bb2c0a-5a77-4937-9f85-3caf41a0f93c",
} as const;

export const cxlRegionLabel = structure("CXL region label", 256, {
  type: uuid(0),
  uuid: uuid(16),
  flags: u32(32, { bits: { updating: 3 } }),
  /** Labels in the set. */
  nlabel: u16(36),
  position: u16(38),
  dpa: u64(40),
  rawSize: u64(48),
  hpa: u64(56),
  slot: u32(64),
  /** Granularity is 256 << granularity bytes. */
  granularity: u32(68),
  /** In units of 256 MiB. */
  align: u32(72),
  reserved: reserved(76, 172),
  checksum: u64(248),
});

export const cxlNamespaceLabel = structure("CXL namespace label", 256, {
  type: uuid(0),
  uuid: uuid(16),
  name: bytes(32, LABEL_NAME_SIZE),
  flags: u32(96, { bits: { updating: 3 } }),
  /** Ranges that make up the namespace. */
  nrange: u16(100),
  position: u16(102),
  dpa: u64(104),
  rawSize: u64(112),
  slot: u32(120),
  /** In units of 256 MiB. */
  align: u32(124),
  regionUuid: uuid(128),
  abstractionUuid: uuid(144),
  lbaSize: u16(160),
  reserved: reserved(162, 86),
  checksum: u64(248),
});

export type CxlLabel =
  | { readonly kind: "region"; readonly valid: boolean; readonly record: RecordOf<typeof cxlRegionLabel.fields> }
  | { readonly kind: "namespace"; readonly valid: boolean; readonly record: RecordOf<typeof cxlNamespaceLabel.fields> }
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
    return { slot, offset, label: readCxlLabel(area.subarray(offset, offset + 256), slot) };
  });
}

function readCxlLabel(label: Uint8Array, slot: number): CxlLabel {
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
