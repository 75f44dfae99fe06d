/** `guest show`: a guest's memory map, the tables its firmware placed, its NVDIMM devices. */
import { type Json } from "../../base/json.ts";
import { type Range } from "../../base/range.ts";
import { hex, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { qemuHandle } from "../../acpi/mod.ts";
import { type AcpiDevices, type Guest } from "../../guest/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { type DomainRecord, parseVnvdimm } from "../../toolstack/mod.ts";
import { answer, JSON_OPTION } from "../ept/domain_verb.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { columns } from "../tables/columns.ts";
import { DOMAIN_OPTION } from "../tables/domain.ts";
import { lookingVerb } from "../tables/verb.ts";
import { whyNothing } from "./probe.ts";
import { findGuest, type FoundGuest } from "./running_guest.ts";

const OPTIONS = { ...DOMAIN_OPTION, ...JSON_OPTION } as const;
const USAGE = `guest show ${optionUsage(OPTIONS)}`;

export const guestShow = lookingVerb<{ readonly domain: string; readonly json: boolean }>({
  name: ["guest", "show"],
  summary: "Show a guest's memory map and NVDIMM devices",
  usage: USAGE,
  help:
    "The map that its kernel gets, with the vNVDIMMs that are in no entry of it; ACPI tables as firmware placed them.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).map((parsed) => ({ domain: parsed.get("domain")!, json: parsed.has("json") })),
  run: (host, { domain, json }, context) =>
    findGuest(host, domain).match((found) => {
      // A guest that runs has started; one that never ran has no tables yet.
      if (!found.halted) found.guest.boot();
      const view = viewOf(host, found);
      return answer(context, json, jsonOf(view), () => linesOf(view));
    }, (refused) => refused),
});

/** A vNVDIMM as the device model has it, and the backend behind it. Bytes. */
interface PmemView {
  readonly slot: number;
  readonly handle: number;
  readonly gpa: Range;
  readonly labelSize: number;
  readonly backend: string;
  readonly hotplugged: boolean;
  readonly volatile: boolean;
}

interface GuestView {
  readonly record: DomainRecord;
  readonly state: string;
  readonly map: Guest["memoryMap"];
  readonly pmem: readonly PmemView[];
  /** Undefined before the guest has started. */
  readonly booted: Guest["booted"];
  readonly devices: AcpiDevices | undefined;
  readonly notes: readonly string[];
}

function viewOf(host: Fork, { record, guest, halted }: FoundGuest): GuestView {
  const { booted } = guest;
  const devices = booted && guest.devices();
  const notes = [
    ...(booted ? [] : ["its firmware has not run yet: no tables are placed"]),
    ...(booted && record.vnvdimms.length > 0 && !devices ? whyNothing(guest) : []),
  ];
  return {
    record,
    state: halted?.why ?? "runs",
    map: guest.memoryMap,
    pmem: pmemOf(host, record),
    booted,
    devices,
    notes,
  };
}

function pmemOf(host: Fork, { domid, vnvdimms }: DomainRecord): PmemView[] {
  const devices = host.deviceModels.process(domid)?.devices ?? [];
  return vnvdimms.map(({ slot, gpa, pages, labelPages, spec, volatile }) => ({
    slot,
    handle: qemuHandle(slot),
    gpa: { start: gpa, end: gpa + pages * PAGE_SIZE },
    labelSize: labelPages * PAGE_SIZE,
    backend: parseVnvdimm(spec).match(({ backend }) => backend || spec, () => spec),
    hotplugged: devices.find((device) => device.slot === slot)?.hotplugged ?? false,
    volatile,
  }));
}

const DIGITS = 12;
const span = ({ start, end }: Range): string => `${hex(start, DIGITS)} - ${hex(end, DIGITS)}`;
const size = ({ start, end }: Range): string => shortSize(end - start);
const section = (title: string, rows: readonly (readonly string[])[], right: readonly number[] = []): string[] =>
  rows.length === 0 ? [] : ["", title, ...columns(rows, right, "").map((line) => `  ${line}`)];

function linesOf({ record, state, map, pmem, booted, devices, notes }: GuestView): string[] {
  const { name, domid, config } = record;
  return [
    `${name} (domain ${domid}) ${state}; ACPI profile ${config.nvdeck.acpi}`,
    ...section("memory map (e820)", map.map((entry) => [span(entry), size(entry), entry.type]), [1]),
    ...section(
      "persistent memory, in no entry of the map",
      pmem.map((nv) => [
        span(nv.gpa),
        size(nv.gpa),
        `nv${nv.slot}`,
        `handle ${nv.handle}`,
        nv.labelSize === 0 ? "no labels" : `labels ${shortSize(nv.labelSize)}`,
        [nv.backend, ...(nv.hotplugged ? ["hot-plugged"] : []), ...(nv.volatile ? ["volatile"] : [])].join(", "),
      ]),
      [1],
    ),
    ...section(
      "ACPI tables from the device model",
      (booted?.tables ?? []).map(({ signature, gpa, bytes }) => [signature, hex(gpa), `${bytes.length} bytes`]),
      [2],
    ),
    ...section("NVDIMM devices in ACPI", devices ? deviceRows(devices, pmem) : []),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ];
}

/** Methods that ACPI names; the others are the table's own. */
const methodsText = (methods: ReadonlySet<string>): string =>
  [...methods].filter((name) => name.startsWith("_")).join(" ") || "no methods";

function deviceRows({ root, children, page }: AcpiDevices, pmem: readonly PmemView[]): string[][] {
  return [
    ["\\_SB.NVDR", "root", methodsText(root), page === undefined ? "" : `page at ${hex(page)}`],
    ...[...children].map(([handle, methods]) => [
      "",
      `handle ${handle}`,
      methodsText(methods),
      pmem.find((nv) => nv.handle === handle) ? `nv${handle - 1}` : "empty slot",
    ]),
  ];
}

const jsonOf = ({ record, state, map, pmem, booted, devices, notes }: GuestView): Json => ({
  domain: record.name,
  domid: record.domid,
  state,
  acpi: record.config.nvdeck.acpi,
  memory_map: map.map(({ start, end, type }) => ({ start, end, type })),
  pmem: pmem.map(({ gpa, labelSize, ...nv }) => ({
    slot: nv.slot,
    handle: nv.handle,
    gpa: gpa.start,
    size: gpa.end - gpa.start,
    label_size: labelSize,
    backend: nv.backend,
    hotplugged: nv.hotplugged,
    volatile: nv.volatile,
  })),
  tables: (booted?.tables ?? []).map(({ signature, gpa, bytes }) => ({ signature, gpa, length: bytes.length })),
  dsm_page: devices?.page ?? null,
  devices: devices
    ? {
      root: [...devices.root],
      children: [...devices.children].map(([handle, methods]) => ({ handle, methods: [...methods] })),
    }
    : null,
  notes,
});
