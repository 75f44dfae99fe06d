/** What a stock QEMU (and libvirt, which drives it) cannot do for such a guest, a sentence each. */
import { hex, shortSize } from "../../base/units.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { type StockBacking } from "./stock_backing.ts";

export function limitsOf({ config, vnvdimms }: DomainRecord, backings: readonly StockBacking[]): string[] {
  const { acpi, placement } = config.nvdeck;
  return [
    "it has no memory-backend-xen, so it gives guests under Xen no persistent memory: this is for KVM, without Xen",
    "nothing keeps others from these devices and files: no exclusive holds, no record of whose they are",
    ...(acpi === "full" ? [] : [`its ACPI is always the full set: profile ${acpi} is not to be had`]),
    ...(placement === "qemu" ? [] : ["it refuses an address (addr=) outside its own window for memory devices"]),
    ...backings.flatMap(backingLimits),
    ...vnvdimms.filter(({ volatile }) => volatile).map(({ slot }) =>
      `nv${slot} lies on volatile memory: it is not persistent, whatever the guest is told`
    ),
  ];
}

function backingLimits({ slot, path, kind, offset, size, labelSize, align }: StockBacking): string[] {
  const lost = (size - labelSize) % align;
  return [
    ...(lost === 0 ? [] : [
      `nv${slot}: it rounds down to the ${shortSize(align)} of ${path}, so the guest sees ${
        shortSize(lost)
      } less than here`,
    ]),
    ...(offset === 0 ? [] : [
      `nv${slot}: ${path} begins with ${
        hex(offset)
      } bytes that are dom0's and Xen's, which offset= passes over: QEMU 8.1 or later`,
    ]),
    ...(kind === "block device"
      ? [
        `nv${slot}: ${path} is mapped through the page cache: stores last after msync only (devdax and DAX files need none)`,
      ]
      : []),
  ];
}
