/** `guest show`: a guest's memory map and its NVDIMM devices, as its firmware tells them. */
import { type Json } from "../../base/json.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { hex, shortSize } from "../../base/units.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { type Guest } from "../../guest/mod.ts";
import { done } from "../language/command.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { DOMAIN_OPTION } from "../tables/domain.ts";
import { lookingVerb, noSuchObject } from "../tables/verb.ts";
import { findGuest } from "./guest_of.ts";

const USAGE = `guest show ${optionUsage(DOMAIN_OPTION)}`;

export const guestShow = lookingVerb({
  name: ["guest", "show"],
  summary: "Show a guest's memory map and NVDIMM devices",
  usage: USAGE,
  parse: (argv) => parseOptions(argv, DOMAIN_OPTION, USAGE).map((parsed) => ({ domain: parsed.get("domain")! })),
  run: (host, { domain }) =>
    findGuest(host, domain).match(({ record, guest }) => {
      const rows = [...mapRows(record, guest), ...tableRows(guest), ...deviceRows(record, guest)];
      return done(`${rows.join("\n")}\n`, "", valueOf(record, guest));
    }, noSuchObject),
});

interface Place {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

/** E820 and, between its entries, the vNVDIMMs that are in none of them. */
function placesOf(record: DomainRecord, guest: Guest): Place[] {
  const map = guest.memoryMap.map(({ start, end, type }) => ({ start, end, what: `e820 ${type}` }));
  const pmem = record.vnvdimms.map(({ slot, gpa, pages, volatile }) => ({
    start: gpa,
    end: gpa + pages * PAGE_SIZE,
    what: `vNVDIMM ${slot}, in no e820 entry${volatile ? ", volatile" : ""}`,
  }));
  return [...map, ...pmem].sort((a, b) => a.start - b.start);
}

const mapRows = (record: DomainRecord, guest: Guest): string[] => [
  `memory map of ${record.name}`,
  ...placesOf(record, guest).map(({ start, end, what }) =>
    `  ${hex(start, 12)} - ${hex(end, 12)}  ${shortSize(end - start).padStart(10)}  ${what}`
  ),
];

const tableRows = (guest: Guest): string[] => [
  "ACPI tables from the device model",
  ...guest.tables().match(
    ({ tables }) => tables.map(({ signature, gpa, bytes }) => `  ${signature}  ${hex(gpa)}  ${bytes.length} bytes`),
    (fault) => [fault.kind === "no-loader" ? "  none" : `  not loaded: ${fault.reason}`],
  ),
];

function deviceRows(record: DomainRecord, guest: Guest): string[] {
  const devices = guest.devices();
  if (!devices) return ["NVDIMM devices", "  none in ACPI: its Linux finds no bus"];
  const methods = (set: ReadonlySet<string>): string => [...set].filter((name) => name.startsWith("_")).join(" ");
  return [
    "NVDIMM devices",
    `  \\_SB.NVDR  root  ${methods(devices.root) || "no methods"}`,
    ...[...devices.children].map(([handle, set]) => {
      const vnvdimm = record.vnvdimms.find(({ slot }) => slot === handle - 1);
      const what = vnvdimm ? `${shortSize(vnvdimm.pages * PAGE_SIZE)} at ${hex(vnvdimm.gpa)}` : "empty slot";
      return `  handle ${handle}  ${what}  ${methods(set) || "no methods"}`;
    }),
  ];
}

const valueOf = (record: DomainRecord, guest: Guest): Json => ({
  domain: record.name,
  acpi: record.config.nvdeck.acpi,
  memory_map: placesOf(record, guest).map((place) => ({ ...place })),
  tables: guest.tables().map(({ tables }) =>
    tables.map(({ signature, gpa, bytes }) => ({ signature, gpa, length: bytes.length }))
  ).unwrapOr([]),
});
