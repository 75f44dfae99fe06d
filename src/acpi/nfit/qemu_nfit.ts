/**
 * The NFIT that QEMU makes for `-device nvdimm` (QEMU 7.2 `hw/acpi/nvdimm.c`), and the variant of the Xen RFC v4
 * series. The same bytes for the same devices.
 */
import { sameBytes } from "../../base/bytes.ts";
import { ADDRESS_LIMIT } from "../../base/quantity.ts";
import { overlaps, range } from "../../base/range.ts";
import { type TableMaker } from "../table_header.ts";
import { buildFit, buildNfit } from "./build_nfit.ts";
import { decodeNfit, encodeNfit, type NfitStructure, nfitStructure } from "./nfit.ts";
import { STATE_FLAG } from "./dimm_identity.ts";
import { RANGE_TYPE } from "./range_type.ts";

/** One `-device nvdimm`. Addresses and sizes are bytes; the length is without the label area. */
export interface QemuNvdimm {
  readonly slot: number;
  readonly base: number;
  readonly length: number;
  /** Proximity domain, 0 unless given. */
  readonly node?: number;
  readonly unarmed?: boolean;
}

/** `-machine nvdimm-persistence=`; unset, the table has no platform capabilities. */
export type QemuPersistence = "cpu" | "mem-ctrl";

/** What the machine type puts into the header unless told otherwise. */
export const QEMU_MAKER: TableMaker = {
  oemId: "BOCHS ",
  oemTableId: "BXPC    ",
  oemRevision: 1,
  creatorId: "BXPC",
  creatorRevision: 1,
};
/** QEMU of the time of the Xen series put the signature behind its four letters. */
export const XEN_RFC_MAKER: TableMaker = { ...QEMU_MAKER, oemTableId: "BXPCNFIT" };

export const QEMU_MAX_SLOTS = 256; // ACPI_MAX_RAM_SLOTS

/** Zero would mean the root device, so slot 0 is handle 1. */
export const qemuHandle = (slot: number): number => slot + 1;
const rangeIndex = (slot: number): number => qemuHandle(slot) * 2;
const controlRegionIndex = (slot: number): number => rangeIndex(slot) + 1;
/** Serial number of the DIMM in a slot, as QEMU draws it out of the air. */
export const qemuSerial = (slot: number): number => 0x123456 + slot;

/** The table for devices in QEMU's order (that of its object tree); undefined without devices: QEMU makes no table. */
export function qemuNfit(
  devices: readonly QemuNvdimm[],
  persistence?: QemuPersistence,
  maker: TableMaker = QEMU_MAKER,
): Uint8Array | undefined {
  if (devices.length === 0) return undefined;
  const table = buildNfit(maker, qemuStructures(devices, persistence));
  const again = decodeNfit(table).map(encodeNfit);
  if (!again.isOk() || !sameBytes(again.value, table)) throw new Error("the NFIT built does not read back");
  return table;
}

/** What `_FIT` returns for the same devices. */
export const qemuFit = (devices: readonly QemuNvdimm[], persistence?: QemuPersistence): Uint8Array =>
  devices.length === 0 ? new Uint8Array() : buildFit(qemuStructures(devices, persistence));

/** The table of a guest under the Xen RFC v4 series: another table id, never capabilities. */
export const xenNfit = (devices: readonly QemuNvdimm[]): Uint8Array | undefined =>
  qemuNfit(devices, undefined, XEN_RFC_MAKER);

const WRITE_BACK_AND_NON_VOLATILE = 0x8008n;
const BYTE_ADDRESSABLE = 0x0301; // NVDIMM region format interface code
const HOT_ADD_ONLY_AND_PROXIMITY_VALID = 3;
const INTEL = 0x8086;

