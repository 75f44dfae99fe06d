/** NFIT and SRAT byte by byte, for tests of Xen: shares nothing with `src/acpi`. */
import { raw } from "./raw_encoder.ts";

export const PMEM_GUID = [
  0x79,
  0xd3,
  0xf0,
  0x66,
  0xf3,
  0xb4,
  0x74,
  0x40,
  0xac,
  0x43,
  0x0d,
  0x33,
  0x18,
  0xb7,
  0x8c,
  0xdb,
];

export interface NfitRange {
  readonly base: number;
  readonly length: number;
  readonly pxm?: number;
  /** Flags of the one memory-device map that belongs to it; no map where undefined. */
  readonly flags?: number;
  readonly guid?: readonly number[];
}

/** Header of 40 bytes, then per range a type 0 of 56 bytes and a type 1 of 48. Checksums are not looked at by Xen. */
export function nfit(ranges: readonly NfitRange[], ...more: readonly Uint8Array[]): Uint8Array {
  const parts = ranges.flatMap(({ base, length, pxm = 0, flags, guid = PMEM_GUID }, i) => {
    const spa = raw(56, [0, 2, 0], [2, 2, 56], [4, 2, i + 1], [6, 2, 2], [12, 4, pxm], [32, 8, base], [40, 8, length]);
    spa.set(guid, 16);
    const map = raw(48, [0, 2, 1], [2, 2, 48], [4, 4, i + 1], [12, 2, i + 1], [44, 2, flags ?? 0]);
    return flags === undefined ? [spa] : [spa, map];
  }).concat(more);
  return table("NFIT", 40, parts);
}

export interface SratRange {
  readonly base: number;
  readonly length: number;
  readonly pxm: number;
  /** 1 enabled, 2 hot-pluggable, 4 non-volatile. */
  readonly flags?: number;
}

/** Header of 48 bytes, then memory affinity structures of 40. */
export function srat(ranges: readonly SratRange[], revision = 3): Uint8Array {
  const parts = ranges.map(({ base, length, pxm, flags = 1 }) =>
    raw(40, [0, 1, 1], [1, 1, 40], [2, 4, pxm], [8, 8, base], [16, 8, length], [28, 4, flags])
  );
  const bytes = table("SRAT", 48, parts);
  bytes[8] = revision;
  return bytes;
}

function table(signature: string, header: number, parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, header);
  const bytes = raw(size, [4, 4, size]);
  bytes.set(new TextEncoder().encode(signature));
  let at = header;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
