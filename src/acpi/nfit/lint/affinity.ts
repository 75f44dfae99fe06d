/**
 * The NFIT beside the SRAT: persistent ranges whose proximity domain the two tell differently, and interleave sets over
 * DIMMs of several sockets, for which no one domain can be right. Xen takes pmem only where both agree (RFC v4).
 */
import { hex } from "../../../base/units.ts";
import { handleFields } from "../device_handle.ts";
import { RANGE_TYPE } from "../range_type.ts";
import { memoryRanges, type Srat } from "../../srat.ts";
import { atField, atStructure, type LintFinding } from "./finding.ts";
import { type Tables } from "./tables.ts";

/** Bit of a range's flags: its proximity domain means something. */
const PROXIMITY_VALID = 2;

export function* affinityFindings({ spaRanges, mappings }: Tables, srat: Srat | undefined): Generator<LintFinding> {
  const memory = srat && memoryRanges(srat);
  for (const range of spaRanges) {
    const { record } = range;
    if (record.rangeType !== RANGE_TYPE.pmem) continue;
    const handles = mappings.filter((m) => m.record.rangeIndex === record.rangeIndex).map((m) => m.record.handle);
    const sockets = [...new Set(handles.map((handle) => handleFields(handle).socket))].sort((a, b) => a - b);
    if (sockets.length > 1) {
      yield atStructure("warning", range, `its DIMMs are on sockets ${sockets.join(" and ")}, its domain is one`);
    }
    if (!memory || (record.flags & PROXIMITY_VALID) === 0) continue;
    const [start, end] = [Number(record.rangeBase), Number(record.rangeBase + record.rangeLength)];
    const block = memory.find((m) => m.start <= start && end <= m.end);
    if (!block) {
      const message = `the SRAT has no memory around ${hex(start)} - ${hex(end)}: Xen will not take the range as pmem`;
      yield atField("warning", range, "rangeBase", message);
    } else if (block.proximityDomain !== record.proximityDomain) {
      const message = `domain ${record.proximityDomain}, but the SRAT says ${block.proximityDomain}`;
      yield atField("warning", range, "proximityDomain", message);
    }
  }
}
