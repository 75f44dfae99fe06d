/** `ept lookup`: one walk, as the processor makes it: each entry bit by bit, then the memory and the DIMM behind it. */
import { err, ok } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { hex, parseInteger } from "../../base/units.ts";
import {
  type Access,
  type BitView,
  encodeEptp,
  explainEnd,
  permissionText,
  tableName,
  type Walk,
  walk,
  type WalkStep,
} from "../../ept/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { EXIT } from "../language/exit_codes.ts";
import { usageFault } from "../language/options.ts";
import { columns } from "../tables/columns.ts";
import { unsound } from "../tables/verb.ts";
import { answer, domainVerb, JSON_OPTION } from "./domain_verb.ts";
import { type GuestEpt } from "./guest_ept.ts";
import { leafName } from "./leaf_text.ts";

const ACCESSES: readonly Access[] = ["read", "write", "fetch"];

interface LookupArgs {
  readonly gpa: number;
  readonly access: Access;
  readonly json: boolean;
}

export const eptLookup = domainVerb<LookupArgs>({
  verb: "lookup",
  summary: "Walk a guest's EPT for one guest-physical address",
  help:
    "Every bit of every entry on the way, and where the address ends up: machine address, region, DIMM. Exits 1 where\n" +
    "the processor would leave the guest (EPT violation or misconfiguration).",
  options: { access: { value: "read|write|fetch", help: "what the guest does; read by default" }, ...JSON_OPTION },
  operands: "GPA",
  parse(parsed, usage) {
    const [text] = parsed.operands;
    const gpa = parseInteger(text!.replaceAll("_", ""));
    if (gpa === undefined) return err(usageFault(`"${text}" is no guest-physical address`, usage));
    const word = parsed.get("access") ?? "read";
    const access = ACCESSES.find((known) => known === word);
    if (!access) return err(usageFault(`--access is ${ACCESSES.join(", ")}, not "${word}"`, usage));
    return ok({ gpa, access, json: parsed.has("json") });
  },
  run(ept, { gpa, access, json }, host, context) {
    const made = walk(ept.layout, gpa, access);
    const outcome = answer(context, json, walkJson(host, ept, made), () => walkLines(ept, made));
    return made.end.kind === "mapped" ? outcome : unsound(EXIT.failed, outcome);
  },
});

function walkLines(ept: GuestEpt, { gpa, access, steps, end }: Walk): string[] {
  const { eptp } = ept.layout;
  const head = `${ept.name}, gpa ${hex(gpa)}, ${access}`;
  const pointer = `EPTP  ${hex(encodeEptp(eptp), 16)}  root ${
    hex(eptp.root)
  }, ${eptp.memoryType}, ${eptp.levels} levels, A/D ${eptp.accessedDirty ? "on" : "off"}`;
  return [head, "", pointer, ...steps.flatMap(stepLines), "", ...endLines(ept, gpa, access, end)];
}

function stepLines(step: WalkStep): string[] {
  const { table, index, entryAddress, entry } = step;
  const child = tableName(Math.max(1, step.level - 1) as 1);
  const kind = entry.kind === "leaf"
    ? `leaf ${leafName(entry.span)} at ${hex(entry.address)}`
    : entry.kind === "table"
    ? `${child} at ${hex(entry.address)}`
    : "not present";
  const words = entry.kind === "empty" ? [] : entry.words;
  return [
    "",
    `${table}[${index}]  ${entry.hex}  ${[kind, ...words].join("  ")}   (entry at ${hex(entryAddress)})`,
    ...columns(entry.bits.map(bitCells), [0], "").map((line) => `  ${line}`),
  ];
}

const ROLE: Readonly<Record<BitView["role"], string>> = {
  used: "",
  ignored: "ignored by the processor",
  reserved: "must be zero",
  software: "Xen's",
};

const bitCells = ({ high, low, name, text, role }: BitView): string[] => [
  high === low ? String(low) : `${high}:${low}`,
  name,
  text,
  ROLE[role],
];

function endLines({ names }: GuestEpt, gpa: number, access: Access, end: Walk["end"]): string[] {
  if (end.kind !== "mapped") return [`✗ ${explainEnd(end, access)}`];
  const backing = names.backs({ start: gpa, end: gpa + 1 });
  const place = [names.place(end.mpa), backing].filter((text) => text).join("   ");
  const pat = end.ignorePat ? "whatever the guest's PAT says" : "combined with the guest's PAT";
  const leaf = `leaf ${leafName(end.size)}, ${permissionText(end.permissions)}, ${end.memoryType} ${pat}`;
  return [`→ mpa ${hex(end.mpa)}   ${leaf}`, `  ${place}`];
}

function walkJson(host: Fork, { name, layout, names }: GuestEpt, { gpa, access, steps, end }: Walk): Json {
  return {
    domain: name,
    gpa,
    access,
    eptp: encodeEptp(layout.eptp),
    steps: steps.map(({ table, index, tableAddress, entryAddress, entry }) => ({
      level: table,
      index,
      table: tableAddress,
      entry_address: entryAddress,
      entry: entry.raw,
      kind: entry.kind,
      bits: entry.bits.map(({ high, low, name, value, text, role }) => ({ high, low, name, value, text, role })),
    })),
    result: end.kind === "mapped"
      ? {
        kind: "mapped",
        mpa: end.mpa,
        leaf_bytes: end.size,
        permissions: permissionText(end.permissions),
        memory_type: end.memoryType,
        ignore_pat: end.ignorePat,
        backed_by: names.backs({ start: gpa, end: gpa + 1 }),
        place: names.place(end.mpa),
        ...dimmJson(host, end.mpa),
      }
      : { kind: end.kind, what: explainEnd(end, access), ...qualificationJson(end) },
  };
}

function dimmJson(host: Fork, mpa: number): { [key: string]: Json } {
  const at = host.machine.locate(mpa);
  return at ? { handle: at.handle, dpa: at.dpa } : {};
}

const qualificationJson = (end: Walk["end"]): { [key: string]: Json } =>
  end.kind === "violation" ? { qualification: end.qualification } : {};
