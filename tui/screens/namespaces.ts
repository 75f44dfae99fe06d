/** Screen 2: the namespaces dom0 has discovered; under management `xen` the regions by frame, since dom0 sees none. */
import type { NamespaceDetail, NamespaceView, XenRangeView } from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { rehearse, said, shown } from "../acts.ts";
import { type Binding } from "../keys.ts";
import { stacked } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { openAssign } from "../overlays/assign_state.ts";
import { openCarve } from "../overlays/carve_state.ts";
import { type Scene, type Screen } from "../scene.ts";
import { EMPTY, fill, type Line, line, plainText, span } from "../text/line.ts";
import { cursorIndex, selectedId, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column, filtered, sorted, tableLines } from "../widgets/table.ts";
import { copyKey, filterKey, readOnly, sortKeys } from "./bindings.ts";
import {
  costText,
  facts,
  forecastText,
  frames,
  headline,
  plural,
  regionBar,
  regionPlace,
  spa,
  stateRole,
  whyText,
} from "./parts.ts";

export const COLUMNS: readonly Column<NamespaceView>[] = [
  { title: "NAME", priority: 1, min: 12, text: (n) => n.name, compare: byText((n) => n.name) },
  { title: "LABEL", priority: 2, min: 6, text: (n) => n.label, compare: byText((n) => n.label) },
  { title: "MODE", priority: 1, min: 6, text: (n) => n.mode, compare: byText((n) => n.mode) },
  { title: "MAP", priority: 7, min: 3, text: (n) => n.map ?? "" },
  {
    title: "SIZE",
    align: "right",
    priority: 1,
    min: 10,
    text: (n) => shortSize(n.sizeBytes),
    compare: byNumber((n) => n.sizeBytes),
  },
  {
    title: "USABLE",
    align: "right",
    priority: 6,
    min: 10,
    text: (n) => shortSize(n.usableBytes),
    compare: byNumber((n) => n.usableBytes),
  },
  { title: "REGION", priority: 5, min: 7, text: (n) => n.region, compare: byText((n) => n.region) },
  { title: "START", priority: 8, min: 14, text: (n) => spa(n.startSpa), compare: byNumber((n) => n.startSpa) },
  { title: "DEVICE", priority: 4, min: 8, text: (n) => n.device ?? "" },
  {
    title: "STATE",
    priority: 1,
    min: 8,
    text: (n) => n.state,
    role: (n) => stateRole(n.state),
    compare: byText((n) => n.state),
  },
  { title: "OWNER", priority: 3, min: 8, text: (n) => n.owner ?? "", compare: byText((n) => n.owner ?? "") },
];

const RANGE_COLUMNS: readonly Column<XenRangeView>[] = [
  { title: "KIND", priority: 1, min: 4, text: (r) => r.kind, compare: byText((r) => r.kind) },
  { title: "FIRST MFN", priority: 1, min: 10, text: (r) => hex(r.startMfn, 9), compare: byNumber((r) => r.startMfn) },
  { title: "END MFN", priority: 1, min: 10, text: (r) => hex(r.endMfn, 9) },
  {
    title: "SIZE",
    align: "right",
    priority: 2,
    min: 10,
    text: (r) => shortSize((r.endMfn - r.startMfn) * 4096),
    compare: byNumber((r) => r.endMfn - r.startMfn),
  },
  { title: "PXM", align: "right", priority: 6, min: 3, text: (r) => String(r.proximityDomain ?? "") },
  { title: "USED", align: "right", priority: 3, min: 8, text: (r) => grouped(r.usedFrames) },
  { title: "NAMESPACE", priority: 5, min: 10, text: (r) => r.namespace ?? "" },
  { title: "BY", priority: 4, min: 6, text: (r) => r.users.join(", ") },
];

const byFrame = (model: Model): boolean => model.snapshot.identity.management === "xen";

const seen = remembered((all: readonly NamespaceView[], filter: string, sort: string | undefined, down: boolean) =>
  sorted(filtered(all, COLUMNS, filter), COLUMNS, sort, down)
);
const rangesSeen = remembered((all: readonly XenRangeView[], filter: string, sort: string | undefined, down: boolean) =>
  sorted(filtered(all, RANGE_COLUMNS, filter), RANGE_COLUMNS, sort, down)
);
const names = remembered((rows: readonly NamespaceView[]) => rows.map((n) => n.name));
const rangeIds = remembered((rows: readonly XenRangeView[]) => rows.map((r) => `${r.kind} ${r.startMfn}`));

const rowsOf = (model: Model): readonly NamespaceView[] => {
  const { filter, sort, descending } = model.lists.namespaces;
  return seen(model.snapshot.namespaces, filter, sort, descending);
};
const rangesOf = (model: Model): readonly XenRangeView[] => {
  const { filter, sort, descending } = model.lists.namespaces;
  return rangesSeen(model.snapshot.ranges, filter, sort, descending);
};
const idsOf = (model: Model): readonly string[] => byFrame(model) ? rangeIds(rangesOf(model)) : names(rowsOf(model));

