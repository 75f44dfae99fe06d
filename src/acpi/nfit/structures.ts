/**
 * The structures of the NVDIMM Firmware Interface Table, declared once (ACPI 6.5 §5.2.25; Linux
 * `include/acpi/actbl2.h`; EDK2 `Acpi65.h`). Titles are the specification's words; keys are short.
 */
import {
  bytes,
  type Field,
  type Fields,
  guid,
  type Meaning,
  type RecordOf,
  restTail,
  type Structure,
  structure,
  u16,
  u32,
  u32Tail,
  u64,
  u64Tail,
  u8,
} from "../../base/structure.ts";
import { TABLE_HEADER_SIZE, tableHeaderFields } from "../table_header.ts";
import { RANGE_TYPE_TITLES } from "./range_type.ts";

/** The header of the whole table: the common ACPI header and four reserved bytes. */
export const NFIT_HEADER_SIZE = 40;
export const nfitHeader = structure("NFIT header", NFIT_HEADER_SIZE, {
  ...tableHeaderFields,
  reserved: u32(TABLE_HEADER_SIZE, { title: "Reserved", reserved: true }),
});
export type NfitHeader = RecordOf<typeof nfitHeader.fields>;

const reserved: Meaning = { title: "Reserved", reserved: true };
const head = {
  type: u16(0, { title: "Type" }),
  length: u16(2, { title: "Length" }),
} as const;

/** Structure kinds by their type number; 8 and above are reserved by the specification. */
export const NFIT_KINDS = [
  "spaRange",
  "regionMapping",
  "interleave",
  "smbios",
  "controlRegion",
  "blockWindow",
  "flushHints",
  "capabilities",
] as const;

const spaRangeFields = {
  ...head,
  rangeIndex: u16(4, { title: "SPA Range Structure Index" }), // zero is reserved: no range
  flags: u16(6, {
    title: "Flags",
    bits: { "control region for hot add or online only": 0, "proximity domain valid": 1, "location cookie valid": 2 },
  }),
  reserved: u32(8, reserved),
  proximityDomain: u32(12, { title: "Proximity Domain" }),
  rangeType: guid(16, { title: "Address Range Type GUID", values: RANGE_TYPE_TITLES }),
  rangeBase: u64(32, { title: "System Physical Address Range Base" }),
  rangeLength: u64(40, { title: "System Physical Address Range Length" }),
  // EFI memory attributes (UEFI §7.2): QEMU sets WB and NV.
  attribute: u64(48, {
    title: "Address Range Memory Mapping Attribute",
    bits: { UC: 0, WC: 1, WT: 2, WB: 3, UCE: 4, WP: 12, RP: 13, XP: 14, NV: 15, "MORE RELIABLE": 16, RO: 17, SP: 18 },
  }),
} as const;

/** §5.2.25.2 before ACPI 6.4: no location cookie. */
export const spaRange = structure("SPA Range", 56, spaRangeFields);
/** §5.2.25.2 with flag bit 2: eight bytes more. */
export const spaRangeWithCookie = structure("SPA Range", 64, {
  ...spaRangeFields,
  locationCookie: u64(56, { title: "SPA Location Cookie" }),
});

/** §5.2.25.3; Linux calls it memdev. */
export const regionMapping = structure("NVDIMM Region Mapping", 48, {
  ...head,
  handle: u32(4, { title: "NFIT Device Handle" }),
  physicalId: u16(8, { title: "NVDIMM Physical ID" }), // SMBIOS type 17 handle
  regionId: u16(10, { title: "NVDIMM Region ID" }),
  rangeIndex: u16(12, { title: "SPA Range Structure Index", refersTo: "spaRange" }),
  controlRegionIndex: u16(14, { title: "NVDIMM Control Region Structure Index", refersTo: "controlRegion" }),
  regionSize: u64(16, { title: "NVDIMM Region Size" }),
  regionOffset: u64(24, { title: "Region Offset" }),
  regionBase: u64(32, { title: "NVDIMM Physical Address Region Base" }),
  interleaveIndex: u16(40, { title: "Interleave Structure Index", refersTo: "interleave" }),
  interleaveWays: u16(42, { title: "Interleave Ways" }),
  stateFlags: u16(44, {
    title: "NVDIMM State Flags",
    bits: {
      "last save failed": 0,
      "last restore failed": 1,
      "platform flush failed": 2,
      "not armed": 3,
      "health events observed": 4,
      "firmware notifies of health events": 5,
      "not mapped by firmware": 6,
    },
  }),
  reserved: u16(46, reserved),
});

/** §5.2.25.4. Line offsets are in units of the line size, from the start of the region in SPA. */
export const interleave = structure("Interleave", 16, {
  ...head,
  interleaveIndex: u16(4, { title: "Interleave Structure Index" }),
  reserved: u16(6, reserved),
  lineCount: u32(8, { title: "Number of Lines Described" }),
  lineSize: u32(12, { title: "Line Size" }),
  lineOffsets: u32Tail(16, { title: "Line Offset" }),
});

/** §5.2.25.5: SMBIOS entries as they stand. */
export const smbios = structure("SMBIOS Management Information", 8, {
  ...head,
  reserved: u32(4, reserved),
  data: restTail(8, { title: "Data" }),
});

