/** Platform capabilities and control regions: values that contradict each other. */
import { hex } from "../../../base/units.ts";
import { atField, atStructure, type LintFinding, type Numbered } from "./finding.ts";
import { type Tables } from "./tables.ts";

export function* platformFindings({ capabilities, controlRegions }: Tables): Generator<LintFinding> {
  for (const caps of capabilities) yield* capabilityFindings(caps);
  for (const caps of capabilities.slice(1)) {
    yield atStructure("warning", caps, "more than one Platform Capabilities structure; Linux uses the last");
  }
  for (const dcr of controlRegions) yield* controlRegionFindings(dcr);
}

/** `(1 << (highest + 1)) - 1` overflows in C beyond this. */
const HIGHEST_SAFE = 30;

function* capabilityFindings(caps: Numbered<"capabilities">): Generator<LintFinding> {
  const { highestValid, capabilities } = caps.record;
  if (highestValid > 31) {
    yield atField("error", caps, "highestValid", `bit ${highestValid} is not one of 32`);
  } else if (highestValid > HIGHEST_SAFE) {
    yield atField(
      "warning",
      caps,
      "highestValid",
      "bit 31 as the highest overflows in Linux: all capabilities are lost",
    );
  }
  const beyond = highestValid >= 31 ? 0 : capabilities >>> (highestValid + 1);
  if (beyond !== 0) {
    const message = `${hex(capabilities)} has bits above ${highestValid}, the highest valid one; they do not count`;
    yield atField("warning", caps, "capabilities", message);
  }
}

const KNOWN_INTERFACES = new Set([0x0101, 0x0201, 0x0301]);

function* controlRegionFindings(dcr: Numbered<"controlRegion">): Generator<LintFinding> {
  const { interfaceCode, windowCount, windowSize = 0n, commandSize = 0n, statusSize = 0n } = dcr.record;
  if (!KNOWN_INTERFACES.has(interfaceCode)) {
    yield atField("warning", dcr, "interfaceCode", `${hex(interfaceCode, 4)} is no interface code Linux knows`);
  }
  if (windowCount === 0 && (windowSize !== 0n || commandSize !== 0n || statusSize !== 0n)) {
    yield atField("warning", dcr, "windowCount", "no block control windows, but their sizes are set");
  }
  if (windowCount !== 0) {
    yield atField("warning", dcr, "windowCount", "block control windows: Linux no longer uses them");
  }
}
