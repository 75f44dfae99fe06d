/**
 * How to get rid of an uncorrectable error (model section 6), as the command lines that do it here. ndctl clears only what
 * nobody has open: the guest stops, dom0 takes the namespace back, clears it, and hands it over again.
 */
import { overlaps, type Range } from "../../base/range.ts";
import { GiB, PAGE_SIZE } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import {
  type BackendIdentity,
  type DomainRecord,
  type FramesIdentity,
  type NamespaceBacking,
  namespaceBackings,
  type NamespaceReport,
  reportId,
  reportOf,
} from "../../toolstack/mod.ts";
import { lineOf } from "../language/words.ts";

export interface WayOut {
  /** Command lines, in order; none where there is no way. */
  readonly lines: readonly string[];
  /** Why there is none, or what it costs. */
  readonly note: string;
}

/** `bad`: an SPA range. */
export function wayOut(host: Fork, bad: Range): WayOut {
  if (host.facts.management === "xen") {
    return none(
      "Xen hides the NFIT from dom0, whose ndctl has nothing to clear: clear it from a Linux without Xen",
    );
  }
  if (host.dom0.clearErrorUnit(bad) === undefined) {
    return none("this firmware clears no errors (its root _DSM has no function 4): move the data to other memory");
  }
  const backing = namespaceBackings(host.dom0).find(({ extent }) => overlaps(extent, bad));
  if (!backing) return none("no namespace lies there: nothing that is stored is lost");
  const clear = ["ndctl", "clear-errors", "-s", backing.name];
  const report = reportOf(host.toolstack.tools, backing);
  const lines = report ? aroundRelease(host, backing, report, clear) : [clear];
  return { lines: lines.map(lineOf), note: "clearing makes zeroes of the bad sectors: what stood there is lost" };
}

const none = (note: string): WayOut => ({ lines: [], note });

type Words = readonly string[];

/** A namespace that is Xen's is held open; one that is kept for guests is not taken back unless they are named. */
function aroundRelease(host: Fork, backing: NamespaceBacking, report: NamespaceReport, clear: Words): Words[] {
  const { name } = backing;
  const guests = host.toolstack.records().filter(({ vnvdimms }) =>
    vnvdimms.some(({ runs }) =>
      runs.some(({ mfn, count }) => overlaps({ start: mfn, end: mfn + count }, framesOf(backing.extent)))
    )
  );
  const kept = host.toolstack.assignments()
    .filter(({ identity }) => identity.kind !== "frames" && uuidOf(identity) === backing.view.uuid)
    .map(({ domainName }) => domainName);
  const owners = [...new Set([...guests.map((guest) => guest.name), ...kept])];
  const forget = owners.length > 0 ? ["--forget", owners.join(",")] : [];
  const mount = mountOf(host, backing);
  return [
    ...guests.map((guest) => ["xl", "shutdown", guest.name]),
    ["xl", "pmem-release", "--namespace", name, ...forget],
    ...(mount ? [["umount", mount.directory]] : []),
    clear,
    ...(mount ? [["mount", "-o", "dax", mount.device, mount.directory]] : []),
    ["xl", "pmem-setup", "--namespace", name, ...setupOptions(host, backing, report)],
    ...guests.map(startAgain),
  ];
}

function mountOf(host: Fork, { device }: NamespaceBacking): { device: string; directory: string } | undefined {
  const directory = device === undefined ? undefined : /^mounted on (.*)$/.exec(host.dom0.holderOf(device) ?? "")?.[1];
  return directory === undefined ? undefined : { device: `/dev/${device}`, directory };
}

const framesOf = ({ start, end }: Range): Range => ({
  start: Math.floor(start / PAGE_SIZE),
  end: Math.ceil(end / PAGE_SIZE),
});

const uuidOf = (identity: Exclude<BackendIdentity, FramesIdentity>): string | undefined =>
  identity.kind === "file" ? identity.namespace.uuid : identity.uuid;

/** What it was set up with, so that the guest's data begin where they did. */
function setupOptions(host: Fork, { mode }: NamespaceBacking, { data, mgmt }: NamespaceReport): Words {
  const holder = mgmt === undefined ? undefined : nameOfReport(host, mgmt);
  // Data that a smaller alignment put on a GiB are put there by this one as well.
  const onGiB = mode === "raw" && data !== undefined && data.start % GiB === 0;
  return [...(holder === undefined ? [] : ["--mgmt", holder]), ...(onGiB ? ["--align", "1G"] : [])];
}

const nameOfReport = (host: Fork, id: string): string | undefined =>
  namespaceBackings(host.dom0).find((backing) => {
    const report = reportOf(host.toolstack.tools, backing);
    return report !== undefined && reportId(report) === id;
  })?.name;

/** Whoever gave up its claim is known by its UUID alone: the configuration has to name it. */
const startAgain = ({ source, config, uuid }: DomainRecord): Words => [
  "xl",
  "create",
  source,
  ...(config.uuidGiven ? [] : [`uuid="${uuid}"`]),
];
