/**
 * One 64-bit EPT entry as fields, and back. The fields are the same at every level and lose no bit; what a bit means at
 * a level is said by `bit_layout.ts`. SDM vol. 3C, "EPT paging-structure entries"; reference tables 1G, 2M, 4K, pointer.
 */
import { type Capabilities } from "./capabilities.ts";
import { type LeafLevel, type Level } from "./level.ts";
import { type MemoryType, memoryTypeNumber } from "./memory_type.ts";
import { type Permissions, RWX } from "./permissions.ts";

/** All 64 bits, taken apart. */
export interface EntryFields extends Permissions {
  /** Bits 5:3 as they stand, reserved types included. */
  readonly memoryType: number;
  readonly ignorePat: boolean;
  /** Bit 7: a PDPTE or PDE that maps memory. */
  readonly large: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** Bit 10: execute for user addresses with mode-based execute control; software's otherwise (Xen: recalc). */
  readonly bit10: boolean;
  /** Bit 11: software's (Xen: snoop). */
  readonly bit11: boolean;
  /** Bits 51:12 in place: an address in bytes. */
  readonly address: number;
  /** Bits 63:52 as a number of 12 bits. */
  readonly high: number;
}

export const EMPTY_FIELDS: EntryFields = {
  read: false,
  write: false,
  execute: false,
  memoryType: 0,
  ignorePat: false,
  large: false,
  accessed: false,
  dirty: false,
  bit10: false,
  bit11: false,
  address: 0,
  high: 0,
};

const flag = (on: boolean, bit: number): number => (on ? 1 << bit : 0);

/** The entry's value. */
export function joinEntry(fields: EntryFields): bigint {
  const low = flag(fields.read, 0) | flag(fields.write, 1) | flag(fields.execute, 2) | (fields.memoryType << 3) |
    flag(fields.ignorePat, 6) | flag(fields.large, 7) | flag(fields.accessed, 8) | flag(fields.dirty, 9) |
    flag(fields.bit10, 10) | flag(fields.bit11, 11);
  return (BigInt(fields.high) << 52n) | BigInt(fields.address) | BigInt(low);
}

/** The fields of any 64-bit value; `joinEntry` gives the value back. */
export function splitEntry(raw: bigint): EntryFields {
  const low = Number(raw & 0xfffn);
  const bit = (n: number): boolean => ((low >> n) & 1) === 1;
  return {
    read: bit(0),
    write: bit(1),
    execute: bit(2),
    memoryType: (low >> 3) & 7,
    ignorePat: bit(6),
    large: bit(7),
    accessed: bit(8),
    dirty: bit(9),
    bit10: bit(10),
    bit11: bit(11),
    address: Number(raw & 0xffffffffff000n),
    high: Number((raw >> 52n) & 0xfffn),
  };
}

/** What a leaf needs said; the rest is zero. */
export interface Leaf {
  /** Aligned to the leaf's size. */
  readonly address: number;
  readonly permissions?: Permissions;
  readonly memoryType?: MemoryType;
  readonly ignorePat?: boolean;
  readonly accessed?: boolean;
  readonly dirty?: boolean;
}

/** A leaf as a plain hypervisor writes it: RWX and WB unless said otherwise, no software bits. */
export const leafFields = (level: LeafLevel, leaf: Leaf): EntryFields => ({
  ...EMPTY_FIELDS,
  ...(leaf.permissions ?? RWX),
  memoryType: memoryTypeNumber(leaf.memoryType ?? "WB"),
  ignorePat: leaf.ignorePat ?? false,
  large: level > 1,
  accessed: leaf.accessed ?? false,
  dirty: leaf.dirty ?? false,
  address: leaf.address,
});
export const encodeLeaf = (level: LeafLevel, leaf: Leaf): bigint => joinEntry(leafFields(level, leaf));

/** A pointer to the next table: everything allowed, so that the leaves decide. */
export const tableFields = (address: number, accessed = false): EntryFields => ({
  ...EMPTY_FIELDS,
  ...RWX,
  accessed,
  address,
});
export const encodeTable = (address: number, accessed = false): bigint => joinEntry(tableFields(address, accessed));

export type EntryKind = "empty" | "table" | "leaf";

/** What the processor takes the entry for. Not present (empty) leaves every other bit to software. */
export function kindOf(raw: bigint, level: Level, capabilities: Capabilities): EntryKind {
  const presence = capabilities.modeBasedExecute ? 0x407n : 0x7n;
  if ((raw & presence) === 0n) return "empty";
  if (level === 1) return "leaf";
  return level <= 3 && (raw & 0x80n) !== 0n ? "leaf" : "table";
}
