/**
 * AMD nested page tables in brief: ordinary long-mode entries, with Xen's p2m type in the available bits (AMD APM vol. 2,
 * "Nested Paging"; xen/arch/x86/mm/p2m-pt.c). Geometry and counts are those of EPT; there is no memory type field.
 */
import { type LeafLevel } from "./level.ts";
import { P2M_TYPES, type P2mType } from "./xen_entry.ts";

/** Bits of a long-mode entry by name. */
export const NPT_BITS = {
  present: 0,
  write: 1,
  user: 2,
  writeThrough: 3,
  cacheDisable: 4,
  accessed: 5,
  dirty: 6,
  large: 7,
  global: 8,
  noExecute: 63,
} as const;
export type NptBit = keyof typeof NPT_BITS;

export type NptFields = { readonly [Name in NptBit]: boolean } & {
  /** Bits 51:12 in place, bytes. */
  readonly address: number;
  /** Bits 11:9, software's. */
  readonly available: number;
  /** Bits 62:52, software's; Xen keeps the p2m type in 58:52. */
  readonly high: number;
};

const NAMES = Object.keys(NPT_BITS) as NptBit[];

export const joinNpt = (fields: NptFields): bigint =>
  NAMES.reduce(
    (value, name) => (fields[name] ? value | (1n << BigInt(NPT_BITS[name])) : value),
    BigInt(fields.address) | (BigInt(fields.available) << 9n) | (BigInt(fields.high) << 52n),
  );

export const splitNpt = (raw: bigint): NptFields => ({
  ...(Object.fromEntries(NAMES.map((name) => [name, ((raw >> BigInt(NPT_BITS[name])) & 1n) === 1n])) as {
    readonly [Name in NptBit]: boolean;
  }),
  address: Number(raw & 0xffffffffff000n),
  available: Number((raw >> 9n) & 7n),
  high: Number((raw >> 52n) & 0x7ffn),
});

const WRITABLE: readonly P2mType[] = ["ram_rw", "mmio_direct", "grant_map_rw", "map_foreign", "ioreq_server"];
const READABLE: readonly P2mType[] = [...WRITABLE, "ram_logdirty", "ram_ro", "shared", "grant_map_ro"];
const EXECUTABLE: readonly P2mType[] = ["ram_rw", "ram_logdirty", "ram_ro", "shared", "mmio_direct"];

/** A leaf of Xen's nested tables. User is set because hardware walks them as user; mmio_direct is UC- (cache disable). */
export function encodeNptLeaf(level: LeafLevel, address: number, type: P2mType): bigint {
  const present = READABLE.includes(type);
  return joinNpt({
    present,
    write: WRITABLE.includes(type),
    user: present,
    writeThrough: false,
    cacheDisable: type === "mmio_direct",
    accessed: present,
    dirty: present,
    large: level > 1,
    global: false,
    noExecute: !EXECUTABLE.includes(type),
    address,
    available: 0,
    high: P2M_TYPES.indexOf(type),
  });
}
