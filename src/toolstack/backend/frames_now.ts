/** The machine frames of memory that is known by what lies on the media, as the machine is now. */
import { intersection, type Range } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Tools } from "../parts.ts";
import { namespaceId } from "../pmem_report.ts";
import { backingOf } from "../pmem/reports.ts";
import { type BackendIdentity } from "./identity.ts";
import { framesNow, interleaveSets } from "./interleave_sets.ts";

/** In the order of the backend's bytes; empty where it is not there any more, or is not Xen's. Frames. */
export function framesOfBackend(tools: Tools, identity: BackendIdentity): Range[] {
  if (identity.kind === "frames") return [framesNow(interleaveSets(tools.nfit), identity) ?? []].flat();
  const id = namespaceId(identity.kind === "file" ? identity.namespace : identity);
  const backing = backingOf(tools, id);
  const report = tools.state.reports.get(id);
  if (!backing || report?.kind !== "namespace" || !report.data) return [];
  const { extent } = backing;
  const assignable = { start: extent.start + report.data.start, end: extent.start + report.data.end };
  const bytes = identity.kind === "file"
    ? identity.extents.map(({ offset, length }) => {
      const start = extent.start + identity.namespace.dataOffset + offset;
      return { start, end: start + length };
    })
    : [assignable];
  return bytes.flatMap((range) => intersection(range, assignable) ?? [])
    .map(({ start, end }) => ({ start: start / PAGE_SIZE, end: end / PAGE_SIZE }));
}
