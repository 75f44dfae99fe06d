/**
 * Personality devices as they come into being: idle, under the lowest number of their kind that is free in the region.
 * Source: Linux 6.1 `drivers/nvdimm/btt_devs.c` __nd_btt_create, `pfn_devs.c` nd_pfn_devinit, nd_pfn_default_alignment.
 */
import { MiB, PAGE_SIZE } from "../base/units.ts";
import { type Kernel } from "./kernel.ts";
import { type PersonalityDevice, type PersonalityKind } from "./state.ts";
import { type RegionTopology } from "./topology.ts";

/** Size of a huge page: the alignment of a new pfn or dax device, where it is offered. */
const HUGE_PAGE = 2 * MiB;

/** Registers an idle device under the lowest free number. */
export function newPersonality(kernel: Kernel, region: RegionTopology, kind: PersonalityKind): PersonalityDevice {
  const id = kernel.devices.freeId(kind, region.number);
  const device: PersonalityDevice = kind === "btt"
    ? { kind, region: region.number, id, lbaSize: 0 }
    : { kind, region: region.number, id, mode: "none", align: defaultAlignment(kernel) };
  kernel.devices.setChild(device);
  return device;
}

export const defaultAlignment = (kernel: Kernel): number =>
  kernel.parts.facts.alignments.includes(HUGE_PAGE) ? HUGE_PAGE : PAGE_SIZE;
