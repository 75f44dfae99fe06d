/**
 * From labels to the namespaces of one region, as Linux scans them: what its labels describe completely becomes a
 * namespace, labels of other sets are skipped, and one broken set fails the whole region.
 * Source: Linux `drivers/nvdimm/namespace_devs.c` scan_labels, create_namespace_pmem, has_uuid_at_pos, select_pmem_id,
 * cmp_dpa; `region_devs.c` nd_region_interleave_set_cookie.
 */
import { err, ok, type Result } from "neverthrow";
import type { LabelArea } from "./area.ts";
import { type ClaimClass, claimClassOf, nameOf, type NamespaceLabel } from "./namespace_label.ts";

/** One DIMM's part of a region: `[start, start + size)` of its DPA space. */
export interface LabelledMapping {
  readonly start: number;
  readonly size: number;
  /** Undefined where the DIMM has no labels. */
  readonly area: LabelArea | undefined;
}

export interface LabelledRegion {
  /** SPA of the first byte. */
  readonly start: number;
  /** In the order of the NFIT; the index is what labels call position. */
  readonly mappings: readonly LabelledMapping[];
  /** What labels of version 1.1 carry, those of other versions, and what old kernels wrote by mistake. */
  readonly cookie1: bigint;
  readonly cookie2: bigint;
  readonly altCookie: bigint;
  /** Of the SPA range; labels of version 1.2 must agree. */
  readonly typeGuid: string;
}

export interface LabelledNamespace {
  readonly uuid: string;
  /** As text, and as the field's 64 bytes: those are what a rewrite must carry on. */
  readonly name: string;
  readonly nameField: Uint8Array;
  /** SPA of the first byte, bytes over all DIMMs. */
  readonly start: number;
  readonly size: number;
  /** 512, 4096, or 0 for none said. */
  readonly lbaSize: number;
  readonly claimClass: ClaimClass;
  /** Kept for rewriting where the class is unknown. */
  readonly abstractionGuid: string;
  /** The extent on each DIMM, in mapping order, and the slot of its label. */
  readonly extents: readonly { readonly dpa: number; readonly size: number; readonly slot: number }[];
}

/** Why a region has no namespaces at all; Linux's region driver then fails to bind (-ENODEV). */
export type RegionFault =
  /** The NFIT gave no interleave-set cookie. */
  | { readonly kind: "no cookie" }
  /** Two labels on mapping 0's DIMM have one uuid. */
  | { readonly kind: "conflicting extents"; readonly uuid: string; readonly slot: number }
  /** No DIMM holds a fitting label at `position`, or one holds two of this uuid. */
  | { readonly kind: "missing label"; readonly uuid: string; readonly position: number }
  /** The label chosen on a mapping describes an extent that is not inside it. */
  | { readonly kind: "outside mapping"; readonly uuid: string; readonly mapping: number; readonly slot: number }
  /** The labels fit, but none of those chosen has position 0 (Linux: -ENOMEM). */
  | { readonly kind: "no first label"; readonly uuid: string };

/** The cookie that labels must carry, by the version of mapping 0's index block (nd_region_interleave_set_cookie). */
export function expectedCookie(region: LabelledRegion): bigint {
  const area = region.mappings[0]?.area;
  return area && area.major === 1 && area.minor === 1 ? region.cookie1 : region.cookie2;
}

/** The region's namespaces in the order in which Linux numbers them; empty where no label is the region's. */
export function namespacesFromLabels(region: LabelledRegion): Result<LabelledNamespace[], RegionFault> {
  const first = region.mappings[0];
  if (!first) return ok([]);
  const cookie = expectedCookie(region);
  const byUuid = region.mappings.map(({ area }) => labelsByUuid(area?.labels ?? []));
  const found = new Map<string, LabelledNamespace>();

  for (const label of first.area?.labels ?? []) {
    if (label.dpa < BigInt(first.start) || label.dpa >= BigInt(first.start + first.size)) continue;
    if (found.has(label.uuid)) return err({ kind: "conflicting extents", uuid: label.uuid, slot: label.slot });
    if (cookie === 0n) return err({ kind: "no cookie" });
    if (label.isetCookie !== cookie && label.isetCookie !== region.altCookie) continue;
    const sets = byUuid.map((labels) => labels.get(label.uuid) ?? []);
    const namespace = namespaceOf(region, cookie, label.uuid, sets);
    if (namespace.isErr()) return err(namespace.error);
    found.set(label.uuid, namespace.value);
  }
  return ok([...found.values()].sort((a, b) => compareAsLinux(a.start, b.start)));
}

