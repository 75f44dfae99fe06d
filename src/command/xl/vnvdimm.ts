/** `xl vnvdimm-attach`, `-detach`, `-list` (ext): vNVDIMMs of guests, running or not. */
import { type Json } from "../../base/json.ts";
import { hex, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { explainAttach, type Handover, parseVnvdimm } from "../../toolstack/mod.ts";
import { findDomain } from "./domains.ts";
import { dropped, NO_OPTIONS, said, type XlVerb } from "./verb.ts";

export const vnvdimmAttach: XlVerb = {
  name: "vnvdimm-attach",
  summary: "Give a running domain one more vNVDIMM",
  usage: "[options] <Domain> <Spec>",
  options: [
    "--volatile       take volatile memory",
    "--sanitize       zero it first where it holds another guest's data",
    "--keep-content   hand it over as it is",
  ],
  ext: true,
  effect: ({ flags }) => flags.has("sanitize") ? "destroys" : "writes",
  syntax: { short: "", long: { volatile: "volatile", sanitize: "sanitize", "keep-content": "keep-content" } },
  required: 2,
  run(host, { operands, flags }) {
    const domid = findDomain(host, operands[0]!);
    if (domid.isErr()) return domid.error;
    const spec = parseVnvdimm(operands.slice(1).join(" "));
    if (spec.isErr()) return dropped(`Error: ${spec.error}\n`);
    const handover: Handover = flags.has("sanitize") ? "sanitize" : flags.has("keep-content") ? "keep" : undefined;
    return host.toolstack.attach(domid.value, spec.value, { volatile: flags.has("volatile"), handover }).match(
      ({ slot, gpa, vnvdimms, note }) =>
        said(
          `slot ${slot} at ${hex(gpa)}, announced through _FIT\nits configuration should say: ${vnvdimms}\n`,
          { slot, gpa, vnvdimms },
          note === undefined ? "" : `${note}\n`,
        ),
      (refusal) => {
        const { what, hint } = explainAttach(refusal);
        return dropped(`Error: vnvdimm-attach failed, ${what}\n${hint}\n`);
      },
    );
  },
};

export const vnvdimmDetach: XlVerb = {
  name: "vnvdimm-detach",
  summary: "End the claim of a domain that is not running on a vNVDIMM",
  usage: "<Domain> <Slot>",
  ext: true,
  effect: "writes",
  syntax: NO_OPTIONS,
  required: 2,
  run(host, { operands }) {
    const slot = /^[0-9]+$/.test(operands[1]!) ? Number(operands[1]) : -1;
    return host.toolstack.detach(operands[0]!, slot).match(
      ({ claim, vnvdimms }) =>
        said(
          `slot ${claim.slot} of ${claim.domainName} (${claim.spec}) is nobody's now; its content is untouched\n` +
            `its configuration should say: ${vnvdimms}\n`,
          { domain: claim.domainName, slot: claim.slot, spec: claim.spec, vnvdimms },
        ),
      (refusal) => {
        const { what, hint } = explainAttach(refusal);
        return dropped(`Error: vnvdimm-detach failed, ${what}\n${hint}\n`);
      },
    );
  },
};

interface Row {
  readonly slot: number;
  readonly state: "running" | "off";
  readonly gpa: number;
  readonly bytes: number;
  readonly labelBytes: number;
  readonly spec: string;
  readonly volatile: boolean;
}

export const vnvdimmList: XlVerb = {
  name: "vnvdimm-list",
  summary: "List the vNVDIMMs of a domain, running or not",
  usage: "<Domain>",
  ext: true,
  effect: "reads",
  syntax: NO_OPTIONS,
  required: 1,
  run(host, { operands }) {
    const rows = rowsOf(host, operands[0]!);
    if (!rows) return findDomain(host, operands[0]!).match(() => said(HEAD, []), (fault) => fault);
    const value = rows.map(({ volatile, ...row }) => ({ ...row, persistent: !volatile })) as unknown as Json;
    return said(HEAD + rows.map((row) => `${text(row)}\n`).join(""), value);
  },
};

const HEAD = "Slot State   Address              Size       Labels     Backend\n";

const text = ({ slot, state, gpa, bytes, labelBytes, spec, volatile }: Row): string =>
  `${String(slot).padStart(4)} ${state.padEnd(7)} ${hex(gpa, 12).padEnd(14)} ${shortSize(bytes).padStart(10)} ${
    shortSize(labelBytes).padStart(12)
  }     ${spec}${volatile ? " (volatile)" : ""}`;

/** Of a running domain what it has, else what is kept for it; undefined where nothing is known of it. */
function rowsOf(host: Fork, name: string): Row[] | undefined {
  const { toolstack } = host;
  const record = toolstack.records().find((each) => [each.name, each.uuid, String(each.domid)].includes(name));
  if (record) {
    return record.vnvdimms.map(({ slot, gpa, pages, labelPages, spec, volatile }) => ({
      slot,
      state: "running",
      gpa,
      bytes: pages * PAGE_SIZE,
      labelBytes: labelPages * PAGE_SIZE,
      spec,
      volatile,
    }));
  }
  const kept = toolstack.assignments().filter((each) => each.domainName === name || each.domainUuid === name);
  if (kept.length === 0) return undefined;
  return kept.map(({ slot, gpa, pages, labelPages, spec }) => ({
    slot,
    state: "off",
    gpa,
    bytes: pages * PAGE_SIZE,
    labelBytes: labelPages * PAGE_SIZE,
    spec,
    volatile: false,
  }));
}
