/**
 * Xen's own reading of NFIT at boot, management `xen` (RFC v4; reference/xen-vnvdimm.md 4.2): healthy byte-addressable
 * ranges become raw regions, a range with a failed DIMM behind it is logged and skipped.
 */
import { decodeNfit, RANGE_TYPE, STATE_FLAG, type StructureOf } from "../acpi/mod.ts";
import { ADDRESS_LIMIT } from "../base/quantity.ts";
import { type Range } from "../base/range.ts";
import { hex, PAGE_SIZE } from "../base/units.ts";

/** Flags of a type-1 structure that make a whole SPA range unsafe; health events (bits 4, 5) do not. */
const UNHEALTHY: readonly (readonly [mask: number, what: string])[] = [
  [STATE_FLAG.saveFailed, "failed to save data"],
  [STATE_FLAG.restoreFailed, "failed to restore data"],
  [STATE_FLAG.flushFailed, "failed to flush data on power loss"],
  [STATE_FLAG.notArmed, "not armed"],
  [STATE_FLAG.mapFailed, "not mapped by firmware"],
];

export interface ScannedRange extends Range {
  readonly pxm: number;
}

export interface NfitScan {
  /** Ranges to register, in frames, in table order; their ends may be equal where a range is shorter than a page. */
  readonly healthy: readonly ScannedRange[];
  readonly messages: readonly string[];
}

export function scanNfit(bytes: Uint8Array | undefined): NfitScan {
  if (!bytes) return { healthy: [], messages: [] };
  const decoded = decodeNfit(bytes);
  if (decoded.isErr()) return { healthy: [], messages: [`NFIT: ${decoded.error.reason}, table not used`] };
  const { structures, rest, end } = decoded.value;
  const messages = rest.length > 0 ? [`NFIT: no structure at offset ${end}, ${rest.length} bytes not read`] : [];
  const ranges = structures.filter((s): s is StructureOf<"spaRange"> => s.kind === "spaRange");
  const mappings = structures.filter((s): s is StructureOf<"regionMapping"> => s.kind === "regionMapping");
  const healthy: ScannedRange[] = [];
  for (const { record } of ranges) {
    if (record.rangeType !== RANGE_TYPE.pmem) continue;
    const stop = record.rangeBase + record.rangeLength;
    const where = `[${hex(record.rangeBase)}, ${hex(stop)})`;
    const flags = mappings.reduce(
      (all, m) => m.record.rangeIndex === record.rangeIndex ? all | m.record.stateFlags : all,
      0,
    );
    const faults = UNHEALTHY.filter(([mask]) => (flags & mask) !== 0).map(([, what]) => what);
    if (faults.length > 0) {
      messages.push(`NFIT: pmem ${where} not used: ${faults.join(", ")} (flags ${hex(flags)})`);
    } else if (stop > BigInt(ADDRESS_LIMIT)) {
      messages.push(`NFIT: pmem ${where} not used: beyond physical addresses`);
    } else {
      const start = Math.floor(Number(record.rangeBase) / PAGE_SIZE);
      healthy.push({ start, end: Math.floor(Number(stop) / PAGE_SIZE), pxm: record.proximityDomain });
    }
  }
  return { healthy, messages };
}

/** dom0 looks for "NFIT" and finds this. */
const HIDDEN_SIGNATURE = [0x54, 0x46, 0x49, 0x4e]; // "TFIN"

/** The table as dom0 sees it while Xen hides it: four bytes differ, so its checksum stands. */
export function hiddenNfit(bytes: Uint8Array): Uint8Array {
  const hidden = bytes.slice();
  hidden.set(HIDDEN_SIGNATURE.slice(0, hidden.length));
  return hidden;
}
