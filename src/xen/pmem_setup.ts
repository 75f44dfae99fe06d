/**
 * Giving a range of pmem its frame table and M2P (RFC v4's "arch setup"; reference/xen-vnvdimm.md 4.6), for both
 * managements. Checks first, then the structures are laid into the management slice in 2 MiB chunks, bottom up.
 */
import {
  CHUNK_FRAMES,
  costReal,
  missingChunks,
  type RealCost,
  STRUCTURE_KINDS,
  type StructureKind,
} from "../abi/structure_cost.ts";
import { isAligned } from "../base/quantity.ts";
import { lengthOf, overlaps, type Range } from "../base/range.ts";
import { MiB, PAGE_SIZE } from "../base/units.ts";
import { type Check } from "./check.ts";
import { type Core } from "./core.ts";
import { isNumaValid, proximityDomainsOf } from "./numa.ts";
import { servedBy, type StructureRun } from "./regions.ts";

/** 128 GiB of frame table, 32 bytes a frame: where the default build of Xen ends, at 16 TiB. */
export const FRAME_LIMIT = 2 ** 32;
/** MAX_NUMNODES of the default build. */
const NODE_LIMIT = 64;
const SUPERPAGE_FRAMES = (2 * MiB) / PAGE_SIZE;

export interface SetupRequest {
  readonly core: Core;
  /** What gets a frame table and M2P, in frames. */
  readonly range: Range;
  /** Where they may be laid. */
  readonly slice: Range;
  readonly pxm: number;
}

/** The machine's RAM in whole frames. */
export const ramFrames = (core: Core): Range[] =>
  core.options.machine.ram.map(({ start, end }) => ({
    start: Math.ceil(start / PAGE_SIZE),
    end: Math.floor(end / PAGE_SIZE),
  })).filter(({ start, end }) => start < end);

/** Frames of RAM that hold RAM's own frame table and M2P: taken at boot, before anybody else gets any. */
export function ownStructureFrames(core: Core): number {
  const ram = ramFrames(core);
  return ram.reduce((sum, range, i) => sum + costReal(range, ram.slice(0, i)).frames, 0);
}

/** Ranges that have their structures: RAM since boot, pmem since it was set up. */
export const presentRanges = (core: Core): Range[] => [...ramFrames(core), ...core.regions.managed()];

/** The hot-add check and what follows it, in Xen's order. */
export const HOT_ADD_CHECKS: readonly Check<SetupRequest>[] = [
  {
    errno: "EINVAL",
    when: "the range ends beyond the frame table (2^32 frames, 16 TiB) or the machine's physical addresses",
    fails: ({ core, range }) =>
      range.end > Math.min(FRAME_LIMIT, 2 ** core.options.machine.physicalAddressBits / PAGE_SIZE),
  },
  {
    errno: "EINVAL",
    when: "an end of the range is no multiple of 512 frames (2 MiB)",
    fails: ({ range }) => !isAligned(range.start, SUPERPAGE_FRAMES) || !isAligned(range.end, SUPERPAGE_FRAMES),
  },
  {
    errno: "EINVAL",
    when: "a frame number has bits in the PDX hole",
    fails: ({ core, range }) => inPdxHole(core, range.start) || inPdxHole(core, range.end),
  },
  {
    errno: "EINVAL",
    when: "frames of the range have a frame table already: RAM, or pmem set up before",
    fails: ({ core, range }) => presentRanges(core).some((present) => overlaps(present, range)),
  },
  {
    errno: "EINVAL",
    when: "frame table and M2P, rounded out to whole chunks, would not fit into the range itself",
    fails: ({ range }) => costReal(range).frames > range.end - range.start,
  },
  {
    errno: "EINVAL",
    when: "no NUMA node can be had for the proximity domain (64 at most)",
    fails: ({ core, pxm }) => {
      const domains = proximityDomainsOf(core.numa);
      return !domains.includes(pxm) && domains.length >= NODE_LIMIT;
    },
  },
  {
    errno: "EINVAL",
    when: "the SRAT has no memory of that proximity domain around the range",
    fails: ({ core, range, pxm }) => !isNumaValid(core.numa, range, pxm),
  },
  {
    errno: "ENOMEM",
    when: "the management slice has too few chunks of 2 MiB left for what is really needed",
    fails: ({ core, range, slice }) => costNow(core, range).frames > lengthOf(slice),
  },
];

/** What giving a range its structures would take now: what is there already is not built again. */
export const costNow = (core: Core, range: Range): RealCost => costReal(range, servedRanges(core));

export interface BuiltStructures {
  readonly structures: readonly StructureRun[];
  /** Frames taken from the start of the slice. */
  readonly used: number;
}

/** Lays out what the range lacks; the checks have passed. Content of the slice is overwritten by Xen from then on. */
export function buildStructures({ core, range, slice }: SetupRequest): BuiltStructures {
  const structures: StructureRun[] = [];
  const served = servedRanges(core);
  let mfn = slice.start;
  for (const kind of STRUCTURE_KINDS) {
    for (const { start, end } of missingChunks(kind, range, served(kind))) {
      structures.push({ kind, first: start, count: end - start, mfn });
      mfn += (end - start) * CHUNK_FRAMES;
    }
  }
  return { structures, used: mfn - slice.start };
}

/**
 * What the chunks that exist serve, by kind: RAM's, and those in a management region, where they stay when what they served is
 * released before something behind them.
 */
function servedRanges(core: Core): (kind: StructureKind) => Range[] {
  const ram = ramFrames(core);
  const built = core.regions.list("mgmt").flatMap(({ structures }) => structures);
  return (kind) => [...ram, ...built.filter((run) => run.kind === kind).map(servedBy)];
}

function inPdxHole(core: Core, frame: number): boolean {
  const hole = core.options.machine.pdxHole;
  if (!hole) return false;
  const above = Math.floor((frame * PAGE_SIZE) / 2 ** hole.firstBit);
  return above % 2 ** hole.bits !== 0;
}
