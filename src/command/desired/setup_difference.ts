/** What is handed to Xen, namespaces and frames: what of the wanted is different now. */
import { contains, lengthOf, type Range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { compared } from "./compared.ts";
import { field, type FieldDifference, type ObjectDifference } from "./difference.ts";
import { type NamespaceNow, type NamespacesNow } from "./namespaces_now.ts";
import { sizeText } from "./size_text.ts";
import { type Wanted, type WantedFrames, type WantedSetup } from "./wanted.ts";

export const setupDifferences = (wanted: Wanted, now: NamespacesNow): ObjectDifference[] =>
  compared("xen", wanted.setups, now, prunedSetups(wanted, now), {
    has: ({ setup }) => setup !== undefined,
    canGo: () => true,
    fields: (each) => setupFields(each, now),
  });

export function prunedSetups(wanted: Wanted, now: NamespacesNow): NamespaceNow[] {
  if (!wanted.prune.has("xen")) return [];
  const named = new Set(wanted.setups.flatMap(({ name, mgmt }) => mgmt === undefined ? [name] : [name, mgmt]));
  return now.all.filter(({ name, setup }) => setup && !named.has(name));
}

/** What would have to be different in how it was handed over. */
export function setupFields({ name, mgmt, align }: WantedSetup, now: NamespacesNow): FieldDifference[] {
  const setup = now.find(name)?.setup;
  const holder = setup?.mgmt === undefined ? undefined : now.device(setup.mgmt)?.name ?? setup.mgmt;
  const fits = align === undefined || setup?.aligns.includes(align);
  const [least] = setup?.aligns ?? [];
  return [
    ...field("mgmt", holder, mgmt),
    ...(fits ? [] : field("align", least === undefined ? undefined : sizeText(least), sizeText(align))),
  ];
}

/** One difference for each range that is not set up as wanted. */
export function framesDifferences({ frames }: Wanted, fork: Fork): ObjectDifference[] {
  const made = (line: number, name: string, fields: readonly FieldDifference[] = []): ObjectDifference => ({
    kind: "frames",
    name,
    line,
    device: undefined,
    change: "make",
    fields,
  });
  return frames.flatMap((each) => [
    ...(hasMgmt(fork, each) ? [] : [made(each.line, `mgmt ${span(each.mgmt)}`)]),
    ...(!each.data || hasData(fork, each) ? [] : [
      made(each.line, `data ${span(each.data)}`, field("mgmt", undefined, span(each.mgmt))),
    ]),
  ]);
}

export const hasMgmt = (fork: Fork, { mgmt }: WantedFrames): boolean =>
  fork.xen.regions("mgmt").some((region) => same(region, mgmt));

/** The slice that a data region took of its management range is empty where an earlier one had built all it needs. */
export const hasData = (fork: Fork, { data, mgmt }: WantedFrames): boolean =>
  fork.xen.regions("data").some((region) =>
    same(region, data!) && (lengthOf(region.mgmt) === 0 || contains(mgmt, region.mgmt))
  );

const same = (a: Range, b: Range): boolean => a.start === b.start && a.end === b.end;
const span = ({ start, end }: Range): string => `${hex(start)}-${hex(end)}`;
