/** A backend found and checked: the frames that a guest would get, and what they are known by. */
import { type Mfn } from "../../abi/address.ts";
import { err, ok, type Result } from "neverthrow";
import { assignments } from "../assignments.ts";
import { contains, lengthOf, type Range, range } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type VnvdimmConfig } from "../config/domain_config.ts";
import { type Tools } from "../parts.ts";
import { namespaceId, type NamespaceReport } from "../pmem_report.ts";
import { backingOf, reportOf } from "../pmem/reports.ts";
import { type BackendRefusal } from "./backend_refusal.ts";
import { differences } from "./compare.ts";
import { type DaxFile } from "./dax_files.ts";
import { type FrameRun, framesIn, joinedRuns } from "./frame_run.ts";
import { badblockFault, healthFault } from "./health.ts";
import { type BackendIdentity } from "./identity.ts";
import { framesIdentity, interleaveSets } from "./interleave_sets.ts";
import { backingOfDevice, identityOf, type NamespaceBacking, namespaceBacking } from "./namespace_backing.ts";

export interface Backend {
  /** What it is called in messages: a namespace, a file, a range of frames. */
  readonly name: string;
  readonly spec: string;
  readonly identity: BackendIdentity;
  /** Data first, then label pages. */
  readonly runs: readonly FrameRun[];
  readonly pages: number;
  readonly labelPages: number;
  /** Path that QEMU is told; undefined for frames. */
  readonly path: string | undefined;
  /** A file that must stay as it is. */
  readonly file: string | undefined;
  /** Of the host region; undefined where the platform promises nothing. */
  readonly persistence: "cpu_cache" | "memory_controller" | undefined;
  readonly volatile: boolean;
}

export interface BackendOptions {
  /** Take volatile memory all the same. */
  readonly volatile: boolean;
}

type Found = Result<Backend, BackendRefusal>;

export function findBackend(tools: Tools, spec: VnvdimmConfig, options: BackendOptions): Found {
  const { kind, backend, text } = spec;
  if ((tools.management === "xen") !== (kind === "mfn")) {
    return err({ kind: "wrong-management", spec: text, management: tools.management });
  }
  if (kind === "mfn") return framesBackend(tools, spec);
  const named = kind === "namespace" || (kind === "path" && !backend.startsWith("/"));
  const backing = named ? namespaceBacking(tools.dom0, backend) : backingOfDevice(tools.dom0, backend);
  if (backing) return namespaceBackend(tools, backing, spec, options);
  if (named || kind === "pmem" || backend.startsWith("/dev/")) {
    return err({ kind: "no-backend", spec: backend, errno: named ? "ENXIO" : "ENOENT" });
  }
  return tools.files.lookup(backend)
    .mapErr((errno): BackendRefusal => notMounted(tools, backend) ?? { kind: "no-backend", spec: backend, errno })
    .andThen((file) => fileBackend(tools, file, spec, options));
}

/** A file that some guest owns cannot be removed: where it is not there, its filesystem is not. */
function notMounted(tools: Tools, path: string): BackendRefusal | undefined {
  for (const { identity } of assignments(tools)) {
    if (identity.kind !== "file" || identity.path !== path) continue;
    const device = backingOf(tools, namespaceId(identity.namespace))?.device;
    if (device !== undefined && !tools.files.mountOf(device)) return { kind: "file-unmounted", path, device };
  }
  return undefined;
}

function framesBackend(tools: Tools, { mfn, pages, labelPages, text }: VnvdimmConfig): Found {
  const frames = range(mfn!, pages!);
  const identity = framesIdentity(interleaveSets(tools.nfit), frames);
  if (!identity) return err({ kind: "frames-unknown", ...frames });
  return ok({
    name: text,
    spec: text,
    identity,
    runs: [{ mfn: frames.start as Mfn, count: pages! }],
    pages: pages! - labelPages,
    labelPages,
    path: undefined,
    file: undefined,
    persistence: undefined,
    volatile: false,
  });
}

function namespaceBackend(
  tools: Tools,
  backing: NamespaceBacking,
  spec: VnvdimmConfig,
  options: BackendOptions,
): Found {
  const { name, device } = backing;
  const mount = device === undefined ? undefined : tools.files.mountOf(device);
  if (mount) return err({ kind: "backend-mounted", name, directory: mount.directory });
  const report = usableReport(tools, backing);
  if (report.isErr()) return err(report.error);
  const data = at(backing, report.value.data!);
  const fault = memoryFault(tools, backing, [data], options);
  if (fault) return err(fault);
  const runs = [{ mfn: (data.start / PAGE_SIZE) as Mfn, count: (data.end - data.start) / PAGE_SIZE }];
  return withLabels({
    name,
    spec: spec.text,
    identity: identityOf(backing),
    runs,
    labelPages: spec.labelPages,
    path: `/dev/${device}`,
    file: undefined,
    persistence: backing.region.persistenceDomain,
    volatile: backing.region.volatile,
  });
}

