/**
 * Where an HVM guest's memory lies: agreed between the toolstack that populates it, hvmloader that describes it and QEMU that
 * decodes it. Addresses in bytes. Sources: Xen 4.17 `public/hvm/e820.h`, `tools/firmware/hvmloader/config.h`,
 * `tools/libs/guest/xg_dom_x86.c`; RFC v4 for the memory that hvmloader takes for the device model's tables.
 */
import { type Range, range } from "../base/range.ts";
import { alignUp } from "../base/quantity.ts";
import { GiB, KiB, PAGE_SIZE } from "../base/units.ts";

/** RAM below 4 GiB ends here at the latest; `mmio_hole` lowers it (HVM_BELOW_4G_RAM_END). */
export const LOW_RAM_END = 0xf0000000;
export const HIGH_RAM_START = 4 * GiB;
/** The hole of the VGA adapter: never populated. */
export const VGA_HOLE: Range = { start: 0xa0000, end: 0xc0000 };
/** hvmloader's tables: first its own page, then what it allocates as tables need it (ACPI NVS in the memory map). */
export const ACPI_INFO_START = 0xfc000000;
export const ACPI_DYNAMIC_START = 0xfc001000;
/** Where Xen's own tables end: guests of Xen 4.16 and 4.17 report ACPI NVS up to here. The device model's come behind. */
export const ACPI_OWN_END = 0xfc00b000;
/** The real one takes page after page, up to a MiB in all; here so much is there from the start. */
export const ACPI_POPULATED_END = ACPI_DYNAMIC_START + 256 * KiB;
/** Xen's own pages: XenStore, console, ioreq and the like. */
export const SPECIAL_PAGES: Range = range(0xfeff8000, 8 * PAGE_SIZE);
/** The VGA adapter's memory, behind its PCI base address register. */
export const VIDEO_RAM_START = 0xf0000000;
/** What v4 sets aside for the device model's tables when there are vNVDIMMs and `dm_acpi_size` is not given. */
export const DM_ACPI_DEFAULT_SIZE = 0x200000;
/** 48 bits, four levels: what ends here no guest can address. */
export const GPA_LIMIT = 2 ** 48;

export interface RamLayout {
  readonly low: Range;
  /** Empty (both ends 4 GiB) where all RAM fits below. */
  readonly high: Range;
}

export function ramLayout(bytes: number, lowEnd: number = LOW_RAM_END): RamLayout {
  const low = Math.min(bytes, lowEnd);
  return { low: range(0, low), high: range(HIGH_RAM_START, bytes - low) };
}

/** Where QEMU's window for memory devices begins (`hw/i386/pc.c`): whole GiB above all RAM. */
export const memoryDeviceBase = (ram: RamLayout): number => alignUp(ram.high.end, GiB);
