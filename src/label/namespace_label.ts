/**
 * One namespace label: which part of one DIMM belongs to which namespace. Version 1.1 has 128 bytes and no checksum,
 * version 1.2 has 256. Sources: Linux `drivers/nvdimm/label.h` nvdimm_efi_label, `nd.h` efi_namespace_label_has;
 * EDK2 `NvdimmLabel.h` EFI_NVDIMM_LABEL.
 */
import { isZero, textOf, utf8, viewOf } from "../base/bytes.ts";
import { fletcher64 } from "../base/checksum.ts";
import { NIL_UUID } from "../base/guid.ts";
import {
  bytes,
  excerpt,
  guid,
  type RecordOf,
  reserved,
  structure,
  u16,
  u32,
  u64,
  u8,
  uuid,
} from "../base/structure.ts";
import type { LabelSize } from "./geometry.ts";

/** Bytes of the name field; the last one stays NUL. */
export const LABEL_NAME_SIZE = 64;

/** Bits of `flags`. Linux writes none or `updating`, and acts on none of them when it reads. */
export const LABEL_FLAG = { readOnly: 1, local: 2, btt: 4, updating: 8 } as const;

export const LABEL_CHECKSUM_OFFSET = 248;
export const LABEL_SLOT_OFFSET = 120;

/** What both versions share; the bytes up to the slot number. */
const common = {
  uuid: uuid(0, { title: "Uuid" }),
  /** NUL-padded, usually UTF-8. Kept as bytes: Linux rewrites what follows the first NUL unchanged. */
  name: bytes(16, LABEL_NAME_SIZE, { title: "Name" }),
  flags: u32(80, { title: "Flags", bits: { "read-only": 0, local: 1, btt: 2, updating: 3 } }),
  /** Labels in the set: one on each DIMM of the interleave set. */
  nlabel: u16(84, { title: "NLabel" }),
  /** Index of this DIMM's mapping in the region. */
  position: u16(86, { title: "Position" }),
  isetCookie: u64(88, { title: "SetCookie" }),
  /** Logical block size: 512, 4096, or 0 for none said. */
  lbaSize: u64(96, { title: "LbaSize" }),
  dpa: u64(104, { title: "Dpa" }),
  /** Bytes on this DIMM. */
  rawSize: u64(112, { title: "RawSize" }),
  /** The slot's own number; a label in another slot is not valid. */
  slot: u32(LABEL_SLOT_OFFSET, { title: "Slot" }),
};

/** What version 1.2 adds and readers need. */
const typed = {
  /** The SPA range's type. */
  typeGuid: guid(128, { title: "TypeGuid" }),
  /** The personality that shall claim the namespace; zero for none. */
  abstractionGuid: guid(144, { title: "AddressAbstractionGuid" }),
};

export const labelV11 = structure("Namespace label 1.1", 128, { ...common, unused: reserved(124, 4) });

export const labelV12 = structure("Namespace label 1.2", 256, {
  ...common,
  alignHint: u8(124, { title: "Alignment" }),
  reserved1: reserved(125, 3),
  ...typed,
  reserved2: reserved(160, 88),
  checksum: u64(LABEL_CHECKSUM_OFFSET, { title: "Checksum" }),
});

/** Of the same labels what everybody reads: areas hold hundreds. */
const briefV11 = excerpt("Namespace label 1.1", 128, common);
const briefV12 = excerpt("Namespace label 1.2", 256, { ...common, ...typed });

/** The fields that matter, for both versions; a 128-byte label reads with zero GUIDs. Raw, so 64-bit fields are bigint. */
export type NamespaceLabel = Readonly<RecordOf<typeof briefV12.fields>>;

/** What a 128-byte label has no room for. */
const UNTYPED = { typeGuid: NIL_UUID, abstractionGuid: NIL_UUID };

/** A label to be written. Sizes and addresses in bytes. */
export interface LabelSpec {
  /** RFC 4122 text. */
  readonly uuid: string;
  /**
   * Text of at most 63 bytes as UTF-8 (more is cut), or the 64 bytes of a field that was read: Linux writes a name it
   * found back as it was, whatever it is.
   */
  readonly name: string | Uint8Array;
  /** Labels in the set. */
  readonly nlabel: number;
  readonly position: number;
  readonly isetCookie: bigint;
  readonly lbaSize: number;
  readonly dpa: number;
  readonly rawSize: number;
  /** Of the SPA range; not stored in version 1.1. */
  readonly typeGuid: string;
  /** See `ABSTRACTION`; not stored in version 1.1. */
  readonly abstractionGuid: string;
}

