/** Faults of label areas as lines: where, how bad, what it is, and below it what to do. */
import { type Json } from "../../base/json.ts";
import { hex } from "../../base/units.ts";
import { explainLabel, type LabelFault, type Severity } from "../../label/mod.ts";
import { counted } from "../tables/counted.ts";
import { harmless } from "../tables/field_text.ts";

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** `2 errors, 1 note`, or `no faults`. */
export function faultsText(faults: readonly LabelFault[]): string {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: faults.filter((fault) => fault.severity === severity).length,
  }));
  return counts.filter(({ count }) => count > 0).map(({ severity, count }) => counted(count, severity)).join(", ") ||
    "no faults";
}

/** `names`: of the areas, in the order they were checked. What to do is said once, below the first fault it is for. */
export function faultLines(faults: readonly LabelFault[], names: readonly string[]): string[] {
  const width = names.reduce((widest, name) => Math.max(widest, name.length), 0);
  const said = new Set<string>();
  return faults.flatMap((fault) => {
    const { what, hint } = explainLabel(fault);
    const head = `${names[fault.area]!.padEnd(width)}  ${hex(fault.offset, 4)}  ${fault.severity.padEnd(7)}  `;
    const lines = said.has(hint) ? [`${head}${what}`] : [`${head}${what}`, `${" ".repeat(head.length)}${hint}`];
    said.add(hint);
    return lines.map(harmless);
  });
}

export const faultsJson = (faults: readonly LabelFault[], names: readonly string[]): Json =>
  faults.map((fault): Json => {
    const { area, severity, kind, offset, length } = fault;
    return { area: names[area]!, severity, kind, offset, length, ...explainLabel(fault) };
  });
