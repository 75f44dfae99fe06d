/** Screen 3: the regions, the selected one to scale, and the DIMMs it is interleaved over. */
import type { DimmView, RegionMappingView, RegionView } from "../../src/command/language/console_host.ts";
import { hex, shortSize } from "../../src/base/units.ts";
import { stacked } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Scene, type Screen } from "../scene.ts";
import { EMPTY, fill, type Line } from "../text/line.ts";
import { cursorIndex, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column, filtered, sorted, tableLines } from "../widgets/table.ts";
import { copyKey, filterKey, onScreen, sortKeys, withList } from "./bindings.ts";
import { carveKey } from "./namespaces.ts";
import { facts, legend, plural, regionBar, regionPlace, spa, waysText } from "./parts.ts";

const COLUMNS: readonly Column<RegionView>[] = [
  { title: "NAME", priority: 1, min: 8, text: (r) => r.name, compare: byText((r) => r.name) },
  { title: "KIND", priority: 6, min: 4, text: (r) => r.kind },
  { title: "SET", priority: 2, min: 8, text: (r) => waysText(r.ways), compare: byNumber((r) => r.ways) },
  { title: "SOCKET", align: "right", priority: 5, min: 6, text: (r) => String(r.socket ?? "") },
  { title: "PXM", align: "right", priority: 8, min: 3, text: (r) => String(r.proximityDomain ?? "") },
  { title: "START", priority: 4, min: 14, text: (r) => spa(r.startSpa), compare: byNumber((r) => r.startSpa) },
  {
    title: "SIZE",
    align: "right",
    priority: 1,
    min: 10,
    text: (r) => shortSize(r.sizeBytes),
    compare: byNumber((r) => r.sizeBytes),
  },
  {
    title: "FREE",
    align: "right",
    priority: 2,
    min: 10,
    text: (r) => shortSize(r.availableBytes),
    compare: byNumber((r) => r.availableBytes),
  },
  { title: "LARGEST", align: "right", priority: 3, min: 10, text: (r) => shortSize(r.largestBytes) },
  { title: "PERSISTENCE", priority: 7, min: 11, text: (r) => r.persistence.replace("_", " ") },
  {
    title: "STATE",
    priority: 3,
    min: 6,
    text: (r) => (r.readOnly ? `${r.state}, read-only` : r.state),
    role: (r) => (r.state === "active" && !r.readOnly ? "text" : "warning"),
  },
];

type MappedDimm = { readonly mapping: RegionMappingView; readonly dimm: DimmView | undefined };

const DIMM_COLUMNS: readonly Column<MappedDimm>[] = [
  { title: "POS", align: "right", priority: 2, min: 3, text: (d) => String(d.mapping.position) },
  { title: "DIMM", priority: 1, min: 6, text: (d) => d.mapping.dimm },
  { title: "HANDLE", priority: 2, min: 6, text: (d) => d.dimm ? hex(d.dimm.handle) : "" },
  { title: "PLACE", priority: 4, min: 12, text: (d) => placeOf(d.dimm) },
  { title: "SERIAL", priority: 5, min: 10, text: (d) => d.dimm?.serial ?? "" },
  { title: "UNIQUE ID", priority: 8, min: 20, text: (d) => d.dimm?.uniqueId ?? "" },
  { title: "DPA", priority: 6, min: 11, text: (d) => hex(d.mapping.startDpa) },
  { title: "LENGTH", align: "right", priority: 3, min: 9, text: (d) => shortSize(d.mapping.lengthBytes) },
  { title: "LABELS", priority: 3, min: 8, text: (d) => labelsOf(d.dimm) },
  {
    title: "STATE",
    priority: 1,
    min: 8,
    text: (d) => [d.dimm?.state ?? "", ...(d.dimm?.flags ?? [])].join(" "),
    role: (d) => (d.dimm?.state === "active" && d.dimm.flags.length === 0 ? "text" : "warning"),
  },
];

