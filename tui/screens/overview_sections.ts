/** What the overview says of owners, guests, namespaces, commands and DIMMs: each as many rows as the terminal has for it. */
import type { DimmView, DomainView, JournalView } from "../../src/command/language/console_host.ts";
import { shortSize } from "../../src/base/units.ts";
import { type Model } from "../model.ts";
import { type Charts } from "../scene.ts";
import { type Line, line, span } from "../text/line.ts";
import { clean, cut, fit } from "../text/width.ts";
import { type Section } from "../widgets/stack.ts";
import { type Column, tableLines } from "../widgets/table.ts";
import { COLUMNS as NAMESPACE_COLUMNS } from "./namespaces.ts";
import { plural } from "./parts.ts";
import { COLUMNS as RANGE_COLUMNS } from "./ranges.ts";
import { capacityOf, capacityText, chartUnit, sharesOf, shareTable } from "./shares.ts";

const SHARES_LEAST = 6;
const GUESTS_LEAST = 3;
const COMMANDS_LEAST = 2;
const COMMANDS_MOST = 12;
const TABLE_LEAST = 4;

/** The sections from top to bottom, and by importance. */
export function ownerSections(
  model: Model,
  width: number,
): { readonly sections: readonly Section[]; readonly ranked: readonly Section[] } {
  const { snapshot, theme } = model;
  const shares: Section = {
    title: [],
    wants: sharesOf(snapshot).length,
    least: SHARES_LEAST,
    rows: (count) => shareTable(snapshot, width, count, theme.layout === "reader"),
  };
  const guests = guestSection(snapshot.domains.filter((d) => d.domid !== 0));
  const commands = commandSection(snapshot.journal, width);
  const table = snapshot.identity.management === "xen"
    ? tableSection("Ranges", RANGE_COLUMNS, snapshot.ranges, model, width)
    : tableSection("Namespaces", NAMESPACE_COLUMNS, snapshot.namespaces, model, width);
  return { sections: [shares, guests, table, commands], ranked: [shares, guests, table, commands] };
}

const guestSection = (guests: readonly DomainView[]): Section => ({
  title: ["Guests", plural(guests.length, "guest")],
  wants: guests.length,
  least: GUESTS_LEAST,
  rows: (count) => withRest(guests.map(guestLine), count, "4 lists them all"),
});

const guestLine = (d: DomainView): Line => [
  span(`   ${fit(clean(d.name), 14)}`),
  span(fit(d.state, 10), d.state === "running" ? "ok" : "muted"),
  span(fit(d.memoryBytes > 0 ? `${shortSize(d.memoryBytes)} RAM` : "", 15, "right")),
  span(
    `  ${d.vnvdimms.map((v) => `nv${v.slot} ${shortSize(v.sizeBytes)} ${clean(v.namespace ?? v.backend)}`).join(", ")}`,
    "muted",
  ),
];

const commandSection = (journal: readonly JournalView[], width: number): Section => ({
  title: ["Latest commands"],
  wants: Math.min(COMMANDS_MOST, journal.length),
  least: COMMANDS_LEAST,
  rows: (count) =>
    journal.slice(0, count).map((j): Line => [
      span(`   ${fit(`#${j.sequence}`, 6)}`, "muted"),
      span(cut(clean(j.line), width - 12), j.undone ? "muted" : "text"),
    ]),
});

/** The screen's own table, as far as it goes. */
const tableSection = <R>(
  title: string,
  columns: readonly Column<R>[],
  rows: readonly R[],
  model: Model,
  width: number,
): Section => ({
  title: [title, String(rows.length)],
  wants: rows.length === 0 ? 0 : rows.length + 1,
  least: TABLE_LEAST,
  rows: (count) => {
    const lines = tableLines({ columns, rows: rows.slice(0, count), top: 0, cursor: -1 }, width, count, model.theme);
    return rows.length + 1 <= count
      ? lines
      : [...lines.slice(0, count - 1), rest(rows.length - count + 2, "2 lists them all")];
  },
});

const DIMM_COLUMNS: readonly Column<DimmView>[] = [
  { title: "DIMM", priority: 1, min: 6, text: (d) => d.name },
  { title: "PLACE", priority: 4, min: 19, text: (d) => `socket ${d.socket} imc ${d.controller} ch ${d.channel}` },
  { title: "REGION", priority: 5, min: 7, text: (d) => d.region ?? "" },
  { title: "SIZE", align: "right", priority: 2, min: 10, text: (d) => shortSize(d.sizeBytes) },
  {
    title: "LABELS",
    align: "right",
    priority: 3,
    min: 7,
    text: (d) => d.labels ? `${d.labels.used}/${d.labels.slots}` : "",
  },
  {
    title: "STATE",
    priority: 1,
    min: 6,
    text: (d) => [d.state, ...d.flags].join(" "),
    role: (d) => (d.state === "active" && d.flags.length === 0 ? "text" : "warning"),
  },
];

export function dimmSection({ snapshot: { dimms }, theme }: Model, width: number): Section {
  // Those that need looking at stand first, so that a short list never hides them.
  const sick = (d: DimmView) => d.state !== "active" || d.flags.length > 0;
  const rows = [...dimms.filter(sick), ...dimms.filter((d) => !sick(d))];
  return {
    title: ["DIMMs", plural(dimms.length, "DIMM")],
    wants: dimms.length === 0 ? 0 : dimms.length + 1,
    least: TABLE_LEAST,
    rows: (count) => {
      const lines = tableLines({ columns: DIMM_COLUMNS, rows, top: 0, cursor: -1 }, width, count, theme);
      return rows.length + 1 <= count
        ? lines
        : [...lines.slice(0, count - 1), rest(rows.length - count + 2, "3 lists them")];
    },
  };
}

/** Taller than this the chart says no more; lower it cannot be drawn. */
const CHART_MOST = 26;
const CHART_LEAST = 9;

/** `room`: the rows that other sections leave. */
export function chartSection(model: Model, width: number, room: number, charts: Charts | undefined): Section {
  const { snapshot, theme } = model;
  return {
    title: [],
    wants: Math.max(CHART_LEAST, Math.min(CHART_MOST, room)),
    least: CHART_LEAST,
    rows: (count) => {
      const place = { width: width - 1, height: count, light: theme.name === "light" };
      const drawn = theme.charts ? charts?.capacity(capacityOf(snapshot), chartUnit(snapshot), place) : undefined;
      return (drawn ?? capacityText(snapshot, width - 1)).map((row) => [span(" "), ...row]);
    },
  };
}

const rest = (count: number, where: string): Line => line(span(`   and ${count} more: ${where}`, "muted"));

const withRest = (rows: readonly Line[], count: number, where: string): readonly Line[] =>
  rows.length <= count ? rows : [...rows.slice(0, count - 1), rest(rows.length - count + 1, where)];
