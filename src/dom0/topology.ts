/**
 * DIMMs and regions as the nfit driver registers them with libnvdimm, before any driver has read a label. Numbers are the
 * ones of the device names: DIMMs ascending by handle, regions in the order of the table's SPA ranges.
 * Source: Linux 6.1 `drivers/acpi/nfit/core.c` acpi_nfit_add, acpi_nfit_register_dimms, acpi_nfit_register_region.
 */
import {
  decodeNfit,
  decodeStructures,
  type DimmIdentity,
  dimmIdentity,
  type LinuxDimm,
  type LinuxNfit,
  type LinuxRegion,
  linuxRegions,
  persistenceDomain,
  readAsLinux,
  type SetCookies,
  STATE_FLAG,
  type StructureList,
} from "../acpi/mod.ts";
import { type Firmware } from "../abi/ports.ts";
import { type NodeMap } from "./numa.ts";

export interface DimmTopology {
  readonly number: number;
  /** `nmemN`. */
  readonly name: string;
  /** NFIT device handle. */
  readonly handle: number;
  readonly physicalId: number;
  /** State flags of all mappings of this DIMM, ORed. */
  readonly stateFlags: number;
  readonly identity: DimmIdentity;
  /** Whether a PM range maps it (`formats` in sysfs). */
  readonly hasPmem: boolean;
  readonly flushHints: number;
}

/** One DIMM's part in a region. */
export interface Mapping {
  readonly dimm: DimmTopology;
  /** DPA where the part starts. */
  readonly start: number;
  /** Bytes on this DIMM. */
  readonly size: number;
  /** Place in the interleave set by region offset. */
  readonly position: number;
}

export interface RegionTopology {
  readonly number: number;
  /** `regionN`. */
  readonly name: string;
  /** SPA. */
  readonly start: number;
  readonly size: number;
  readonly rangeIndex: number;
  /** GUID of the SPA range type, as labels of version 1.2 carry it. */
  readonly typeGuid: string;
  readonly volatile: boolean;
  /** Whether the range takes part in address range scrubs; virtual disks and CDs do not. */
  readonly scrubbed: boolean;
  /** In the order of the table; the index is what labels call position. */
  readonly mappings: readonly Mapping[];
  readonly cookies: SetCookies;
  readonly numaNode: number;
  /** Undefined where the kernel knows none. */
  readonly targetNode: number | undefined;
  readonly persistenceDomain: "cpu_cache" | "memory_controller" | undefined;
  /** Some DIMM is not armed: the region is read-only. */
  readonly unarmed: boolean;
}

export interface Topology {
  readonly dimms: readonly DimmTopology[];
  readonly regions: readonly RegionTopology[];
  /** Revision of the table; zero where the kernel found none at boot. */
  readonly revision: number;
  /** What the driver says in the kernel log while it reads the table. */
  readonly messages: readonly string[];
}

/**
 * Undefined where there is no bus: no table and nothing in `_FIT`, the table is no NFIT, or the driver refuses it. `_FIT`
 * counts before the table, and may tell of DIMMs that came since.
 */
export function readTopology(
  table: Uint8Array | undefined,
  firmware: Firmware,
  nodes: NodeMap,
): Topology | undefined {
  const nfit = table && decodeNfit(table);
  if (nfit?.isErr()) return undefined;
  const atBoot = nfit?.isOk() ? nfit.value : undefined;
  const fit = firmware.fit();
  const list: StructureList | undefined = fit && fit.length > 0 ? decodeStructures(fit) : atBoot;
  if (!list) return undefined;
  const linux = readAsLinux(list);
  if (linux.status === "failed") return undefined;

  const made = linuxRegions(linux, new Set(firmware.children()));
  if (made.stopped) return undefined;
  const dimms = inOrderOfArrival(made.dimms, atBoot, linux).map(dimmTopology);
  const byHandle = new Map(dimms.map((dimm) => [dimm.handle, dimm]));
  const domain = persistenceDomain(linux.capabilities);
  const regions = made.regions.map((region, number) => regionTopology(region, number, byHandle, domain, nodes));
  const messages = [...linux.messages, ...made.messages].map(({ text }) => text);
  return { dimms, regions, revision: atBoot?.header.revision ?? 0, messages };
}

/** By handle among those that were there at boot; behind them, those that `_FIT` told of later, as they came. */
function inOrderOfArrival(
  dimms: readonly LinuxDimm[],
  atBoot: StructureList | undefined,
  now: LinuxNfit,
): readonly LinuxDimm[] {
  const known = new Set(atBoot && readAsLinux(atBoot).memdevs.map(({ record }) => record.handle));
  if (dimms.every(({ handle }) => known.has(handle))) return dimms;
  const arrival = new Map(now.memdevs.map(({ record }, i) => [record.handle, i] as const).reverse());
  const rank = ({ handle }: LinuxDimm) => (known.has(handle) ? -1 : arrival.get(handle)!);
  return dimms.toSorted((a, b) => rank(a) - rank(b));
}

function dimmTopology(dimm: LinuxDimm, number: number): DimmTopology {
  if (!dimm.dcr) throw new Error(`DIMM ${dimm.handle} became a device without a control region`);
  return {
    number,
    name: `nmem${number}`,
    handle: dimm.handle,
    physicalId: dimm.memdev.record.physicalId,
    stateFlags: dimm.stateFlags,
    identity: dimmIdentity(dimm.dcr.record),
    hasPmem: dimm.hasPmem,
    flushHints: dimm.flush?.record.hintCount ?? 0,
  };
}

function regionTopology(
  region: LinuxRegion,
  number: number,
  dimms: ReadonlyMap<number, DimmTopology>,
  domain: RegionTopology["persistenceDomain"],
  nodes: NodeMap,
): RegionTopology {
  return {
    number,
    name: `region${number}`,
    start: region.start,
    size: region.size,
    rangeIndex: region.spa.record.rangeIndex,
    typeGuid: region.spa.record.rangeType,
    volatile: region.kind === "volatile",
    scrubbed: region.type === "pmem" || region.type === "volatile",
    mappings: region.mappings.map(({ dimm, start, size, position }) => ({
      dimm: dimms.get(dimm.handle)!,
      start,
      size,
      position,
    })),
    cookies: region.cookies,
    numaNode: nodes.onlineNode(region.proximityDomain, region.start),
    targetNode: nodes.targetNode(region.proximityDomain, region.start),
    persistenceDomain: domain,
    unarmed: region.mappings.some(({ dimm }) => (dimm.stateFlags & STATE_FLAG.notArmed) !== 0),
  };
}