/** The namespace under the cursor. */
export function namespaceAtCursor(model: Model): NamespaceView | undefined {
  if (byFrame(model)) return undefined;
  const rows = rowsOf(model);
  return rows[cursorIndex(model.lists.namespaces, names(rows))];
}

const PANE_ROWS = 9;

export const namespaces: Screen = {
  name: "namespaces",
  title: "Namespaces",
  bindings: [
    {
      keys: ["enter"],
      label: "open",
      help: "All there is to say about the namespace under the cursor",
      act: (model) => {
        const n = namespaceAtCursor(model);
        if (!n) return stay(said(model, "Nothing is selected here.", "warning"));
        return stay(shown(model, `${n.name} ${n.label}`, everything(model, n).map(plainText).join("\n")));
      },
    },
    carveKey((model) => namespaceAtCursor(model)?.region),
    assignKey((model) => namespaceAtCursor(model)?.name),
    {
      keys: ["d"],
      label: "destroy",
      help: "Free the namespace's labels and its capacity; shows what would be lost and asks for the name",
      unavailable: (model) =>
        readOnly(model) ??
          (namespaceAtCursor(model) ? undefined : "There is no namespace here to destroy."),
      act: (model) => rehearse(model, [`ndctl destroy-namespace -f ${namespaceAtCursor(model)!.name}`], "ask"),
    },
    filterKey("namespaces"),
    ...sortKeys("namespaces", (model) => {
      const columns: readonly { title: string; compare?: unknown }[] = byFrame(model) ? RANGE_COLUMNS : COLUMNS;
      return columns.filter((c) => c.compare).map((c) => c.title);
    }),
    copyKey((model) => selectedId(model.lists.namespaces, idsOf(model))),
  ],
  line: (model) => (byFrame(model) ? "xl pmem-list" : "ndctl list -N"),
  list: (model, _width, height) => ({
    ids: idsOf(model),
    height: Math.max(1, stacked(height, PANE_ROWS).list - 2),
    firstRow: 2,
  }),
  view: (scene) => (byFrame(scene.model) ? rangeView(scene) : namespaceView(scene)),
};

/** `c`, with the region it starts from. */
export function carveKey(region: (model: Model) => string | undefined): Binding {
  return {
    keys: ["c"],
    label: "carve",
    help: "Carve a new namespace from a region's free capacity",
    unavailable: (model) =>
      readOnly(model) ??
        (byFrame(model)
          ? "Xen owns all pmem here: set regions up with `xl pmem-setup -m` and `-d` on the command line (:)."
          : model.snapshot.regions.some((r) => r.kind === "pmem")
          ? undefined
          : "There is no pmem region to carve from."),
    act: (model) => openCarve(model, region(model)),
  };
}

/** `a`, with the namespace it starts from. */
export function assignKey(namespace: (model: Model) => string | undefined): Binding {
  return {
    keys: ["a"],
    label: "assign",
    help: "Give a namespace to a guest; the guest's address, tables and EPT are shown first",
    unavailable: (model) =>
      readOnly(model) ??
        (model.snapshot.namespaces.length === 0 ? "There is no namespace to give; carve one with c." : undefined) ??
        (model.snapshot.guests.length === 0 ? "There is no xl.cfg to give it to." : undefined),
    act: (model) => openAssign(model, namespace(model)),
  };
}

function title(model: Model, shownRows: number, all: number, what: string, first: string): string[] {
  const { filter, sort, descending } = model.lists.namespaces;
  const order = sort ? `by ${sort.toLowerCase()} ${descending ? "▼" : "▲"}` : first;
  return [what, `${grouped(shownRows)} of ${grouped(all)}`, order, ...(filter ? [`filter “${filter}”`] : [])];
}

function namespaceView(scene: Scene): Line[] {
  const { model, width, height } = scene;
  const rows = rowsOf(model);
  const all = model.snapshot.namespaces.length;
  const list = model.lists.namespaces;
  const { list: listHeight, pane } = stacked(height, PANE_ROWS);
  const cursor = cursorIndex(list, names(rows));
  const top = topRow(list, rows.length, listHeight - 2, cursor);
  const table = rows.length === 0 ? nothing(model, all) : tableLines(
    { columns: COLUMNS, rows, top, cursor, sort: list.sort, descending: list.descending },
    width,
    listHeight - 1,
    model.theme,
  );
  const here = rows[cursor];
  return [
    ...fill(
      [rule(title(model, rows.length, all, "Namespaces", "in ndctl's order"), width, model.theme), ...table],
      listHeight,
    ),
    ...fill(here ? detailPane(model, here, width) : [], pane),
  ];
}

