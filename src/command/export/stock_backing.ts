/** A domain's vNVDIMMs as a program in dom0 can open them, without Xen: a path, and where in it the guest's bytes begin. */
import { err, ok, type Result } from "neverthrow";
import { holds } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { type DomainRecord, framesIn, namespaceBackings, type VnvdimmRecord } from "../../toolstack/mod.ts";

export interface StockBacking {
  readonly slot: number;
  readonly path: string;
  readonly kind: "file" | "block device" | "devdax";
  /** Bytes of the path that come before the guest's. */
  readonly offset: number;
  /** Bytes, label area included: it is the tail here as there. */
  readonly size: number;
  readonly labelSize: number;
  /** What a mapping must be aligned to; bytes. */
  readonly align: number;
  /** Where the guest has it now. */
  readonly gpa: number;
}

/** In order of slot, or why one of them has no path. */
export function stockBackings(host: Fork, { name, vnvdimms }: DomainRecord): Result<StockBacking[], Explanation> {
  const found: StockBacking[] = [];
  for (const vnvdimm of vnvdimms) {
    const backing = backingOf(host, vnvdimm);
    if (!backing) {
      return err({
        what: `nv${vnvdimm.slot} of ${name} (${vnvdimm.spec}) has no path in dom0: Xen keeps these frames from it`,
        hint: "under management dom0 a namespace or a file backs it, and can be exported",
      });
    }
    found.push(backing);
  }
  return ok(found);
}

function backingOf(host: Fork, { slot, runs, file, labelPages, gpa }: VnvdimmRecord): StockBacking | undefined {
  const size = framesIn(runs) * PAGE_SIZE;
  const common = { slot, size, labelSize: labelPages * PAGE_SIZE, gpa };
  if (file !== undefined) return { ...common, path: file, kind: "file", offset: 0, align: PAGE_SIZE };
  const start = (runs[0]?.mfn ?? -1) * PAGE_SIZE;
  const backing = namespaceBackings(host.dom0).find(({ extent }) => holds(extent, start));
  if (backing?.device === undefined) return undefined;
  const isDevdax = backing.mode === "devdax";
  return {
    ...common,
    path: `/dev/${backing.device}`,
    kind: isDevdax ? "devdax" : "block device",
    offset: start - backing.data.start,
    align: isDevdax ? daxAlign(host, backing.name) : PAGE_SIZE,
  };
}

const daxAlign = (host: Fork, namespace: string): number =>
  host.dom0.daxDevices().find(({ device }) => device.namespace === namespace)?.device.align ?? PAGE_SIZE;
