/** The pane about one domain: its guest-physical memory, its vNVDIMMs, and where there is room the whole map. */
import type { DomainView, GuestRangeView, VnvdimmView } from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { type Model } from "../model.ts";
import { type Role } from "../theme.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { bar, barSentence, type Segment } from "../widgets/bar.ts";
import { rule } from "../widgets/rule.ts";
import { type Column, tableLines } from "../widgets/table.ts";
import { facts, leavesText, percent } from "./parts.ts";

export const isGuest = (d: DomainView | undefined): d is DomainView => d !== undefined && d.domid !== 0;
export const pmemBytes = (d: DomainView): number => d.vnvdimms.reduce((sum, v) => sum + v.sizeBytes, 0);

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
  { title: "EPT LEAVES", priority: 4, min: 14, text: (v) => (v.leaves.length > 0 ? leavesText(v.leaves) : "") },
];

/** Two rules, the picture, two facts, titles and rows of the vNVDIMMs. */
export const domainPaneRows = (d: DomainView | undefined): number => 8 + Math.max(1, d?.vnvdimms.length ?? 0);

const RANGE_COLUMNS: readonly Column<GuestRangeView>[] = [
  { title: "RANGE", priority: 1, min: 8, text: (r) => r.name || r.kind },
  { title: "GPA", priority: 1, min: 14, text: (r) => hex(r.startGpa, 12) },
  { title: "END", priority: 1, min: 14, text: (r) => hex(r.endGpa, 12) },
  { title: "SIZE", align: "right", priority: 1, min: 10, text: (r) => shortSize(r.endGpa - r.startGpa) },
];

export function domainPane(model: Model, d: DomainView, width: number, height: number): Line[] {
  const rows = [
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
  const room = height - rows.length - 2;
  if (d.memoryMap.length === 0 || room < Math.min(MAP_LEAST, d.memoryMap.length)) return rows;
  const map = { columns: RANGE_COLUMNS, rows: d.memoryMap, top: 0, cursor: -1 };
  return [
    ...rows,
    rule(["Memory map", "by guest-physical address"], width, model.theme),
    ...tableLines(map, width, room + 1, model.theme),
  ];
}
/** Fewer rows than this of a longer map say little. */
const MAP_LEAST = 4;

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
export function memoryBar(model: Model, d: DomainView, width: number): Line[] {
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
