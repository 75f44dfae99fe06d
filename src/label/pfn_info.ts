/**
 * The info block of modes fsdax (PFN) and devdax (DAX): where the data starts and where the page map lies.
 * Sources: Linux `drivers/nvdimm/pfn.h` nd_pfn_sb, `pfn_devs.c` nd_pfn_init.
 */
import { err, ok, type Result } from "neverthrow";
import { alignDown, alignUp } from "../base/quantity.ts";
import { ascii, type RecordOf, reserved, structure, u16, u32, u64, uuid } from "../base/structure.ts";
import { KiB, MiB } from "../base/units.ts";
import { INFO_BLOCK_SIZE, INFO_CHECKSUM_OFFSET, sealInfoBlock } from "./info_block.ts";

/** Where the page map lies: in ordinary memory, or in the namespace before the data. */
export type MapLocation = "mem" | "dev";

/** The personality the block makes. */
export type PfnFlavour = "fsdax" | "devdax";

export const PFN_SIGNATURE: Readonly<Record<PfnFlavour, string>> = {
  fsdax: "NVDIMM_PFN_INFO",
  devdax: "NVDIMM_DAX_INFO",
};

export const PFN_MODE: Readonly<Record<MapLocation, number>> = { mem: 1, dev: 2 };

/** What Linux assumes of every page: its size, and the most a `struct page` may take. */
export const PFN_PAGE_SIZE = 4 * KiB;
export const PAGE_STRUCT_SIZE = 64;

/** Memory is mapped by sub-sections of this size on x86 (`memremap_compat_align`). */
export const SUBSECTION_SIZE = 2 * MiB;

/** Space kept before the page map: the first page, and the info block. */
const RESERVED_HEAD = 8 * KiB;

export const pfnInfoBlock = structure("PFN info block", INFO_BLOCK_SIZE, {
  signature: ascii(0, 16),
  uuid: uuid(16),
  /** The namespace's uuid; zero where it has no label. */
  parentUuid: uuid(32),
  flags: u32(48),
  major: u16(52),
  minor: u16(54),
  /** Bytes from the start of the namespace to the data. */
  dataOffset: u64(56),
  /** Pages of data. */
  pages: u64(64),
  mode: u32(72, { values: { 1: "page map in memory", 2: "page map in the namespace" } }),
  /** Deprecated: bytes left out at the start. */
  startPad: u32(76),
  /** Bytes left out at the end. */
  endTrunc: u32(80),
  align: u32(84),
  pageSize: u32(88),
  pageStructSize: u16(92),
  padding: reserved(94, 3994),
  checksum: u64(INFO_CHECKSUM_OFFSET),
});

export type PfnRecord = RecordOf<typeof pfnInfoBlock.fields>;

/** What a layout depends on. `start` is the namespace's SPA; sizes in bytes. */
export interface PfnPlace {
  readonly map: MapLocation;
  readonly start: number;
  readonly size: number;
  readonly align: number;
}

/** A personality to be set up. */
export interface PfnSpec extends PfnPlace {
  readonly flavour: PfnFlavour;
  readonly uuid: string;
  readonly parentUuid: string;
}

/** Where the parts of the namespace lie, in bytes from its start. */
export interface PfnLayout {
  readonly dataOffset: number;
  /** Bytes of data. */
  readonly usable: number;
  readonly endTrunc: number;
  /** Pages of 4 KiB in the data. */
  readonly pages: number;
}

export type PfnLayoutFault =
  /** -EINVAL: the namespace does not start on a sub-section. */
  | { readonly kind: "misaligned start"; readonly start: number; readonly step: number }
  /** -ENXIO: the page map and the alignment leave nothing for data. */
  | {
    readonly kind: "no room for data";
    readonly size: number;
    readonly dataOffset: number;
    readonly endTrunc: number;
  };

/** Lays out a namespace as Linux does when no info block is there (nd_pfn_init). */
export function pfnLayout(spec: PfnPlace): Result<PfnLayout, PfnLayoutFault> {
  const { start, size } = spec;
  if (start % SUBSECTION_SIZE !== 0) return err({ kind: "misaligned start", start, step: SUBSECTION_SIZE });
  const { dataOffset, endTrunc } = ends(spec);
  if (dataOffset >= size - endTrunc) return err({ kind: "no room for data", size, dataOffset, endTrunc });
  const usable = size - dataOffset - endTrunc;
  return ok({ dataOffset, usable, endTrunc, pages: Math.floor(usable / PFN_PAGE_SIZE) });
}

/**
 * As `ndctl write-infoblock` lays out: the start may lie anywhere, what it lacks to the alignment is left out as start
 * pad. Source: ndctl `namespace.c` write_pfn_sb.
 */
export function pfnLayoutAsNdctl(
  spec: PfnPlace,
): Result<PfnLayout & { readonly startPad: number }, PfnLayoutFault> {
  const { start, size } = spec;
  const { step, dataOffset, endTrunc } = ends(spec);
  const startPad = alignUp(start, step) - start;
  if (dataOffset >= size) return err({ kind: "no room for data", size, dataOffset, endTrunc });
  const usable = size - dataOffset - endTrunc - startPad;
  // Pads that leave nothing are not refused: the page count wraps, as unsigned 64-bit arithmetic does.
  const pages = Math.floor(usable / PFN_PAGE_SIZE) + (usable < 0 ? 2 ** 64 / PFN_PAGE_SIZE : 0);
  return ok({ dataOffset, usable, endTrunc, startPad, pages });
}

/** The block as Linux writes it (version 1.4), for the namespace's offset 4096. */
export function encodePfn(spec: PfnSpec, layout: PfnLayout & { readonly startPad?: number }): Uint8Array {
  return sealInfoBlock(pfnInfoBlock.write({
    ...pfnInfoBlock.blank(),
    signature: PFN_SIGNATURE[spec.flavour],
    uuid: spec.uuid,
    parentUuid: spec.parentUuid,
    major: 1,
    minor: 4,
    dataOffset: BigInt(layout.dataOffset),
    pages: BigInt(layout.pages),
    mode: PFN_MODE[spec.map],
    startPad: layout.startPad ?? 0,
    endTrunc: layout.endTrunc,
    align: spec.align,
    pageSize: PFN_PAGE_SIZE,
    pageStructSize: PAGE_STRUCT_SIZE,
  }));
}

/** Where data starts and what the end loses, before anything is refused. */
function ends({ map, start, size, align }: PfnPlace): { step: number; dataOffset: number; endTrunc: number } {
  const step = Math.max(align, SUBSECTION_SIZE);
  const pageMap = map === "dev" ? PAGE_STRUCT_SIZE * Math.floor((size - RESERVED_HEAD) / PFN_PAGE_SIZE) : 0;
  return {
    step,
    dataOffset: alignUp(start + RESERVED_HEAD + pageMap, step) - start,
    endTrunc: start + size - alignDown(start + size, step),
  };
}
