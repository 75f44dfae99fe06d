/**
 * Whether Linux takes a namespace's PFN or DAX info block. A block that is not there, or is someone else's, lets probing
 * go on to the next personality; one that is there but cannot be used fails the namespace's binding.
 * Source: Linux `drivers/nvdimm/pfn_devs.c` nd_pfn_validate, in its order of checks; `pmem.c` nd_pmem_probe.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../base/bytes.ts";
import { type Placed, placeOf } from "../base/structure.ts";
import { INFO_BLOCK_SIZE, infoChecksumHolds } from "./info_block.ts";
import {
  type MapLocation,
  PAGE_STRUCT_SIZE,
  PFN_MODE,
  PFN_PAGE_SIZE,
  PFN_SIGNATURE,
  type PfnFlavour,
  pfnInfoBlock,
  type PfnRecord,
  SUBSECTION_SIZE,
} from "./pfn_info.ts";

/** The namespace a block was read from: SPA and bytes; the nil uuid where it has no label. */
export interface PfnHost {
  readonly start: number;
  readonly size: number;
  readonly uuid: string;
  /** Alignments the kernel can map: 4 KiB, and with huge pages 2 MiB and 1 GiB. */
  readonly alignments: readonly number[];
}

/** What a configured personality says; a block found must agree. Absent when a namespace is probed. */
export interface PfnExpected {
  readonly uuid: string;
  readonly align: number;
  readonly map: MapLocation;
}

/** A block in force. Bytes; `dataOffset` counts from the start of the namespace. */
export interface PfnInfo {
  readonly flavour: PfnFlavour;
  readonly uuid: string;
  readonly map: MapLocation;
  readonly align: number;
  readonly dataOffset: number;
  readonly startPad: number;
  readonly endTrunc: number;
  /** SPA of the first byte of data, and how many there are. */
  readonly dataStart: number;
  readonly usable: number;
}

/**
 * `errno` is Linux's; only EOPNOTSUPP fails the namespace, the others mean that there is no such personality. `offset`
 * counts from the start of the block.
 */
export interface PfnFault extends Placed {
  readonly kind: "no personality" | "unusable personality";
  readonly errno: "ENODEV" | "ENXIO" | "EOPNOTSUPP";
  readonly reason:
    | "signature"
    | "checksum"
    | "parent uuid"
    | "mode"
    | "page size"
    | "page struct size"
    | "unsupported alignment"
    | "uuid"
    | "settings"
    | "alignment exceeds capacity"
    | "data offset exceeds capacity"
    | "data offset misaligned"
    | "start misaligned"
    | "end misaligned"
    | "no data";
  readonly found: bigint | string;
  readonly wanted: bigint | string;
}