/** The namespace has been handed to Xen for guests, and is still what it was then. */
function usableReport(tools: Tools, backing: NamespaceBacking): Result<NamespaceReport, BackendRefusal> {
  const { name, device, mode } = backing;
  if (!backing.view.active || device === undefined) return err({ kind: "backend-disabled", name });
  if (mode === "sector") return err({ kind: "backend-sector", name });
  if (backing.isRam) return err({ kind: "backend-ram", name, device });
  const report = reportOf(tools, backing);
  if (!report) {
    const who = tools.dom0.holderOf(device);
    if (who !== undefined && !tools.files.mountOf(device)) return err({ kind: "backend-held", name, device, who });
    return err({ kind: "backend-not-reported", name });
  }
  if (!report.data) return err({ kind: "backend-is-xens", name });
  const changed = differences(report.namespace, identityOf(backing));
  return changed.length > 0 ? err({ kind: "backend-changed", name, differences: changed }) : ok(report);
}

/** What speaks against giving out these ranges of a namespace. */
function memoryFault(
  tools: Tools,
  backing: NamespaceBacking,
  ranges: readonly Range[],
  options: BackendOptions,
): BackendRefusal | undefined {
  const { name, region } = backing;
  const health = healthFault(tools.dom0, backing) ?? badblockFault(tools.dom0, backing, ranges);
  if (health) return { kind: "backend-unhealthy", name, ...health };
  if (region.volatile && !options.volatile) return { kind: "volatile", name };
  for (const { start, end } of ranges) {
    if (start % PAGE_SIZE !== 0) return { kind: "misaligned", name, what: "the start of its data", value: start };
    if (end % PAGE_SIZE !== 0) return { kind: "misaligned", name, what: "the end of its data", value: end };
  }
  return undefined;
}

function fileBackend(tools: Tools, file: DaxFile, spec: VnvdimmConfig, options: BackendOptions): Found {
  const { path, device } = file;
  const mount = tools.files.mountOf(device);
  if (mount && !mount.dax) return err({ kind: "file-no-dax", path, directory: mount.directory });
  const backing = backingOfDevice(tools.dom0, `/dev/${device}`);
  if (!backing) return err({ kind: "no-backend", spec: path, errno: "ENXIO" });
  const report = usableReport(tools, backing);
  if (report.isErr()) return err(report.error);
  const extents = checkedExtents(file);
  if (extents.isErr()) return err(extents.error);

  const reported = at(backing, report.value.data!);
  const ranges = extents.value.map(({ offset, length }) => range(backing.data.start + offset, length));
  if (!ranges.every((bytes) => contains(reported, bytes))) {
    return err({ kind: "backend-not-reported", name: backing.name });
  }
  const fault = memoryFault(tools, backing, ranges, options);
  if (fault) return err(fault);
  const runs = ranges.map((bytes): FrameRun => ({
    mfn: (bytes.start / PAGE_SIZE) as Mfn,
    count: lengthOf(bytes) / PAGE_SIZE,
  }));
  return withLabels({
    name: path,
    spec: spec.text,
    identity: { kind: "file", path, namespace: identityOf(backing), extents: extents.value },
    runs: joinedRuns(runs),
    labelPages: spec.labelPages,
    path,
    file: path,
    persistence: backing.region.persistenceDomain,
    volatile: backing.region.volatile,
  });
}

/** Extents in the order of the file, all of it allocated, written and its own, on whole pages. */
function checkedExtents(
  { path, size, extents }: DaxFile,
): Result<{ readonly offset: number; readonly length: number }[], BackendRefusal> {
  if (size % PAGE_SIZE !== 0) return err({ kind: "misaligned", name: path, what: "its size", value: size });
  let mapped = 0;
  const list: { offset: number; length: number }[] = [];
  // Blocks behind its end are allocated, and no part of it.
  for (const { logical, physical, length: whole, flags } of extents.filter(({ logical }) => logical < size)) {
    const length = Math.min(whole, size - logical);
    const [flag] = flags;
    if (flag !== undefined) return err({ kind: "file-extent", path, flag, size });
    for (const [what, value] of Object.entries({ "an extent's offset": physical, "an extent's length": length })) {
      if (value % PAGE_SIZE !== 0) return err({ kind: "misaligned", name: path, what, value });
    }
    if (logical !== mapped) return err({ kind: "file-holes", path, size, mapped });
    mapped += length;
    list.push({ offset: physical, length });
  }
  return mapped < size || mapped === 0 ? err({ kind: "file-holes", path, size, mapped }) : ok(list);
}

const at = ({ extent }: NamespaceBacking, { start, end }: Range): Range => ({
  start: extent.start + start,
  end: extent.start + end,
});

function withLabels(backend: Omit<Backend, "pages">): Found {
  const total = framesIn(backend.runs);
  const { name, labelPages } = backend;
  if (total <= labelPages) return err({ kind: "no-label-room", name, pages: total, labelPages });
  return ok({ ...backend, pages: total - labelPages });
}
