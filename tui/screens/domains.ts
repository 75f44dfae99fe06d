/** Screen 4: the domains, and for the selected one its guest-physical memory to scale and its vNVDIMMs. */
import type { DomainView, GuestRangeView, VnvdimmView } from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { rehearse } from "../acts.ts";
import { quoted } from "../../src/command/language/words.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Screen } from "../scene.ts";
import { type Role } from "../theme.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { bar, barSentence, type Segment } from "../widgets/bar.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column, tableLines } from "../widgets/table.ts";
import { onScreen, readOnly } from "./bindings.ts";
import { listing } from "./listing.ts";
import { assignKey, namespaceAtCursor } from "./namespaces.ts";
import { facts, leavesText, percent } from "./parts.ts";

const pmemBytes = (d: DomainView): number => d.vnvdimms.reduce((sum, v) => sum + v.sizeBytes, 0);
const DOMAIN_ROLES: Readonly<Record<DomainView["state"], Role>> = {
  running: "ok",
  paused: "warning",
  shutdown: "muted",
  crashed: "danger",
  dying: "danger",
  off: "muted",
};

const COLUMNS: readonly Column<DomainView>[] = [
  { title: "NAME", priority: 1, min: 8, text: (d) => d.name, compare: byText((d) => d.name) },
  {
    title: "ID",
    align: "right",
    priority: 2,
    min: 2,
    text: (d) => (d.domid === undefined ? "" : String(d.domid)),
    compare: byNumber((d) => d.domid ?? Infinity),
  },
  {
    title: "STATE",
    priority: 1,
    min: 8,
    text: (d) => d.state,
    role: (d) => DOMAIN_ROLES[d.state],
    compare: byText((d) => d.state),
  },
  { title: "TYPE", priority: 6, min: 4, text: (d) => d.type },
  {
    title: "MEMORY",
    align: "right",
    priority: 3,
    min: 10,
    text: (d) => shortSize(d.memoryBytes),
    compare: byNumber((d) => d.memoryBytes),
  },
  { title: "VCPUS", align: "right", priority: 7, min: 5, text: (d) => String(d.vcpus) },
  {
    title: "PMEM",
    align: "right",
    priority: 1,
    min: 10,
    text: (d) => shortSize(pmemBytes(d)),
    compare: byNumber(pmemBytes),
  },
  { title: "VNVDIMMS", align: "right", priority: 4, min: 8, text: (d) => String(d.vnvdimms.length) },
  { title: "ACPI", priority: 8, min: 4, text: (d) => d.acpi },
  { title: "AUTOSTART", priority: 9, min: 9, text: (d) => (d.autostart ? "yes" : "no") },
  { title: "CONFIG", priority: 5, min: 12, side: "start", text: (d) => d.config ?? "" },
];

const VNVDIMM_COLUMNS: readonly Column<VnvdimmView>[] = [
  { title: "SLOT", align: "right", priority: 1, min: 4, text: (v) => `nv${v.slot}` },
  { title: "BACKEND", priority: 2, min: 12, text: (v) => v.backend },
  { title: "NAMESPACE", priority: 3, min: 12, text: (v) => v.namespace ?? "" },
  { title: "SIZE", align: "right", priority: 1, min: 10, text: (v) => shortSize(v.sizeBytes) },
  {
    title: "LABELS",
    align: "right",
    priority: 5,
    min: 8,
    text: (v) => (v.labelBytes > 0 ? shortSize(v.labelBytes) : ""),
  },
  { title: "GPA", priority: 1, min: 14, text: (v) => (v.gpa === undefined ? "" : hex(v.gpa, 12)) },
  { title: "EPT LEAVES", priority: 4, min: 14, text: (v) => leavesText(v.leaves) },
];

const paneRows = (d: DomainView | undefined): number => 8 + Math.max(1, d?.vnvdimms.length ?? 0);

const table = listing<DomainView>({
  name: "domains",
  title: "Domains",
  columns: COLUMNS,
  all: (model) => model.snapshot.domains,
  id: (d) => d.name,
  order: () => "by domid",
  paneRows,
  pane: ({ model, width }, d) => domainPane(model, d, width),
  nothing: () => [
    EMPTY,
    line(span("   Xen runs no domain.", "strong")),
    EMPTY,
    line(span("   a", "key"), span("  starts a guest with a namespace.")),
  ],
});
const domainAtCursor = table.at;

const isGuest = (d: DomainView | undefined): d is DomainView => d !== undefined && d.domid !== 0;

