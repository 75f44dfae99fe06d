/** Namespaces: what of the wanted is different now, and which change would bring it about. */
import { hex } from "../../base/units.ts";
import { type Dom0, type RegionView } from "../../dom0/mod.ts";
import { compared } from "./compared.ts";
import { field, type FieldDifference, type ObjectDifference } from "./difference.ts";
import { type NamespaceNow, type NamespacesNow } from "./namespaces_now.ts";
import { sizeText } from "./size_text.ts";
import { type Wanted, type WantedNamespace } from "./wanted.ts";

export const namespaceDifferences = (wanted: Wanted, now: NamespacesNow): ObjectDifference[] =>
  compared("namespace", wanted.namespaces, now, prunedNamespaces(wanted, now), {
    has: () => true,
    canGo,
    fields: (each, found) => namespaceFields(now.fork.dom0, each, found),
  });

export function prunedNamespaces(wanted: Wanted, now: NamespacesNow): NamespaceNow[] {
  if (!wanted.prune.has("namespace")) return [];
  const named = new Set([
    ...wanted.namespaces.map(({ name }) => name),
    ...wanted.setups.flatMap(({ name, mgmt }) => mgmt === undefined ? [name] : [name, mgmt]),
  ]);
  return now.all.filter((each) => !named.has(each.name) && canGo(each));
}

/** A region without labels is one raw namespace once what was in it is destroyed. */
export const canGo = ({ backing, mode }: NamespaceNow): boolean => backing.view.labelled || mode !== "raw";

/** Fields that differ. Of a disabled namespace nothing is known but where it is and how large. */
export function namespaceFields(
  dom0: Dom0,
  wanted: WantedNamespace,
  now: NamespaceNow | undefined,
): FieldDifference[] {
  const sized = (bytes: number | undefined) => bytes === undefined ? undefined : sizeText(bytes);
  const place = placeFields(dom0, wanted, now?.backing.region);
  const size = field("size", sized(now?.size), sized(wanted.size));
  if (now && !now.active) return [...place, ...size, ...field("state", "disabled", "active")];
  return [
    ...place,
    ...field("mode", now?.mode, wanted.mode),
    ...field("map", now?.map, wanted.map),
    ...size,
    ...field("align", sized(now?.align), sized(wanted.align)),
    ...field("sector_size", sized(now?.sectorSize), sized(wanted.sector_size)),
  ];
}

/** Where it is to lie. */
function placeFields(dom0: Dom0, wanted: WantedNamespace, region: RegionView | undefined): FieldDifference[] {
  const text = (value: bigint | number | undefined) => value?.toString();
  const cookie = (value: bigint | undefined) => value === undefined ? undefined : hex(value);
  return [
    ...field("region", region?.name, wanted.region),
    ...field("numa_node", text(region?.numaNode), text(wanted.numa_node)),
    ...field("iset_id", cookie(region && dom0.setCookie(region.number)), cookie(wanted.iset_id)),
  ];
}

/** The regions in which it may lie. */
export const regionsFor = (dom0: Dom0, wanted: WantedNamespace): RegionView[] =>
  dom0.regions().filter((region) => placeFields(dom0, wanted, region).length === 0);

/** How a namespace that is there becomes the wanted one. */
export type Change =
  | "none"
  /** Bound to its driver again, content and all. */
  | "enable"
  /** Configured anew where it lies (`ndctl create-namespace -e`): what it held is lost. */
  | "configure"
  /** Destroyed, and made in another region. */
  | "move";

export function changeOf(fields: readonly FieldDifference[]): Change {
  const is = (...names: readonly string[]) => fields.some(({ field }) => names.includes(field));
  if (is("state")) return "enable";
  if (is("region", "numa_node", "iset_id")) return "move";
  return fields.length === 0 ? "none" : "configure";
}
