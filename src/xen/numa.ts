/**
 * What Xen makes of the SRAT (`xen/arch/x86/srat.c`): proximity domains of memory ranges, or nothing at all when two
 * ranges contradict each other. Xen 4.17 also refuses tables whose domains interleave, as those of two-socket machines
 * with pmem do; the series was written before that check, which is left out here, as is the one that the table covers
 * all RAM.
 */
import { decodeSrat, type MemoryRange, memoryRanges, type Srat } from "../acpi/mod.ts";
import { overlaps, type Range } from "../base/range.ts";
import { PAGE_SIZE } from "../base/units.ts";

export interface MemoryBlock extends Range {
  readonly pxm: number;
}

/** What Xen keeps: memory blocks in bytes, or undefined where no usable SRAT exists. */
export interface Numa {
  readonly blocks: readonly MemoryBlock[] | undefined;
  /** What the parse said on the console, in order. */
  readonly messages: readonly string[];
}

/** `bytes`: the raw table, undefined where the firmware has none. */
export function readNuma(bytes: Uint8Array | undefined): Numa {
  if (!bytes) return faked([]);
  return decodeSrat(bytes).match(
    fromSrat,
    (fault) => faked([`SRAT: ${fault.reason}`, "SRAT: SRAT not used."]),
  );
}

const faked = (messages: readonly string[]): Numa => ({
  blocks: undefined,
  messages: [...messages, "No NUMA configuration found"],
});

/** Ranges in table order; the first that contradicts one before it makes the whole table worthless. */
function fromSrat(srat: Srat): Numa {
  const messages: string[] = [];
  const seen: MemoryRange[] = [];
  /** Node numbers are given out in order of appearance. */
  const nodes = new Map<number, number>();
  for (const range of memoryRanges(srat).map((r) => narrow(r, srat.header.revision))) {
    const pxm = range.proximityDomain;
    if (!nodes.has(pxm)) nodes.set(pxm, nodes.size);
    const other = seen.find((s) => overlaps(s, range));
    if (other) {
      const same = other.proximityDomain === pxm;
      const whom = same ? "itself" : `PXM ${other.proximityDomain}`;
      messages.push(`SRAT: PXM ${pxm} ${extent(range)} overlaps with ${whom} ${extent(other)}`);
      if (!same || other.hotPluggable !== range.hotPluggable) return faked([...messages, "SRAT: SRAT not used."]);
    }
    const hotplug = range.hotPluggable ? " (hotplug)" : "";
    messages.push(`SRAT: Node ${nodes.get(pxm)} PXM ${pxm} ${extent(range)}${hotplug}`);
    seen.push(range);
  }
  if (seen.length === 0) return faked(messages);
  return { blocks: seen.map(({ start, end, proximityDomain }) => ({ start, end, pxm: proximityDomain })), messages };
}

/** The proximity domain of a range of frames if one memory block holds all of it. */
export function pxmOfFrames(numa: Numa, frames: Range): number | undefined {
  return numa.blocks?.find((b) => b.start <= frames.start * PAGE_SIZE && frames.end * PAGE_SIZE <= b.end)?.pxm;
}

/** Whether Xen accepts a range of frames as memory of a domain; without a usable SRAT it cannot say no. */
export function isNumaValid(numa: Numa, frames: Range, pxm: number): boolean {
  if (!numa.blocks) return true;
  return numa.blocks.some((b) =>
    b.pxm === pxm && b.start <= frames.start * PAGE_SIZE && frames.end * PAGE_SIZE <= b.end
  );
}

/** Domains, ascending; one where Xen fakes a node. */
export const proximityDomainsOf = (numa: Numa): readonly number[] =>
  numa.blocks ? [...new Set(numa.blocks.map((b) => b.pxm))].sort((a, b) => a - b) : [0];

/** Revision 1 tables have eight bits of proximity domain; the rest is reserved and may hold anything. */
const narrow = (range: MemoryRange, revision: number): MemoryRange =>
  revision < 2 ? { ...range, proximityDomain: range.proximityDomain & 0xff } : range;

const extent = (r: Range): string => `[${address(r.start)}, ${address(r.end - 1)}]`;
const address = (value: number): string => value.toString(16).padStart(16, "0");
