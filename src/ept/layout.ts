/**
 * An EPT hierarchy worked out from mapping runs by interval arithmetic: how many leaves and tables of each size, and
 * where each table lies, in time and space proportional to the runs. Nothing is materialised; `sweep.ts` says what any
 * table holds, `dump.ts` writes them out.
 *
 * Each extent is cut greedily into aligned leaves of the largest size that GPA, MPA, kind and processor allow.
 * Tables are numbered from the root down, each level in order of GPA: page 0 is the root.
 */
import { err, ok, type Result } from "neverthrow";
import { PAGE_SIZE } from "../base/units.ts";
import { canMap, type Capabilities, USUAL } from "./capabilities.ts";
import { joinEntry, kindOf } from "./entry.ts";
import { encodeEptp, type Eptp } from "./eptp.ts";
import { type Extents, extentsOf, type MappingRun, type RunFault } from "./extents.ts";
import {
  LEAF_LEVELS,
  type LeafLevel,
  type Level,
  LEVELS,
  type Order,
  spanDown,
  spanOf,
  spanUp,
  TABLE_BYTES,
  tableSpanOf,
} from "./level.ts";
import { type Misconfiguration, misconfiguration } from "./misconfiguration.ts";
import { plainStyle, type Style } from "./style.ts";
import { TableRegions } from "./table_regions.ts";
import { type P2mType } from "./xen_entry.ts";

export interface LayoutOptions {
  /** Default `plainStyle()`. */
  readonly style?: Style;
  /** Default: 46 bits, 2 MiB and 1 GiB leaves, A/D, none of the late additions. */
  readonly capabilities?: Capabilities;
  /** Default 4. */
  readonly levels?: 4 | 5;
  /** Largest leaf of runs that do not say otherwise: 0 for 4 KiB, 9 for 2 MiB, 18 for 1 GiB (default). */
  readonly maxOrder?: Order;
  /** Machine address of the root; the other tables follow it page by page. Default 0x7e000. */
  readonly tableBase?: number;
}

export interface Counts {
  readonly leaf4k: number;
  readonly leaf2m: number;
  readonly leaf1g: number;
  readonly leaves: number;
  readonly pt: number;
  readonly pd: number;
  readonly pdpt: number;
  readonly pml4: number;
  readonly pml5: number;
  readonly tables: number;
  readonly tableBytes: number;
  readonly mappedBytes: number;
}

export interface Layout {
  readonly style: Style;
  readonly capabilities: Capabilities;
  readonly levels: 4 | 5;
  readonly maxOrder: Order;
  readonly tableBase: number;
  readonly eptp: Eptp;
  readonly extents: Extents;
  readonly counts: Counts;
  /** The tables of a level. */
  tables(level: Level): TableRegions;
  /** Page number of the first table of a level. */
  firstPage(level: Level): number;
}

export type LayoutFault =
  | RunFault
  /** Five levels on a processor that walks four. */
  | { readonly kind: "levels"; readonly levels: number }
  /** The root is not on a page, or the tables reach past the machine's address width. */
  | { readonly kind: "table-base"; readonly base: number; readonly bytes: number; readonly bits: number }
  /** A type that gives the guest no access: its entries would not be present. */
  | { readonly kind: "no-access"; readonly type: P2mType }
  /** The style's leaf of this type is one that the processor refuses. */
  | {
    readonly kind: "unusable-leaf";
    readonly type: P2mType;
    readonly level: LeafLevel;
    readonly why: Misconfiguration;
  };

/** Guest addresses beyond what a double counts exactly in bytes do not exist: hardware stops at 52 bits. */
const WIDEST_GUEST = 52;

export function layout(runs: Iterable<MappingRun>, options: LayoutOptions = {}): Result<Layout, LayoutFault> {
  const { style = plainStyle(), capabilities = USUAL, levels = 4, maxOrder = 18, tableBase = 0x7e000 } = options;
  if (levels === 5 && !capabilities.fiveLevels) return err({ kind: "levels", levels });
  const sizes = LEAF_LEVELS.filter((level) => canMap(capabilities, level));
  const limits = {
    guestBits: levels === 5 ? WIDEST_GUEST : 48,
    machineBits: capabilities.maxphyaddr,
    maxOrder,
    levels: sizes,
  };
  return extentsOf(runs, limits).andThen((extents): Result<Layout, LayoutFault> => {
    const unusable = unusableKind(extents, sizes, style, capabilities);
    if (unusable) return err(unusable);
    const leaves = leafCounts(extents, sizes, 0, extents.count);
    const regions = tableRegions(extents, sizes, levels);
    const counts = countsOf(leaves, regions);
    const bits = capabilities.maxphyaddr;
    if (tableBase % PAGE_SIZE !== 0 || !(tableBase >= 0) || tableBase + counts.tableBytes > 2 ** bits) {
      return err({ kind: "table-base", base: tableBase, bytes: counts.tableBytes, bits });
    }
    const firstPages = firstPagesOf(regions);
    return ok({
      style,
      capabilities,
      levels,
      maxOrder,
      tableBase,
      eptp: {
        root: tableBase,
        memoryType: "WB",
        levels,
        accessedDirty: style.accessedDirtyInUse,
        enforceShadowStack: false,
      },
      extents,
      counts,
      tables: (level) => regions[level - 1]!,
      firstPage: (level) => firstPages[level - 1]!,
    });
  });
}

