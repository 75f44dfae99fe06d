/** The checksums of ACPI tables, of NVDIMM labels and info blocks, of partition tables and of filesystem metadata. */

/** Sum of all bytes modulo 256; an ACPI table is sound when it is zero (ACPI 6.5 §5.2.6). */
export function byteSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i]!;
  return sum & 0xff;
}

/**
 * Linux's Fletcher variant over 32-bit little-endian words (`drivers/nvdimm/core.c` nd_fletcher64): the low sum wraps at
 * 2^32, only the low half of the high sum survives in the result. Trailing bytes past a multiple of four are ignored.
 * `skipAt` names the offset of an 8-byte field to take as zero: the checksum's own place.
 */
export function fletcher64(bytes: Uint8Array, skipAt = -1): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let low = 0;
  let high = 0;
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    if (at < skipAt || at >= skipAt + 8 || skipAt < 0) low = (low + view.getUint32(at, true)) >>> 0;
    high = (high + low) >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

/** CRC-32 of IEEE 802.3, as GPT has it (UEFI 2.10 §5.3.2). */
export const crc32 = (bytes: Uint8Array): number => (crc(IEEE, 0xffffffff, bytes) ^ 0xffffffff) >>> 0;

/** CRC-32C (Castagnoli) as ext4 uses it: started from `seed`, with no inversion at the end. */
export const crc32c = (seed: number, bytes: Uint8Array): number => crc(CASTAGNOLI, seed, bytes);

const IEEE = crcTable(0xedb88320);
const CASTAGNOLI = crcTable(0x82f63b78);

/** Remainders of single bytes, for a polynomial with its bits reversed. */
function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
    return remainder;
  });
}

function crc(table: Uint32Array, seed: number, bytes: Uint8Array): number {
  let remainder = seed >>> 0;
  for (let i = 0; i < bytes.length; i++) remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[i]!) & 0xff]!;
  return remainder >>> 0;
}
