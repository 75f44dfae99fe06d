/**
 * What each bit of an entry means at its level: one table, from which the view of an entry and the set of reserved bits
 * both come. SDM vol. 3C, formats of EPT PML5E/PML4E, PDPTE, PDE and PTE.
 */
import { canMap, type Capabilities } from "./capabilities.ts";
import { type EntryKind } from "./entry.ts";
import { isLeafLevel, type Level } from "./level.ts";

/** `used` by the processor, `ignored` by it (free for software), or `reserved`: must be zero. */
export type BitRole = "used" | "ignored" | "reserved";

/** Bits `high`..`low`, both included, as the manual counts. */
export interface BitRule {
  readonly high: number;
  readonly low: number;
  readonly name: string;
  readonly role: BitRole;
}

/** Lowest address bit of a leaf by level: below it the frame's bits are reserved. */
const FRAME_LOW: Readonly<Record<Level, number>> = { 1: 12, 2: 21, 3: 30, 4: 12, 5: 12 };

/** The bits of an entry in ascending order, none left out. */
export function bitLayout(level: Level, kind: EntryKind, capabilities: Capabilities): readonly BitRule[] {
  const on = (condition: boolean): BitRole => (condition ? "used" : "ignored");
  if (kind === "empty") return notPresent(capabilities);
  const leaf = kind === "leaf";
  const { maxphyaddr, accessedDirty, modeBasedExecute } = capabilities;
  const frameLow = leaf ? FRAME_LOW[level] : 12;
  const rules: BitRule[] = [
    { high: 0, low: 0, name: "read", role: "used" },
    { high: 1, low: 1, name: "write", role: "used" },
    { high: 2, low: 2, name: "execute", role: "used" },
    { high: 5, low: 3, name: leaf ? "memory type" : "reserved", role: leaf ? "used" : "reserved" },
    { high: 6, low: 6, name: leaf ? "ignore PAT" : "reserved", role: leaf ? "used" : "reserved" },
    pageSizeBit(level, capabilities),
    { high: 8, low: 8, name: "accessed", role: on(accessedDirty) },
    { high: 9, low: 9, name: leaf ? "dirty" : "ignored", role: on(leaf && accessedDirty) },
    { high: 10, low: 10, name: modeBasedExecute ? "user execute" : "ignored", role: on(modeBasedExecute) },
    { high: 11, low: 11, name: "ignored", role: "ignored" },
  ];
  if (frameLow > 12) rules.push({ high: frameLow - 1, low: 12, name: "reserved", role: "reserved" });
  rules.push({ high: maxphyaddr - 1, low: frameLow, name: leaf ? "frame address" : "table address", role: "used" });
  if (maxphyaddr < 52) rules.push({ high: 51, low: maxphyaddr, name: "reserved", role: "reserved" });
  return [...rules, ...highBits(level, leaf, capabilities)];
}

/** Every bit that must be zero. */
export const reservedMask = (layout: readonly BitRule[]): bigint =>
  layout.filter((rule) => rule.role === "reserved").reduce((mask, rule) => mask | maskOf(rule), 0n);

/** The bits of one rule, in place. */
export const maskOf = ({ high, low }: BitRule): bigint => ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);

function notPresent({ modeBasedExecute }: Capabilities): BitRule[] {
  const present: BitRule = { high: 2, low: 0, name: "not present", role: "used" };
  if (!modeBasedExecute) return [present, { high: 63, low: 3, name: "ignored", role: "ignored" }];
  return [
    present,
    { high: 9, low: 3, name: "ignored", role: "ignored" },
    { high: 10, low: 10, name: "not present (user execute)", role: "used" },
    { high: 63, low: 11, name: "ignored", role: "ignored" },
  ];
}

/** Bit 7 makes a PDPTE or PDE a leaf; where the size is not supported it is reserved, and in a PTE it is ignored. */
function pageSizeBit(level: Level, capabilities: Capabilities): BitRule {
  const at = { high: 7, low: 7 };
  if (level === 1) return { ...at, name: "ignored", role: "ignored" };
  if (!isLeafLevel(level) || !canMap(capabilities, level)) return { ...at, name: "reserved", role: "reserved" };
  return { ...at, name: "maps memory", role: "used" };
}

function highBits(level: Level, leaf: boolean, capabilities: Capabilities): BitRule[] {
  const bit = (n: number, name: string, used: boolean): BitRule =>
    used ? { high: n, low: n, name, role: "used" } : { high: n, low: n, name: "ignored", role: "ignored" };
  return [
    { high: 56, low: 52, name: "ignored", role: "ignored" },
    bit(57, "verify guest paging", leaf && capabilities.guestPagingVerification),
    bit(58, "paging write", leaf && capabilities.guestPagingVerification),
    bit(59, "ignored", false),
    bit(60, "supervisor shadow stack", leaf && capabilities.supervisorShadowStack),
    bit(61, "sub-page write", leaf && level === 1 && capabilities.subPageWrite),
    bit(62, "ignored", false),
    bit(63, "suppress #VE", leaf && capabilities.suppressVe),
  ];
}
