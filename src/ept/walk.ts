/**
 * The processor's walk: from the EPTP down to memory or to the exit it takes. Works on anything that yields entries (a
 * layout, a dump read back), so what is shown for a layout is what a processor would find in its dump.
 */
import { type Capabilities } from "./capabilities.ts";
import { type EntryView, type Software, viewEntry } from "./entry_view.ts";
import { type Eptp } from "./eptp.ts";
import { type Layout } from "./layout.ts";
import { ENTRIES, indexOf, type Level, spanOf, tableName } from "./level.ts";
import { type MemoryType, memoryTypeName } from "./memory_type.ts";
import { type Misconfiguration } from "./misconfiguration.ts";
import { bothAllow, NOTHING, type Permissions, RWX } from "./permissions.ts";
import { LEAF, sweep, TABLE } from "./sweep.ts";
import { type Access, permissionFor, qualificationOf } from "./violation.ts";
import { joinHalves, wordsOf } from "./words.ts";

/** One entry read on the way. */
export interface WalkStep {
  readonly level: Level;
  /** `PDPT`. */
  readonly table: string;
  readonly index: number;
  /** Machine address of the table and of the entry in it. */
  readonly tableAddress: number;
  readonly entryAddress: number;
  readonly entry: EntryView;
}

export type WalkEnd =
  | {
    readonly kind: "mapped";
    readonly mpa: number;
    /** The leaf's level and bytes. */
    readonly level: Level;
    readonly size: number;
    readonly permissions: Permissions;
    readonly memoryType: MemoryType;
    readonly ignorePat: boolean;
  }
  | {
    readonly kind: "violation";
    readonly qualification: number;
    readonly allowed: Permissions;
    /** An entry that is not present, a permission some level lacks, or an address wider than the walk. */
    readonly why: "not-present" | "permission" | "guest-width";
  }
  | { readonly kind: "misconfiguration"; readonly why: Misconfiguration };

export interface Walk {
  readonly gpa: number;
  readonly access: Access;
  readonly steps: readonly WalkStep[];
  readonly end: WalkEnd;
}

/** Reads the entry at a machine address; undefined where there is no table. */
export type EntryReader = (entryAddress: number, level: Level, gpa: number) => bigint | undefined;

export function walkEntries(
  eptp: Eptp,
  read: EntryReader,
  capabilities: Capabilities,
  gpa: number,
  access: Access = "read",
  software: Software = "none",
): Walk {
  const steps: WalkStep[] = [];
  // A and D mean something only where the EPTP says so.
  const inUse: Capabilities = { ...capabilities, accessedDirty: eptp.accessedDirty };
  let allowed: Permissions & { userExecute: boolean } = { ...RWX, userExecute: capabilities.modeBasedExecute };
  const done = (end: WalkEnd): Walk => ({ gpa, access, steps, end });
  const violation = (why: "not-present" | "permission" | "guest-width"): Walk => {
    const none = { ...NOTHING, userExecute: false };
    const path = why === "permission" ? allowed : none;
    const qualification = qualificationOf(access, path, eptp.accessedDirty);
    const { read, write, execute } = path;
    return done({ kind: "violation", qualification, allowed: { read, write, execute }, why });
  };

  if (gpa >= spanOf(eptp.levels) * ENTRIES) return violation("guest-width");
  let tableAddress = eptp.root;
  for (let level = eptp.levels as Level;; level = (level - 1) as Level) {
    const index = indexOf(gpa, level);
    const entryAddress = tableAddress + 8 * index;
    const raw = read(entryAddress, level, gpa);
    if (raw === undefined) throw new Error(`no table at ${tableAddress}`);
    const entry = viewEntry(raw, level, inUse, software);
    steps.push({ level, table: tableName(level), index, tableAddress, entryAddress, entry });
    if (entry.misconfiguration) return done({ kind: "misconfiguration", why: entry.misconfiguration });
    if (entry.kind === "empty") return violation("not-present");
    allowed = {
      ...bothAllow(allowed, entry.fields),
      userExecute: allowed.userExecute && entry.fields.bit10,
    };
    if (entry.kind === "leaf") {
      if (!allowed[permissionFor(access, eptp.accessedDirty)]) return violation("permission");
      const { read, write, execute } = allowed;
      return done({
        kind: "mapped",
        mpa: entry.address + (gpa % entry.span),
        level,
        size: entry.span,
        permissions: { read, write, execute },
        memoryType: memoryTypeName(entry.fields.memoryType)!,
        ignorePat: entry.fields.ignorePat,
      });
    }
    tableAddress = entry.address;
  }
}

/** One entry of a layout: of the table of `level` that translates `gpa`, which must exist. */
export function entryAt(layout: Layout, level: Level, gpa: number): bigint {
  const slot = Math.floor(gpa / spanOf(level));
  const words = wordsOf(layout);
  let raw = 0n;
  sweep(layout, level, slot, slot + 1, (_slot, _count, kind, address, extent) => {
    const word = kind === TABLE
      ? words.table
      : kind === LEAF
      ? words.leaves[layout.extents.kind[extent]! * 4 + level]!
      : level === layout.levels
      ? words.emptyRoot
      : words.empty;
    raw = joinHalves(word, address);
  });
  return raw;
}

/** A walk of the layout's own tables. */
export const walk = (layout: Layout, gpa: number, access: Access = "read"): Walk =>
  walkEntries(
    layout.eptp,
    (_address, level, at) => entryAt(layout, level, at),
    layout.capabilities,
    gpa,
    access,
    layout.style.name === "xen" ? "xen" : "none",
  );