/**
 * memcmp over the little-endian bytes of two addresses: 0x200000000 sorts before 0x1f0000000. Linux sorts namespaces
 * so (`cmp_dpa`), and their numbers depend on it.
 */
export function compareAsLinux(a: number, b: number): number {
  let [left, right] = [a, b];
  for (let i = 0; i < 8; i++) {
    const difference = (left % 256) - (right % 256);
    if (difference !== 0) return difference;
    [left, right] = [Math.floor(left / 256), Math.floor(right / 256)];
  }
  return 0;
}

/** `sets` holds, for every mapping, its DIMM's labels with the uuid in slot order. */
function namespaceOf(
  region: LabelledRegion,
  cookie: bigint,
  uuid: string,
  sets: readonly (readonly NamespaceLabel[])[],
): Result<LabelledNamespace, RegionFault> {
  for (let position = 0; position < region.mappings.length; position++) {
    const has = (c: bigint) => hasPosition(region, c, sets, position);
    if (!has(cookie) && !has(region.altCookie)) return err({ kind: "missing label", uuid, position });
  }
  const chosen: NamespaceLabel[] = [];
  for (const [mapping, { start, size }] of region.mappings.entries()) {
    const label = sets[mapping]![0];
    if (!label) return err({ kind: "missing label", uuid, position: mapping });
    const inside = label.dpa >= BigInt(start) && label.dpa < BigInt(start + size) &&
      label.dpa + label.rawSize <= BigInt(start + size) && label.dpa + label.rawSize > BigInt(start);
    if (!inside) return err({ kind: "outside mapping", uuid, mapping, slot: label.slot });
    chosen.push(label);
  }
  // Where DIMMs disagree about positions, the last of several "first" labels wins.
  const head = chosen.findLast((label) => label.position === 0);
  if (!head) return err({ kind: "no first label", uuid });
  const extents = chosen.map((label) => ({ dpa: Number(label.dpa), size: Number(label.rawSize), slot: label.slot }));
  const lowest = sets[0]!.reduce((dpa, label) => (label.dpa < dpa ? label.dpa : dpa), sets[0]![0]!.dpa);
  return ok({
    uuid,
    name: nameOf(head),
    nameField: head.name,
    start: region.start + (Number(lowest) - region.mappings[0]!.start) * region.mappings.length,
    size: extents.reduce((sum, extent) => sum + extent.size, 0),
    lbaSize: Number(head.lbaSize),
    claimClass: claimClassOf(head.abstractionGuid),
    abstractionGuid: head.abstractionGuid,
    extents,
  });
}

/**
 * Whether some DIMM holds a fitting label at the position. A second label of the uuid on a DIMM, met before the position
 * is found, spoils the set.
 */
function hasPosition(
  region: LabelledRegion,
  cookie: bigint,
  sets: readonly (readonly NamespaceLabel[])[],
  position: number,
): boolean {
  for (const [mapping, labels] of sets.entries()) {
    const typed = region.mappings[mapping]!.area?.geometry.labelSize === 256;
    let seen = false;
    for (const label of labels) {
      if (label.isetCookie !== cookie || (typed && label.typeGuid !== region.typeGuid)) continue;
      if (seen) return false;
      seen = true;
      if (label.nlabel === region.mappings.length && label.position === position) return true;
    }
  }
  return false;
}

function labelsByUuid(labels: readonly NamespaceLabel[]): Map<string, NamespaceLabel[]> {
  const groups = new Map<string, NamespaceLabel[]>();
  for (const label of labels) {
    const group = groups.get(label.uuid);
    if (group) group.push(label);
    else groups.set(label.uuid, [label]);
  }
  return groups;
}
