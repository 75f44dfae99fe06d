/**
 * How a hierarchy is written: which bits leaves, pointers and empty slots carry besides addresses. `plain` is the least
 * a processor needs; `xen` is what Xen writes, software bits included.
 */
import { EMPTY_FIELDS, type EntryFields, tableFields } from "./entry.ts";
import { type LeafLevel } from "./level.ts";
import { type LeafMemory, memoryTypeNumber } from "./memory_type.ts";
import {
  type P2mType,
  permissionsOfType,
  XEN_EMPTY,
  XEN_USUAL,
  xenLeafFields,
  type XenSettings,
  xenTableFields,
} from "./xen_entry.ts";

export interface Style {
  readonly name: "plain" | "xen";
  /** EPTP's bit 6. */
  readonly accessedDirtyInUse: boolean;
  /** A leaf's fields with the address zero. */
  leaf(level: LeafLevel, type: P2mType): EntryFields;
  /** A pointer's fields with the address zero. */
  readonly table: EntryFields;
  /** What a slot that maps nothing holds; the root's may differ. */
  readonly empty: bigint;
  readonly emptyRoot: bigint;
}

/** What Xen's rules (`leafMemory`) come to for a type where every MTRR is write-back. */
const memoryOfType = (type: P2mType, devices: boolean): LeafMemory => {
  if (type === "mmio_direct") return { memoryType: "UC", ignorePat: false };
  const foreign = type === "grant_map_rw" || type === "grant_map_ro" || type === "map_foreign";
  return { memoryType: "WB", ignorePat: !devices || foreign };
};

/** Hardware bits only: permissions and memory type of the p2m type, guest PAT respected, A/D and software bits zero. */
export const plainStyle = (): Style => ({
  name: "plain",
  accessedDirtyInUse: false,
  leaf: (level, type) => ({
    ...EMPTY_FIELDS,
    ...permissionsOfType(type, level, XEN_USUAL),
    memoryType: memoryTypeNumber(memoryOfType(type, false).memoryType),
    large: level > 1,
  }),
  table: tableFields(0),
  empty: 0n,
  emptyRoot: 0n,
});

export interface XenStyleOptions extends Partial<XenSettings> {
  /** A device is passed through: the guest's and the host's MTRRs count (here all write-back), and the PAT with them. */
  readonly devices?: boolean;
  /** Memory type of a type's leaves, where not every MTRR is write-back. */
  memory?(type: P2mType): LeafMemory;
}

/** Everything `ept_set_entry` writes. EPTP's A/D bit is on only while page-modification logging runs. */
export function xenStyle(options: XenStyleOptions = {}): Style {
  const { devices = false, memory = (type: P2mType) => memoryOfType(type, devices), ...rest } = options;
  const settings: XenSettings = { ...XEN_USUAL, ...rest };
  return {
    name: "xen",
    accessedDirtyInUse: settings.pml && settings.accessedDirty,
    leaf: (level, type) => xenLeafFields(level, 0, type, memory(type), settings),
    table: xenTableFields(0, settings),
    empty: XEN_EMPTY,
    emptyRoot: 0n,
  };
}
