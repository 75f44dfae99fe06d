/** The NFIT of `ndctl create-nfit`: ranges without DIMMs, for the kernel's table upgrade (ndctl `ndctl/create-nfit.c`). */
import { type TableMaker } from "../table_header.ts";
import { buildNfit } from "./build_nfit.ts";
import { nfitStructure } from "./nfit.ts";
import { RANGE_TYPE } from "./range_type.ts";

const NDCTL_MAKER: TableMaker = {
  oemId: "LOCAL",
  oemTableId: Uint8Array.of(1), // written as a 64-bit number
  oemRevision: 1,
  creatorId: Uint8Array.of(0, 0, 0x86, 0x80), // Intel's vendor id, swapped
  creatorRevision: 1,
};

/** One pmem range for each `-a size,offset`, in order; indices count from 1. Bytes. */
export const createNfit = (ranges: readonly { readonly base: number; readonly length: number }[]): Uint8Array =>
  buildNfit(
    NDCTL_MAKER,
    ranges.map(({ base, length }, i) =>
      nfitStructure("spaRange", {
        rangeIndex: i + 1,
        rangeType: RANGE_TYPE.pmem,
        rangeBase: BigInt(base),
        rangeLength: BigInt(length),
      })
    ),
  );
