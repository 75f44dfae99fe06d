/**
 * The interleave sets of the machine as its NFIT tells them: what ranges of frames are known by under management `xen`, where
 * dom0's kernel has no regions.
 */
import { decodeNfit, dimmIdentity, linuxRegions, readAsLinux } from "../../acpi/mod.ts";
import { contains, type Range, range } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type FramesIdentity } from "./identity.ts";

export interface InterleaveSet extends Range {
  /** Decimal text. */
  readonly cookie: string;
  /** Of its DIMMs, in the order of the set. */
  readonly serials: readonly string[];
}

export function interleaveSets(nfit: Uint8Array | undefined): InterleaveSet[] {
  const table = nfit && decodeNfit(nfit);
  if (!table || table.isErr()) return [];
  const linux = readAsLinux(table.value);
  if (linux.status === "failed") return [];
  return linuxRegions(linux).regions.map(({ start, size, cookies, mappings }) => ({
    ...range(start, size),
    cookie: cookies.cookie2.toString(),
    serials: [...mappings].sort((a, b) => a.position - b.position).flatMap(({ dimm }) =>
      dimm.dcr ? [dimmIdentity(dimm.dcr.record).id] : []
    ),
  }));
}

/** What a range of frames is known by; undefined where it lies in no set as a whole. */
export function framesIdentity(sets: readonly InterleaveSet[], frames: Range): FramesIdentity | undefined {
  const bytes = { start: frames.start * PAGE_SIZE, end: frames.end * PAGE_SIZE };
  const set = sets.find((each) => contains(each, bytes));
  return set && {
    kind: "frames",
    cookie: set.cookie,
    serials: set.serials,
    offset: bytes.start - set.start,
    length: bytes.end - bytes.start,
  };
}

/** Where these frames are now; undefined where the set is gone, or its DIMMs are others. */
export function framesNow(sets: readonly InterleaveSet[], identity: FramesIdentity): Range | undefined {
  const set = sets.find(({ cookie, serials }) =>
    cookie === identity.cookie && serials.join() === identity.serials.join()
  );
  if (!set || set.start + identity.offset + identity.length > set.end) return undefined;
  const start = (set.start + identity.offset) / PAGE_SIZE;
  return { start, end: start + identity.length / PAGE_SIZE };
}
