/** The options of `ndctl list` and what they come to. Source: ndctl `ndctl/list.c` cmd_list. */
import { type JsonFlags } from "./json_flags.ts";
import { count, flag, type OptionValues, text } from "./parse_options.ts";
import { type FilterTexts } from "./walk.ts";

export const listOptions = {
  bus: text("b", "bus", "bus-id", "only this bus"),
  region: text("r", "region", "region-id", "only this region"),
  dimm: text("d", "dimm", "dimm-id", "only this DIMM"),
  namespace: text("n", "namespace", "namespace-id", "only this namespace"),
  mode: text("m", "mode", "namespace-mode", "only namespaces of this mode"),
  type: text("t", "type", "region-type", "only regions of this type"),
  numaNode: text("U", "numa-node", "node", "only what is on this NUMA node"),
  buses: flag("B", "buses", "list buses"),
  dimms: flag("D", "dimms", "list DIMMs"),
  firmware: flag("F", "firmware", "with firmware versions"),
  health: flag("H", "health", "with the health of DIMMs"),
  regions: flag("R", "regions", "list regions"),
  namespaces: flag("N", "namespaces", "list namespaces (the default)"),
  dax: flag("X", "device-dax", "with device-dax instances"),
  capabilities: flag("C", "capabilities", "with what regions offer"),
  idle: flag("i", "idle", "idle devices too"),
  configured: flag("c", "configured", "configured namespaces too, enabled or not"),
  mediaErrors: flag("M", "media-errors", "with bad blocks"),
  human: flag("u", "human", "sizes and addresses for people"),
  verbose: count("v", "verbose", "more detail; may be repeated"),
} as const;

export type ListOptions = OptionValues<typeof listOptions>;

export interface Selection {
  readonly shown: Readonly<Record<"buses" | "dimms" | "regions" | "namespaces", boolean>>;
  readonly flags: JsonFlags;
  readonly filters: FilterTexts;
}

/** Without a kind asked for, a filter's own kind is listed, else namespaces; `-v` to `-vvv` ask for more and more. */
export function selectionOf(options: ListOptions): Selection {
  const { verbose } = options;
  const shown = {
    buses: options.buses,
    dimms: options.dimms,
    regions: options.regions,
    namespaces: options.namespaces,
  };
  const none = () => !Object.values(shown).some(Boolean);
  let mode = options.mode;
  if (none()) {
    shown.buses = options.bus !== undefined;
    shown.regions = options.region !== undefined;
    shown.dimms = options.dimm !== undefined;
    if (options.dax) mode ??= "dax";
  }
  if (verbose >= 2) shown.dimms = shown.buses = shown.regions = true;
  if (verbose >= 1) shown.namespaces = true;
  if (none()) shown.namespaces = true;
  return {
    shown,
    flags: {
      human: options.human,
      verbose: verbose >= 1,
      idle: options.idle || verbose >= 3,
      configured: options.configured,
      mediaErrors: options.mediaErrors || verbose >= 1,
      dax: options.dax || verbose >= 1,
      capabilities: options.capabilities || verbose >= 3,
      firmware: options.firmware || verbose >= 3,
      health: options.health || verbose >= 3,
    },
    filters: {
      bus: options.bus,
      region: options.region,
      dimm: options.dimm,
      namespace: options.namespace,
      mode,
      type: options.type,
      numaNode: options.numaNode,
    },
  };
}
