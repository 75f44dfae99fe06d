/**
 * Interleave set cookies: the fingerprint by which labels know the set they belong to (Linux
 * `acpi_nfit_init_interleave_set`; UEFI EFI_NVDIMM_LABEL_SET_COOKIE_MAP).
 */
import { fletcher64 } from "../../base/checksum.ts";
import { concat } from "../../base/bytes.ts";
import { reserved, structure, u16, u32, u64, u8 } from "../../base/structure.ts";
import { type ControlRegion } from "./structures.ts";

/** What one DIMM of a set puts into the cookie. Date and location count whether or not firmware calls them valid. */
export interface CookieMember {
  readonly regionOffset: bigint;
  readonly serialNumber: number;
  readonly vendorId: number;
  readonly manufacturingDate: number;
  readonly manufacturingLocation: number;
}

export interface SetCookies {
  /** For namespace labels of version 1.1. */
  readonly cookie1: bigint;
  /** For labels of version 1.2, and where there is no index block. */
  readonly cookie2: bigint;
  /** What old kernels computed for 1.1, sorting offsets by their bytes in memory; still accepted. */
  readonly altcookie: bigint;
}

const setInfo1 = structure("set info 1.1", 16, {
  regionOffset: u64(0),
  serialNumber: u32(8),
  reserved: reserved(12, 4),
});
const setInfo2 = structure("set info 1.2", 48, {
  regionOffset: u64(0),
  serialNumber: u32(8),
  vendorId: u16(12),
  manufacturingDate: u16(14),
  manufacturingLocation: u8(16),
  reserved: reserved(17, 31),
});
const record1 = (member: CookieMember): Uint8Array => setInfo1.write({ ...setInfo1.blank(), ...member });
const record2 = (member: CookieMember): Uint8Array => setInfo2.write({ ...setInfo2.blank(), ...member });

export const cookieMember = (regionOffset: bigint, dcr: ControlRegion): CookieMember => ({
  regionOffset,
  serialNumber: dcr.serialNumber,
  vendorId: dcr.vendorId,
  manufacturingDate: dcr.manufacturingDate,
  manufacturingLocation: dcr.manufacturingLocation,
});

/** The cookies of a set; `members` in any order. A set of no members has none (all zero). */
export function setCookies(members: readonly CookieMember[]): SetCookies {
  const numeric = [...members].sort((a, b) => compare(a.regionOffset, b.regionOffset));
  const byMemory = [...members].sort((a, b) => compare(swapped64(a.regionOffset), swapped64(b.regionOffset)));
  return {
    cookie1: fletcher64(concat(...numeric.map(record1))),
    cookie2: fletcher64(concat(...numeric.map(record2))),
    altcookie: fletcher64(concat(...byMemory.map(record1))),
  };
}

/** The place of each member in the set, by region offset: `mappingN`'s position in sysfs. */
export function setPositions(members: readonly CookieMember[]): number[] {
  const order = members.map((_, i) => i).sort((a, b) => compare(members[a]!.regionOffset, members[b]!.regionOffset));
  const positions = new Array<number>(members.length);
  order.forEach((member, position) => (positions[member] = position));
  return positions;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Comparing byte-swapped values is comparing the little-endian bytes one after the other, as memcmp does. */
function swapped64(value: bigint): bigint {
  let swapped = 0n;
  for (let i = 0n; i < 8n; i++) swapped = (swapped << 8n) | ((value >> (8n * i)) & 0xffn);
  return swapped;
}