/** `block` holds at least 4096 bytes: the namespace's at offset 4096. */
export function validatePfn(
  block: Uint8Array,
  flavour: PfnFlavour,
  host: PfnHost,
  expected?: PfnExpected,
): Result<PfnInfo, PfnFault> {
  if (block.length < INFO_BLOCK_SIZE) {
    throw new Error(`an info block has ${INFO_BLOCK_SIZE} bytes, not ${block.length}`);
  }
  const record = pfnInfoBlock.read(viewOf(block), 0)._unsafeUnwrap();
  if (record.signature !== PFN_SIGNATURE[flavour]) return none("signature", record.signature, PFN_SIGNATURE[flavour]);
  if (!infoChecksumHolds(block)) return none("checksum", record.checksum, "the sum of the block");
  if (record.parentUuid !== host.uuid) return none("parent uuid", record.parentUuid, host.uuid);

  const sb = withDefaults(record);
  const map = (["mem", "dev"] as const).find((location) => PFN_MODE[location] === sb.mode);
  if (!map) return none("mode", BigInt(sb.mode), "1 or 2", "ENXIO");
  const align = sb.align === 0 ? powerOfTwoBelow(sb.dataOffset) : BigInt(sb.align);

  if (map === "dev" && sb.pageSize > PFN_PAGE_SIZE) {
    return unusable("page size", BigInt(sb.pageSize), `at most ${PFN_PAGE_SIZE}`);
  }
  if (map === "dev" && sb.pageStructSize < PAGE_STRUCT_SIZE) {
    return unusable("page struct size", BigInt(sb.pageStructSize), `at least ${PAGE_STRUCT_SIZE}`);
  }
  if (flavour === "devdax" && !host.alignments.some((supported) => BigInt(supported) === align)) {
    return unusable("unsupported alignment", align, host.alignments.join(", "));
  }
  if (expected && expected.uuid !== sb.uuid) return none("uuid", sb.uuid, expected.uuid);
  if (expected && (BigInt(expected.align) !== align || expected.map !== map)) {
    return unusable("settings", `align ${align} map ${map}`, `align ${expected.align} map ${expected.map}`);
  }

  const [start, size] = [BigInt(host.start), BigInt(host.size)];
  const [offset, pad, trunc] = [sb.dataOffset, BigInt(sb.startPad), BigInt(sb.endTrunc)];
  if (align > size) return unusable("alignment exceeds capacity", align, `at most ${size}`);
  if (offset >= size) return unusable("data offset exceeds capacity", offset, `below ${size}`);
  if (!maskAligned(start + offset + pad, align) || !maskAligned(offset, BigInt(PFN_PAGE_SIZE))) {
    return unusable("data offset misaligned", offset, `SPA a multiple of ${align}`);
  }
  const step = BigInt(SUBSECTION_SIZE);
  if (!maskAligned(start + pad, step)) return unusable("start misaligned", start + pad, `a multiple of ${step}`);
  if (!maskAligned(start + size - trunc, step)) {
    return unusable("end misaligned", start + size - trunc, `a multiple of ${step}`);
  }
  // Linux computes this unsigned, so pads beyond the size would pass here and fail later; there is no data either way.
  if (offset >= size - pad - trunc) return unusable("no data", offset, `below ${size - pad - trunc}`);

  return ok({
    flavour,
    uuid: sb.uuid,
    map,
    align: Number(align),
    dataOffset: Number(offset),
    startPad: sb.startPad,
    endTrunc: sb.endTrunc,
    dataStart: Number(start + pad + offset),
    usable: Number(size - pad - trunc - offset),
  });
}

/** Fields that earlier versions of the block did not have. */
function withDefaults(sb: PfnRecord): PfnRecord {
  return {
    ...sb,
    ...(sb.minor < 1 ? { startPad: 0, endTrunc: 0 } : {}),
    ...(sb.minor < 2 ? { align: 0 } : {}),
    ...(sb.minor < 4 ? { pageStructSize: PAGE_STRUCT_SIZE, pageSize: PFN_PAGE_SIZE } : {}),
  };
}

/** The kernel's IS_ALIGNED: a mask, so that an alignment that is no power of two gives what it gives there. */
const maskAligned = (value: bigint, align: bigint): boolean => (value & (align - 1n)) === 0n;

/** 1 << ilog2(value); of zero, as on x86, a shift by -1: the topmost bit. */
const powerOfTwoBelow = (value: bigint): bigint =>
  value === 0n ? 1n << 63n : 1n << BigInt(value.toString(2).length - 1);

type Reason = PfnFault["reason"];
type Number64 = bigint | string;

/** What each refusal is about; where several fields together are wrong, the first. */
const FIELD: Readonly<Record<Reason, keyof PfnRecord>> = {
  signature: "signature",
  checksum: "checksum",
  "parent uuid": "parentUuid",
  mode: "mode",
  "page size": "pageSize",
  "page struct size": "pageStructSize",
  "unsupported alignment": "align",
  uuid: "uuid",
  settings: "align",
  "alignment exceeds capacity": "align",
  "data offset exceeds capacity": "dataOffset",
  "data offset misaligned": "dataOffset",
  "start misaligned": "startPad",
  "end misaligned": "endTrunc",
  "no data": "dataOffset",
};
const place = (reason: Reason): Placed => placeOf(pfnInfoBlock, FIELD[reason]);

const none = (reason: Reason, found: Number64, wanted: Number64, errno: "ENODEV" | "ENXIO" = "ENODEV") =>
  err<never, PfnFault>({ kind: "no personality", errno, reason, ...place(reason), found, wanted });

const unusable = (reason: Reason, found: Number64, wanted: Number64) =>
  err<never, PfnFault>({ kind: "unusable personality", errno: "EOPNOTSUPP", reason, ...place(reason), found, wanted });
