/** Persistent memory that was handed to Xen, so that it can be handed over again after a reboot. */
import { type FramesIdentity, type NamespaceIdentity } from "./backend/identity.ts";

/** Management `dom0`: a namespace that the driver reported (XENPF_pmem_add). Offsets are bytes from its start. */
export interface NamespaceReport {
  readonly kind: "namespace";
  readonly namespace: NamespaceIdentity;
  /** Xen's structures for the data area; absent where another namespace holds them. */
  readonly reserved?: { readonly start: number; readonly end: number };
  /** The assignable part; absent for a namespace that is Xen's as a whole. */
  readonly data?: { readonly start: number; readonly end: number };
  /** `reportId` of the namespace that holds the structures, with `--mgmt`. */
  readonly mgmt?: string;
  /** SPA where it began the last time, to say so when firmware has moved it. */
  readonly start: number;
  /** Position in the replay: a namespace comes after the one that holds its structures. */
  readonly order: number;
}

/** Management `xen`: a range set up by frames (`xl pmem-setup -m|-d`). */
export interface RangeReport {
  readonly kind: "mgmt" | "data";
  readonly frames: FramesIdentity;
  /** For data: the range given for its structures. */
  readonly mgmt?: FramesIdentity;
  readonly order: number;
}

export type PmemReport = NamespaceReport | RangeReport;

/** The id of a report: stays the same when the region moves. */
export function reportId(report: PmemReport): string {
  if (report.kind === "namespace") return namespaceId(report.namespace);
  return `${report.kind}/${report.frames.cookie}/${report.frames.offset}`;
}

/** A label's UUID, or the place in the interleave set where there is none. */
export const namespaceId = ({ uuid, cookie, offset }: NamespaceIdentity): string => uuid ?? `${cookie}/${offset}`;
