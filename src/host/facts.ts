/** What no table and no label says about a host: how Xen and its dom0 were started, and who made it. */
import { type HostXlFacts } from "../toolstack/mod.ts";

/** Which side owns pmem: dom0's driver (design v1/v2), or Xen itself (design alternative 3.2.2, RFC v4). */
export type Management = "dom0" | "xen";

export interface HostFacts {
  readonly name: string;
  readonly management: Management;
  /** A PV dom0 offers 4 KiB alignment only (no large pages in its own page tables). */
  readonly dom0: "pv" | "pvh";
  /** RAM that dom0 gets (`dom0_mem` on Xen's command line), in bytes. */
  readonly dom0Memory: number;
  /** What `xl info` tells that no hypercall answers. */
  readonly xl: HostXlFacts;
  /** Xen's own console lines as captured; empty where Xen writes them anew at each boot. */
  readonly xenLog: readonly string[];
  /** Seeds every random identifier of this host. */
  readonly seed: bigint;
  /** What the host was made from, in words. */
  readonly origin: string;
}
