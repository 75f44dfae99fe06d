/**
 * DIMMs that come while the kernel runs: firmware notifies the root device, the kernel asks `_FIT` again and registers what it
 * does not know yet. What it knows stays as it is.
 * Source: Linux 6.1 `drivers/acpi/nfit/core.c` acpi_nfit_update_notify, acpi_nfit_init.
 */
import { enableDimm, NEW_DIMM } from "./dimm_driver.ts";
import { type Kernel } from "./kernel.ts";
import { enableRegion, newRegion } from "./region_driver.ts";
import { startScrub } from "./scrub.ts";

/** The topology is `_FIT`'s of now. Nothing happens where the kernel knows all of it. */
export function registerNewDimms(kernel: Kernel): void {
  const { topology } = kernel.parts;
  if (!topology) return;
  const { devices } = kernel;
  if (!devices.bus) devices.setBus({ kind: "bus", badRanges: [], scrubCount: 0, hwErrorScrub: false });
  for (const dimm of topology.dimms) {
    if (devices.dimm(dimm.number)) continue;
    devices.setDimm(dimm.number, NEW_DIMM);
    enableDimm(kernel, dimm);
  }
  let added = false;
  for (const region of topology.regions) {
    if (devices.region(region.number)) continue;
    devices.setRegion(region.number, newRegion(region));
    enableRegion(kernel, region);
    added = true;
  }
  if (added) startScrub(kernel);
}
