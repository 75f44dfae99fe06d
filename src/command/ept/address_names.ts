/** Names for the addresses of a guest: what backs a guest range, and where a machine address is. */
import { type Range, without } from "../../base/range.ts";
import { hex, PAGE_SIZE } from "../../base/units.ts";
import { HIGH_RAM_START, LOW_RAM_END } from "../../abi/mod.ts";
import { firstEndingAfter, type Layout } from "../../ept/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { type DomainRecord, type VnvdimmRecord } from "../../toolstack/mod.ts";
import { storedDimms } from "../tables/stored_dimms.ts";

/** One vNVDIMM in the guest's address space. */
export interface PmemRange {
  readonly slot: number;
  readonly gpa: Range;
  /** The namespace or the file behind it. */
  readonly name: string;
}

export interface AddressNames {
  /** In order of guest address. */
  readonly pmem: readonly PmemRange[];
  /** `RAM`, `firmware`, `namespace0.3`: everything that is mapped in the range, by address, joined by `, `. */
  backs(range: Range): string;
  /** `region0 → nmem1 dpa 0x32a080234`; empty for RAM. */
  place(mpa: number): string;
}

export class GuestNames implements AddressNames {
  readonly pmem: readonly PmemRange[];

  constructor(private readonly host: Fork, record: DomainRecord, private readonly layout: Layout) {
    this.pmem = record.vnvdimms.map((nv) => ({
      slot: nv.slot,
      gpa: { start: nv.gpa, end: nv.gpa + nv.pages * PAGE_SIZE },
      name: backingName(host, nv),
    })).sort((a, b) => a.gpa.start - b.gpa.start);
  }

  backs(range: Range): string {
    const found = this.pmem.filter(({ gpa }) => gpa.start < range.end && range.start < gpa.end);
    const named = found.map(({ gpa, name }) => ({ start: gpa.start, name }));
    for (const rest of without(range, found.map(({ gpa }) => gpa))) {
      for (const part of ordinary(rest)) {
        if (this.#isMapped(part)) named.push({ start: part.start, name: part.name });
      }
    }
    return [...new Set(named.sort((a, b) => a.start - b.start).map(({ name }) => name))].join(", ");
  }

  place(mpa: number): string {
    const at = this.host.machine.locate(mpa);
    if (!at) return "";
    const stored = storedDimms(this.host);
    const region = stored.kernel.regions.find(({ start, size }) => start <= mpa && mpa < start + size)?.name;
    const dimm = stored.dimms().find(({ handle }) => handle === at.handle)?.name;
    if (dimm === undefined) return region ?? "pmem";
    return [...(region === undefined ? [] : [region]), `${dimm} dpa ${hex(at.dpa)}`].join(" → ");
  }

  #isMapped({ start, end }: Range): boolean {
    const { extents } = this.layout;
    const i = firstEndingAfter(extents, start);
    return i < extents.count && extents.gpa[i]! < end;
  }
}

/** What is no vNVDIMM: below 4 GiB the end of the low RAM divides RAM from what firmware and devices have. */
function ordinary({ start, end }: Range): (Range & { readonly name: string })[] {
  const parts = [
    { start, end: Math.min(end, LOW_RAM_END), name: "RAM" },
    { start: Math.max(start, LOW_RAM_END), end: Math.min(end, HIGH_RAM_START), name: "firmware" },
    { start: Math.max(start, HIGH_RAM_START), end, name: "RAM" },
  ];
  return parts.filter((part) => part.start < part.end);
}

/** A file by its path, a device by the namespace it lies in. */
function backingName(host: Fork, { file, slot, runs }: VnvdimmRecord): string {
  if (file !== undefined) return file;
  const spa = (runs[0]?.mfn ?? -1) * PAGE_SIZE;
  const namespace = host.dom0.namespaces().find(({ extent }) => extent.start <= spa && spa < extent.end);
  return namespace?.name ?? `nv${slot}`;
}
