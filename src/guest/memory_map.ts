/**
 * The memory map that hvmloader gives a guest (Xen 4.17 `tools/firmware/hvmloader/e820.c` build_e820_table with SeaBIOS). pmem is
 * in none of its entries: the guest's NFIT alone tells of it.
 */
import { ACPI_INFO_START, type RamLayout } from "../abi/hvm_layout.ts";
import { ACPI_DYNAMIC_START } from "../abi/hvm_layout.ts";
import { type Range } from "../base/range.ts";
import { GiB, MiB } from "../base/units.ts";

export type E820Type = "usable" | "reserved" | "ACPI NVS";

export interface E820Entry extends Range {
  readonly type: E820Type;
}

/** SeaBIOS's image ends at 1 MiB; 128 KiB. */
const BIOS_START = 0xe0000;
const LOW_RESERVED = 0xa0000;
/** The tables' part of hvmloader's window, as far as it is populated. */
const TABLES_END = ACPI_DYNAMIC_START + MiB / 4;

export function memoryMap({ low, high }: RamLayout): E820Entry[] {
  const entries: E820Entry[] = [
    { start: 0, end: LOW_RESERVED, type: "usable" },
    { start: BIOS_START, end: MiB, type: "reserved" },
    { start: MiB, end: low.end, type: "usable" },
    { start: ACPI_INFO_START, end: TABLES_END, type: "ACPI NVS" },
    { start: TABLES_END, end: 4 * GiB, type: "reserved" },
    { start: high.start, end: high.end, type: "usable" },
  ];
  return entries.filter(({ start, end }) => end > start);
}
