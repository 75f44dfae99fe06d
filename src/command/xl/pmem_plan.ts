/** What handing a namespace to Xen costs and leaves, as rows and as data. */
import { type Json } from "../../base/json.ts";
import { lengthOf, type Range } from "../../base/range.ts";
import { hex, shortSize } from "../../base/units.ts";
import { type SetupPlan } from "../../toolstack/mod.ts";

export function planRows(plan: SetupPlan): string[] {
  const { backing: { name, extent, mode }, geometry: { whole, reserved, data }, cost, mgmt, lost, mgmtLost } = plan;
  const head = { start: extent.start, end: reserved?.start ?? data.start };
  const tail = { start: Math.max(data.end, whole.end), end: extent.end };
  const percent = (100 * cost.byRule / lengthOf(extent)).toFixed(2);
  return [
    `${name} (${mode}, ${shortSize(lengthOf(extent))}) is Xen's to give to guests`,
    row("head", head, "dom0's"),
    ...(reserved ? [row("reserved", reserved, "Xen's structures")] : []),
    row("data", data, "assignable"),
    ...(lengthOf(tail) > 0 ? [row("rest", tail, "dom0's: Xen manages whole 2 MiB")] : []),
    ...(mgmt ? [`  structures in ${mgmt.backing.name}, ${hex(mgmt.whole.start)} - ${hex(mgmt.whole.end)}`] : []),
    `  cost      ${shortSize(cost.byRule)} by the rule (${percent} %), ${shortSize(cost.alone)} taken`,
    ...(lost > 0 ? [`  lost      the first ${shortSize(lost)} of ${name}`] : []),
    ...(mgmt && mgmtLost > 0 ? [`  lost      ${shortSize(mgmtLost)}, all of ${mgmt.backing.name}`] : []),
  ];
}

const row = (title: string, { start, end }: Range, what: string): string =>
  `  ${title.padEnd(8)}  ${hex(start)} - ${hex(end)}  ${shortSize(end - start).padStart(10)}  ${what}`;

export function planValue({ backing, geometry, cost, mgmt, lost, mgmtLost }: SetupPlan): Json {
  const span = ({ start, end }: Range): Json => ({ start, end });
  return {
    namespace: backing.name,
    mode: backing.mode,
    whole: span(geometry.whole),
    reserved: geometry.reserved ? span(geometry.reserved) : null,
    data: span(geometry.data),
    mgmt: mgmt ? mgmt.backing.name : null,
    cost_by_rule: cost.byRule,
    cost_taken: cost.alone,
    lost: lost + mgmtLost,
  };
}
