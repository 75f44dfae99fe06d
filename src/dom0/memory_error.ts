/**
 * A machine check for an address of persistent memory: the kernel knows of the error at once, without a scrub.
 * Source: Linux 6.1 `drivers/acpi/nfit/mce.c` nfit_handle_mce.
 */
import { alignDown } from "../base/quantity.ts";
import { contains, range } from "../base/range.ts";
import { busNow } from "./badblocks.ts";
import { type Kernel } from "./kernel.ts";

/** What one machine check is about: a cache line. */
const ERROR_BYTES = 64;

/** Addresses that are no persistent memory of this kernel's are other handlers' business. */
export function takeMachineCheck(kernel: Kernel, address: number): void {
  const bus = busNow(kernel);
  const line = range(alignDown(address, ERROR_BYTES), ERROR_BYTES);
  const isPmem = kernel.regions.some(({ start, size, volatile }) => !volatile && contains(range(start, size), line));
  if (!bus || !isPmem || bus.badRanges.some((bad) => contains(bad, line))) return;
  kernel.devices.setBus({ ...bus, badRanges: [...bus.badRanges, line] });
}