export const domains: Screen = {
  name: "domains",
  title: "Domains",
  bindings: [
    {
      keys: ["enter"],
      label: "tables",
      help: "The ACPI tables this guest gets (screen 5)",
      unavailable: (model) => (isGuest(domainAtCursor(model)) ? undefined : "dom0 has the host's own tables: press 5."),
      act: (model) => stay(onScreen({ ...model, tables: { domain: domainAtCursor(model)!.name, index: 0 } }, "nfit")),
    },
    {
      keys: ["e"],
      label: "EPT",
      help: "The second-level page tables of this guest (screen 6)",
      unavailable: (model) => (isGuest(domainAtCursor(model)) ? undefined : "dom0 has no EPT here."),
      act: (model) => stay(onScreen({ ...model, ept: { domain: domainAtCursor(model)!.name, gpa: undefined } }, "ept")),
    },
    assignKey((model) => namespaceAtCursor(model)?.name),
    {
      keys: ["s"],
      label: "start",
      help: "Start the guest from its xl.cfg",
      unavailable: (model) => {
        const d = domainAtCursor(model);
        if (readOnly(model)) return readOnly(model);
        if (!isGuest(d)) return "dom0 runs already.";
        if (d.state === "running" || d.state === "paused") return `${d.name} runs already, as domain ${d.domid}.`;
        return d.config ? undefined : `${d.name} has no xl.cfg on record; start it with \`xl create FILE\` (:).`;
      },
      act: (model) => rehearse(model, [`xl create ${quoted(domainAtCursor(model)!.config!)}`], "act"),
    },
    {
      keys: ["x"],
      label: "shut down",
      help: "Ask the guest to shut down; its persistent memory stays its own",
      unavailable: (model) => {
        const d = domainAtCursor(model);
        if (readOnly(model)) return readOnly(model);
        if (!isGuest(d)) return "dom0 is shut down with the host, by `host shutdown` (:).";
        return d.domid === undefined ? `${d.name} does not run.` : undefined;
      },
      act: (model) => rehearse(model, [`xl shutdown ${quoted(domainAtCursor(model)!.name)}`], "ask"),
    },
    ...table.keys((d) => d.name),
  ],
  line: () => "xl list",
  list: table.list,
  view: table.view,
};

function domainPane(model: Model, d: DomainView, width: number): Line[] {
  return [
    rule([d.name, isGuest(d) ? "guest-physical memory" : "the driver domain"], width, model.theme),
    ...memoryBar(model, d, width),
    ...facts([["uuid", d.uuid], ["p2m pool", poolText(d)]]),
    rule(["vNVDIMMs", pmemBytes(d) > 0 ? shortSize(pmemBytes(d)) : "none"], width, model.theme),
    ...(d.vnvdimms.length === 0
      ? [line(span("   a", "key"), span(isGuest(d) ? "  gives it a namespace." : "  gives a namespace to a guest."))]
      : tableLines(
        { columns: VNVDIMM_COLUMNS, rows: d.vnvdimms, top: 0, cursor: -1 },
        width,
        d.vnvdimms.length + 1,
        model.theme,
      )),
    EMPTY,
  ];
}

const poolText = ({ pool }: DomainView): string => {
  if (!pool) return "—";
  const { usedPages, totalPages } = pool;
  return `${grouped(usedPages)} of ${grouped(totalPages)} pages (${percent(usedPages, totalPages)})`;
};

const RANGE_LOOKS: Readonly<Record<GuestRangeView["kind"], { fill: string; role: Role }>> = {
  ram: { fill: "▒", role: "muted" },
  hole: { fill: " ", role: "rule" },
  pmem: { fill: "█", role: "accent" },
  firmware: { fill: "░", role: "muted" },
};

/** A few GiB of RAM below terabytes of pmem would vanish: the map shows order and names, widths by logarithm. */
function memoryBar(model: Model, d: DomainView, width: number): Line[] {
  const map = joined(d.memoryMap);
  if (map.length === 0) {
    const why = isGuest(d)
      ? "Known once the guest is started."
      : "dom0 sees the machine's own memory: 3 shows its regions.";
    return [line(span(`   ${why}`, "muted")), EMPTY];
  }
  let at = 0;
  const segments: Segment[] = map.map((r) => {
    const start = at;
    at += Math.max(1, Math.log2((r.endGpa - r.startGpa) / 0x100000 + 2));
    const size = shortSize(r.endGpa - r.startGpa);
    return {
      start,
      end: at,
      name: r.name,
      caption: `${size} at ${hex(r.startGpa)}`,
      short: size,
      ...RANGE_LOOKS[r.kind],
    };
  });
  if (model.theme.layout === "reader") return [line(` ${barSentence(segments)}`), EMPTY];
  const { bar: drawn, captions } = bar(segments, width - 2);
  return [[span(" "), ...drawn], [span(" "), ...captions]];
}

/** The small ranges of firmware below 4 GiB are one piece of the picture; the table has them all. */
function joined(map: readonly GuestRangeView[]): GuestRangeView[] {
  const pieces: GuestRangeView[] = [];
  for (const range of map) {
    const last = pieces.at(-1);
    if (last?.kind !== "firmware" || range.kind !== "firmware") pieces.push(range);
    else pieces[pieces.length - 1] = { ...last, endGpa: range.endGpa };
  }
  return pieces;
}
