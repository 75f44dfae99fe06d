/** Screen 4: the domains, and for the selected one its guest-physical memory to scale and its vNVDIMMs. */
import type { DomainView, GuestRangeView, VnvdimmView } from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { rehearse } from "../acts.ts";
import { quoted } from "../../src/command/language/words.ts";
import { stacked } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Scene, type Screen } from "../scene.ts";
import { type Role } from "../theme.ts";
import { EMPTY, fill, type Line, line, span } from "../text/line.ts";
import { bar, barSentence, type Segment } from "../widgets/bar.ts";
import { cursorIndex, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column, filtered, sorted, tableLines } from "../widgets/table.ts";
import { copyKey, filterKey, onScreen, readOnly, sortKeys } from "./bindings.ts";
import { assignKey, namespaceAtCursor } from "./namespaces.ts";
import { facts, leavesText, percent, plural } from "./parts.ts";

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

const seen = remembered((all: readonly DomainView[], filter: string, sort: string | undefined, down: boolean) =>
  sorted(filtered(all, COLUMNS, filter), COLUMNS, sort, down)
);
const ids = remembered((rows: readonly DomainView[]) => rows.map((d) => d.name));
const rowsOf = (model: Model): readonly DomainView[] => {
  const { filter, sort, descending } = model.lists.domains;
  return seen(model.snapshot.domains, filter, sort, descending);
};
export const domainAtCursor = (model: Model): DomainView | undefined => {
  const rows = rowsOf(model);
  return rows[cursorIndex(model.lists.domains, ids(rows))];
};

const paneRows = (d: DomainView | undefined): number => 8 + Math.max(1, d?.vnvdimms.length ?? 0);
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
    filterKey("domains"),
    ...sortKeys("domains", () => COLUMNS.filter((c) => c.compare).map((c) => c.title)),
    copyKey((model) => domainAtCursor(model)?.name),
  ],
  line: () => "xl list",
  list: (model, _width, height) => ({
    ids: ids(rowsOf(model)),
    height: Math.max(1, stacked(height, paneRows(domainAtCursor(model))).list - 2),
    firstRow: 2,
  }),
  view,
};

function view({ model, width, height }: Scene): Line[] {
  const rows = rowsOf(model);
  const list = model.lists.domains;
  const cursor = cursorIndex(list, ids(rows));
  const here = rows[cursor];
  const { list: listHeight, pane } = stacked(height, paneRows(here));
  const top = topRow(list, rows.length, listHeight - 2, cursor);
  const running = rows.filter((d) => d.domid !== undefined).length;
  return [
    ...fill([
      rule(["Domains", plural(rows.length, "domain"), `${running} running`], width, model.theme),
      ...tableLines(
        { columns: COLUMNS, rows, top, cursor, sort: list.sort, descending: list.descending },
        width,
        listHeight - 1,
        model.theme,
      ),
    ], listHeight),
    ...fill(here ? domainPane(model, here, width) : [], pane),
  ];
}

function domainPane(model: Model, d: DomainView, width: number): Line[] {
  return [
    rule([d.name, "guest-physical memory"], width, model.theme),
    ...memoryBar(model, d.memoryMap, width),
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

const poolText = ({ pool }: DomainView): string =>
  pool
    ? `${grouped(pool.usedPages)} of ${grouped(pool.totalPages)} pages (${percent(pool.usedPages, pool.totalPages)})`
    : "not running";

const RANGE_LOOKS: Readonly<Record<GuestRangeView["kind"], { fill: string; role: Role }>> = {
  ram: { fill: "▒", role: "muted" },
  hole: { fill: " ", role: "rule" },
  pmem: { fill: "█", role: "accent" },
  firmware: { fill: "░", role: "muted" },
};

/** A few GiB of RAM below terabytes of pmem would vanish: the map shows order and names, widths by logarithm. */
function memoryBar(model: Model, map: readonly GuestRangeView[], width: number): Line[] {
  if (map.length === 0) return [line(span("   Known once the guest has been made.", "muted")), EMPTY];
  let at = 0;
  const segments: Segment[] = map.map((r) => {
    const start = at;
    at += Math.max(1, Math.log2((r.endGpa - r.startGpa) / 0x100000 + 2));
    const size = shortSize(r.endGpa - r.startGpa);
    return { start, end: at, name: r.name, caption: `${size} at ${hex(r.startGpa)}`, ...RANGE_LOOKS[r.kind] };
  });
  if (model.theme.layout === "reader") return [line(` ${barSentence(segments)}`), EMPTY];
  const { bar: drawn, captions } = bar(segments, width - 2);
  return [[span(" "), ...drawn], [span(" "), ...captions]];
}
