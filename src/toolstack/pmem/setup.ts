/**
 * Handing a namespace to Xen (management `dom0`, model section 2): dom0's driver reports it, and dom0 holds its device open so
 * that nobody else there can use it. What it costs and what it overwrites is known before anything is done.
 */
import { err, ok, type Result } from "neverthrow";
import { type Spa } from "../../abi/address.ts";
import { lengthOf, type Range, range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { healthFault } from "../backend/health.ts";
import { identityOf, type NamespaceBacking, namespaceBacking } from "../backend/namespace_backing.ts";
import { type Tools } from "../parts.ts";
import { namespaceId, type NamespaceReport, reportId } from "../pmem_report.ts";
import {
  ALIGNS,
  borrowedGeometry,
  borrowedRawData,
  type Cost,
  costOf,
  framesOf,
  type Geometry,
  HEAD,
  ownGeometry,
  pageMapGeometry,
  rawGeometry,
} from "./geometry.ts";
import { HOLDER } from "./holder.ts";
import { namespaceReports, nextOrder, reportOf } from "./reports.ts";
import { type SetupRefusal } from "./setup_refusal.ts";

export interface SetupRequest {
  readonly namespace: string;
  /** A raw namespace that holds the structures. */
  readonly mgmt: string | undefined;
  /** Where the data of a raw namespace begin. Bytes. */
  readonly align: number;
}

/** What a setup would do. Bytes, SPA. */
export interface SetupPlan {
  readonly backing: NamespaceBacking;
  readonly geometry: Geometry;
  readonly cost: Cost;
  /** The namespace that holds the structures, and its range; `fresh` where it becomes Xen's now. */
  readonly mgmt: { readonly backing: NamespaceBacking; readonly whole: Range; readonly fresh: boolean } | undefined;
  /** Bytes of content that are overwritten: of the namespace, and of the one that holds the structures. */
  readonly lost: number;
  readonly mgmtLost: number;
  readonly mounted: boolean;
}

export function planSetup(tools: Tools, request: SetupRequest): Result<SetupPlan, SetupRefusal> {
  if (tools.management === "xen") return err({ kind: "management", management: "xen", verb: "pmem-setup --namespace" });
  if (!ALIGNS.includes(request.align)) return err({ kind: "align", align: String(request.align) });
  const usable = usableNamespace(tools, request.namespace);
  if (usable.isErr()) return err(usable.error);
  const backing = usable.value;
  const mounted = backing.device === undefined ? undefined : tools.files.mountOf(backing.device);
  const mgmt = request.mgmt === undefined ? ok(undefined) : planMgmt(tools, backing, request.mgmt);
  if (mgmt.isErr()) return err(mgmt.error);
  const geometry = geometryOf(backing, mounted?.directory, mgmt.value !== undefined, request.align);
  return geometry.map((geometry) => ({
    backing,
    geometry,
    cost: costOf(backing.extent),
    mgmt: mgmt.value,
    lost: backing.mode !== "raw" ? 0 : mgmt.value ? HEAD : geometry.data.start - backing.extent.start,
    mgmtLost: mgmt.value?.fresh ? lengthOf(mgmt.value.backing.extent) : 0,
    mounted: mounted !== undefined,
  }));
}

/** A namespace that could be handed over, whatever its geometry. */
function usableNamespace(tools: Tools, name: string): Result<NamespaceBacking, SetupRefusal> {
  const backing = namespaceBacking(tools.dom0, name);
  if (!backing) return err({ kind: "no-namespace", name });
  if (reportOf(tools, backing)) return err({ kind: "already", name });
  if (!backing.view.active || backing.device === undefined) return err({ kind: "disabled", name });
  if (backing.mode === "sector") return err({ kind: "sector", name });
  if (backing.isRam) return err({ kind: "system-ram", name, device: backing.device });
  const health = healthFault(tools.dom0, backing);
  if (health) return err({ kind: "unhealthy", name, ...health });
  const who = tools.dom0.holderOf(backing.device);
  if (who !== undefined && !tools.files.mountOf(backing.device)) {
    return err({ kind: "held", name, device: backing.device, who });
  }
  return ok(backing);
}

function geometryOf(
  backing: NamespaceBacking,
  mountPoint: string | undefined,
  borrowed: boolean,
  align: number,
): Result<Geometry, SetupRefusal> {
  const { name, extent, mode, map } = backing;
  const named = (geometry: ReturnType<typeof rawGeometry>) =>
    geometry.mapErr((fault): SetupRefusal => ({ ...fault, name }));
  if (borrowed) {
    return named(borrowedGeometry(extent, mode === "raw" ? borrowedRawData(extent, align) : backing.data));
  }
  if (mountPoint !== undefined) return err({ kind: "mounted", name, directory: mountPoint });
  if (mode === "raw") return named(rawGeometry(extent, align));
  if (map === "mem") return err({ kind: "map-mem", name, mode });
  return named(pageMapGeometry(extent, backing.data));
}

function planMgmt(
  tools: Tools,
  user: NamespaceBacking,
  name: string,
): Result<NonNullable<SetupPlan["mgmt"]>, SetupRefusal> {
  if (name === user.name) return err({ kind: "mgmt-itself", name });
  const backing = namespaceBacking(tools.dom0, name);
  if (!backing) return err({ kind: "no-namespace", name });
  const report = reportOf(tools, backing);
  if (report?.data) return err({ kind: "mgmt-has-data", name });
  if (backing.mode !== "raw") return err({ kind: "mgmt-mode", name, mode: backing.mode });
  if (!report) {
    const usable = usableNamespace(tools, name);
    if (usable.isErr()) return err(usable.error);
    const mount = tools.files.mountOf(backing.device!);
    if (mount) return err({ kind: "mounted", name, directory: mount.directory });
  }
  return ownGeometry(backing.extent)
    .map((whole) => ({ backing, whole, fresh: !report }))
    .mapErr((fault): SetupRefusal => ({ ...fault, name }));
}

/** Hands it over. A failure leaves everything as it was. */
export function runSetup(tools: Tools, request: SetupRequest): Result<SetupPlan, SetupRefusal> {
  const planned = planSetup(tools, request);
  if (planned.isErr()) return err(planned.error);
  const plan = planned.value;
  const { backing, mgmt } = plan;
  if (mgmt?.fresh) {
    const made = reportMgmt(tools, mgmt.backing, mgmt.whole);
    if (made.isErr()) return err(made.error);
  }
  const reported = reportData(tools, plan.geometry, mgmt?.whole);
  if (reported.isErr()) {
    if (mgmt?.fresh) takeBack(tools, mgmt.backing, mgmt.whole);
    return err(reported.error);
  }
  if (!plan.mounted) tools.dom0.openExclusive(backing.device!, HOLDER);
  if (backing.mode === "raw") zeroHead(tools, backing);
  noteLosses(tools, plan);
  if (mgmt?.fresh) remember(tools, { ...common(tools, mgmt.backing) });
  remember(tools, dataReport(tools, plan));
  tools.recorder.step({ kind: "dom0", what: "reported to Xen", target: backing.name });
  return ok(plan);
}

function reportMgmt(tools: Tools, backing: NamespaceBacking, whole: Range): Result<void, SetupRefusal> {
  const frames = framesOf(whole);
  const added = tools.pmem.addRaw(frames);
  if (added.isErr()) return err(hypercallRefusal("XENPF_pmem_add_raw", added.error, frames));
  const made = tools.pmem.setupMgmt(frames);
  if (made.isErr()) {
    tools.pmem.release(frames);
    return err(hypercallRefusal("nvdimm_op setup (mgmt)", made.error, frames));
  }
  tools.dom0.openExclusive(backing.device!, HOLDER);
  return ok();
}

/** One step in Xen: with its own reserved area by XENPF_pmem_add, otherwise undivided and then bound to the management range. */
export function reportData(tools: Tools, geometry: Geometry, mgmt: Range | undefined): Result<void, SetupRefusal> {
  const whole = framesOf(geometry.whole);
  const data = framesOf(geometry.data);
  if (geometry.reserved) {
    return tools.pmem.add(whole, framesOf(geometry.reserved), data)
      .mapErr((errno) => hypercallRefusal("XENPF_pmem_add", errno, whole));
  }
  const added = tools.pmem.addRaw(whole);
  if (added.isErr()) return err(hypercallRefusal("XENPF_pmem_add_raw", added.error, whole));
  const made = tools.pmem.setupData(data, framesOf(mgmt!));
  if (made.isErr()) {
    tools.pmem.release(whole);
    return err(hypercallRefusal("nvdimm_op setup (data)", made.error, data));
  }
  return ok();
}

function takeBack(tools: Tools, backing: NamespaceBacking, whole: Range): void {
  tools.pmem.release(framesOf(whole));
  tools.dom0.closeExclusive(backing.device!);
}

export const hypercallRefusal = (
  call: string,
  errno: (SetupRefusal & { kind: "hypercall" })["errno"],
  { start, end }: Range,
): SetupRefusal => ({ kind: "hypercall", call, errno, start, end });

/** So that dom0 always probes it raw, whatever an earlier owner left there. */
function zeroHead(tools: Tools, { extent }: NamespaceBacking): void {
  tools.memory.zero(extent.start as Spa, HEAD, "head of a raw namespace for Xen, zeroed");
}

function noteLosses(tools: Tools, { backing, lost, mgmt, mgmtLost }: SetupPlan): void {
  const lose = ({ name, extent }: NamespaceBacking, bytes: number) => {
    if (bytes === 0) return;
    const { start, end } = range(extent.start, bytes);
    tools.recorder.loss({ object: name, owner: undefined, bytes, identity: `${hex(start)}-${hex(end)}` });
  };
  lose(backing, lost);
  if (mgmt) lose(mgmt.backing, mgmtLost);
}

const common = (tools: Tools, backing: NamespaceBacking): NamespaceReport => ({
  kind: "namespace",
  namespace: identityOf(backing),
  start: backing.extent.start,
  order: nextOrder(tools),
});

function dataReport(tools: Tools, { backing, geometry, mgmt }: SetupPlan): NamespaceReport {
  const offsets = ({ start, end }: Range) => ({ start: start - backing.extent.start, end: end - backing.extent.start });
  return {
    ...common(tools, backing),
    ...(geometry.reserved ? { reserved: offsets(geometry.reserved) } : {}),
    data: offsets(geometry.data),
    ...(mgmt ? { mgmt: namespaceId(identityOf(mgmt.backing)) } : {}),
  };
}

const remember = (tools: Tools, report: NamespaceReport): void => tools.state.reports.set(reportId(report), report);

/** Names of the namespaces whose structures lie in this one. */
export const dependents = (tools: Tools, id: string): NamespaceReport[] =>
  namespaceReports(tools).filter((report) => report.mgmt === id);
