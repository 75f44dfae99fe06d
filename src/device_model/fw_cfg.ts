/**
 * The files through which firmware gets the device model's ACPI tables (RFC v4: fw_cfg and the linker/loader; QEMU
 * `hw/i386/acpi-build.c`): tables one behind the other, the root tables, and the script that puts them into guest memory.
 */
import {
  buildRsdp,
  buildRsdt,
  encodeLoader,
  FW_CFG_FILE,
  guestSsdt,
  type LoaderCommand,
  pageAddressOffset,
  QEMU_MAKER,
  qemuFit,
  qemuHandle,
  qemuNfit,
  type QemuNvdimm,
  RSDP_ADDRESS_OFFSET,
  RSDP_CHECKSUM_OFFSET,
  RSDP_SIZE,
  TABLE_CHECKSUM_OFFSET,
  XEN_RFC_MAKER,
} from "../acpi/mod.ts";
import { concat } from "../base/bytes.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type DeviceModelProcess, type NvdimmDevice } from "./state.ts";

/** The device as its structures describe it: without its label area. */
export const describedDevice = ({ slot, gpa, size, labelSize, node, unarmed }: NvdimmDevice): QemuNvdimm => ({
  slot,
  base: gpa,
  length: size - labelSize,
  node,
  unarmed,
});

/** The NFIT that the guest boots with: hot-plugged devices are not in it. Undefined without devices. */
export const bootNfit = (process: DeviceModelProcess): Uint8Array | undefined =>
  qemuNfit(
    process.devices.filter((device) => !device.hotplugged).map(describedDevice),
    process.persistence,
    XEN_RFC_MAKER,
  );

/** What `_FIT` returns now. */
export const currentFit = (process: DeviceModelProcess): Uint8Array =>
  qemuFit(process.devices.map(describedDevice), process.persistence);

/** The NVDIMM devices as AML; undefined for the profile without any, and on a machine without memory slots. */
export function bootSsdt(process: DeviceModelProcess): Uint8Array | undefined {
  if (process.slots === 0) return undefined;
  return guestSsdt(process.profile, { slots: process.slots });
}

/** All files, by name. Empty where the device model has no tables to give. */
export function fwCfgFiles(process: DeviceModelProcess): ReadonlyMap<string, Uint8Array> {
  const ssdt = bootSsdt(process);
  const nfit = bootNfit(process);
  const tables = [ssdt, nfit].filter((table) => table !== undefined);
  if (tables.length === 0) return new Map();

  const starts = tables.map((_, i) => tables.slice(0, i).reduce((sum, table) => sum + table.length, 0));
  const rsdt = buildRsdt(starts, QEMU_MAKER);
  const rsdtStart = tables.reduce((sum, table) => sum + table.length, 0);
  const hasPage = ssdt !== undefined && process.profile === "full";
  const script = [
    ...allocations(hasPage),
    ...(hasPage ? pagePointer(ssdt) : []),
    ...rootPointers(starts.length, rsdtStart, rsdt.length),
  ];
  return new Map([
    [FW_CFG_FILE.tables, concat(...tables, rsdt)],
    [FW_CFG_FILE.rsdp, buildRsdp(rsdtStart, QEMU_MAKER.oemId as string)],
    [FW_CFG_FILE.loader, encodeLoader(script)],
    ...(hasPage ? [[FW_CFG_FILE.dsmPage, new Uint8Array(PAGE_SIZE)] as const] : []),
  ]);
}

const TABLE_ALIGN = 64;
const RSDP_ALIGN = 16;

const allocations = (hasPage: boolean): LoaderCommand[] => [
  { kind: "allocate", file: FW_CFG_FILE.tables, align: TABLE_ALIGN, zone: "high" },
  ...(hasPage
    ? [{ kind: "allocate", file: FW_CFG_FILE.dsmPage, align: PAGE_SIZE, zone: "high" } satisfies LoaderCommand]
    : []),
  { kind: "allocate", file: FW_CFG_FILE.rsdp, align: RSDP_ALIGN, zone: "fseg" },
];

/** The SSDT is the first table, so that offsets in it are offsets in the file. */
const pagePointer = (ssdt: Uint8Array): LoaderCommand[] => [
  {
    kind: "add pointer",
    file: FW_CFG_FILE.tables,
    source: FW_CFG_FILE.dsmPage,
    offset: pageAddressOffset(ssdt),
    size: 4,
  },
  { kind: "add checksum", file: FW_CFG_FILE.tables, offset: TABLE_CHECKSUM_OFFSET, start: 0, length: ssdt.length },
];

const HEADER = 36;

const rootPointers = (count: number, rsdt: number, rsdtLength: number): LoaderCommand[] => [
  ...Array.from({ length: count }, (_, i): LoaderCommand => ({
    kind: "add pointer",
    file: FW_CFG_FILE.tables,
    source: FW_CFG_FILE.tables,
    offset: rsdt + HEADER + 4 * i,
    size: 4,
  })),
  {
    kind: "add checksum",
    file: FW_CFG_FILE.tables,
    offset: rsdt + TABLE_CHECKSUM_OFFSET,
    start: rsdt,
    length: rsdtLength,
  },
  {
    kind: "add pointer",
    file: FW_CFG_FILE.rsdp,
    source: FW_CFG_FILE.tables,
    offset: RSDP_ADDRESS_OFFSET,
    size: 4,
  },
  { kind: "add checksum", file: FW_CFG_FILE.rsdp, offset: RSDP_CHECKSUM_OFFSET, start: 0, length: RSDP_SIZE },
];

/** Handles that have a child device: one per slot, whether something is in it or not. */
export const childHandles = ({ slots }: DeviceModelProcess): number[] =>
  Array.from({ length: slots }, (_, slot) => qemuHandle(slot));
