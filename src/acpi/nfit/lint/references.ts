/** Indices: each is unique, each that is named exists, each that exists is used. */
import { type LintFinding, type Numbered } from "./finding.ts";
import { atField } from "./finding.ts";
import { isVirtualDisk, rangeTypeOf } from "../range_type.ts";
import { hex } from "../../../base/units.ts";
import { type Tables } from "./tables.ts";

export function* referenceFindings(tables: Tables): Generator<LintFinding> {
  yield* spaIndexFindings(tables);
  yield* controlRegionIndexFindings(tables);
  yield* interleaveIndexFindings(tables);
  yield* mappingFindings(tables);
  yield* dimmFindings(tables);
}

function* spaIndexFindings({ spaRanges }: Tables): Generator<LintFinding> {
  const seen = new Set<number>();
  for (const spa of spaRanges) {
    const index = spa.record.rangeIndex;
    const virtual = isVirtualDisk(rangeTypeOf(spa.record.rangeType));
    if (index === 0 && !virtual) {
      yield atField("error", spa, "rangeIndex", "index 0 is reserved; Linux ignores the range");
    }
    if (index !== 0 && seen.has(index)) {
      yield atField("error", spa, "rangeIndex", `index ${index} is taken by an earlier range`);
    }
    seen.add(index);
  }
}

function* controlRegionIndexFindings({ controlRegions, mappings, blockWindows }: Tables): Generator<LintFinding> {
  const used = new Set(mappings.map((mapping) => mapping.record.controlRegionIndex));
  for (const window of blockWindows) used.add(window.record.controlRegionIndex);
  const seen = new Set<number>();
  for (const dcr of controlRegions) {
    const index = dcr.record.controlRegionIndex;
    if (index === 0) yield atField("error", dcr, "controlRegionIndex", "index 0 is reserved");
    else if (seen.has(index)) {
      yield atField("error", dcr, "controlRegionIndex", `index ${index} is taken by an earlier control region`);
    } else if (!used.has(index)) {
      yield atField("warning", dcr, "controlRegionIndex", "no mapping uses this control region");
    }
    seen.add(index);
  }
  for (const window of blockWindows) {
    const index = window.record.controlRegionIndex;
    if (!seen.has(index)) yield atField("error", window, "controlRegionIndex", `there is no control region ${index}`);
  }
}

function* interleaveIndexFindings({ interleaves, mappings }: Tables): Generator<LintFinding> {
  const used = new Set(mappings.map((mapping) => mapping.record.interleaveIndex));
  const seen = new Set<number>();
  for (const lines of interleaves) {
    const { interleaveIndex: index, lineCount, lineSize } = lines.record;
    if (index === 0) yield atField("error", lines, "interleaveIndex", "index 0 is reserved");
    else if (seen.has(index)) {
      yield atField("error", lines, "interleaveIndex", `index ${index} is taken by an earlier interleave structure`);
    } else if (!used.has(index)) yield atField("warning", lines, "interleaveIndex", "no mapping uses this structure");
    seen.add(index);
    if (lineCount === 0) yield atField("error", lines, "lineCount", "no lines are described");
    if (lineSize === 0) yield atField("error", lines, "lineSize", "lines have no bytes");
  }
}

function* mappingFindings({ spaRanges, controlRegions, interleaves, mappings }: Tables): Generator<LintFinding> {
  const ranges = new Set(spaRanges.map((spa) => spa.record.rangeIndex));
  const dcrs = new Set(controlRegions.map((dcr) => dcr.record.controlRegionIndex));
  const lines = new Set(interleaves.map((i) => i.record.interleaveIndex));
  for (const mapping of mappings) {
    const { rangeIndex, controlRegionIndex, interleaveIndex, interleaveWays } = mapping.record;
    if (rangeIndex !== 0 && !ranges.has(rangeIndex)) {
      yield atField(
        "error",
        mapping,
        "rangeIndex",
        `there is no SPA range ${rangeIndex}; Linux never makes this DIMM of it`,
      );
    }
    if (controlRegionIndex === 0) {
      yield atField("error", mapping, "controlRegionIndex", "no control region: nothing says what the DIMM is");
    } else if (!dcrs.has(controlRegionIndex)) {
      const message = `there is no control region ${controlRegionIndex}; Linux refuses the whole table`;
      yield atField("error", mapping, "controlRegionIndex", message);
    }
    if (interleaveIndex !== 0 && !lines.has(interleaveIndex)) {
      yield atField("error", mapping, "interleaveIndex", `there is no interleave structure ${interleaveIndex}`);
    }
    if (rangeIndex === 0) continue;
    if (interleaveWays === 0) yield atField("error", mapping, "interleaveWays", "0 ways; a DIMM by itself has 1");
    if (interleaveWays > 1 && interleaveIndex === 0) {
      yield atField("warning", mapping, "interleaveIndex", `${interleaveWays} ways, but no lines are described`);
    }
    if (interleaveWays === 1 && interleaveIndex !== 0) {
      yield atField("warning", mapping, "interleaveIndex", "lines are described for a DIMM that is not interleaved");
    }
  }
}

/** What is said of one DIMM in several places, and what two DIMMs may not share. */
function* dimmFindings({ mappings, flushHints, controlRegions }: Tables): Generator<LintFinding> {
  const byHandle = Map.groupBy(mappings, (mapping) => mapping.record.handle);
  const serials = new Map(controlRegions.map((dcr) => [dcr.record.controlRegionIndex, dcr]));
  const owners = new Map<string, number>();
  for (const [handle, list] of byHandle) {
    const dcr = serials.get(list[0]!.record.controlRegionIndex);
    if (dcr === undefined) continue;
    const { vendorId, serialNumber, manufacturingDate, manufacturingLocation } = dcr.record;
    const identity = `${vendorId} ${serialNumber} ${manufacturingDate} ${manufacturingLocation}`;
    const owner = owners.get(identity);
    if (owner !== undefined) {
      const message = `DIMM ${hex(handle)} has the vendor, date and serial number of DIMM ${hex(owner)}`;
      yield atField("warning", list[0]!, "controlRegionIndex", message);
    } else owners.set(identity, handle);
  }
  yield* flushFindings(flushHints, byHandle);
}

function* flushFindings(
  flushHints: readonly Numbered<"flushHints">[],
  dimms: ReadonlyMap<number, unknown>,
): Generator<LintFinding> {
  const seen = new Set<number>();
  for (const flush of flushHints) {
    const { handle, hintCount, hints } = flush.record;
    if (!dimms.has(handle)) yield atField("error", flush, "handle", `no mapping has handle ${hex(handle)}`);
    if (seen.has(handle)) {
      yield atField("warning", flush, "handle", "an earlier structure has this DIMM's hints; Linux uses that");
    }
    seen.add(handle);
    if (hintCount === 0) {
      yield atField("warning", flush, "hintCount", "no addresses; Linux 6.1 refuses the whole table");
    }
    if (hints.includes(0n)) yield atField("error", flush, "hints", "an address is zero");
  }
}