const controlRegionFields = {
  ...head,
  controlRegionIndex: u16(4, { title: "NVDIMM Control Region Structure Index" }),
  vendorId: u16(6, { title: "Vendor ID" }),
  deviceId: u16(8, { title: "Device ID" }),
  revisionId: u16(10, { title: "Revision ID" }),
  subsystemVendorId: u16(12, { title: "Subsystem Vendor ID" }),
  subsystemDeviceId: u16(14, { title: "Subsystem Device ID" }),
  subsystemRevisionId: u16(16, { title: "Subsystem Revision ID" }),
  validFields: u8(18, { title: "Valid Fields", bits: { "manufacturing location and date": 0 } }),
  manufacturingLocation: u8(19, { title: "Manufacturing Location" }),
  manufacturingDate: u16(20, { title: "Manufacturing Date" }),
  reserved: u16(22, reserved),
  serialNumber: u32(24, { title: "Serial Number" }),
  interfaceCode: u16(28, {
    title: "Region Format Interface Code",
    values: {
      0x0101: "byte-addressable, energy-backed",
      0x0201: "block-addressed",
      0x0301: "byte-addressable, not energy-backed",
    },
  }),
  windowCount: u16(30, { title: "Number of Block Control Windows" }),
} as const;

/** §5.2.25.6 without block control windows: cut short behind their number. */
export const controlRegion = structure("NVDIMM Control Region", 32, controlRegionFields);
/** §5.2.25.6 in full. */
export const controlRegionWithWindows = structure("NVDIMM Control Region", 80, {
  ...controlRegionFields,
  windowSize: u64(32, { title: "Size of Block Control Window" }),
  commandOffset: u64(40, { title: "Command Register Offset in Block Control Window" }),
  commandSize: u64(48, { title: "Size of Command Register in Block Control Windows" }),
  statusOffset: u64(56, { title: "Status Register Offset in Block Control Window" }),
  statusSize: u64(64, { title: "Size of Status Register in Block Control Windows" }),
  windowFlags: u16(72, { title: "NVDIMM Control Region Flag", bits: { "block data windows are buffered": 0 } }),
  windowReserved: bytes(74, 6, reserved),
});

/** §5.2.25.7. */
export const blockWindow = structure("NVDIMM Block Data Window Region", 40, {
  ...head,
  controlRegionIndex: u16(4, { title: "NVDIMM Control Region Structure Index", refersTo: "controlRegion" }),
  windowCount: u16(6, { title: "Number of Block Data Windows" }),
  windowOffset: u64(8, { title: "Block Data Window Start Offset" }),
  windowSize: u64(16, { title: "Size of Block Data Window" }),
  capacity: u64(24, { title: "Block Accessible Memory Capacity" }),
  firstBlock: u64(32, { title: "Beginning address of first block in Block Accessible Memory" }),
});

/** §5.2.25.8. */
export const flushHints = structure("Flush Hint Address", 16, {
  ...head,
  handle: u32(4, { title: "NFIT Device Handle", refersTo: "handle" }),
  hintCount: u16(8, { title: "Number of Flush Hint Addresses in this structure" }),
  reserved: bytes(10, 6, reserved),
  hints: u64Tail(16, { title: "Flush Hint Address" }),
});

/** §5.2.25.9. */
export const capabilities = structure("Platform Capabilities", 16, {
  ...head,
  highestValid: u8(4, { title: "Highest Valid Capability" }),
  reserved: bytes(5, 3, reserved),
  capabilities: u32(8, {
    title: "Capabilities",
    bits: {
      "CPU cache flush to NVDIMM on power loss": 0,
      "memory controller flush to NVDIMM on power loss": 1,
      "byte-addressable mirroring": 2,
    },
  }),
  reserved2: u32(12, reserved),
});

/** What is known of a structure that the specification does not define, or that is too short for its type. */
export const unknownStructure = structure("Unknown", 4, { ...head, data: restTail(4, { title: "Data" }) });

type Optional<F extends Fields, Base extends Fields> =
  & RecordOf<Base>
  & Partial<RecordOf<{ [K in Exclude<keyof F, keyof Base>]: F[K] extends Field ? F[K] : never }>>;

export type SpaRange = Optional<typeof spaRangeWithCookie.fields, typeof spaRange.fields>;
export type RegionMapping = RecordOf<typeof regionMapping.fields>;
export type Interleave = RecordOf<typeof interleave.fields>;
export type Smbios = RecordOf<typeof smbios.fields>;
export type ControlRegion = Optional<typeof controlRegionWithWindows.fields, typeof controlRegion.fields>;
export type BlockWindow = RecordOf<typeof blockWindow.fields>;
export type FlushHints = RecordOf<typeof flushHints.fields>;
export type Capabilities = RecordOf<typeof capabilities.fields>;
export type UnknownStructure = RecordOf<typeof unknownStructure.fields>;

/** The record of each kind. `short` is a known type whose fixed part does not fit in what is there. */
export interface NfitRecords {
  spaRange: SpaRange;
  regionMapping: RegionMapping;
  interleave: Interleave;
  smbios: Smbios;
  controlRegion: ControlRegion;
  blockWindow: BlockWindow;
  flushHints: FlushHints;
  capabilities: Capabilities;
  unknown: UnknownStructure;
  short: UnknownStructure;
}
export type NfitKind = keyof NfitRecords;

/** The declaration a record of this kind and raw length is read and written by. */
export function declarationOf(kind: NfitKind, length: number): Structure<Fields> {
  switch (kind) {
    case "spaRange":
      return length >= spaRangeWithCookie.size ? spaRangeWithCookie : spaRange;
    case "controlRegion":
      return length >= controlRegionWithWindows.size ? controlRegionWithWindows : controlRegion;
    case "short":
    case "unknown":
      return unknownStructure;
    default:
      return BY_KIND[kind];
  }
}

const BY_KIND = { regionMapping, interleave, smbios, blockWindow, flushHints, capabilities };
