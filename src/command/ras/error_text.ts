/** An uncorrectable error told in full: where it is, what Xen made of it, who hears of it, the way out (model 6). */
import { type Json } from "../../base/json.ts";
import { range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { type MachineCheckReport } from "../../xen/mod.ts";
import { placeOf, placeText } from "./pmem_place.ts";
import { wayOut } from "./way_out.ts";

export interface ToldError {
  readonly lines: readonly string[];
  readonly value: { readonly [key: string]: Json };
}

/** `spa`: the address that the processor reported. `owner`: the domain's name; it may be gone by now. */
export function tellError(host: Fork, spa: number, report: MachineCheckReport, owner: string | undefined): ToldError {
  const place = placeOf(host, spa);
  const { lines, note } = wayOut(host, range(spa, 1));
  return {
    lines: [
      placeText(spa, place),
      ...markLines(report),
      heardBy(host, report, owner),
      ...(lines.length === 0 ? [`no way out: ${note}`] : [`way out (${note}):`, ...lines.map((line) => `  ${line}`)]),
    ],
    value: {
      spa,
      mfn: report.mfn,
      ...(place ? { handle: place.handle, dpa: place.dpa } : {}),
      domid: report.domid ?? null,
      gpa: report.gpa ?? null,
      outcome: report.outcome,
      way_out: lines,
    },
  };
}

const markLines = ({ mfn, outcome }: MachineCheckReport): string[] => [
  `Xen marks mfn ${hex(mfn)} broken${outcome === "vmce" || outcome === "crashed" ? "; it stays mapped" : ""}`,
];

function heardBy(host: Fork, { domid, gpa, outcome }: MachineCheckReport, owner: string | undefined): string {
  const name = owner ?? `domain ${domid}`;
  switch (outcome) {
    case "vmce":
      return `its owner, ${name}, gets a virtual machine check for gpa ${hex(gpa!)}`;
    case "crashed":
      return `its owner, ${name}, cannot take a machine check at gpa ${hex(gpa!)} and is stopped (crash)`;
    case "unmapped":
      return `its owner, ${name}, has it as a label page, mapped nowhere: nobody is told`;
    case "dom0":
      return "its owner, dom0, is told";
    case "xen":
      return "Xen's own structures lie there: a real machine does not survive that";
    case "free":
      return host.dom0.hasBus
        ? "nobody owns it and nobody is told; dom0's Linux learns of it at its next scrub"
        : "nobody owns it and nobody is told";
  }
}
