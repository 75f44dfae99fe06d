/** Screen 1: what memory there is, whose it is, what is wrong, and how to give some to a guest. */
import type { FindingView, HostSnapshot, RegionView } from "../../src/command/language/console_host.ts";
import { shortSize } from "../../src/base/units.ts";
import { sideBySide } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Scene, type Screen } from "../scene.ts";
import { beside, EMPTY, ends, fill, type Line, line, span } from "../text/line.ts";
import { clean, cut, fit, wrapped } from "../text/width.ts";
import { cursorIndex, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { copyKey, onScreen, withList } from "./bindings.ts";
import { assignKey, carveKey, namespaceAtCursor } from "./namespaces.ts";
import { legend, plural, regionBar, regionPlace } from "./parts.ts";
import { capacityOf, capacityText, sharesOf, shareTable } from "./shares.ts";

const ids = remembered((regions: readonly RegionView[]) => regions.map((r) => r.name));
const regionAtCursor = (model: Model): RegionView | undefined =>
  model.snapshot.regions[cursorIndex(model.lists.overview, ids(model.snapshot.regions))];

/** Rows a region takes: headline, bar, captions, and a blank one where there is room. */
const ROWS_TIGHT = 3;
interface Plan {
  readonly perRegion: number;
  readonly regions: number;
  readonly shares: number;
  readonly findings: number;
  readonly guide: number;
}

/** Shares the body out: guide and findings keep a little, the regions what they need, the shares and the chart the rest. */
export function plan(host: HostSnapshot, height: number): Plan {
  const guide = height >= 26 ? 5 : 3;
  const findings = Math.max(3, Math.min(1 + host.findings.length * 2, Math.floor(height / 4)));
  const room = height - guide - findings;
  const count = Math.max(1, host.regions.length);
  const least = Math.max(4, Math.min(1 + sharesOf(host).length, Math.floor(room / 2)));
  const most = room - least - 1;
  const perRegion = most >= count * (ROWS_TIGHT + 1)
    ? ROWS_TIGHT + 1
    : most >= count * ROWS_TIGHT
    ? ROWS_TIGHT
    : ROWS_TIGHT - 1;
  const regions = 1 + Math.min(most, count * perRegion);
  return { perRegion, regions, shares: room - regions, findings, guide };
}

const regionsShown = (p: Plan): number => Math.max(1, Math.floor((p.regions - 1) / p.perRegion));

export const overview: Screen = {
  name: "overview",
  title: "Overview",
  bindings: [
    {
      keys: ["enter"],
      label: "namespaces",
      help: "The namespaces of the region under the cursor",
      act: (model) => {
        const region = regionAtCursor(model);
        return stay(region ? onScreen(withList(model, "namespaces", { filter: region.name }), "namespaces") : model);
      },
    },
    carveKey((model) => regionAtCursor(model)?.name),
    assignKey((model) => namespaceAtCursor(model)?.name),
    copyKey((model) => regionAtCursor(model)?.name),
  ],
  line: () => "host show",
  list: (model, height) => ({
    ids: ids(model.snapshot.regions),
    height: regionsShown(plan(model.snapshot, height)),
    firstRow: 1,
    rowsEach: plan(model.snapshot, height).perRegion,
  }),
  view,
};

function view({ model, width, height, charts }: Scene): Line[] {
  const host = model.snapshot;
  const p = plan(host, height);
  return [
    ...fill(regionLines(model, width, p), p.regions),
    ...fill(shareLines(model, width, p.shares, charts), p.shares),
    ...fill(findingLines(model, host.findings, width, p.findings), p.findings),
    ...fill(guideLines(model, width), p.guide),
  ];
}

function regionLines(model: Model, width: number, p: Plan): Line[] {
  const { regions, dimms, namespaces } = model.snapshot;
  const total = regions.reduce((sum, r) => sum + r.sizeBytes, 0);
  const shown = regionsShown(p);
  const cursor = cursorIndex(model.lists.overview, ids(regions));
  const top = topRow(model.lists.overview, regions.length, shown, cursor);
  const more = regions.length > shown ? [`${top + 1}–${Math.min(regions.length, top + shown)} shown`] : [];
  const head = [
    "Persistent memory",
    shortSize(total),
    plural(regions.length, "region"),
    plural(dimms.length, "DIMM"),
    ...more,
  ];
  if (regions.length === 0) return [rule(head, width, model.theme), EMPTY, ...noMemory(model)];
  return [
    rule(head, width, model.theme),
    ...regions.slice(top, top + shown).flatMap((r, i) => {
      const here = top + i === cursor;
      const drawn = regionBar(r, namespaces, width, model.theme, { byState: true });
      return fill([regionHead(r, here, width, model), ...drawn], p.perRegion);
    }),
  ];
}

function regionHead(r: RegionView, here: boolean, width: number, model: Model): Line {
  const unused = model.snapshot.identity.management === "xen" ? "not set up" : "free";
  const left = line(
    span(here ? " ▸ " : "   ", "accent"),
    span(r.name, here ? "selected" : "strong"),
    span(`  ${regionPlace(r)}`, "muted"),
  );
  const right = line(
    span(`${shortSize(r.availableBytes)} ${unused}`, "text"),
    span(r.largestBytes < r.availableBytes ? `, largest piece ${shortSize(r.largestBytes)}` : "", "muted"),
    span(`  of ${shortSize(r.sizeBytes)} `, "muted"),
  );
  return ends(left, right, width);
}

const noMemory = (model: Model): Line[] => [
  line(
    span("   No persistent memory.", "strong"),
    span(
      model.snapshot.identity.management === "xen" ? "  Xen keeps it from dom0." : "  The NFIT describes no region.",
      "muted",
    ),
  ),
];

/** Whose the memory is: a table with bars; beside it a chart where there is room. */
function shareLines(model: Model, width: number, height: number, charts: Scene["charts"]): Line[] {
  const host = model.snapshot;
  const wide = width >= 110 && height >= 9 && host.regions.length > 0;
  const { left, right } = wide ? sideBySide(width, 0.6) : { left: width, right: 0 };
  const table = leftPane(model, left, height - 1);
  if (right === 0) return [rule(["Whose it is"], width, model.theme), ...table];
  const chart =
    (model.theme.charts
      ? charts?.capacity(capacityOf(host), right - 1, Math.min(CHART_ROWS, height - 1))
      : undefined) ??
      capacityText(host, right - 1);
  return [
    [
      ...rule(["Whose it is"], left, model.theme),
      span("┬", "rule"),
      ...rule(["Capacity per region", "GiB"], right, model.theme),
    ],
    ...beside(table, chart.map((row) => [span(" "), ...row]), left, [span("│", "rule")], height - 1),
  ];
}

/** Taller than this the chart says no more. */
const CHART_ROWS = 18;

/** Whose the memory is; below, where there is room, the guests and the latest commands. */
function leftPane(model: Model, width: number, height: number): Line[] {
  const { domains, journal } = model.snapshot;
  const table = shareTable(model.snapshot, width, height, model.theme.layout === "reader");
  const rows = [...table];
  const section = (title: string, lines: readonly Line[]) => {
    if (lines.length > 0 && height - rows.length >= SECTION_LEAST) {
      rows.push(EMPTY, rule([title], width, model.theme), ...lines.slice(0, height - rows.length - 2));
    }
  };
  section(
    "Guests",
    domains.filter((d) => d.domid !== 0).map((d): Line => [
      span(`   ${fit(clean(d.name), 14)}`),
      span(fit(d.state, 10), d.state === "running" ? "ok" : "muted"),
      span(fit(`${shortSize(d.memoryBytes)} RAM`, 15, "right")),
      span(
        `  ${
          d.vnvdimms.map((v) => `nv${v.slot} ${shortSize(v.sizeBytes)} ${clean(v.namespace ?? v.backend)}`).join(", ")
        }`,
        "muted",
      ),
    ]),
  );
  section(
    "Latest commands",
    journal.map((j): Line => [
      span(`   ${fit(`#${j.sequence}`, 6)}`, "muted"),
      span(cut(clean(j.line), width - 12), j.undone ? "muted" : "text"),
    ]),
  );
  return rows;
}
const SECTION_LEAST = 6;

function findingLines(model: Model, findings: readonly FindingView[], width: number, height: number): Line[] {
  const head = rule(
    findings.length === 0 ? ["Attention"] : ["Attention", plural(findings.length, "finding")],
    width,
    model.theme,
  );
  if (findings.length === 0) return [head, line(span(" ● ", "ok"), span("Nothing needs attention."))];
  const blocks = findings.map((f) => findingBlock(f, width));
  const whole = blocks.flat();
  if (whole.length < height) return [head, ...whole];
  const rows: Line[] = [];
  let told = 0;
  while (told < blocks.length && rows.length + blocks[told]!.length < height - 1) rows.push(...blocks[told++]!);
  return [head, ...rows, line(span(`   and ${findings.length - told} more: host check`, "muted"))];
}

/** What is wrong and what to try, wrapped: here nothing may be cut. */
function findingBlock(f: FindingView, width: number): Line[] {
  const [first = "", ...more] = wrapped(`${f.object}: ${f.what}`, width - 4);
  return [
    line(span(f.severity === "danger" ? " ✗ " : " ▲ ", f.severity), span(first)),
    ...more.map((text) => line(span(`   ${text}`))),
    ...wrapped(f.hint, width - 4).map((text) => line(span(`   ${text}`, "muted"))),
  ];
}

function guideLines(model: Model, width: number): Line[] {
  const xen = model.snapshot.identity.management === "xen";
  const say = (key: string, text: string): Line => line(span(`   ${fit(key, 4)}`, "key"), span(text));
  const rows = xen
    ? [
      say(":", "xl pmem-setup -d SMFN EMFN …  makes frames assignable"),
      say("2", "raw, mgmt and data ranges by frame"),
    ]
    : [
      say("c", "carve a namespace from what is not carved"),
      say("a", "assign a namespace to a guest; its tables and its EPT are shown before anything is done"),
      say("5 6", "what a guest gets: its NFIT, its EPT"),
    ];
  return [
    rule(["Give memory to a guest"], width, model.theme),
    ...rows,
    legend(model.theme),
  ];
}
