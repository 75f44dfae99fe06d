/** `guest show`: a guest's memory map and its NVDIMM devices, as its firmware tells them. */
import { type Json } from "../../base/json.ts";
import { hex, PAGE_SIZE, shortSize } from "../../base/units.ts";
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
      guest.boot();
      const rows = [...mapRows(record, guest), ...tableRows(guest), ...deviceRows(record, guest)];
      // A look changes nothing: that the guest has started by now is for others to keep.
      return { ...done(`${rows.join("\n")}\n`, "", valueOf(record, guest)), keep: false };
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

function tableRows(guest: Guest): string[] {
  const { tables, fault } = guest.boot();
  const rows = tables.map(({ signature, gpa, bytes }) => `  ${signature}  ${hex(gpa)}  ${bytes.length} bytes`);
  return [
    "ACPI tables from the device model",
    ...rows,
    ...(fault ? [`  not loaded: ${fault.reason}`] : []),
    ...(rows.length === 0 && !fault ? ["  none"] : []),
  ];
}

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
  tables: guest.boot().tables.map(({ signature, gpa, bytes }) => ({ signature, gpa, length: bytes.length })),
});
