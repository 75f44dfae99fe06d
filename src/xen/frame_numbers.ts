/** Raw 64-bit frame numbers of hypercall structures. */
import { ADDRESS_LIMIT, exactNumber } from "../base/quantity.ts";
import { type Range } from "../base/range.ts";
import { hex, PAGE_SIZE } from "../base/units.ts";

/** A range as the caller wrote it, [start, end). */
export interface RawRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** A range as log lines show it. */
export const framesText = ({ start, end }: Range): string => `mfn ${hex(start)} - ${hex(end)}`;

/** INVALID_MFN. */
export const INVALID_FRAME = (1n << 64n) - 1n;
/** Frame numbers from here on name nothing that a processor could address. */
const FRAME_NUMBER_LIMIT = ADDRESS_LIMIT / PAGE_SIZE;

export const isEmptyRange = ({ start, end }: RawRange): boolean => start >= end;
/** Xen's first test of a range: INVALID_MFN at either end, or nothing between them. */
export const isInvalidRange = (r: RawRange): boolean =>
  r.start === INVALID_FRAME || r.end === INVALID_FRAME || isEmptyRange(r);
export const rawContains = (outer: RawRange, inner: RawRange): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;
export const rawOverlaps = (a: RawRange, b: RawRange): boolean => a.start < b.end && b.start < a.end;

/** As numbers; undefined where the range is empty or no machine could have it. */
export function frameRange(raw: RawRange): Range | undefined {
  const start = exactNumber(raw.start);
  const end = exactNumber(raw.end);
  if (start === undefined || end === undefined || start >= end || end > FRAME_NUMBER_LIMIT) return undefined;
  return { start, end };
}