function qemuStructures(devices: readonly QemuNvdimm[], persistence: QemuPersistence | undefined): NfitStructure[] {
  const structures: NfitStructure[] = devices.flatMap(deviceStructures);
  if (persistence === undefined) return structures;
  // Flushing the caches on power loss implies flushing the memory controller: `cpu` sets both.
  const capabilities = persistence === "cpu" ? 3 : 2;
  return [...structures, nfitStructure("capabilities", { highestValid: 1, capabilities })];
}

const deviceStructures = ({ slot, base, length, node = 0, unarmed = false }: QemuNvdimm): NfitStructure[] => [
  nfitStructure("spaRange", {
    rangeIndex: rangeIndex(slot),
    flags: HOT_ADD_ONLY_AND_PROXIMITY_VALID,
    proximityDomain: node,
    rangeType: RANGE_TYPE.pmem,
    rangeBase: BigInt(base),
    rangeLength: BigInt(length),
    attribute: WRITE_BACK_AND_NON_VOLATILE,
  }),
  nfitStructure("regionMapping", {
    handle: qemuHandle(slot),
    rangeIndex: rangeIndex(slot),
    controlRegionIndex: controlRegionIndex(slot),
    regionSize: BigInt(length),
    interleaveWays: 1,
    stateFlags: unarmed ? STATE_FLAG.notArmed : 0,
  }),
  nfitStructure("controlRegion", {
    controlRegionIndex: controlRegionIndex(slot),
    vendorId: INTEL,
    deviceId: 1,
    revisionId: 1,
    serialNumber: qemuSerial(slot),
    interfaceCode: BYTE_ADDRESSABLE,
    windowCount: 0,
  }, CONTROL_REGION_IN_FULL),
];

const CONTROL_REGION_IN_FULL = 80; // QEMU writes it whole though there are no block windows

/** Why QEMU would not start with these devices. */
export type QemuDeviceFault =
  | { readonly kind: "slot"; readonly slot: number; readonly limit: number }
  | { readonly kind: "slot-busy"; readonly slot: number }
  | { readonly kind: "empty"; readonly slot: number }
  | { readonly kind: "address"; readonly slot: number; readonly end: number }
  | { readonly kind: "overlap"; readonly slot: number; readonly other: number };

/** What is wrong with a list of devices; empty where QEMU would take it. */
export function qemuDeviceFaults(devices: readonly QemuNvdimm[]): QemuDeviceFault[] {
  const faults: QemuDeviceFault[] = [];
  devices.forEach((device, i) => {
    const { slot, base, length } = device;
    const earlier = devices.slice(0, i);
    if (!Number.isInteger(slot) || slot < 0 || slot >= QEMU_MAX_SLOTS) {
      faults.push({ kind: "slot", slot, limit: QEMU_MAX_SLOTS });
    }
    if (earlier.some((other) => other.slot === slot)) faults.push({ kind: "slot-busy", slot });
    if (length <= 0) faults.push({ kind: "empty", slot });
    if (base < 0 || base + length > ADDRESS_LIMIT) faults.push({ kind: "address", slot, end: base + length });
    const hit = earlier.find((other) => overlaps(range(base, length), range(other.base, other.length)));
    if (hit) faults.push({ kind: "overlap", slot, other: hit.slot });
  });
  return faults;
}

/** One sentence and a way out. */
export function explainQemuDevice(fault: QemuDeviceFault): { what: string; hint: string } {
  switch (fault.kind) {
    case "slot":
      return { what: `slot ${fault.slot} does not exist`, hint: `slots are 0 to ${fault.limit - 1}` };
    case "slot-busy":
      return { what: `slot ${fault.slot} is given twice`, hint: "give every device a slot of its own" };
    case "empty":
      return { what: `the device in slot ${fault.slot} has no bytes`, hint: "give a length above 0, without labels" };
    case "address":
      return { what: `the device in slot ${fault.slot} ends at ${fault.end}`, hint: "addresses end at 2^52" };
    case "overlap":
      return {
        what: `the devices in slots ${fault.other} and ${fault.slot} overlap`,
        hint: "place one behind the other's end",
      };
  }
}
