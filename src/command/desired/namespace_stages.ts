/**
 * Namespaces, in this order: what is disabled is enabled, since only then its mode is known; capacity is given back; what stays
 * where it lies is configured anew, shrinking first; the rest is carved.
 */
import { type Dom0, type RegionView } from "../../dom0/mod.ts";
import { type FieldDifference, fieldsText, wishText } from "./difference.ts";
import { type Explanation } from "../../host/mod.ts";
import { usersOn } from "./in_use.ts";
import { canGo, type Change, changeOf, namespaceFields, prunedNamespaces, regionsFor } from "./namespace_difference.ts";
import { isDeviceName, type NamespaceNow, type NamespacesNow } from "./namespaces_now.ts";
import { type Refusal, refused } from "./refusal.ts";
import { sizeText } from "./size_text.ts";
import { type Stage, type Step, step } from "./steps.ts";
import { type Wanted, type WantedNamespace } from "./wanted.ts";

export const enableNamespaces: Stage = function* (scene) {
  for (const { wanted, found, fields } of changing(scene.wanted, scene.now(), "enable")) {
    yield step("namespace", wanted, fieldsText(fields), ["ndctl", "enable-namespace", found.device]);
  }
};

export const destroyNamespaces: Stage = function* (scene) {
  const now = scene.now();
  const userOf = usersOn(now.fork);
  for (const { declared, found, why } of going(scene.wanted, now)) {
    const refusal = inUse(declared, userOf(found));
    if (refusal) yield { refusal };
    else yield destroy(declared, found, why);
  }
  for (const { wanted, found, fields } of changing(scene.wanted, now, "move")) {
    const refusal = inUse(wanted, userOf(found));
    scene.moving.set(wanted.name, found);
    if (refusal) yield { refusal };
    else yield destroy(wanted, found, fieldsText(fields));
  }
};

export const configureNamespaces: Stage = function* (scene) {
  const growth = ({ wanted, found }: Changing) => (wanted.size ?? found.size) - found.size;
  const now = scene.now();
  const userOf = usersOn(now.fork);
  const changes = changing(scene.wanted, now, "configure").sort((a, b) => growth(a) - growth(b));
  for (const change of changes) {
    const { wanted, found, fields } = change;
    const refusal = inUse(wanted, userOf(found));
    if (refusal) {
      yield { refusal };
      continue;
    }
    const why = fieldsText(fields);
    const inPlace = step("namespace", wanted, why, [
      "ndctl",
      "create-namespace",
      "-f",
      "-e",
      found.device,
      ...modeWords(wanted, found),
      ...(wanted.size === undefined || wanted.size === found.size ? [] : ["-s", sizeText(wanted.size)]),
    ]);
    if (growth(change) <= 0) yield inPlace;
    else {
      // The kernel grows an allocation only into free capacity right behind or before it.
      scene.moving.set(wanted.name, found);
      yield { ...inPlace, otherwise: [destroy(wanted, found, `${why}, for which there is no room where it lies`)] };
    }
  }
};

export const carveNamespaces: Stage = function* (scene) {
  const there = scene.now();
  for (const wanted of scene.wanted.namespaces) {
    if (wanted.state === "absent" || there.find(wanted.name)) continue;
    const { dom0 } = scene.fork();
    const was = scene.moving.get(wanted.name);
    const size = wanted.size ?? was?.size;
    const regions = regionsOf(dom0, wanted, was);
    const region = withRoom(dom0, regions, size);
    if (!region) {
      yield { refusal: noRoom(dom0, wanted, regions, size) };
      continue;
    }
    yield step("namespace", wanted, wishText(namespaceFields(dom0, wanted, undefined)), [
      "ndctl",
      "create-namespace",
      "-r",
      region.name,
      ...(isDeviceName(wanted.name) ? [] : ["-n", wanted.name]),
      ...modeWords(wanted, was),
      ...(size === undefined ? [] : ["-s", sizeText(size)]),
    ]);
  }
};