/** Abstraction GUIDs by the personality they name (`label.h`). */
export const ABSTRACTION = {
  none: NIL_UUID,
  /** BTT of version 1.1 at offset 4096. */
  btt: "8aed63a2-29a2-4c66-8b12-f05d15d3922a",
  /** BTT of version 2.0 at offset 0. */
  btt2: "18633bfc-1735-4217-8ac9-17239282d3f8",
  /** Page-frame info block: mode fsdax. */
  pfn: "266400ba-fb9f-4677-bcb0-968f11d0d225",
  dax: "97a86d9c-3cdd-4eda-986f-5068b4f80088",
} as const;

/** What may claim a namespace by its label; "unknown" is kept on rewrite and lets no personality attach. */
export type ClaimClass = keyof typeof ABSTRACTION | "unknown";

export function claimClassOf(abstractionGuid: string): ClaimClass {
  for (const [name, value] of Object.entries(ABSTRACTION)) if (value === abstractionGuid) return name as ClaimClass;
  return "unknown";
}

/** The label at `offset` of the area, valid or not. */
export function readLabel(area: Uint8Array, offset: number, size: LabelSize): NamespaceLabel {
  const view = viewOf(area);
  const record = size === 128
    ? briefV11.read(view, offset).map((label) => ({ ...label, ...UNTYPED }))
    : briefV12.read(view, offset);
  if (record.isErr()) throw new Error(`no label of ${size} bytes at ${offset} of ${area.length}`);
  return record.value;
}

/** The slot number a label names. */
export const labelSlot = (area: Uint8Array, offset: number): number =>
  viewOf(area).getUint32(offset + LABEL_SLOT_OFFSET, true);

/** Version 1.1 has no checksum: always true there. */
export function labelChecksumHolds(area: Uint8Array, offset: number, size: LabelSize): boolean {
  if (size === 128) return true;
  return viewOf(area).getBigUint64(offset + LABEL_CHECKSUM_OFFSET, true) ===
    labelChecksum(area.subarray(offset, offset + size));
}

/** Whether the bytes and flags that no version defines are zero. */
export function labelReservedIsZero(area: Uint8Array, offset: number, size: LabelSize): boolean {
  const known = LABEL_FLAG.readOnly | LABEL_FLAG.local | LABEL_FLAG.btt | LABEL_FLAG.updating;
  if ((readLabel(area, offset, size).flags & ~known) !== 0) return false;
  const { fields } = size === 128 ? labelV11 : labelV12;
  return Object.values(fields).every((field) =>
    !field.meaning?.reserved || isZero(area.subarray(offset + field.offset, offset + field.offset + field.size))
  );
}

/** Of a 256-byte label. */
export const labelChecksum = (label: Uint8Array): bigint => fletcher64(label, LABEL_CHECKSUM_OFFSET);

/** The label for `slot`, built from zeroes as Linux does, and its bytes. */
export function writeLabel(
  spec: LabelSpec,
  slot: number,
  flags: number,
  size: LabelSize,
): { readonly label: NamespaceLabel; readonly bytes: Uint8Array } {
  const label: NamespaceLabel = {
    uuid: spec.uuid,
    name: nameField(spec.name),
    flags,
    nlabel: spec.nlabel,
    position: spec.position,
    isetCookie: spec.isetCookie,
    lbaSize: BigInt(spec.lbaSize),
    dpa: BigInt(spec.dpa),
    rawSize: BigInt(spec.rawSize),
    slot,
    ...(size === 256 ? { typeGuid: spec.typeGuid, abstractionGuid: spec.abstractionGuid } : UNTYPED),
  };
  if (size === 128) return { label, bytes: labelV11.write({ ...label, unused: new Uint8Array(4) }) };
  const reserved = { reserved1: new Uint8Array(3), reserved2: new Uint8Array(88) };
  const bytes = labelV12.write({ ...label, ...reserved, alignHint: 0, checksum: 0n });
  viewOf(bytes).setBigUint64(LABEL_CHECKSUM_OFFSET, labelChecksum(bytes), true);
  return { label, bytes };
}

/** The name up to its first NUL. */
export function nameOf(label: NamespaceLabel): string {
  const end = label.name.indexOf(0);
  return textOf(end < 0 ? label.name : label.name.subarray(0, end));
}

function nameField(name: string | Uint8Array): Uint8Array {
  const field = new Uint8Array(LABEL_NAME_SIZE);
  if (typeof name === "string") field.set(utf8(name).subarray(0, LABEL_NAME_SIZE - 1));
  else field.set(name.subarray(0, LABEL_NAME_SIZE));
  return field;
}
