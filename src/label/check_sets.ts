/**
 * What only shows when several DIMMs are looked at together: sets that lack a position, labels that disagree with the
 * rest of their set, and, where the regions are known, labels that belong to no region.
 */
import type { Field } from "../base/structure.ts";
import { type LabelArea, readLabelArea } from "./area.ts";
import { checkLabelArea, namespaceLabels } from "./check_area.ts";
import { type Geometry, slotOffset } from "./geometry.ts";
import type { LabelFault, LabelFinding, Severity } from "./label_faults.ts";
import { labelV12, nameOf, type NamespaceLabel } from "./namespace_label.ts";
import { expectedCookie } from "./namespaces.ts";

/** A region over the areas checked. `area` is an index into them; bytes. */
export interface CheckedRegion {
  readonly mappings: readonly { readonly area: number; readonly start: number; readonly size: number }[];
  readonly cookie1: bigint;
  readonly cookie2: bigint;
  readonly altCookie: bigint;
  readonly typeGuid: string;
}

/**
 * Checks all DIMMs of a bus: each area by itself, sets across them and, where regions are given, labels against them.
 * Leave out DIMMs that are no part of it, or their sets count as incomplete.
 */
export function checkLabelAreas(areas: readonly Uint8Array[], regions?: readonly CheckedRegion[]): LabelFault[] {
  const views = areas.map((area) =>
    readLabelArea(area).map((view) => ({ ...view, labels: namespaceLabels(area, view) })).unwrapOr(undefined)
  );
  return [
    ...areas.flatMap((area, number) => checkLabelArea(area, number)),
    ...checkSets(views),
    ...(regions ? checkRegions(views, regions) : []),
  ];
}

const LABEL = labelV12.fields;

interface Member {
  readonly area: number;
  readonly geometry: Geometry;
  readonly label: NamespaceLabel;
}

function checkSets(views: readonly (LabelArea | undefined)[]): LabelFault[] {
  const faults: LabelFault[] = [];
  const sets = new Map<string, Member[]>();
  for (const [area, view] of views.entries()) {
    for (const label of view?.labels ?? []) {
      const member = { area, geometry: view!.geometry, label };
      const set = sets.get(label.uuid);
      if (set) set.push(member);
      else sets.set(label.uuid, [member]);
    }
  }
  for (const [uuid, members] of sets) faults.push(...checkSet(uuid, members));
  return faults;
}

function checkSet(uuid: string, members: readonly Member[]): LabelFault[] {
  const faults: LabelFault[] = [];
  const first = members[0]!;
  const positions = new Set<number>();
  for (const member of members) {
    const { slot, position } = member.label;
    if (positions.has(position)) {
      faults.push(at(member, LABEL.position, "error", { kind: "doubled position", uuid, position, slot }));
    }
    positions.add(position);
    faults.push(...disagreements(uuid, first, member));
  }
  const { nlabel } = first.label;
  // Hostile labels may claim 65535 members: name as many as there are members to compare with, and one more.
  const most = members.length + 1;
  let missing = 0;
  for (let position = 0; position < nlabel && missing < most; position++) {
    if (positions.has(position)) continue;
    missing++;
    faults.push(at(first, LABEL.nlabel, "error", { kind: "missing position", uuid, position, nlabel }));
  }
  return faults;
}

function disagreements(uuid: string, first: Member, member: Member): LabelFault[] {
  const faults: LabelFault[] = [];
  const [a, b] = [first.label, member.label];
  const compare = (
    field: Extract<LabelFinding, { kind: "set disagrees" }>["field"],
    severity: Severity,
    place: Field,
    wanted: string | number | bigint,
    found: string | number | bigint,
  ) => {
    if (wanted === found) return;
    const [f, w] = [String(found), String(wanted)];
    faults.push(
      at(member, place, severity, { kind: "set disagrees", uuid, slot: b.slot, field, found: f, wanted: w }),
    );
  };
  compare("nlabel", "error", LABEL.nlabel, a.nlabel, b.nlabel);
  compare("cookie", "error", LABEL.isetCookie, a.isetCookie, b.isetCookie);
  compare("type", "error", LABEL.typeGuid, a.typeGuid, b.typeGuid);
  compare("size", "warning", LABEL.rawSize, a.rawSize, b.rawSize);
  compare("dpa", "note", LABEL.dpa, a.dpa, b.dpa);
  compare("name", "note", LABEL.name, nameOf(a), nameOf(b));
  return faults;
}

function checkRegions(views: readonly (LabelArea | undefined)[], regions: readonly CheckedRegion[]): LabelFault[] {
  const faults: LabelFault[] = [];
  for (const [area, view] of views.entries()) {
    for (const label of view?.labels ?? []) {
      const member = { area, geometry: view!.geometry, label };
      const { uuid, slot, dpa, rawSize: size } = label;
      const region = regions.find(({ mappings }) => mappings.some((m) => m.area === area && inside(label, m)));
      if (!region) {
        faults.push(at(member, LABEL.dpa, "error", { kind: "outside regions", uuid, slot, dpa, size }));
        continue;
      }
      const wanted = cookieOf(region, views);
      const found = label.isetCookie;
      if (found !== wanted && found !== region.altCookie) {
        faults.push(at(member, LABEL.isetCookie, "error", { kind: "foreign cookie", uuid, slot, found, wanted }));
      }
      if (view!.geometry.labelSize === 256 && label.typeGuid !== region.typeGuid) {
        const types = { found: label.typeGuid, wanted: region.typeGuid };
        faults.push(at(member, LABEL.typeGuid, "error", { kind: "foreign type", uuid, slot, ...types }));
      }
    }
  }
  return faults;
}

const cookieOf = (region: CheckedRegion, views: readonly (LabelArea | undefined)[]): bigint =>
  expectedCookie({
    ...region,
    start: 0,
    mappings: region.mappings.map(({ area, ...mapping }) => ({ ...mapping, area: views[area] })),
  });

const inside = (label: NamespaceLabel, mapping: { readonly start: number; readonly size: number }): boolean =>
  label.dpa >= BigInt(mapping.start) && label.dpa + label.rawSize <= BigInt(mapping.start + mapping.size);

function at({ area, geometry, label }: Member, field: Field, severity: Severity, finding: LabelFinding): LabelFault {
  const offset = slotOffset(geometry, label.slot) + field.offset;
  return { ...finding, severity, area, offset, length: field.size };
}