export const eptpOf = (layout: Layout): bigint => encodeEptp(layout.eptp);

/** What the processor can do with this hierarchy: accessed and dirty bits count only where the EPTP uses them. */
export const capabilitiesInUse = ({ capabilities, eptp }: Layout): Capabilities => ({
  ...capabilities,
  accessedDirty: eptp.accessedDirty,
});

/** Machine address of the table of `level` that translates `gpa`; undefined where there is none. */
export function tableAddress(layout: Layout, level: Level, gpa: number): number | undefined {
  if (level > layout.levels) return undefined;
  const ordinal = layout.tables(level).find(Math.floor(gpa / tableSpanOf(level)));
  return ordinal === undefined ? undefined : layout.tableBase + (layout.firstPage(level) + ordinal) * TABLE_BYTES;
}

/** Leaf levels that the layout's processor has, ascending. */
export const leafLevels = (layout: Layout): readonly LeafLevel[] =>
  LEAF_LEVELS.filter((level) => canMap(layout.capabilities, level));

/** Bytes of `[start, end)` that whole aligned pages of this level cover. */
const covered = (start: number, end: number, level: LeafLevel): number =>
  Math.max(0, spanDown(end, level) - spanUp(start, level));

/** Leaves by level (index 1 to 3) of extents `[from, to)`, cut to `[start, end)` where given. */
export function leafCounts(
  { gpa, end, top }: Extents,
  sizes: readonly LeafLevel[],
  from: number,
  to: number,
  windowStart = 0,
  windowEnd = Infinity,
): [number, number, number, number] {
  const has2m = sizes.includes(2);
  let [small, middle, large] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    const start = Math.max(gpa[i]!, windowStart);
    const stop = Math.min(end[i]!, windowEnd);
    const in1g = top[i] === 3 ? covered(start, stop, 3) : 0;
    const in2m = top[i]! >= 2 && has2m ? covered(start, stop, 2) : in1g;
    large += in1g / spanOf(3);
    middle += (in2m - in1g) / spanOf(2);
    small += (stop - start - in2m) / spanOf(1);
  }
  return [0, small, middle, large];
}

/** Which regions of each level need a table: those that hold a leaf of that level or below. The root always exists. */
function tableRegions(extents: Extents, sizes: readonly LeafLevel[], levels: 4 | 5): TableRegions[] {
  const { gpa, end, top, count } = extents;
  const regions = LEVELS.map(() => new TableRegions());
  for (const level of LEVELS.slice(0, levels)) {
    const list = regions[level - 1]!;
    const span = tableSpanOf(level);
    if (level === levels) {
      list.add(0, 1);
      continue;
    }
    // The smallest leaf size above this level: the part of an extent that such leaves cover needs no table here.
    const above = sizes.filter((size) => size > level)[0];
    for (let i = 0; i < count; i++) {
      const start = gpa[i]!;
      const stop = end[i]!;
      const cut = above !== undefined && above <= top[i]! ? above : undefined;
      const first = cut ? spanUp(start, cut) : stop;
      const last = cut ? spanDown(stop, cut) : stop;
      if (first >= last) {
        list.add(Math.floor(start / span), Math.ceil(stop / span));
      } else {
        if (start < first) list.add(Math.floor(start / span), Math.ceil(first / span));
        if (last < stop) list.add(Math.floor(last / span), Math.ceil(stop / span));
      }
    }
  }
  return regions;
}

function firstPagesOf(regions: readonly TableRegions[]): number[] {
  const first: number[] = [];
  let page = 0;
  for (const level of LEVELS.toReversed()) {
    first[level - 1] = page;
    page += regions[level - 1]!.count;
  }
  return first;
}

function countsOf(leaves: readonly number[], regions: readonly TableRegions[]): Counts {
  const [, leaf4k, leaf2m, leaf1g] = leaves as [number, number, number, number];
  const [pt, pd, pdpt, pml4, pml5] = regions.map((list) => list.count) as [number, number, number, number, number];
  const tables = pt + pd + pdpt + pml4 + pml5;
  return {
    leaf4k,
    leaf2m,
    leaf1g,
    leaves: leaf4k + leaf2m + leaf1g,
    pt,
    pd,
    pdpt,
    pml4,
    pml5,
    tables,
    tableBytes: tables * TABLE_BYTES,
    mappedBytes: leaf4k * spanOf(1) + leaf2m * spanOf(2) + leaf1g * spanOf(3),
  };
}

/** A kind whose leaves the processor would not take as leaves. */
function unusableKind(
  extents: Extents,
  sizes: readonly LeafLevel[],
  style: Style,
  capabilities: Capabilities,
): LayoutFault | undefined {
  for (const { type } of extents.kinds) {
    for (const level of sizes) {
      const raw = joinEntry(style.leaf(level, type));
      if (kindOf(raw, level, capabilities) !== "leaf") return { kind: "no-access", type };
      const why = misconfiguration(raw, level, capabilities);
      if (why) return { kind: "unusable-leaf", type, level, why };
    }
  }
  return undefined;
}
