/**
 * Where Xen's structures lie in a namespace that dom0 reports, and what is left for guests (model section 2). Pure. Addresses
 * are SPA, in bytes.
 */
import { err, ok, type Result } from "neverthrow";
import { CHUNK_FRAMES, costByRule, costReal } from "../../abi/structure_cost.ts";
import { alignDown, alignUp } from "../../base/quantity.ts";
import { lengthOf, type Range } from "../../base/range.ts";
import { GiB, MiB, PAGE_SIZE } from "../../base/units.ts";

/** dom0's part at the beginning, where Linux looks for an info block. */
export const HEAD = 2 * MiB;
/** Xen manages whole chunks of this size: what a namespace has beyond them at its ends stays dom0's. */
export const CHUNK = 2 * MiB;
export const DEFAULT_ALIGN = 16 * MiB;
export const ALIGNS: readonly number[] = [DEFAULT_ALIGN, GiB];

/** What of a namespace is dom0's, Xen's, and assignable. */
export interface Geometry {
  /** What Xen is told of: the namespace, cut to whole chunks. */
  readonly whole: Range;
  /** Absent where another namespace holds the structures. */
  readonly reserved: Range | undefined;
  readonly data: Range;
}

export interface Cost {
  /** Bytes by the size rule of v1 and v4, for the whole range. */
  readonly byRule: number;
  /** Bytes really taken, in chunks of 2 MiB, if nothing else were set up: U. */
  readonly alone: number;
}

export type GeometryFault =
  /** The structures leave no room for data. */
  | { readonly kind: "no-room"; readonly size: number; readonly needed: number }
  /** The page-map area is smaller than the structures. */
  | { readonly kind: "page-map-small"; readonly have: number; readonly need: number };

export const framesOf = ({ start, end }: Range): Range => ({
  start: Math.floor(start / PAGE_SIZE),
  end: Math.ceil(end / PAGE_SIZE),
});

/** Counted as if nothing else were set up, so that the order of setups never matters. */
export function costOf(extent: Range): Cost {
  const frames = framesOf(extent);
  return { byRule: costByRule(lengthOf(frames)) * PAGE_SIZE, alone: costReal(frames).frames * PAGE_SIZE };
}

/** What Xen is told of a namespace: whole chunks. */
export const wholeOf = ({ start, end }: Range): Range => ({ start: alignUp(start, CHUNK), end: alignDown(end, CHUNK) });

/** A raw namespace: a head that dom0 probes, Xen's structures, then the data, on the alignment asked for. */
export function rawGeometry(extent: Range, align: number): Result<Geometry, GeometryFault> {
  const dataOffset = alignUp(HEAD + costOf(extent).alone, align);
  return divided(extent, { start: extent.start + HEAD, end: extent.start + dataOffset }, {
    start: extent.start + dataOffset,
    end: extent.end,
  });
}

/** fsdax or devdax with its page map in the namespace: the structures go where the page map was. */
export function pageMapGeometry(extent: Range, data: Range): Result<Geometry, GeometryFault> {
  const have = data.start - (extent.start + HEAD);
  const need = costOf(extent).alone;
  if (have < need) return err({ kind: "page-map-small", have: Math.max(0, have), need });
  return divided(extent, { start: extent.start + HEAD, end: data.start }, data);
}

/** Another namespace holds the structures: everything behind the data offset is assignable. */
export function borrowedGeometry(extent: Range, data: Range): Result<Geometry, GeometryFault> {
  return divided(extent, undefined, wholeOf(data));
}

/** A raw namespace whose structures lie elsewhere keeps its head, and its data begin on the alignment. */
export const borrowedRawData = (extent: Range, align: number): Range => ({
  start: extent.start + alignUp(HEAD, align),
  end: extent.end,
});

/** A namespace that is Xen's as a whole. Its own structures and at least one chunk for others must fit. */
export function ownGeometry(extent: Range): Result<Range, GeometryFault> {
  const whole = wholeOf(extent);
  const needed = costOf(whole).alone + CHUNK_FRAMES * PAGE_SIZE;
  return lengthOf(whole) < needed ? err({ kind: "no-room", size: lengthOf(extent), needed }) : ok(whole);
}

function divided(extent: Range, reserved: Range | undefined, asked: Range): Result<Geometry, GeometryFault> {
  const whole = wholeOf(extent);
  const data = { start: asked.start, end: Math.min(asked.end, whole.end) };
  if (data.end - data.start < CHUNK) {
    return err({ kind: "no-room", size: lengthOf(extent), needed: asked.start - extent.start + CHUNK });
  }
  return ok({ whole, reserved, data });
}
