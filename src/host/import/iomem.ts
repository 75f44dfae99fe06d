/**
 * The RAM of a captured host: `System RAM` of /proc/iomem; under Xen dom0 sees only its own, so what Xen's console says of the
 * machine's memory map, or at least how much `xl info` says there is.
 */
import { alignDown, alignUp } from "../../base/quantity.ts";
import { joined, type Range } from "../../base/range.ts";
import { GiB, MiB } from "../../base/units.ts";

const LOW_END = 3 * GiB;
const DOM0_MOST = 1 * GiB;

/** RAM for dom0 where nobody said how much: 1 GiB, on a small machine a quarter of what there is. */
export const dom0Share = (ramBytes: number): number => Math.min(DOM0_MOST, alignDown(ramBytes / 4, 2 * MiB));

export function capturedRam(iomem: string, xlInfo: string | undefined, xlDmesg: string | undefined): Range[] {
  const map = usableRanges(xlDmesg ?? "");
  if (map.length > 0) return map;
  const total = /^total_memory\s*:\s*([0-9]+)/m.exec(xlInfo ?? "");
  if (total) return ramOfSize(alignUp(Number(total[1]), 2) * MiB, []);
  const ranges: Range[] = [];
  for (const [, start, end] of iomem.matchAll(/^([0-9a-f]+)-([0-9a-f]+) : System RAM$/gm)) {
    ranges.push({ start: parseInt(start!, 16), end: parseInt(end!, 16) + 1 });
  }
  return joined(ranges);
}

/** Of Xen's memory map, as its console has it from the boot. */
const usableRanges = (log: string): Range[] =>
  joined(
    [...log.matchAll(/^\(XEN\) +\[([0-9a-f]{16}), ([0-9a-f]{16})\] \(usable\)$/gm)].map(([, start, end]) => ({
      start: parseInt(start!, 16),
      end: parseInt(end!, 16) + 1,
    })),
  );

/** So much RAM, laid out as a PC does: below 3 GiB, then from 4 GiB on, around what is taken (the NFIT's ranges). */
export function ramOfSize(bytes: number, taken: readonly Range[]): Range[] {
  const ranges: Range[] = [{ start: 0, end: Math.min(bytes, LOW_END) }];
  let left = bytes - LOW_END;
  let at = 4 * GiB;
  for (const hole of joined(taken)) {
    if (left <= 0) break;
    const room = Math.min(left, hole.start - at);
    if (room > 0) {
      ranges.push({ start: at, end: at + room });
      left -= room;
    }
    at = Math.max(at, hole.end);
  }
  if (left > 0) ranges.push({ start: at, end: at + left });
  return joined(ranges);
}
