/**
 * Memory as dom0's kernel reads it: an uncorrectable error that a load meets becomes known, as one that a scrub found.
 * Source: Linux 6.1 `drivers/acpi/nfit/mce.c` nfit_handle_mce.
 */
import { type MemoryFault, type PhysicalMemory } from "../abi/ports.ts";
import { alignDown } from "../base/quantity.ts";
import { range } from "../base/range.ts";
import { addBadRange } from "./badblocks.ts";
import { type Kernel } from "./kernel.ts";
import { startScrub } from "./scrub.ts";

/** What a machine check names. */
const CACHE_LINE = 64;

export const checkedMemory = (kernel: Kernel, memory: PhysicalMemory): PhysicalMemory => ({
  load: (spa, length) => memory.load(spa, length).mapErr((fault) => checked(kernel, fault)),
  store: (spa, bytes, note) => memory.store(spa, bytes, note),
  zero: (spa, length, note) => memory.zero(spa, length, note),
});

/** Errors outside every region are no NVDIMM's. With `hw_error_scrub` the whole bus is searched for more. */
function checked(kernel: Kernel, fault: MemoryFault): MemoryFault {
  if (fault.kind !== "poison") return fault;
  const { address } = fault;
  const ours = kernel.regions.some(({ start, size }) => address >= start && address < start + size);
  if (!ours) return fault;
  addBadRange(kernel, range(alignDown(address, CACHE_LINE), CACHE_LINE));
  if (kernel.devices.bus?.hwErrorScrub) startScrub(kernel);
  return fault;
}
