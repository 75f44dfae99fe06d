/** How a namespace was handed to Xen: what its setup must have asked for. */
import { namespaceBacking } from "../backend/namespace_backing.ts";
import { type Tools } from "../parts.ts";
import { ALIGNS, borrowedGeometry, borrowedRawData, rawGeometry } from "./geometry.ts";
import { backingOf, reportOf } from "./reports.ts";

export interface SetupNow {
  /** The namespace that holds the structures, where it is another one; its report's id while dom0 does not have it. */
  readonly mgmt: string | undefined;
  /** It is wholly Xen's, for the structures of others. */
  readonly holdsStructures: boolean;
  /** For each of these the data of a raw namespace would begin where they do. Empty for other modes: none is asked for. */
  readonly aligns: readonly number[];
  /** Position in the replay: a namespace comes after the one that holds its structures. */
  readonly order: number;
}

/** Undefined where it is not Xen's. */
export function setupNow(tools: Tools, name: string): SetupNow | undefined {
  const backing = namespaceBacking(tools.dom0, name);
  const report = backing && reportOf(tools, backing);
  if (!report) return undefined;
  const { extent, mode } = backing;
  const borrowed = report.mgmt !== undefined;
  const dataStart = (align: number) =>
    (borrowed ? borrowedGeometry(extent, borrowedRawData(extent, align)) : rawGeometry(extent, align))
      .map(({ data }) => data.start - extent.start).unwrapOr(undefined);
  return {
    mgmt: report.mgmt === undefined ? undefined : backingOf(tools, report.mgmt)?.name ?? report.mgmt,
    holdsStructures: report.data === undefined,
    aligns: mode === "raw" && report.data ? ALIGNS.filter((align) => dataStart(align) === report.data!.start) : [],
    order: report.order,
  };
}
