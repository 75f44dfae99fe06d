/** System Resource Affinity Table: which proximity domain memory and processors belong to (ACPI 6.5 §5.2.16). */
import { err, ok, type Result } from "neverthrow";
import { concat, viewOf } from "../base/bytes.ts";
import { ADDRESS_LIMIT } from "../base/quantity.ts";
import { overlaps, range } from "../base/range.ts";
import {
  type Fields,
  type FormatFault,
  formatFault,
  type RecordOf,
  restTail,
  type Structure,
  structure,
  u16,
  u32,
  u64,
  u8,
} from "../base/structure.ts";
import { resealTable, TABLE_HEADER_SIZE, tableHeaderFields } from "./table_header.ts";

const HEADER_SIZE = 48;
export const sratHeader = structure("SRAT header", HEADER_SIZE, {
  ...tableHeaderFields,
  tableRevision: u32(TABLE_HEADER_SIZE, { title: "Table Revision" }), // 1, for compatibility
  reserved: u64(40, { title: "Reserved", reserved: true }),
});

const head = { type: u8(0, { title: "Type" }), length: u8(1, { title: "Length" }) } as const;
const enabled = { title: "Flags", bits: { enabled: 0 } };

/** §5.2.16.1. */
export const processorAffinity = structure("Processor Local APIC/SAPIC Affinity", 16, {
  ...head,
  proximityLow: u8(2, { title: "Proximity Domain [7:0]" }),
  apicId: u8(3, { title: "APIC ID" }),
  flags: u32(4, enabled),
  sapicEid: u8(8, { title: "Local SAPIC EID" }),
  proximityMiddle: u8(9, { title: "Proximity Domain [15:8]" }),
  proximityHigh: u16(10, { title: "Proximity Domain [31:16]" }),
  clockDomain: u32(12, { title: "Clock Domain" }),
});

/** §5.2.16.2. */
export const memoryAffinity = structure("Memory Affinity", 40, {
  ...head,
  proximityDomain: u32(2, { title: "Proximity Domain" }),
  reserved: u16(6, { title: "Reserved", reserved: true }),
  base: u64(8, { title: "Base Address" }),
  size: u64(16, { title: "Length" }),
  reserved2: u32(24, { title: "Reserved", reserved: true }),
  flags: u32(28, { title: "Flags", bits: { enabled: 0, "hot-pluggable": 1, "non-volatile": 2 } }),
  reserved3: u64(32, { title: "Reserved", reserved: true }),
});

/** §5.2.16.3. */
export const x2apicAffinity = structure("Processor Local x2APIC Affinity", 24, {
  ...head,
  reserved: u16(2, { title: "Reserved", reserved: true }),
  proximityDomain: u32(4, { title: "Proximity Domain" }),
  x2apicId: u32(8, { title: "X2APIC ID" }),
  flags: u32(12, enabled),
  clockDomain: u32(16, { title: "Clock Domain" }),
  reserved2: u32(20, { title: "Reserved", reserved: true }),
});

const otherAffinity = structure("Affinity", 2, { ...head, data: restTail(2, { title: "Data" }) });

export interface SratRecords {
  processor: RecordOf<typeof processorAffinity.fields>;
  memory: RecordOf<typeof memoryAffinity.fields>;
  x2apic: RecordOf<typeof x2apicAffinity.fields>;
  /** Any other type, and a known one that is too short. */
  other: RecordOf<typeof otherAffinity.fields>;
}
export type SratEntry = {
  [Kind in keyof SratRecords]: { kind: Kind; offset: number; record: SratRecords[Kind]; raw: Uint8Array };
}[keyof SratRecords];

export interface Srat {
  readonly header: RecordOf<typeof sratHeader.fields>;
  readonly entries: readonly SratEntry[];
  /** Bytes no entry claims: from an entry shorter than its own head, and whatever follows the table. */
  readonly rest: Uint8Array;
}

/** What each kind of entry is read and written by. */
export const SRAT_STRUCTURES: Readonly<Record<keyof SratRecords, Structure<Fields>>> = {
  processor: processorAffinity,
  memory: memoryAffinity,
  x2apic: x2apicAffinity,
  other: otherAffinity,
};
const KINDS: readonly (keyof SratRecords)[] = ["processor", "memory", "x2apic"];

/** Fault: no SRAT header, or fewer bytes than it says. */
export function decodeSrat(bytes: Uint8Array): Result<Srat, FormatFault> {
  const view = viewOf(bytes);
  return sratHeader.read(view, 0, Math.min(HEADER_SIZE, bytes.length)).andThen((header) => {
    if (header.signature !== "SRAT") {
      return err(formatFault("SRAT header/signature", 0, 4, `the signature is ${JSON.stringify(header.signature)}`));
    }
    if (header.length < HEADER_SIZE || header.length > bytes.length) {
      const reason = `the header says ${header.length} bytes, ${bytes.length} are there`;
      return err(formatFault("SRAT header/length", 4, 4, reason));
    }
    const entries: SratEntry[] = [];
    let at = HEADER_SIZE;
    while (at + 2 <= header.length) {
      const length = view.getUint8(at + 1);
      if (length < 2 || at + length > header.length) break;
      const known = KINDS[view.getUint8(at)] ?? "other";
      const kind = length < SRAT_STRUCTURES[known].size ? "other" : known;
      const record = SRAT_STRUCTURES[kind].load(view, at, length);
      entries.push({ kind, offset: at, record, raw: bytes.subarray(at, at + length) } as SratEntry);
      at += length;
    }
    return ok({ header, entries, rest: bytes.subarray(at) });
  });
}

