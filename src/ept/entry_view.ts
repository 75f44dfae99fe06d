/**
 * One entry explained: every bit named with its value in words, for screens and `ept lookup`. Plain data; widths,
 * colours and order of the columns are the screen's.
 */
import { hex } from "../base/units.ts";
import { bitLayout, type BitRole, type BitRule, maskOf } from "./bit_layout.ts";
import { type Capabilities } from "./capabilities.ts";
import { type EntryFields, type EntryKind, kindOf, splitEntry } from "./entry.ts";
import { entryName, type Level, spanOf } from "./level.ts";
import { memoryTypeName, RECALCULATE } from "./memory_type.ts";
import { type Misconfiguration, misconfiguration } from "./misconfiguration.ts";
import { permissionText } from "./permissions.ts";
import { type XenFields, xenFieldsOf } from "./xen_entry.ts";

/** One group of bits. `role` is the processor's; `software` where Xen's p2m uses what the processor ignores. */
export interface BitView {
  readonly high: number;
  readonly low: number;
  readonly name: string;
  readonly value: bigint;
  readonly text: string;
  readonly role: BitRole | "software";
}

export interface EntryView {
  readonly level: Level;
  /** `PDE`. */
  readonly name: string;
  readonly raw: bigint;
  /** 16 digits with `0x`. */
  readonly hex: string;
  readonly kind: EntryKind;
  readonly fields: EntryFields;
  /** Of the child table or of the memory mapped, bytes; zero where empty. */
  readonly address: number;
  /** Bytes that the entry covers. */
  readonly span: number;
  /** `rwx`. */
  readonly permissions: string;
  /** In short, in the order of the bits: `r w x WB ipat A D ram_rw`. */
  readonly words: readonly string[];
  /** Ascending, no bit left out. */
  readonly bits: readonly BitView[];
  readonly misconfiguration: Misconfiguration | undefined;
}

export type Software = "none" | "xen";

export function viewEntry(raw: bigint, level: Level, capabilities: Capabilities, software: Software): EntryView {
  const kind = kindOf(raw, level, capabilities);
  const fields = splitEntry(raw);
  const layout = bitLayout(level, kind, capabilities);
  const frame = layout.find((rule) => rule.name === "frame address" || rule.name === "table address");
  return {
    level,
    name: entryName(level),
    raw,
    hex: hex(raw, 16),
    kind,
    fields,
    address: frame ? Number(raw & maskOf(frame)) : 0,
    span: spanOf(level),
    permissions: permissionText(fields),
    words: wordsFor(fields, kind, capabilities, software),
    bits: software === "xen" ? withXenBits(layout, raw) : layout.map((rule) => viewBits(raw, rule)),
    misconfiguration: misconfiguration(raw, level, capabilities),
  };
}

function viewBits(raw: bigint, rule: BitRule): BitView {
  const value = (raw & maskOf(rule)) >> BigInt(rule.low);
  return { ...rule, value, text: textOf(rule, value, raw & maskOf(rule)) };
}

function textOf({ name, high, low, role }: BitRule, value: bigint, inPlace: bigint): string {
  if (name === "memory type") {
    return memoryTypeName(Number(value)) ??
      (value === BigInt(RECALCULATE) ? "7, reserved: recalculate" : `${value}, reserved`);
  }
  if (name.endsWith("address")) return hex(inPlace);
  if (role !== "used") return value === 0n ? "0" : hex(value);
  return high === low ? yes(value === 1n) : hex(value);
}

type XenText = (xen: XenFields) => string;
const yes = (on: boolean): string => (on ? "yes" : "no");

/** Bits that Xen uses because the processor ignores them (unless 58, 60, 61 or 63 are switched on). */
const XEN_BITS: readonly (Omit<BitRule, "role"> & { readonly text: XenText })[] = [
  { high: 10, low: 10, name: "recalc", text: (xen) => yes(xen.recalc) },
  { high: 11, low: 11, name: "snoop", text: (xen) => yes(xen.snoop) },
  { high: 57, low: 52, name: "p2m type", text: (xen) => String(xen.type) },
  { high: 58, low: 58, name: "paging write", text: (xen) => yes(xen.pagingWrite) },
  { high: 62, low: 59, name: "p2m access", text: (xen) => String(xen.access) },
  { high: 63, low: 63, name: "suppress #VE", text: (xen) => yes(xen.suppressVe) },
];

/** The processor's bits with Xen's laid over those that it ignores, bit by bit, then grouped again. */
function withXenBits(layout: readonly BitRule[], raw: bigint): BitView[] {
  const xen = xenFieldsOf(splitEntry(raw));
  const views: BitView[] = [];
  let previous: unknown;
  for (let bit = 0; bit < 64; bit++) {
    const within = (rule: Omit<BitRule, "role">): boolean => rule.low <= bit && bit <= rule.high;
    const hardware = layout.find(within)!;
    const software = hardware.role === "ignored" ? XEN_BITS.find(within) : undefined;
    const owner = software ?? hardware;
    const low = previous === owner ? views.pop()!.low : bit;
    previous = owner;
    const view = viewBits(raw, { high: bit, low, name: owner.name, role: hardware.role });
    // A field that the processor has taken a bit from has no meaning of its own: its bits stay bare.
    const whole = low === owner.low && bit === owner.high;
    views.push(software ? { ...view, role: "software", text: whole ? software.text(xen) : view.text } : view);
  }
  return views;
}

function wordsFor(fields: EntryFields, kind: EntryKind, capabilities: Capabilities, software: Software): string[] {
  if (kind === "empty") return ["not present"];
  const words: string[] = [];
  const say = (when: boolean, word: string): void => {
    if (when) words.push(word);
  };
  say(fields.read, "r");
  say(fields.write, "w");
  say(fields.execute, "x");
  say(capabilities.modeBasedExecute && fields.bit10, "user x");
  if (kind === "leaf") {
    words.push(memoryTypeName(fields.memoryType) ?? `type ${fields.memoryType}`);
    say(fields.ignorePat, "ipat");
  }
  say(fields.accessed, "A");
  say(kind === "leaf" && fields.dirty, "D");
  if (software === "xen") {
    const xen = xenFieldsOf(fields);
    say(xen.recalc && !capabilities.modeBasedExecute, "recalc");
    say(xen.snoop, "snp");
    if (kind === "leaf") words.push(String(xen.type));
    say(xen.access !== "rwx", `access ${xen.access}`);
  }
  return words;
}
