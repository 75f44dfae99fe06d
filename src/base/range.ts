/** Half-open ranges `[start, end)` of addresses or frames. */

export interface Range {
  readonly start: number;
  readonly end: number;
}

export const range = (start: number, length: number): Range => ({ start, end: start + length });
export const lengthOf = (r: Range): number => r.end - r.start;
export const overlaps = (a: Range, b: Range): boolean => a.start < b.end && b.start < a.end;
export const contains = (outer: Range, inner: Range): boolean => outer.start <= inner.start && inner.end <= outer.end;
export const holds = (r: Range, at: number): boolean => r.start <= at && at < r.end;

export function intersection(a: Range, b: Range): Range | undefined {
  const start = Math.max(a.start, b.start);
  const end = Math.min(a.end, b.end);
  return start < end ? { start, end } : undefined;
}

/** Sorted, with touching and overlapping ranges joined. */
export function joined(ranges: Iterable<Range>): Range[] {
  const result: { start: number; end: number }[] = [];
  for (const r of [...ranges].filter((r) => r.end > r.start).sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && r.start <= last.end) last.end = Math.max(last.end, r.end);
    else result.push({ ...r });
  }
  return result;
}

/** What is left of `whole` once `holes` (any order) are taken out. */
export function without(whole: Range, holes: Iterable<Range>): Range[] {
  const left: Range[] = [];
  let at = whole.start;
  for (const hole of joined(holes)) {
    if (hole.end <= whole.start || hole.start >= whole.end) continue;
    if (hole.start > at) left.push({ start: at, end: hole.start });
    at = Math.max(at, hole.end);
  }
  if (at < whole.end) left.push({ start: at, end: whole.end });
  return left;
}