function nothing(model: Model, all: number): Line[] {
  if (all > 0) return [EMPTY, line(span("   No row holds all the words of the filter; / changes it.", "muted"))];
  const free = model.snapshot.regions.reduce((sum, r) => sum + r.availableBytes, 0);
  return [
    EMPTY,
    line(span("   No namespace yet.", "strong"), span(`  ${shortSize(free)} of region capacity are free.`, "muted")),
    EMPTY,
    line(span("   c", "key"), span("  carves one.")),
  ];
}

function detailPane(model: Model, n: NamespaceView, width: number): Line[] {
  const region = model.snapshot.regions.find((r) => r.name === n.region);
  if (!region) return [];
  return [
    rule([region.name, shortSize(region.sizeBytes), regionPlace(region)], width, model.theme),
    ...regionBar(region, model.snapshot.namespaces, width, model.theme, { bright: n.name }),
    headline(n.name, n.label, n.uuid),
    ...detailFacts(model, n),
  ];
}

const detailFacts = (model: Model, n: NamespaceView): Line[] =>
  model.snapshot.namespaceDetail(n.name).match(
    (detail) => describe(detail, n),
    (why) => facts([["details", why.what, "warning"], ["", why.hint, "muted"]]),
  );

function describe(d: NamespaceDetail, n: NamespaceView): Line[] {
  const data = d.dataOffset > 0 ? `data at +${hex(d.dataOffset)}` : "data from the start";
  return facts([
    ["labels", labelsText(d)],
    ["info block", d.infoBlock ? `${d.infoBlock}, ${data}` : `none, ${data}`],
    [
      "frames",
      `${frames(d.startMfn, d.endMfn)}, data ${frames(d.dataStartMfn, d.dataEndMfn)} (${
        grouped(d.dataEndMfn - d.dataStartMfn)
      })`,
    ],
    d.xen.match((x) => ["Xen", costText(x, n.sizeBytes)] as const, (why) => ["Xen", whyText(why), "warning"] as const),
    d.ept.match(
      (e) => ["to a guest", forecastText(e)] as const,
      (why) => ["to a guest", whyText(why), "warning"] as const,
    ),
  ]);
}

/** `nmem0 slot 1 · nmem1 slot 1`, or `slot 1 on nmem0 … nmem3` where all are the same. */
function labelsText(d: NamespaceDetail): string {
  const [first] = d.labels;
  if (!first) return "none: the region has no labels";
  if (d.labels.length > 2 && d.labels.every((l) => l.slot === first.slot)) {
    return `slot ${first.slot} on ${first.dimm} … ${d.labels.at(-1)!.dimm}`;
  }
  return d.labels.map((l) => `${l.dimm} slot ${l.slot}`).join(" · ");
}

const everything = (model: Model, n: NamespaceView): Line[] => [
  ...facts([
    ["name", n.name],
    ["label", n.label || "—"],
    ["uuid", n.uuid],
    ["mode", n.map ? `${n.mode}, page map in ${n.map === "dev" ? "the device" : "memory"}` : n.mode],
    ["size", `${shortSize(n.sizeBytes)} (${grouped(n.sizeBytes)} bytes)`],
    ["usable", `${shortSize(n.usableBytes)} (${grouped(n.usableBytes)} bytes)`],
    ["region", n.region],
    ["start", spa(n.startSpa)],
    ["align", n.alignBytes === undefined ? "—" : shortSize(n.alignBytes)],
    ["device", n.device ?? "—"],
    ["state", n.owner ? `${n.state}, ${n.owner}` : n.state],
  ]),
  EMPTY,
  ...detailFacts(model, n),
];

function rangeView(scene: Scene): Line[] {
  const { model, width, height } = scene;
  const rows = rangesOf(model);
  const list = model.lists.namespaces;
  const { list: listHeight, pane } = stacked(height, PANE_ROWS);
  const cursor = cursorIndex(list, rangeIds(rows));
  const top = topRow(list, rows.length, listHeight - 2, cursor);
  return [
    ...fill([
      rule(
        title(model, rows.length, model.snapshot.ranges.length, "Xen's pmem by frame", "by frame"),
        width,
        model.theme,
      ),
      ...tableLines(
        { columns: RANGE_COLUMNS, rows, top, cursor, sort: list.sort, descending: list.descending },
        width,
        listHeight - 1,
        model.theme,
      ),
    ], listHeight),
    ...fill([
      rule(["Why no namespaces"], width, model.theme),
      line(span(" Management `xen`: Xen parsed the NFIT itself, hid it from dom0 and denies it all raw pmem.")),
      line(span(" `ndctl list` prints nothing in dom0. Firmware and media are shown as stored; dom0 sees none of it.")),
      line(
        span(
          ` ${
            plural(model.snapshot.ranges.length, "range")
          }: raw ones wait for \`xl pmem-setup\`, mgmt holds Xen's structures, data can go to guests.`,
          "muted",
        ),
      ),
    ], pane),
  ];
}
