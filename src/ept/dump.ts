/**
 * `ept-dump/1`: a hierarchy and the mappings it is meant to hold, for a program that did not build it to judge. Three
 * files: sidecar (JSON), image (tables only, raw), extents (text). Nothing is held but the layout and one buffer.
 */
import { type Json } from "../base/json.ts";
import { hex } from "../base/units.ts";
import { type EntryFields, joinEntry } from "./entry.ts";
import { type MappingKind } from "./extents.ts";
import { imagePages } from "./image.ts";
import { eptpOf, type Layout, leafLevels } from "./layout.ts";
import { type LeafLevel, leafLevelOf, spanDown, spanUp } from "./level.ts";
import { memoryTypeName } from "./memory_type.ts";
import { permissionText } from "./permissions.ts";

export interface DumpNames {
  /** File names as the sidecar gives them, relative to its folder. */
  readonly image: string;
  readonly extents: string;
}

export interface Dump {
  readonly sidecar: { readonly [key: string]: Json };
  readonly imageBytes: number;
  /** The image in chunks of up to 1 MiB, all in one buffer: write each before asking for the next. */
  image(): Generator<Uint8Array>;
  /** The extent list in pieces of some 64 KiB. */
  extents(): Generator<string>;
}

export const dump = (layout: Layout, names: DumpNames): Dump => ({
  sidecar: sidecarOf(layout, names),
  imageBytes: layout.counts.tableBytes,
  image: () => imagePages(layout),
  extents: () => extentLines(layout),
});

/** Bits that software owns in a Xen entry, and A/D, recalc and snoop: worth checking in every entry of either style. */
const CHECKED = 0xfff0000000000f00n;

function sidecarOf(layout: Layout, names: DumpNames): { readonly [key: string]: Json } {
  const { capabilities, counts, extents, style } = layout;
  const orders = new Set(extents.kinds.map((kind) => kind.maxOrder));
  const oneOrder = orders.size <= 1;
  const largest = oneOrder ? [...orders][0] ?? layout.maxOrder : 18;
  const leaves = leafWords(layout);
  return {
    format: "ept-dump/1",
    image: names.image,
    base_mpa: hex(layout.tableBase),
    eptp: hex(eptpOf(layout)),
    maxphyaddr: capabilities.maxphyaddr,
    caps: {
      // A limit on the order is a limit on the sizes: a leaf beyond it would be as wrong as one the processor lacks.
      page1g: capabilities.page1g && largest === 18,
      page2m: capabilities.page2m && largest >= 9,
      exec_only: capabilities.executeOnly,
      ad: capabilities.accessedDirty,
      walk5: capabilities.fiveLevels,
      mbec: capabilities.modeBasedExecute,
    },
    default: defaultsOf(layout),
    extents_file: names.extents,
    counts: {
      leaf_4k: counts.leaf4k,
      leaf_2m: counts.leaf2m,
      leaf_1g: counts.leaf1g,
      pt: counts.pt,
      pd: counts.pd,
      pdpt: counts.pdpt,
      pml4: counts.pml4,
      pml5: counts.pml5,
    },
    checks: {
      // Extents of several orders, or neighbours that differ in p2m type only, say less than the leaves were made from.
      min_leaves: oneOrder && !extents.seams,
      leaf_mask: hex(leaves.mask),
      leaf_value: hex(leaves.value),
      nonleaf_mask: hex(CHECKED),
      nonleaf_value: hex(joinEntry(style.table) & CHECKED),
      empty_value: hex(style.empty),
      empty_root_value: hex(style.emptyRoot),
    },
    style: style.name,
    max_order: largest,
  };
}

/** The checked bits that all leaves share, and their value. */
function leafWords(layout: Layout): { mask: bigint; value: bigint } {
  const words = layout.extents.kinds.flatMap((kind) =>
    usedLevels(layout, kind).map((level) => joinEntry(layout.style.leaf(level, kind.type)))
  );
  const first = words[0] ?? 0n;
  const mask = words.reduce((same, word) => same & ~(word ^ first), CHECKED);
  return { mask, value: first & mask };
}

