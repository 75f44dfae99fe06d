/**
 * The regions Linux registers for the SPA ranges of an NFIT, and where it gives up (`drivers/acpi/nfit/core.c`
 * acpi_nfit_register_regions, acpi_nfit_register_region, acpi_nfit_init_mapping; `nvdimm/region_devs.c` nd_region_create).
 */
import { ADDRESS_LIMIT } from "../../base/quantity.ts";
import { hex, PAGE_SIZE } from "../../base/units.ts";
import { STATE_FLAG } from "./dimm_identity.ts";
import { type LinuxDimm, type LinuxNfit } from "./linux_nfit.ts";
import { type LinuxMessage } from "./linux_tables.ts";
import { type StructureOf } from "./nfit.ts";
import { isVirtualDisk, type RangeType, rangeTypeOf } from "./range_type.ts";
import { cookieMember, type SetCookies, setCookies, setPositions } from "./set_cookie.ts";

/** One DIMM's share of a region. Addresses and sizes are bytes. */
export interface LinuxMapping {
  readonly memdev: StructureOf<"regionMapping">;
  readonly dimm: LinuxDimm;
  /** DIMM physical address of the first byte. */
  readonly start: number;
  readonly size: number;
  /** The DIMM's place in the interleave set. */
  readonly position: number;
}

export interface LinuxRegion {
  readonly spa: StructureOf<"spaRange">;
  readonly kind: "pmem" | "volatile";
  /** The range type, for what distinguishes virtual disks: no ARS. */
  readonly type: RangeType;
  readonly start: number;
  readonly size: number;
  /** In the order of the type 1 structures. None: the region is label-less. */
  readonly mappings: readonly LinuxMapping[];
  readonly cookies: SetCookies;
  /** Some DIMM is not armed. */
  readonly readOnly: boolean;
  /** From the table; undefined where its flag says it is not valid. */
  readonly proximityDomain: number | undefined;
}

export interface LinuxRegions {
  /** In the order of their numbers. */
  readonly regions: readonly LinuxRegion[];
  /** DIMMs that became devices, in the order of their numbers. */
  readonly dimms: readonly LinuxDimm[];
  /** The range at which the driver gave up: its probe fails, and with it goes the bus with all that was on it. */
  readonly stopped: { readonly spa: StructureOf<"spaRange">; readonly errno: RegionErrno } | undefined;
  readonly messages: readonly LinuxMessage[];
}
export type RegionErrno = "ENODEV" | "ENXIO" | "ENOMEM" | "EBUSY";

const MAX_MAPPINGS = 32; // ND_MAX_MAPPINGS

/**
 * `adrs`: `_ADR` of the children of the root device, where known; a DIMM without one is skipped, and the range that
 * needs it fails.
 */
export function linuxRegions(nfit: LinuxNfit, adrs?: ReadonlySet<number>): LinuxRegions {
  const messages: LinuxMessage[] = [];
  const say = (text: string, offset: number | undefined) => messages.push({ level: "err", text, offset, times: 1 });
  if (nfit.status === "failed") return { regions: [], dimms: [], stopped: undefined, messages };

  const dimms = nfit.dimms.filter((dimm) => {
    if (adrs?.has(dimm.handle) ?? true) return true;
    say(`no ACPI.NFIT device with _ADR ${hex(dimm.handle)}, disabling...`, dimm.memdev.offset);
    return false;
  });
  const byHandle = new Map(dimms.map((dimm) => [dimm.handle, dimm]));
  const byRange = Map.groupBy(nfit.memdevs, (memdev) => memdev.record.rangeIndex);

  const regions: LinuxRegion[] = [];
  for (const spa of nfit.spas) {
    const outcome = register(
      spa,
      spa.record.rangeIndex === 0 ? [] : byRange.get(spa.record.rangeIndex) ?? [],
      byHandle,
    );
    if (outcome === undefined) continue;
    if ("errno" in outcome) {
      say(outcome.message, spa.offset);
      say(`failed to register spa range ${spa.record.rangeIndex}`, spa.offset);
      return { regions: [], dimms: [], stopped: { spa, errno: outcome.errno }, messages };
    }
    regions.push(outcome);
  }
  return { regions, dimms, stopped: undefined, messages };
}

/** The region of one range; undefined where Linux makes none of it without complaint. */
function register(
  spa: StructureOf<"spaRange">,
  memdevs: readonly StructureOf<"regionMapping">[],
  dimms: ReadonlyMap<number, LinuxDimm>,
): LinuxRegion | { errno: RegionErrno; message: string } | undefined {
  const { rangeIndex, rangeType, rangeBase, rangeLength, flags, proximityDomain } = spa.record;
  const type = rangeTypeOf(rangeType);
  if (type === undefined || type === "blockWindow") return undefined;
  if (rangeIndex === 0 && !isVirtualDisk(type)) return undefined;
  const missing = memdevs.slice(0, MAX_MAPPINGS).find((memdev) => !dimms.has(memdev.record.handle));
  if (missing) return { errno: "ENODEV", message: `spa${rangeIndex} dimm: ${hex(missing.record.handle)} not found` };
  if (memdevs.length > MAX_MAPPINGS) {
    return { errno: "ENXIO", message: `spa${rangeIndex} exceeds max mappings ${MAX_MAPPINGS}` };
  }
  const members = memdevs.map((memdev) => dimms.get(memdev.record.handle)!);
  if (members.some((dimm) => dimm.dcr === undefined)) {
    return { errno: "ENODEV", message: "acpi_nfit_init_interleave_set: failed to find DCR" };
  }
  if (type === "controlRegion") return undefined; // block windows: nothing is registered any more

  // An empty range, or one past the machine's addresses, finds no place among the memory resources.
  const end = rangeBase + rangeLength;
  if (rangeLength === 0n || end > BigInt(ADDRESS_LIMIT)) {
    return { errno: "EBUSY", message: `SPA range ${hex(rangeBase)} of ${hex(rangeLength)} bytes cannot be a resource` };
  }
  const far = memdevs.findIndex(({ record }) => record.regionBase + record.regionSize > BigInt(ADDRESS_LIMIT));
  if (far >= 0) return { errno: "ENOMEM", message: `mapping${far} reaches past any DIMM's addresses` };
  const kind = type === "pmem" || type === "persistentDisk" || type === "persistentCd" ? "pmem" : "volatile";
  const odd = memdevs.findIndex(({ record }) => (record.regionBase | record.regionSize) % BigInt(PAGE_SIZE) !== 0n);
  if (odd >= 0) {
    return { errno: "ENOMEM", message: `nvdimm_${kind}_region_create: mapping${odd} is not ${PAGE_SIZE} aligned` };
  }

  const cookies = memdevs.map((memdev, i) => cookieMember(memdev.record.regionOffset, members[i]!.dcr!.record));
  const positions = setPositions(cookies);
  return {
    spa,
    type,
    kind,
    start: Number(rangeBase),
    size: Number(rangeLength),
    mappings: memdevs.map((memdev, i) => ({
      memdev,
      dimm: members[i]!,
      start: Number(memdev.record.regionBase),
      size: Number(memdev.record.regionSize),
      position: positions[i]!,
    })),
    cookies: setCookies(cookies),
    readOnly: members.some((dimm) => (dimm.stateFlags & STATE_FLAG.notArmed) !== 0),
    proximityDomain: (flags & PROXIMITY_VALID) !== 0 ? proximityDomain : undefined,
  };
}

const PROXIMITY_VALID = 1 << 1;
