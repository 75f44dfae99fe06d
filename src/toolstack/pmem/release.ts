/** Taking a namespace back from Xen (ext, model section 2): content untouched, dom0's access restored. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { chunksOf, STRUCTURE_KINDS } from "../../abi/structure_cost.ts";
import { overlaps, type Range } from "../../base/range.ts";
import { assignments } from "../assignments.ts";
import { namespaceOf } from "../backend/compare.ts";
import { namespaceBacking } from "../backend/namespace_backing.ts";
import { records } from "../domain_records.ts";
import { type Tools } from "../parts.ts";
import { type NamespaceReport, reportId } from "../pmem_report.ts";
import { framesOf, wholeOf } from "./geometry.ts";
import { backingOf, namespaceReports, reportOf } from "./reports.ts";
import { dependents, hypercallRefusal } from "./setup.ts";
import { type SetupRefusal } from "./setup_refusal.ts";

export interface ReleaseRequest {
  readonly namespace: string;
  /** Guests, by name or UUID, whose claim on it is given up. */
  readonly forget: readonly string[];
}

export interface Released {
  readonly namespace: string;
  /** Guests that have lost their claim. */
  readonly forgotten: readonly string[];
}

export function runRelease(tools: Tools, { namespace: name, forget }: ReleaseRequest): Result<Released, SetupRefusal> {
  if (tools.management === "xen") return err({ kind: "management", management: "xen", verb: "pmem-release" });
  const backing = namespaceBacking(tools.dom0, name);
  if (!backing) return err({ kind: "no-namespace", name });
  const report = reportOf(tools, backing);
  if (!report) return err({ kind: "not-reported", name });
  const whole = framesOf(wholeOf(backing.extent));

  for (const record of records(tools)) {
    const used = record.vnvdimms.find(({ runs }) =>
      runs.some(({ mfn, count }) => overlaps({ start: mfn, end: mfn + count }, whole))
    );
    if (used) return err({ kind: "in-use", name, domain: record.name, slot: used.slot });
  }
  const claims = assignments(tools).filter(({ identity }) => namespaceOf(identity) === reportId(report));
  const kept = claims.find(({ domainName, domainUuid }) =>
    !forget.includes(domainName) && !forget.includes(domainUuid)
  );
  if (kept) return err({ kind: "kept", name, domain: kept.domainName, slot: kept.slot });
  const others = dependents(tools, reportId(report));
  if (others.length > 0) return err(holdsStructures(tools, name, others));

  const released = tools.pmem.release(whole);
  if (released.isErr()) return err(releaseFault(tools, report, name, released.error, whole));
  for (const claim of claims) claim.forget();
  if (backing.device !== undefined && !tools.files.mountOf(backing.device)) tools.dom0.closeExclusive(backing.device);
  tools.state.reports.delete(reportId(report));
  tools.recorder.step({ kind: "dom0", what: "taken back from Xen", target: name });
  return ok({ namespace: name, forgotten: [...new Set(claims.map(({ domainName }) => domainName))] });
}

const holdsStructures = (tools: Tools, name: string, others: readonly NamespaceReport[]): SetupRefusal => ({
  kind: "holds-structures",
  name,
  others: others.map((other) => backingOf(tools, reportId(other))?.name ?? reportId(other)),
});

/** Nobody owns a page of it, so what Xen calls busy is a chunk of structures that a neighbour shares. */
function releaseFault(
  tools: Tools,
  report: NamespaceReport,
  name: string,
  errno: Errno,
  whole: Range,
): SetupRefusal {
  const sharing = namespaceReports(tools).filter((other) => {
    const extent = other === report ? undefined : backingOf(tools, reportId(other))?.extent;
    return extent && STRUCTURE_KINDS.some((kind) => overlaps(chunksOf(kind, framesOf(extent)), chunksOf(kind, whole)));
  });
  return errno === "EBUSY" && sharing.length > 0
    ? holdsStructures(tools, name, sharing)
    : hypercallRefusal("XENPF_pmem_release", errno, whole);
}