export interface Changing {
  readonly wanted: WantedNamespace;
  readonly found: NamespaceNow;
  readonly fields: readonly FieldDifference[];
}

/** Namespaces that are there and become the wanted ones by this kind of change. */
export const changing = ({ namespaces }: Wanted, now: NamespacesNow, ...kinds: readonly Change[]): Changing[] =>
  namespaces.flatMap((wanted) => {
    const found = wanted.state === "absent" ? undefined : now.find(wanted.name);
    if (!found) return [];
    const fields = namespaceFields(now.fork.dom0, wanted, found);
    return kinds.includes(changeOf(fields)) ? [{ wanted, found, fields }] : [];
  });

export interface Going {
  readonly declared: { readonly name: string; readonly line: number };
  readonly found: NamespaceNow;
  readonly why: string;
}

/** Namespaces that are to be absent. Line 0: the file does not name them. */
export const going = (wanted: Wanted, now: NamespacesNow): Going[] => [
  ...wanted.namespaces.flatMap((declared) => {
    const found = declared.state === "absent" ? now.find(declared.name) : undefined;
    return found && canGo(found) ? [{ declared, found, why: 'state = "absent"' }] : [];
  }),
  ...prunedNamespaces(wanted, now).map((found) => ({
    declared: { name: found.name, line: 0 },
    found,
    why: "pruned: the file does not name it",
  })),
];

const destroy = (declared: Going["declared"], { device }: NamespaceNow, why: string): Step =>
  step("namespace", declared, why, ["ndctl", "destroy-namespace", "-f", device]);

/** What the file does not say stays, as long as the mode does; ndctl's own default would be another page map. */
function modeWords(wanted: WantedNamespace, was: NamespaceNow | undefined): string[] {
  const mode = wanted.mode ?? was?.mode;
  const same = was && mode === was.mode ? was : undefined;
  const map = wanted.map ?? same?.map;
  const align = wanted.align ?? same?.align;
  const sectorSize = wanted.sector_size ?? (mode === "sector" ? same?.sectorSize : undefined);
  return [
    ...(mode === undefined ? [] : ["-m", mode]),
    ...(map === undefined ? [] : ["-M", map]),
    ...(align === undefined ? [] : ["-a", sizeText(align)]),
    ...(sectorSize === undefined ? [] : ["-l", String(sectorSize)]),
  ];
}

const inUse = (declared: Going["declared"], user: Explanation | undefined): Refusal | undefined =>
  user && refused("namespace", declared, user.what, user.hint);

/** Where it may be carved: where it was, if the file lets it; else wherever the file lets it. */
function regionsOf(dom0: Dom0, wanted: WantedNamespace, was: NamespaceNow | undefined): RegionView[] {
  const regions = regionsFor(dom0, wanted);
  const own = regions.filter(({ number }) => number === was?.backing.region.number);
  return own.length > 0 ? own : regions;
}

/** The first region, by number, that has it in one piece. */
const withRoom = (dom0: Dom0, regions: readonly RegionView[], size: number | undefined): RegionView | undefined =>
  regions.find((region) => region.enabled && !region.readOnly && dom0.capacity(region.number).extent >= (size ?? 1));

function noRoom(
  dom0: Dom0,
  wanted: WantedNamespace,
  regions: readonly RegionView[],
  size: number | undefined,
): Refusal {
  const state = (region: RegionView) =>
    !region.enabled ? "is disabled" : region.readOnly ? "is read-only" : sizeText(dom0.capacity(region.number).extent);
  const free = regions.map((region) => `${region.name} ${state(region)}`).join(", ");
  const what = size === undefined ? "no capacity is free for it" : `${sizeText(size)} are not free in one piece`;
  return refused("namespace", wanted, `${what} (${free})`, "ndctl list -R -N shows what takes the capacity");
}
