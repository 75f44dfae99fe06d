/**
 * What managing a range costs Xen: one `page_info` (32 bytes) and one M2P entry (8 bytes) per frame, and below 1 TiB a
 * compat M2P entry (4 bytes). The size check counts by a rule; memory is really taken in chunks of 2 MiB, each of which
 * serves a fixed piece of the frame number space (reference/xen-vnvdimm.md 3.1, 4.6). Part of the ABI because the
 * toolstack must know the cost before it asks. All functions are pure.
 */
import { GiB, MiB, PAGE_SIZE, TiB } from "../base/units.ts";
import { intersection, type Range, without } from "../base/range.ts";

const PAGE_INFO_BYTES = 32;
const M2P_BYTES = 8;

/** Frames in one chunk of structures. */
export const CHUNK_FRAMES = (2 * MiB) / PAGE_SIZE;

/** What one chunk serves, in frames of the machine: 256 MiB of frame table, 1 GiB of M2P, 2 GiB of compat M2P. */
export const STRUCTURES = {
  "frame table": { span: (256 * MiB) / PAGE_SIZE, limit: Infinity },
  "M2P": { span: GiB / PAGE_SIZE, limit: Infinity },
  "compat M2P": { span: (2 * GiB) / PAGE_SIZE, limit: TiB / PAGE_SIZE },
} as const;

export type StructureKind = keyof typeof STRUCTURES;
export const STRUCTURE_KINDS = Object.keys(STRUCTURES) as readonly StructureKind[];

/** Frames that the size check asks for `frames` managed frames: each table rounded down, as Xen does. */
export function costByRule(frames: number): number {
  return Math.floor(PAGE_INFO_BYTES * frames / PAGE_SIZE) + Math.floor(M2P_BYTES * frames / PAGE_SIZE);
}

/** The chunks of one kind that a range of frames needs, as a range of chunk indices; empty above the kind's limit. */
export function chunksOf(kind: StructureKind, frames: Range): Range {
  const { span, limit } = STRUCTURES[kind];
  const below = intersection(frames, { start: 0, end: limit });
  return below ? { start: Math.floor(below.start / span), end: Math.ceil(below.end / span) } : { start: 0, end: 0 };
}

/** The chunk indices of one kind that a range needs and that nothing present provides, joined and in order. */
export function missingChunks(kind: StructureKind, frames: Range, present: readonly Range[]): Range[] {
  return without(chunksOf(kind, frames), present.map((range) => chunksOf(kind, range)));
}

export interface RealCost {
  /** Chunks of 2 MiB by kind. */
  readonly chunks: Readonly<Record<StructureKind, number>>;
  /** Frames altogether. */
  readonly frames: number;
}

/**
 * What setting up `range` (frames) really takes when `present` ranges have their structures already (the same for every kind, or by kind). With nothing
 * present it is the worst case that Xen's hot-add check asks for, and model.md's U.
 */
export function costReal(
  range: Range,
  present: readonly Range[] | ((kind: StructureKind) => readonly Range[]) = [],
): RealCost {
  const served = typeof present === "function" ? present : () => present;
  const count = (kind: StructureKind) =>
    missingChunks(kind, range, served(kind)).reduce((sum, r) => sum + r.end - r.start, 0);
  const chunks = { "frame table": count("frame table"), "M2P": count("M2P"), "compat M2P": count("compat M2P") };
  const all = chunks["frame table"] + chunks["M2P"] + chunks["compat M2P"];
  return { chunks, frames: all * CHUNK_FRAMES };
}
