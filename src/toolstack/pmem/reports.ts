/** Looking up what has been handed to Xen. */
import { identityOf, type NamespaceBacking, namespaceBackings } from "../backend/namespace_backing.ts";
import { type Tools } from "../parts.ts";
import { namespaceId, type NamespaceReport, type PmemReport, type RangeReport } from "../pmem_report.ts";

/** In the order in which they were made. */
export const reports = ({ state }: Pick<Tools, "state">): PmemReport[] =>
  [...state.reports.ids()].map((id) => state.reports.get(id)!).sort((a, b) => a.order - b.order);

export const namespaceReports = (tools: Pick<Tools, "state">): NamespaceReport[] =>
  reports(tools).filter((report) => report.kind === "namespace");

export const rangeReports = (tools: Pick<Tools, "state">): RangeReport[] =>
  reports(tools).filter((report) => report.kind !== "namespace");

export const nextOrder = (tools: Pick<Tools, "state">): number =>
  reports(tools).reduce((most, { order }) => Math.max(most, order), 0) + 1;

export function reportOf(tools: Pick<Tools, "state">, backing: NamespaceBacking): NamespaceReport | undefined {
  if (backing.mode === "sector") return undefined;
  const report = tools.state.reports.get(namespaceId(identityOf(backing)));
  return report?.kind === "namespace" ? report : undefined;
}

/** The namespace that a report is about, as dom0 has it now. */
export function backingOf(tools: Tools, id: string): NamespaceBacking | undefined {
  return namespaceBackings(tools.dom0).find((backing) =>
    backing.mode !== "sector" && namespaceId(identityOf(backing)) === id
  );
}
