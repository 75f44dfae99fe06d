/**
 * A BTT map entry: where an external block lies among the internal ones, and whether it is in error or trimmed.
 * Source: Linux `drivers/nvdimm/btt.h`, `btt.c` btt_map_read, btt_map_write.
 */

const ERROR_BIT = 0x4000_0000;
const ZERO_BIT = 0x8000_0000;
const BLOCK_MASK = 0x3fff_ffff;

export interface MapEntry {
  /** `initial` is a raw zero: the block lies at its own number. `zero` reads as zeroes (trimmed). */
  readonly state: "initial" | "normal" | "error" | "zero";
  /** The internal block. */
  readonly block: number;
}

/** The raw entry of external block `external`. Neither flag means initial, both mean normal. */
export function decodeMapEntry(raw: number, external: number): MapEntry {
  const block = blockOf(raw);
  if (hasError(raw)) return { state: (raw & ZERO_BIT) !== 0 ? "normal" : "error", block };
  return (raw & ZERO_BIT) !== 0 ? { state: "zero", block } : { state: "initial", block: external };
}

/** The raw entry; an initial one is zero whatever its block. */
export function encodeMapEntry(entry: MapEntry): number {
  const block = entry.block & BLOCK_MASK;
  switch (entry.state) {
    case "initial":
      return 0;
    case "normal":
      return (block | ERROR_BIT | ZERO_BIT) >>> 0;
    case "error":
      return (block | ERROR_BIT) >>> 0;
    case "zero":
      return (block | ZERO_BIT) >>> 0;
  }
}

/** The block of a map or log word, flags stripped. */
export const blockOf = (raw: number): number => raw & BLOCK_MASK;

/** The error flag alone, whatever the other says. */
export const hasError = (raw: number): boolean => (raw & ERROR_BIT) !== 0;
