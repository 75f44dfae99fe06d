/** `xl pmem-setup -m|-d` (management `xen`, RFC v4): ranges of frames that the operator chose. Frames throughout. */
import { err, ok, type Result } from "neverthrow";
import { type Range } from "../../base/range.ts";
import { hex, PAGE_SIZE } from "../../base/units.ts";
import { framesIdentity, interleaveSets } from "../backend/interleave_sets.ts";
import { type Tools } from "../parts.ts";
import { type RangeReport, reportId } from "../pmem_report.ts";
import { nextOrder } from "./reports.ts";
import { hypercallRefusal } from "./setup.ts";
import { type SetupRefusal } from "./setup_refusal.ts";

export interface RangeRequest {
  readonly range: Range;
  /** For data: the range that holds its structures. */
  readonly mgmt: Range | undefined;
}

export function setupRange(tools: Tools, { range, mgmt }: RangeRequest): Result<void, SetupRefusal> {
  const verb = mgmt ? "pmem-setup -d" : "pmem-setup -m";
  if (tools.management === "dom0") return err({ kind: "management", management: "dom0", verb });
  const done = mgmt ? tools.pmem.setupData(range, mgmt) : tools.pmem.setupMgmt(range);
  if (done.isErr()) return err(hypercallRefusal(`nvdimm_op setup (${mgmt ? "data" : "mgmt"})`, done.error, range));
  remember(tools, range, mgmt);
  if (!mgmt) {
    tools.recorder.loss({
      object: `mfn ${hex(range.start)} - ${hex(range.end)}`,
      owner: undefined,
      bytes: (range.end - range.start) * PAGE_SIZE,
      identity: `${hex(range.start)}-${hex(range.end)}`,
    });
  }
  return ok();
}

function remember(tools: Tools, range: Range, mgmt: Range | undefined): void {
  const sets = interleaveSets(tools.nfit);
  const frames = framesIdentity(sets, range);
  const holder = mgmt && framesIdentity(sets, mgmt);
  // A range over several sets is set up, but nothing durable names it: it has to be set up again by hand.
  if (!frames || (mgmt && !holder)) return;
  const report: RangeReport = {
    kind: mgmt ? "data" : "mgmt",
    frames,
    ...(holder ? { mgmt: holder } : {}),
    order: nextOrder(tools),
  };
  tools.state.reports.set(reportId(report), report);
}
