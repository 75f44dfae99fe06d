/** Whether memory is fit to be given away: what DIMMs, region and kernel know against it (model section 4). */
import { STATE_FLAG } from "../../acpi/mod.ts";
import { overlaps, type Range, range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type Dom0 } from "../../dom0/mod.ts";
import { type NamespaceBacking } from "./namespace_backing.ts";

export interface HealthFault {
  readonly why: string;
  readonly hint: string;
}

/** What firmware says happened to a DIMM: Xen refuses the same ones under its own management (v4, NFIT flags). */
const FAILED: readonly (readonly [keyof typeof STATE_FLAG, string])[] = [
  ["saveFailed", "its last save failed"],
  ["restoreFailed", "its last restore failed"],
  ["flushFailed", "its last flush failed"],
  ["mapFailed", "the platform could not map it"],
];

export function healthFault(dom0: Dom0, { region, name }: NamespaceBacking): HealthFault | undefined {
  for (const { dimm } of region.mappings) {
    const view = dom0.dimms()[dimm.number];
    if (!view) continue;
    if (view.locked) {
      return { why: `${dimm.name} is locked`, hint: "unlock it with the vendor's tool, then boot again" };
    }
    if (!view.enabled) return { why: `${dimm.name} is disabled`, hint: `ndctl enable-dimm ${dimm.name}` };
    const failed = FAILED.find(([flag]) => (view.stateFlags & STATE_FLAG[flag]) !== 0);
    if (failed) {
      return {
        why: `${dimm.name}: ${failed[1]}, so what it holds may be wrong`,
        hint: "repair it with the vendor's tool",
      };
    }
    if (view.unarmed) {
      return { why: `${dimm.name} is not armed: it would lose its content with power`, hint: "see the vendor's tool" };
    }
  }
  if (region.readOnly) {
    return { why: `${region.name} is read-only`, hint: `check the DIMMs of ${name}: ndctl list -DH` };
  }
  return undefined;
}

/** Known bad sectors inside ranges of addresses, or undefined. */
export function badblockFault(
  dom0: Dom0,
  { region, name }: NamespaceBacking,
  ranges: readonly Range[],
): HealthFault | undefined {
  const bad = dom0.badblocks(region.number)
    .map(({ sector, sectors }) => range(region.start + sector * SECTOR, sectors * SECTOR))
    .find((run) => ranges.some((each) => overlaps(run, each)));
  if (!bad) return undefined;
  return {
    why: `uncorrectable errors at ${hex(bad.start)} - ${hex(bad.end)}`,
    hint: `ndctl clear-errors ${name} zeroes the bad sectors (what stood there is lost)`,
  };
}

const SECTOR = 512;