const placeOf = (d: DimmView | undefined): string => d ? `socket ${d.socket} imc ${d.controller} ch ${d.channel}` : "";
const labelsOf = (d: DimmView | undefined): string =>
  d?.labels ? `${d.labels.used}/${d.labels.slots} v${d.labels.version}` : "";

const rowsOf = (model: Model): readonly RegionView[] => {
  const { filter, sort, descending } = model.lists.regions;
  return seen(model.snapshot.regions, filter, sort, descending);
};
const seen = remembered((all: readonly RegionView[], filter: string, sort: string | undefined, down: boolean) =>
  sorted(filtered(all, COLUMNS, filter), COLUMNS, sort, down)
);
const ids = remembered((rows: readonly RegionView[]) => rows.map((r) => r.name));

const regionAtCursor = (model: Model): RegionView | undefined => {
  const rows = rowsOf(model);
  return rows[cursorIndex(model.lists.regions, ids(rows))];
};

/** Bar, captions, three facts, the DIMMs' table with its title, and two rules. */
const paneRows = (region: RegionView | undefined): number => 9 + (region?.mappings.length ?? 0);

export const regions: Screen = {
  name: "regions",
  title: "Regions",
  bindings: [
    {
      keys: ["enter"],
      label: "namespaces",
      help: "The namespaces of this region",
      act: (model) => {
        const region = regionAtCursor(model);
        return stay(region ? onScreen(withList(model, "namespaces", { filter: region.name }), "namespaces") : model);
      },
    },
    carveKey((model) => regionAtCursor(model)?.name),
    filterKey("regions"),
    ...sortKeys("regions", () => COLUMNS.filter((c) => c.compare).map((c) => c.title)),
    copyKey((model) => regionAtCursor(model)?.name),
  ],
  line: () => "ndctl list -R -D",
  list: (model, _width, height) => ({
    ids: ids(rowsOf(model)),
    height: Math.max(1, stacked(height, paneRows(regionAtCursor(model))).list - 2),
    firstRow: 2,
  }),
  view,
};

function view({ model, width, height }: Scene): Line[] {
  const rows = rowsOf(model);
  const list = model.lists.regions;
  const cursor = cursorIndex(list, ids(rows));
  const here = rows[cursor];
  const { list: listHeight, pane } = stacked(height, paneRows(here));
  const top = topRow(list, rows.length, listHeight - 2, cursor);
  const head = ["Regions", plural(rows.length, "region"), plural(model.snapshot.dimms.length, "DIMM")];
  return [
    ...fill([
      rule(head, width, model.theme),
      ...tableLines(
        { columns: COLUMNS, rows, top, cursor, sort: list.sort, descending: list.descending },
        width,
        listHeight - 1,
        model.theme,
      ),
    ], listHeight),
    ...fill(here ? regionPane(model, here, width) : [], pane),
  ];
}

function regionPane(model: Model, region: RegionView, width: number): Line[] {
  const dimms = region.mappings.map((mapping) => ({
    mapping,
    dimm: model.snapshot.dimms.find((d) => d.name === mapping.dimm),
  })).sort((a, b) => a.mapping.position - b.mapping.position);
  return [
    rule([region.name, shortSize(region.sizeBytes), regionPlace(region)], width, model.theme),
    ...regionBar(region, model.snapshot.namespaces, width, model.theme, { byState: true }),
    legend(["fsdax", "devdax", "sector", "raw", "free"]),
    ...facts([
      ["free", `${shortSize(region.availableBytes)}, largest piece ${shortSize(region.largestBytes)}`],
      ["cookie", `${hex(region.cookie, 16)}; sizes in steps of ${shortSize(region.alignBytes)} or more`],
    ]),
    rule(["DIMMs", `of ${region.name}`], width, model.theme),
    ...tableLines({ columns: DIMM_COLUMNS, rows: dimms, top: 0, cursor: -1 }, width, dimms.length + 1, model.theme),
    EMPTY,
  ];
}
