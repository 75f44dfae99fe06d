/**
 * Xen's use of an EPT entry: `ept_entry_t` gives the bits that the processor ignores to the p2m. Sources:
 * xen/arch/x86/include/asm/hvm/vmx/vmx.h (ept_entry_t), asm/p2m.h (p2m_type_t, p2m_access_t) and
 * xen/arch/x86/mm/p2m-ept.c (ept_p2m_type_to_flags).
 */
import { EMPTY_FIELDS, type EntryFields, joinEntry, splitEntry } from "./entry.ts";
import { type LeafLevel } from "./level.ts";
import { type LeafMemory, memoryTypeNumber, RECALCULATE } from "./memory_type.ts";
import { NOTHING, type Permissions, permissionsOf, RWX } from "./permissions.ts";

/** p2m_type_t by number. */
export const P2M_TYPES = [
  "ram_rw",
  "invalid",
  "ram_logdirty",
  "ram_ro",
  "mmio_dm",
  "mmio_direct",
  "populate_on_demand",
  "grant_map_rw",
  "grant_map_ro",
  "paging_out",
  "paged",
  "paging_in",
  "shared",
  "broken",
  "map_foreign",
  "ioreq_server",
] as const;
export type P2mType = (typeof P2M_TYPES)[number];

/** p2m_access_t by number: a mask of r, w, x, then three that change on first use. */
export const P2M_ACCESSES = ["n", "r", "w", "rw", "x", "rx", "wx", "rwx", "rx2rw", "n2rwx", "r_pw"] as const;
export type P2mAccess = (typeof P2M_ACCESSES)[number];

/** The software fields of an entry. Numbers that no name is for are kept as numbers. */
export interface XenFields {
  /** Bit 10: the entry's type or memory type must be worked out again. */
  readonly recalc: boolean;
  /** Bit 11: VT-d snoop, for tables shared with the IOMMU. */
  readonly snoop: boolean;
  /** Bits 57:52. */
  readonly type: P2mType | number;
  /** Bit 58: paging-write. */
  readonly pagingWrite: boolean;
  /** Bits 62:59. */
  readonly access: P2mAccess | number;
  /** Bit 63. */
  readonly suppressVe: boolean;
}

export function xenFieldsOf({ bit10, bit11, high }: EntryFields): XenFields {
  const type = high & 0x3f;
  const access = (high >> 7) & 0xf;
  return {
    recalc: bit10,
    snoop: bit11,
    type: P2M_TYPES[type] ?? type,
    pagingWrite: ((high >> 6) & 1) === 1,
    access: P2M_ACCESSES[access] ?? access,
    suppressVe: ((high >> 11) & 1) === 1,
  };
}

/** Sets the software fields of an entry, leaving the processor's alone. */
export function withXenFields(fields: EntryFields, xen: XenFields): EntryFields {
  const type = typeof xen.type === "number" ? xen.type : P2M_TYPES.indexOf(xen.type);
  const access = typeof xen.access === "number" ? xen.access : P2M_ACCESSES.indexOf(xen.access);
  const high = type | (xen.pagingWrite ? 0x40 : 0) | (access << 7) | (xen.suppressVe ? 0x800 : 0);
  return { ...fields, bit10: xen.recalc, bit11: xen.snoop, high };
}

export const splitXenEntry = (raw: bigint): XenFields => xenFieldsOf(splitEntry(raw));

/** What decides the bits of Xen's entries besides type and frame. */
export interface XenSettings {
  /** The CPU has EPT accessed and dirty bits: Xen then sets them up front. */
  readonly accessedDirty: boolean;
  /** Page-modification logging runs: log-dirty 4 KiB pages stay writable. */
  readonly pml: boolean;
  /** `ept=exec-sp`: executable superpages allowed. Off by default on CPUs with CVE-2018-12207. */
  readonly executableSuperpages: boolean;
  /** The IOMMU shares the tables and snoops. */
  readonly snoop: boolean;
  /** The domain's default access. */
  readonly access: P2mAccess;
}

