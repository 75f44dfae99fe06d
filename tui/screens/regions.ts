/** Screen 3: the regions, the selected one to scale, and the DIMMs it is interleaved over. */
import type { DimmView, RegionMappingView, RegionView } from "../../src/command/language/console_host.ts";
import { hex, shortSize } from "../../src/base/units.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Screen } from "../scene.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column, tableLines } from "../widgets/table.ts";
import { onScreen, withList } from "./bindings.ts";
import { listing } from "./listing.ts";
import { carveKey } from "./namespaces.ts";
import { facts, legend, regionBar, regionPlace, spa, waysText } from "./parts.ts";

const COLUMNS: readonly Column<RegionView>[] = [
  { title: "NAME", priority: 1, min: 8, text: (r) => r.name, compare: byText((r) => r.name) },
  { title: "KIND", priority: 6, min: 4, text: (r) => r.kind },
  { title: "SET", priority: 2, min: 8, text: (r) => waysText(r.ways), compare: byNumber((r) => r.ways) },
  { title: "SOCKET", align: "right", priority: 5, min: 6, text: (r) => String(r.socket ?? "") },
  { title: "PXM", align: "right", priority: 8, min: 3, text: (r) => String(r.proximityDomain ?? "") },
  { title: "START", priority: 3, min: 14, text: (r) => spa(r.startSpa), compare: byNumber((r) => r.startSpa) },
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
  { title: "LARGEST", align: "right", priority: 4, min: 10, text: (r) => shortSize(r.largestBytes) },
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
  { title: "PLACE", priority: 4, min: 19, text: (d) => placeOf(d.dimm) },
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

/** Bar, captions, three facts, the DIMMs' table with its title, and two rules. */
const paneRows = (region: RegionView | undefined): number => 9 + (region?.mappings.length ?? 0);

const table = listing<RegionView>({
  name: "regions",
  title: "Regions",
  columns: COLUMNS,
  all: (model) => model.snapshot.regions,
  id: (r) => r.name,
  order: (model) => (underXen(model) ? "as stored; dom0 sees none of it" : "in ndctl's order"),
  paneRows,
  pane: ({ model, width }, region) => regionPane(model, region, width),
  nothing: () => [
    EMPTY,
    line(
      span("   No region.", "strong"),
      span("  The NFIT describes no persistent memory; press 5 to read it.", "muted"),
    ),
  ],
});

const underXen = (model: Model): boolean => model.snapshot.identity.management === "xen";

export const regions: Screen = {
  name: "regions",
  title: "Regions",
  bindings: [
    {
      keys: ["enter"],
      label: "namespaces",
      help: "The namespaces of this region",
      act: (model) => {
        const region = table.at(model);
        return stay(region ? onScreen(withList(model, "namespaces", { filter: region.name }), "namespaces") : model);
      },
    },
    carveKey((model) => table.at(model)?.name),
    ...table.keys((r) => r.name),
  ],
  line: (model) => (underXen(model) ? "nfit show" : "ndctl list -R -D"),
  list: table.list,
  view: table.view,
};

function regionPane(model: Model, region: RegionView, width: number): Line[] {
  const dimms = region.mappings.map((mapping) => ({
    mapping,
    dimm: model.snapshot.dimms.find((d) => d.name === mapping.dimm),
  })).sort((a, b) => a.mapping.position - b.mapping.position);
  const xens = underXen(model);
  return [
    rule([region.name, shortSize(region.sizeBytes), regionPlace(region)], width, model.theme),
    ...regionBar(region, model.snapshot.namespaces, width, model.theme, { byState: true }),
    legend(model.theme, xens),
    ...facts([[
      xens ? "not set up" : "free",
      `${shortSize(region.availableBytes)}, largest piece ${shortSize(region.largestBytes)}`,
    ], ["cookie", cookieText(region)]]),
    rule(["DIMMs", `of ${region.name}`, ...(xens ? ["as stored; dom0 sees none of it"] : [])], width, model.theme),
    ...tableLines({ columns: DIMM_COLUMNS, rows: dimms, top: 0, cursor: -1 }, width, dimms.length + 1, model.theme),
    EMPTY,
  ];
}

const cookieText = ({ cookie, alignBytes }: RegionView): string =>
  `${hex(cookie, 16)}${alignBytes > 0 ? `; sizes in steps of ${shortSize(alignBytes)} or more` : ""}`;
