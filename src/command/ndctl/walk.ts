/**
 * The walk over everything that passes the filters of `list`, `monitor` and the like. A filter for one kind also rules out
 * what has no part in it. Source: ndctl `ndctl/filter.c` ndctl_filter_walk.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type DimmView, type Dom0, type NamespaceView, type RegionView } from "../../dom0/mod.ts";
import {
  busMatches,
  dimmMatches,
  dimmsOf,
  namespaceMatches,
  namespacesOf,
  regionMatches,
  regionsOf,
} from "./library.ts";
import { type Mode, modeNamed, modeOf } from "./modes.ts";
import { type Talk } from "./talk.ts";

/** The filters as typed. */
export interface FilterTexts {
  readonly bus?: string | undefined;
  readonly region?: string | undefined;
  readonly dimm?: string | undefined;
  readonly namespace?: string | undefined;
  readonly mode?: string | undefined;
  readonly type?: string | undefined;
  readonly numaNode?: string | undefined;
}

export interface Filters extends Pick<FilterTexts, "bus" | "region" | "dimm" | "namespace"> {
  readonly mode: Mode | undefined;
  /** All regions here are of type pmem. */
  readonly blk: boolean;
  readonly node: number | undefined;
}

export interface Visitor {
  bus(): void;
  dimm(dimm: DimmView): void;
  region(region: RegionView): void;
  namespace(namespace: NamespaceView): void;
}

export function parseFilters(texts: FilterTexts, talk: Talk): Result<Filters, Errno> {
  const { type, numaNode } = texts;
  if (type !== undefined && type !== "pmem" && type !== "blk") {
    talk.error(`unknown type "${type}" must be "pmem" or "blk"`);
    return err("EINVAL");
  }
  const mode = texts.mode === undefined ? undefined : modeNamed(texts.mode);
  if (texts.mode !== undefined && mode === undefined) {
    talk.error(`invalid mode: '${texts.mode}'`);
    return err("EINVAL");
  }
  const node = numaNode === undefined || numaNode === "all" ? undefined : signed(numaNode);
  if (numaNode !== undefined && numaNode !== "all" && node === undefined) {
    talk.error(`invalid numa_node: '${numaNode}'`);
    return err("EINVAL");
  }
  return ok({ ...texts, mode, blk: type === "blk", node: node === NO_NODE ? undefined : node });
}

/** NUMA_NO_NODE: as if no node had been asked for. */
const NO_NODE = -1;

export function walk(dom0: Dom0, filters: Filters, visitor: Visitor): void {
  if (!dom0.hasBus || !busMatches(filters.bus)) return;
  const [dimms, regions] = [dimmsOf(dom0), regionsOf(dom0)];
  const inRegion = (region: RegionView) => new Set(region.mappings.map(({ dimm }) => dimm.number));
  const hosts = (region: RegionView) =>
    namespacesOf(dom0, region.number).some((n) => namespaceMatches(n, filters.namespace));

  const named = (ident: string | undefined) => ident !== undefined && ident !== "all";
  const byDimm = named(filters.dimm);
  const byRegion = named(filters.region);
  const byNamespace = named(filters.namespace);
  const hosting = byNamespace ? regions.filter(hosts) : regions;
  if (byDimm && !dimms.some((dimm) => dimmMatches(dimm, filters.dimm))) return;
  if (byRegion && !regions.some((region) => regionMatches(region, filters.region))) return;
  if (byNamespace && hosting.length === 0) return;
  visitor.bus();

  for (const dimm of dimms) {
    if (!dimmMatches(dimm, filters.dimm)) continue;
    const uses = (region: RegionView) => inRegion(region).has(dimm.number);
    if (byRegion && !regions.some((region) => regionMatches(region, filters.region) && uses(region))) continue;
    if (byNamespace && !hosting.some(uses)) continue;
    if (filters.node !== undefined && !regions.some((region) => region.numaNode === filters.node && uses(region))) {
      continue;
    }
    visitor.dimm(dimm);
  }

  for (const region of regions) {
    if (!regionMatches(region, filters.region)) continue;
    const members = inRegion(region);
    if (byDimm && !dimms.some((dimm) => members.has(dimm.number) && dimmMatches(dimm, filters.dimm))) continue;
    if (byNamespace && !hosting.includes(region)) continue;
    if (filters.node !== undefined && region.numaNode !== filters.node) continue;
    if (filters.blk) continue;
    visitor.region(region);
    for (const namespace of namespacesOf(dom0, region.number)) {
      if (!namespaceMatches(namespace, filters.namespace)) continue;
      if (filters.mode !== undefined && modeOf(namespace.mode) !== filters.mode) continue;
      visitor.namespace(namespace);
    }
  }
}

/** strtol in any base, of the whole text. */
function signed(text: string): number | undefined {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text);
  if (!match) return undefined;
  const value = /^0[0-7]+$/.test(match[2]!) ? parseInt(match[2]!, 8) : Number(match[2]);
  return Number.isNaN(value) ? undefined : match[1] === "-" ? -value : value;
}