export const XEN_USUAL: XenSettings = {
  accessedDirty: true,
  pml: false,
  executableSuperpages: true,
  snoop: false,
  access: "rwx",
};

/** What the type alone allows. */
export function permissionsOfType(type: P2mType, level: LeafLevel, { pml }: XenSettings): Permissions {
  switch (type) {
    case "ram_rw":
    case "mmio_direct":
      return RWX;
    case "ram_logdirty":
      return { read: true, write: pml && level === 1, execute: true };
    case "ram_ro":
    case "shared":
      return permissionsOf("rx");
    case "grant_map_rw":
    case "map_foreign":
    case "ioreq_server":
      return permissionsOf("rw");
    case "grant_map_ro":
      return permissionsOf("r");
    default:
      return NOTHING;
  }
}

/** Types whose leaves Xen makes dirty up front: what the guest may write without being watched. */
const BORN_DIRTY: readonly P2mType[] = ["ram_rw", "mmio_direct", "grant_map_rw", "map_foreign", "ioreq_server"];

const ACCESS_MASK: Readonly<Record<P2mAccess, string>> = {
  n: "",
  r: "r",
  w: "w",
  rw: "rw",
  x: "x",
  rx: "rx",
  wx: "wx",
  rwx: "rwx",
  rx2rw: "rx",
  n2rwx: "",
  r_pw: "r",
};

/** A leaf as `ept_set_entry` writes it. `address` is aligned to the leaf's size. */
export function xenLeafFields(
  level: LeafLevel,
  address: number,
  type: P2mType,
  memory: LeafMemory,
  settings: XenSettings,
): EntryFields {
  const byType = permissionsOfType(type, level, settings);
  const mask = permissionsOf(ACCESS_MASK[settings.access]);
  const present = byType.read || byType.write || byType.execute;
  const fields: EntryFields = {
    ...EMPTY_FIELDS,
    read: byType.read && mask.read,
    write: byType.write && mask.write,
    execute: byType.execute && mask.execute && (level === 1 || settings.executableSuperpages),
    memoryType: memoryTypeNumber(memory.memoryType),
    ignorePat: memory.ignorePat,
    large: level > 1,
    accessed: present && settings.accessedDirty,
    dirty: settings.accessedDirty && BORN_DIRTY.includes(type),
    address,
  };
  return withXenFields(fields, {
    recalc: false,
    snoop: settings.snoop,
    type,
    pagingWrite: settings.access === "r_pw",
    access: settings.access,
    suppressVe: true,
  });
}

export const encodeXenLeaf = (...leaf: Parameters<typeof xenLeafFields>): bigint => joinEntry(xenLeafFields(...leaf));

/** A pointer to the next table as `ept_set_middle_entry` writes it. */
export const xenTableFields = (address: number, settings: XenSettings): EntryFields =>
  withXenFields({ ...EMPTY_FIELDS, ...RWX, accessed: settings.accessedDirty, address }, {
    recalc: false,
    snoop: false,
    type: "ram_rw",
    pagingWrite: false,
    access: settings.access,
    suppressVe: true,
  });

export const encodeXenTable = (address: number, settings: XenSettings): bigint =>
  joinEntry(xenTableFields(address, settings));

/**
 * An entry, at any level, as Xen marks it when what it says is out of date: memory type 7 is reserved, so that its next
 * use exits and is worked out again (`resolve_misconfig`); with `recalc` the p2m type is too.
 */
export const outdated = (fields: EntryFields, recalc: boolean): EntryFields => ({
  ...fields,
  memoryType: RECALCULATE,
  bit10: fields.bit10 || recalc,
});

/** What a slot of a new table below the root holds: suppress #VE alone. The root's empty slots are zero. */
export const XEN_EMPTY = 1n << 63n;