/** Leaf levels that extents of this kind may use. */
const usedLevels = (layout: Layout, kind: MappingKind): LeafLevel[] =>
  leafLevels(layout).filter((level) => level <= leafLevelOf(kind.maxOrder));

/** What the first kind's 4 KiB leaves say; extents say what they have otherwise. */
function defaultsOf(layout: Layout): { [key: string]: Json } {
  const first = layout.extents.kinds[0];
  const fields = layout.style.leaf(1, first?.type ?? "ram_rw");
  return { perm: permissionText(fields), memtype: memoryTypeName(fields.memoryType)!, ipat: fields.ignorePat };
}

/** Attributes as the extent list writes them after the three addresses. */
const attributes = (fields: EntryFields): string =>
  `${permissionText(fields)} ${memoryTypeName(fields.memoryType)} ${fields.ignorePat ? 1 : 0}`;

const PIECE_LINES = 1500;
const LOW = 2 ** 28;

/** As `hex`, three times as fast: a double's digits are slow to come by, those of two small integers are not. */
function quickHex(value: number): string {
  if (value < LOW) return `0x${(value | 0).toString(16)}`;
  const high = Math.floor(value / LOW) | 0;
  return `0x${high.toString(16)}${((value - high * LOW) | 0).toString(16).padStart(7, "0")}`;
}

function* extentLines(layout: Layout): Generator<string> {
  const { gpa, end, mpa, kind, kinds, count, top } = layout.extents;
  const usual = attributes(layout.style.leaf(1, kinds[0]?.type ?? "ram_rw"));
  const suffixes = kinds.map((k) =>
    usedLevels(layout, k).map((level) => {
      const text = attributes(layout.style.leaf(level, k.type));
      return text === usual ? "" : ` ${text}`;
    })
  );
  const sizes = leafLevels(layout);
  let lines = "# gpa len mpa [perm [memtype [ipat]]]\n";
  let pending = 0;
  for (let i = 0; i < count; i++) {
    const suffix = suffixes[kind[i]!]!;
    const uniform = suffix.every((text) => text === suffix[0]);
    const write = (from: number, to: number, text: string) => {
      lines += `${quickHex(from)} ${quickHex(to - from)} ${quickHex(mpa[i]! + (from - gpa[i]!))}${text}\n`;
      pending++;
    };
    if (uniform) write(gpa[i]!, end[i]!, suffix[0]!);
    else {
      for (const piece of piecesBySize(gpa[i]!, end[i]!, top[i] as LeafLevel, sizes)) {
        write(piece.start, piece.end, suffix[sizes.indexOf(piece.level)]!);
      }
    }
    if (pending >= PIECE_LINES) {
      yield lines;
      [lines, pending] = ["", 0];
    }
  }
  if (lines !== "") yield lines;
}

/** An extent cut where the leaf size changes: where superpages have other permissions than pages, so has each piece. */
export function piecesBySize(
  start: number,
  end: number,
  top: LeafLevel,
  sizes: readonly LeafLevel[],
): { start: number; end: number; level: LeafLevel }[] {
  const pieces: { start: number; end: number; level: LeafLevel }[] = [];
  const cut = (from: number, to: number, most: LeafLevel): void => {
    if (from >= to) return;
    const level = sizes.findLast((size) => size <= most)!;
    const first = spanUp(from, level);
    const last = spanDown(to, level);
    if (level === 1) pieces.push({ start: from, end: to, level });
    else if (first >= last) cut(from, to, (level - 1) as LeafLevel);
    else {
      cut(from, first, (level - 1) as LeafLevel);
      pieces.push({ start: first, end: last, level });
      cut(last, to, (level - 1) as LeafLevel);
    }
  };
  cut(start, end, top);
  return pieces;
}