/** The table's bytes as they were, checksum included. */
export function encodeSrat(srat: Srat): Uint8Array {
  const size = srat.entries.reduce((sum, entry) => sum + entry.raw.length, HEADER_SIZE) + srat.rest.length;
  const bytes = new Uint8Array(size);
  const view = viewOf(bytes);
  sratHeader.put(view, 0, srat.header);
  let at = HEADER_SIZE;
  for (const { kind, raw, record } of srat.entries) {
    bytes.set(raw, at);
    SRAT_STRUCTURES[kind].put(view, at, record);
    at += raw.length;
  }
  bytes.set(srat.rest, at);
  return bytes;
}

/** One enabled memory range. Bytes; empty ranges and those past the machine's addresses are left out. */
export interface MemoryRange {
  readonly start: number;
  readonly end: number;
  readonly proximityDomain: number;
  readonly hotPluggable: boolean;
  readonly nonVolatile: boolean;
}

const ENABLED = 1;
const HOT_PLUGGABLE = 2;
const NON_VOLATILE = 4;

/** A table's bytes with one more memory range behind its entries; whatever follows the table is left out. */
export function withMemoryRange(table: Uint8Array, srat: Srat, memory: MemoryRange): Uint8Array {
  const flags = ENABLED | (memory.hotPluggable ? HOT_PLUGGABLE : 0) | (memory.nonVolatile ? NON_VOLATILE : 0);
  const entry = memoryAffinity.write({
    ...memoryAffinity.blank(),
    type: KINDS.indexOf("memory"),
    length: memoryAffinity.size,
    proximityDomain: memory.proximityDomain,
    base: BigInt(memory.start),
    size: BigInt(memory.end - memory.start),
    flags,
  });
  return resealTable(concat(table.subarray(0, srat.header.length), entry));
}

/** Enabled memory in table order. */
export function memoryRanges(srat: Srat): MemoryRange[] {
  const ranges: MemoryRange[] = [];
  for (const entry of srat.entries) {
    if (entry.kind !== "memory") continue;
    const { flags, base, size, proximityDomain } = entry.record;
    if ((flags & ENABLED) === 0 || size === 0n || base + size > BigInt(ADDRESS_LIMIT)) continue;
    const hotPluggable = (flags & HOT_PLUGGABLE) !== 0;
    const nonVolatile = (flags & NON_VOLATILE) !== 0;
    ranges.push({ ...range(Number(base), Number(size)), proximityDomain, hotPluggable, nonVolatile });
  }
  return ranges;
}

/**
 * The proximity domain of an address: that of the first enabled range that holds it, so that an NVDIMM's own entry wins
 * over a hot-plug window listed behind it. Undefined where no range holds the address.
 */
export const nodeOfAddress = (srat: Srat, spa: number): number | undefined =>
  memoryRanges(srat).find((r) => r.start <= spa && spa < r.end)?.proximityDomain;

/** Why Xen refuses a whole SRAT. */
export type XenSratRefusal =
  /** Ranges of different domains overlap, or a hot-pluggable one overlaps one that is not. */
  | { readonly kind: "overlap"; readonly range: MemoryRange; readonly with: MemoryRange }
  | { readonly kind: "too-many-ranges"; readonly limit: number };

const XEN_MEMORY_RANGES = 128; // NR_NODE_MEMBLKS: twice MAX_NUMNODES

/** Undefined where Xen uses the table (Xen `xen/arch/x86/srat.c` acpi_numa_memory_affinity_init). */
export function xenSratRefusal(srat: Srat): XenSratRefusal | undefined {
  const seen: MemoryRange[] = [];
  for (const r of memoryRanges(srat)) {
    if (seen.length === XEN_MEMORY_RANGES) return { kind: "too-many-ranges", limit: XEN_MEMORY_RANGES };
    const other = seen.find((s) => overlaps(s, r));
    if (other && (other.proximityDomain !== r.proximityDomain || other.hotPluggable !== r.hotPluggable)) {
      return { kind: "overlap", range: r, with: other };
    }
    seen.push(r);
  }
  return undefined;
}

/** Proximity domains named by enabled processors or memory, ascending. */
export function proximityDomains(srat: Srat): number[] {
  const domains = new Set(memoryRanges(srat).map((r) => r.proximityDomain));
  for (const entry of srat.entries) {
    if (entry.kind === "x2apic" && (entry.record.flags & ENABLED) !== 0) domains.add(entry.record.proximityDomain);
    if (entry.kind !== "processor" || (entry.record.flags & ENABLED) === 0) continue;
    const { proximityLow, proximityMiddle, proximityHigh } = entry.record;
    domains.add(((proximityHigh << 16) | (proximityMiddle << 8) | proximityLow) >>> 0);
  }
  return [...domains].sort((a, b) => a - b);
}
