/**
 * The objects of `ndctl list` as JSON, keys in ndctl's order; namespaces have a file of their own.
 * Source: ndctl `ndctl/json.c` util_bus_to_json, util_dimm_to_json, util_mapping_to_json, util_region_capabilities_to_json;
 * `list.c` region_to_json.
 */
import { STATE_FLAG } from "../../acpi/mod.ts";
import { type Json } from "../../base/json.ts";
import { BUS, type DimmView, type Dom0, type Mapping, type RegionView } from "../../dom0/mod.ts";
import { BTT_SECTOR_SIZES } from "../../label/mod.ts";
import { countJson, regionBadblocks } from "./badblocks_json.ts";
import { dimmFirmwareJson } from "./firmware_json.ts";
import { hexJson, type JsonFlags, sizeJson } from "./json_flags.ts";
import { dimmMatches, mappingsOf, PROVIDER } from "./library.ts";

type Fields = { [key: string]: Json };

export function busJson(dom0: Dom0): Fields {
  const scrub = dom0.scrub();
  return { provider: PROVIDER, dev: BUS, ...(scrub ? { scrub_state: scrub.active ? "active" : "idle" } : {}) };
}

/** Flags of a DIMM's state by their keys, in ndctl's order. */
const DIMM_FLAGS: readonly (readonly [string, number])[] = [
  ["flag_failed_map", STATE_FLAG.mapFailed],
  ["flag_failed_save", STATE_FLAG.saveFailed],
  ["flag_failed_arm", STATE_FLAG.notArmed],
  ["flag_failed_restore", STATE_FLAG.restoreFailed],
  ["flag_failed_flush", STATE_FLAG.flushFailed],
  ["flag_smart_event", STATE_FLAG.healthObserved],
];

export function dimmJson(dom0: Dom0, dimm: DimmView, flags: JsonFlags): Fields {
  const fields: Fields = {
    dev: dimm.name,
    id: dimm.id,
    handle: hexJson(dimm.handle, flags),
    phys_id: hexJson(dimm.physicalId, flags),
  };
  if (!dimm.enabled) fields.state = "disabled";
  for (const [key, bit] of DIMM_FLAGS) if ((dimm.stateFlags & bit) !== 0) fields[key] = true;
  const security = dom0.dimm(dimm.number).security();
  if (security) fields.security = security.state;
  if (security?.frozen) fields.security_frozen = true;
  if (flags.firmware) Object.assign(fields, dimmFirmwareJson(dom0, dimm, flags));
  return fields;
}

/** `dimms`: mappings are shown; `dimm` filters them. */
export interface RegionContext {
  readonly dimms: boolean;
  readonly dimm: string | undefined;
}

export function regionJson(dom0: Dom0, region: RegionView, flags: JsonFlags, context: RegionContext): Fields {
  const capacity = region.labelled ? dom0.capacity(region.number) : { available: 0, extent: 0 };
  const fields: Fields = {
    dev: region.name,
    size: sizeJson(region.size, flags),
    align: sizeJson(region.align, flags),
    available_size: sizeJson(capacity.available, flags),
    max_available_extent: sizeJson(capacity.extent, flags),
    type: "pmem",
  };
  if (flags.verbose) {
    fields.numa_node = region.numaNode;
    if (region.targetNode !== undefined) fields.target_node = region.targetNode;
  }
  if (region.labelled) fields.iset_id = hexJson(dom0.setCookie(region.number), flags);
  const mappings = context.dimms ? shownMappings(dom0, region, flags, context) : [];
  if (mappings.length > 0) fields.mappings = mappings.map((mapping) => mappingJson(mapping, flags));
  if (!region.enabled) fields.state = "disabled";
  Object.assign(fields, countJson(regionBadblocks(dom0, region), flags));
  const capabilities = flags.capabilities ? capabilitiesJson(dom0, region) : undefined;
  if (capabilities) fields.capabilities = capabilities;
  fields.persistence_domain = region.persistenceDomain ?? "unknown";
  return fields;
}

function shownMappings(dom0: Dom0, region: RegionView, flags: JsonFlags, { dimm }: RegionContext): Mapping[] {
  const enabled = new Map(dom0.dimms().map((d) => [d.number, d.enabled]));
  return mappingsOf(region).filter((mapping) =>
    dimmMatches(mapping.dimm, dimm) && (flags.idle || flags.configured || enabled.get(mapping.dimm.number))
  );
}

const mappingJson = ({ dimm, start, size, position }: Mapping, flags: JsonFlags): Fields => ({
  dimm: dimm.name,
  offset: hexJson(start, flags),
  length: hexJson(size, flags),
  position,
});

/** What the region's seeds offer; nothing while it has none. */
function capabilitiesJson(dom0: Dom0, { seeds }: RegionView): Json | undefined {
  if (!seeds.btt || !seeds.pfn || !seeds.dax) return undefined;
  const alignments = [...dom0.alignments];
  return [
    { mode: "sector", sector_sizes: [...BTT_SECTOR_SIZES] },
    { mode: "fsdax", alignments },
    { mode: "devdax", alignments },
  ];
}
