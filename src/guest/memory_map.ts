/**
 * The memory map that a guest's kernel gets (e820): what hvmloader builds (Xen 4.17 `tools/firmware/hvmloader/e820.c`
 * build_e820_table) less what SeaBIOS keeps for itself. pmem is in no entry: the NFIT alone tells of it.
 */
import { ACPI_INFO_START, HIGH_RAM_START, type RamLayout } from "../abi/hvm_layout.ts";
import { type Range } from "../base/range.ts";
import { KiB, MiB, PAGE_SIZE } from "../base/units.ts";

export type E820Type = "usable" | "reserved" | "ACPI NVS";

export interface E820Entry extends Range {
  readonly type: E820Type;
}

/** SeaBIOS's extended data area below the VGA hole, its code below 1 MiB, and a page at the top of low RAM. */
const CONVENTIONAL_END = 0xa0000;
const EBDA_START = CONVENTIONAL_END - KiB;
const BIOS_START = 0xf0000;
const BIOS_HEAP = PAGE_SIZE;

/** `acpiEnd`: where the tables end that firmware has placed. Empty entries are left out. */
export function memoryMap({ low, high }: RamLayout, acpiEnd: number): E820Entry[] {
  const entries: E820Entry[] = [
    { start: 0, end: EBDA_START, type: "usable" },
    { start: EBDA_START, end: CONVENTIONAL_END, type: "reserved" },
    { start: BIOS_START, end: MiB, type: "reserved" },
    { start: MiB, end: low.end - BIOS_HEAP, type: "usable" },
    { start: Math.max(MiB, low.end - BIOS_HEAP), end: low.end, type: "reserved" },
    { start: ACPI_INFO_START, end: acpiEnd, type: "ACPI NVS" },
    { start: acpiEnd, end: HIGH_RAM_START, type: "reserved" },
    { start: high.start, end: high.end, type: "usable" },
  ];
  return entries.filter(({ start, end }) => end > start);
}
