/** Giving a new domain its RAM in the largest extents that fit, falling back to smaller ones (`xg_dom_x86.c` meminit_hvm). */
import { err, ok, type Result } from "neverthrow";
import { alignDown, alignUp } from "../../base/quantity.ts";
import { type Range } from "../../base/range.ts";
import { GiB, MiB, PAGE_SIZE } from "../../base/units.ts";
import { type Tools } from "../parts.ts";
import { populatePhysmap } from "../xen/memory.ts";

const SIZES = [
  { order: 18, bytes: GiB },
  { order: 9, bytes: 2 * MiB },
  { order: 0, bytes: PAGE_SIZE },
] as const;

/** Extents per call: a list of 64 KiB. */
const BATCH = 8192;

/** Bytes that could not be populated; zero is success. */
export function populate(tools: Tools, domid: number, ranges: readonly Range[]): Result<void, number> {
  let missing = 0;
  for (const { start, end } of ranges) missing += populateRange(tools, domid, start, end, 0);
  return missing === 0 ? ok() : err(missing);
}

function populateRange(tools: Tools, domid: number, start: number, end: number, size: number): number {
  if (start >= end) return 0;
  const { order, bytes } = SIZES[size]!;
  const first = alignUp(start, bytes);
  const last = alignDown(end, bytes);
  if (first >= last) return populateRange(tools, domid, start, end, size + 1);
  const reached = populateExtents(tools, domid, first, last, order, bytes);
  const smaller = size + 1 < SIZES.length;
  const head = smaller ? populateRange(tools, domid, start, first, size + 1) : 0;
  const rest = smaller ? populateRange(tools, domid, reached, end, size + 1) : end - reached;
  return head + rest;
}

/** How far extents of one size reach. */
function populateExtents(
  tools: Tools,
  domid: number,
  first: number,
  last: number,
  order: number,
  bytes: number,
): number {
  for (let at = first; at < last;) {
    const count = Math.min(BATCH, (last - at) / bytes);
    const gfns = Array.from({ length: count }, (_, i) => (at + i * bytes) / PAGE_SIZE);
    const done = populatePhysmap(tools.caller, domid, gfns, order).unwrapOr(0);
    at += done * bytes;
    if (done < count) return at;
  }
  return last;
}
