/** The script of `host export`: ndctl and xl lines that make the same host again of the same DIMMs. */
import { PLAIN } from "../ndctl/json_flags.ts";
import { modeOf } from "../ndctl/modes.ts";
import { namespaceJson } from "../ndctl/namespace_json.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { framesNow, type InterleaveSet, interleaveSets, type PmemReport, reportId } from "../../toolstack/mod.ts";
import { hex } from "../../base/units.ts";

/**
 * Labels come back as bytes, holes and all; info blocks are made anew in the same namespaces, which draws UUIDs anew. Device
 * names are the kernel's to give, by the order in which it finds labels: each namespace is looked up by its label's UUID, and
 * the configurations are started with the names as they come out.
 */
export function rebuildScript({ facts, machine, dom0, toolstack }: Fork, labelledDimms: readonly string[]): string {
  const namespaces = dom0.namespaces().filter(({ size }) => size > 0);
  const sets = interleaveSets(machine.table("NFIT"));
  const handedOver = [...toolstack.reports()].sort((a, b) => a.order - b.order);
  return [
    "#!/bin/sh",
    `# Makes ${facts.name} again of the same DIMMs. What their label areas hold is overwritten.`,
    "set -eu",
    'cd "$(dirname "$0")"',
    "",
    ...(labelledDimms.length === 0 ? [] : [
      "ndctl disable-region all",
      ...labelledDimms.map((name) => `ndctl write-labels -i ${name}.lsa ${name}`),
      "ndctl enable-region all",
    ]),
    ...(namespaces.length === 0 ? [] : [NAMED, ...namespaces.map(nameLine)]),
    ...namespaces.flatMap((namespace) => personalityLine(dom0, namespace)),
    ...handedOver.flatMap((report) => setupLine(namespaces, sets, report)),
    ...toolstack.records().flatMap(({ name, text }) => createLines(name, namespaces, text)),
    "",
  ].join("\n");
}

/** The device of a label's UUID, before an info block hides it. */
const NAMED =
  `named() { ndctl list -N -i | awk -F'"' -v id="$1" '$2 == "dev" { dev = $4 } $2 == "uuid" && $4 == id { print dev }'; }`;

const variable = ({ region, id }: NamespaceView): string => `ns_${region}_${id}`;
/** Its name on the machine that is being set up. */
const now = (namespace: NamespaceView): string => `"$${variable(namespace)}"`;

const nameLine = (namespace: NamespaceView): string =>
  `${variable(namespace)}=${namespace.uuid === undefined ? namespace.name : `$(named ${namespace.uuid})`}`;

/** Through marks: a name that comes out may be the old name of another namespace. */
function createLines(name: string, namespaces: readonly NamespaceView[], text: string): string[] {
  const meant = namespaces.filter(({ name, disk }) =>
    text.includes(name) || (disk !== undefined && text.includes(disk))
  );
  const file = `domains/${name}.cfg`;
  if (meant.length === 0) return [`xl create ${quoted(file)}`];
  const dotted = (word: string) => word.replaceAll(".", "\\.");
  const marks = [...meant].sort((a, b) => b.name.length - a.name.length).flatMap((namespace) =>
    [namespace.name, ...(namespace.disk === undefined ? [] : [`/dev/${namespace.disk}`])].map((word) =>
      `-e "s,${dotted(word)}\\(['\\",]\\),@${variable(namespace)}@\\1,g"`
    )
  );
  const names = meant.map((namespace) => `-e "s,@${variable(namespace)}@,$${variable(namespace)},g"`);
  const here = quoted(`${file}.here`);
  return [`sed ${[...marks, ...names].join(" ")} ${quoted(file)} > ${here}`, `xl create ${here}`];
}

/** Sizes are left out: a namespace that is reconfigured keeps its own. */
function personalityLine(dom0: Dom0, namespace: NamespaceView): string[] {
  if (namespace.holder === undefined) return [];
  const { map, align, sector_size } = namespaceJson(dom0, namespace, PLAIN);
  const mode = modeOf(namespace.mode);
  const details = mode === "sector" ? `--sector-size=${sector_size}` : `--map=${map} --align=${align}`;
  return [`ndctl create-namespace -f -e ${now(namespace)} --mode=${mode} ${details}`];
}

/** Nothing for what is no longer there. */
function setupLine(
  namespaces: readonly NamespaceView[],
  sets: readonly InterleaveSet[],
  report: PmemReport,
): string[] {
  if (report.kind !== "namespace") {
    const frames = [report.frames, ...(report.mgmt ? [report.mgmt] : [])].map((identity) => framesNow(sets, identity));
    if (frames.some((range) => range === undefined)) return [];
    const words = frames.flatMap((range) => [hex(range!.start), hex(range!.end)]);
    return [`xl pmem-setup ${report.kind === "mgmt" ? "-m" : "-d"} ${words.join(" ")}`];
  }
  const named = (id: string) => namespaces.filter(({ uuid }) => uuid === id).map(now).at(0);
  const name = named(reportId(report));
  if (name === undefined) return [];
  const mgmt = report.mgmt === undefined ? undefined : named(report.mgmt);
  return [["xl pmem-setup --namespace", name, ...(mgmt === undefined ? [] : ["--mgmt", mgmt])].join(" ")];
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
