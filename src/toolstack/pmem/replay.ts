/**
 * After a boot: hands over again what was Xen's before, in the same order. Found by identity and compared field by field; what
 * differs is not handed over, and said (model section 5).
 */
import { hex, PAGE_SIZE } from "../../base/units.ts";
import { differences, differencesText } from "../backend/compare.ts";
import { framesNow, interleaveSets } from "../backend/interleave_sets.ts";
import { identityOf, type NamespaceBacking } from "../backend/namespace_backing.ts";
import { type Tools } from "../parts.ts";
import { type NamespaceReport, type RangeReport, reportId } from "../pmem_report.ts";
import { framesOf, type Geometry, wholeOf } from "./geometry.ts";
import { HOLDER } from "./holder.ts";
import { backingOf, reports } from "./reports.ts";
import { reportData } from "./setup.ts";
import { explainSetup } from "./setup_refusal.ts";

export interface Replayed {
  /** A namespace's name, or a range of frames. */
  readonly what: string;
  readonly done: boolean;
  /** Anything worth saying: a move that was accepted, a reason. */
  readonly note: string;
}

export function replay(tools: Tools): Replayed[] {
  return reports(tools).map((report) =>
    report.kind === "namespace" ? replayNamespace(tools, report) : replayRange(tools, report)
  );
}

function replayNamespace(tools: Tools, report: NamespaceReport): Replayed {
  const backing = backingOf(tools, reportId(report));
  if (!backing) return { what: reportId(report), done: false, note: "the namespace is not there any more" };
  const failed = (note: string): Replayed => ({ what: backing.name, done: false, note });
  const changed = differences(report.namespace, identityOf(backing));
  if (changed.length > 0) return failed(differencesText(changed));

  const mgmt = report.mgmt === undefined ? undefined : backingOf(tools, report.mgmt);
  if (report.mgmt !== undefined && !mgmt) {
    return failed("the namespace that holds its structures is not there any more");
  }
  const handed = report.data
    ? reportData(tools, geometryNow(backing, report), mgmt && wholeOf(mgmt.extent))
    : reportOwn(tools, backing);
  if (handed.isErr()) return failed(explainSetup(handed.error).what);
  if (backing.device !== undefined) tools.dom0.openExclusive(backing.device, HOLDER);
  const moved = backing.extent.start !== report.start;
  if (moved) tools.state.reports.set(reportId(report), { ...report, start: backing.extent.start });
  const note = moved ? `moved from ${hex(report.start)} to ${hex(backing.extent.start)}, same DIMMs and DPA` : "";
  return { what: backing.name, done: true, note };
}

/** The same offsets at the address where the namespace is now. */
function geometryNow({ extent }: NamespaceBacking, { reserved, data }: NamespaceReport): Geometry {
  const at = ({ start, end }: { start: number; end: number }) => ({
    start: extent.start + start,
    end: extent.start + end,
  });
  return { whole: wholeOf(extent), reserved: reserved && at(reserved), data: at(data!) };
}

function reportOwn(tools: Tools, { extent }: NamespaceBacking) {
  const frames = framesOf(wholeOf(extent));
  return tools.pmem.addRaw(frames).andThen(() => tools.pmem.setupMgmt(frames)).mapErr((errno) => ({
    kind: "hypercall" as const,
    call: "nvdimm_op setup (mgmt)",
    errno,
    ...frames,
  }));
}

function replayRange(tools: Tools, report: RangeReport): Replayed {
  const sets = interleaveSets(tools.nfit);
  const frames = framesNow(sets, report.frames);
  const what = `${report.kind} ${hex(report.frames.offset / PAGE_SIZE)} frames into set ${report.frames.cookie}`;
  if (!frames) return { what, done: false, note: "its interleave set is gone, or made of other DIMMs" };
  const mgmt = report.mgmt && framesNow(sets, report.mgmt);
  const set = report.kind === "mgmt"
    ? tools.pmem.setupMgmt(frames)
    : mgmt
    ? tools.pmem.setupData(frames, mgmt)
    : undefined;
  const named = `${report.kind} mfn ${hex(frames.start)} - ${hex(frames.end)}`;
  if (!set) return { what: named, done: false, note: "the range that holds its structures is gone" };
  return set.match(
    () => ({ what: named, done: true, note: "" }),
    (errno) => ({ what: named, done: false, note: `Xen refused it: ${errno}` }),
  );
}
