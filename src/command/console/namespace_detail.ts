/**
 * All that can be told of one namespace: labels, info block, and what Xen and a guest would make of it; once it is theirs,
 * what they have made of it.
 */
import { err, ok, type Result } from "neverthrow";
import { costByRule, costReal, mfnOfSpa } from "../../abi/mod.ts";
import { type Range } from "../../base/range.ts";
import { GiB, PAGE_SIZE } from "../../base/units.ts";
import { labelAreaOf } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";
import {
  DEFAULT_ALIGN,
  explainSetup,
  type NamespaceBacking,
  namespaceBacking,
  type NamespaceReport,
  reportId,
  reportOf,
} from "../../toolstack/mod.ts";
import {
  type DomainView,
  type EptForecast,
  type Explanation,
  type NamespaceDetail,
  type NamespacePlace,
  type XenCostView,
} from "../language/console_host.ts";
import { forecast } from "./forecast.ts";

/** Where QEMU puts the first vNVDIMM of a guest whose RAM all lies below 4 GiB. */
const FIRST_GPA = 4 * GiB;

/** `domains`: all that run or are kept memory for. */
export function namespaceDetail(
  fork: Fork,
  name: string,
  domains: readonly DomainView[],
): Result<NamespaceDetail, Explanation> {
  const backing = namespaceBacking(fork.dom0, name);
  if (!backing) return err({ what: `there is no namespace ${name}`, hint: "it may have been destroyed meanwhile" });
  const { extent } = backing;
  const given = giving(fork, backing);
  const data = given.map(({ data }) => data).unwrapOr(backing.data);
  return ok({
    places: placesOf(fork, backing),
    infoBlock: infoBlockText(backing),
    dataOffset: backing.data.start - extent.start,
    startMfn: mfnOfSpa(extent.start),
    endMfn: mfnOfSpa(extent.end),
    dataStartMfn: mfnOfSpa(data.start),
    dataEndMfn: mfnOfSpa(data.end),
    xen: given.map(({ cost }) => cost),
    ept: ofOwner(name, domains) ?? given.andThen(({ data }) => forecastOf(backing, data)),
  });
}

/** What of a namespace is Xen's and what a guest's. SPA; an empty range where it holds structures only. */
interface Giving {
  readonly cost: XenCostView;
  readonly data: Range;
}

/** What handing the namespace over would do; of one that is Xen's already, what it did. */
function giving(fork: Fork, backing: NamespaceBacking): Result<Giving, Explanation> {
  const report = reportOf(fork.toolstack.tools, backing);
  if (report) return ok(given(fork, backing, report));
  const request = { namespace: backing.name, mgmt: undefined, align: DEFAULT_ALIGN };
  return fork.toolstack.planSetup(request).mapErr(explainSetup).map(({ cost, geometry }) => ({
    cost: {
      ruleBytes: cost.byRule,
      takenBytes: cost.alone,
      where: placeOfStructures(backing, undefined),
      handedOver: false,
    },
    data: geometry.data,
  }));
}

function given(fork: Fork, backing: NamespaceBacking, report: NamespaceReport): Giving {
  const { extent } = backing;
  const frames = { start: mfnOfSpa(extent.start), end: mfnOfSpa(extent.end) };
  const holder = report.mgmt === undefined
    ? undefined
    : fork.toolstack.reports().find((r) => reportId(r) === report.mgmt);
  const mgmt = holder?.kind === "namespace" ? holder.namespace.uuid : undefined;
  const mgmtName = mgmt && fork.dom0.namespaces().find(({ uuid }) => uuid === mgmt)?.name;
  return {
    cost: {
      ruleBytes: costByRule(frames.end - frames.start) * PAGE_SIZE,
      takenBytes: costReal(frames).frames * PAGE_SIZE,
      where: report.data ? placeOfStructures(backing, mgmtName ?? (report.mgmt && "another namespace")) : HOLDS_OTHERS,
      handedOver: true,
    },
    data: report.data
      ? { start: extent.start + report.data.start, end: extent.start + report.data.end }
      : { start: extent.end, end: extent.end },
  };
}

const HOLDS_OTHERS = "it holds the structures of other namespaces";

const placeOfStructures = ({ mode }: NamespaceBacking, mgmt: string | undefined): string =>
  mgmt ? `in ${mgmt} (--mgmt)` : mode === "raw" ? "in the namespace, before its data" : "inside the page-map area";

function forecastOf({ mode, name }: NamespaceBacking, data: Range): Result<EptForecast, Explanation> {
  if (data.start === data.end) {
    return err({ what: HOLDS_OTHERS, hint: `xl pmem-release --namespace ${name}, once those are released` });
  }
  const remedy = mode === "raw" ? "if handed over with --align 1G" : "if recreated with -a 1G";
  return ok(forecast(data, FIRST_GPA, remedy));
}

/** How its guest has it. */
function ofOwner(name: string, domains: readonly DomainView[]): Result<EptForecast, Explanation> | undefined {
  for (const domain of domains) {
    const nv = domain.vnvdimms.find(({ namespace }) => namespace === name);
    if (nv) {
      const owner = `${domain.name} nv${nv.slot}`;
      return ok({ gpa: nv.gpa ?? FIRST_GPA, leaves: nv.leaves, best: undefined, owner });
    }
  }
  return undefined;
}

/** The part of each DIMM of the set, in the set's order, with the label slot that says so where there are labels. */
function placesOf(fork: Fork, { view, region, extent }: NamespaceBacking): NamespacePlace[] {
  const ways = Math.max(1, region.mappings.length);
  return [...region.mappings].sort((a, b) => a.position - b.position).map(({ dimm, start }): NamespacePlace => ({
    dimm: dimm.name,
    slot: labelAreaOf(fork.dom0.kernel, dimm)?.labels.find(({ uuid }) => uuid === view.uuid)?.slot,
    startDpa: start + Math.floor((extent.start - region.start) / ways),
    lengthBytes: Math.floor((extent.end - extent.start) / ways),
  }));
}

function infoBlockText({ mode, view }: NamespaceBacking): string | undefined {
  switch (mode) {
    case "raw":
      return undefined;
    case "sector":
      return view.labelled && view.claimClass === "btt2" ? "BTT v2.0 at +0x0" : "BTT v1.1 at +0x1000";
    default:
      return `${mode === "fsdax" ? "PFN" : "DAX"} v1.4 at +0x1000`;
  }
}
