/** The pane about one namespace: its region to scale, what there is to say, and where it lies on each DIMM. */
import type {
  DimmView,
  NamespaceDetail,
  NamespacePlace,
  NamespaceView,
} from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { type Model } from "../model.ts";
import { type Role } from "../theme.ts";
import { EMPTY, type Line } from "../text/line.ts";
import { rule } from "../widgets/rule.ts";
import { type Column, tableLines } from "../widgets/table.ts";
import {
  costText,
  facts,
  forecastText,
  frames,
  guestWhyText,
  headline,
  legend,
  regionBar,
  regionPlace,
  spa,
  whyText,
  wrappedFacts,
} from "./parts.ts";

export function namespacePane(model: Model, n: NamespaceView, width: number, height: number): Line[] {
  const region = model.snapshot.regions.find((r) => r.name === n.region);
  if (!region) return [];
  const head = [
    rule([region.name, shortSize(region.sizeBytes), regionPlace(region)], width, model.theme),
    ...regionBar(region, model.snapshot.namespaces, width, model.theme, { bright: n.name }),
    headline(n.name, n.label, n.uuid),
    ...detailRows(model, n, width, height - HEAD_ROWS),
  ];
  const places = placeRows(model, n, width);
  if (head.length + places.length > height) return head;
  // The key to the fills comes last: it is for those who have not seen the screen before.
  const key = head.length + places.length + 2 <= height ? [EMPTY, legend(model.theme)] : [];
  return [...head, ...places, ...key];
}
/** Rule, bar, captions and headline. */
const HEAD_ROWS = 4;

type Fact = readonly [string, string, Role?];

/** Wrapped where the pane has room for it, else cut to one row each. */
function detailRows(model: Model, n: NamespaceView, width: number, room: number): Line[] {
  const all = detailFacts(model, n);
  const whole = wrappedFacts(all, width);
  return whole.length <= room ? whole : facts(all);
}

const detailFacts = (model: Model, n: NamespaceView): readonly Fact[] =>
  model.snapshot.namespaceDetail(n.name).match(
    (detail) => describe(detail, n),
    (why): readonly Fact[] => [["details", whyText(why), "warning"]],
  );

function describe(d: NamespaceDetail, n: NamespaceView): readonly Fact[] {
  const data = d.dataOffset > 0 ? `data +${hex(d.dataOffset)}` : "data from the start";
  const count = d.dataEndMfn - d.dataStartMfn;
  const given = count > 0 ? `, data ${frames(d.dataStartMfn, d.dataEndMfn)} (${grouped(count)})` : "";
  return [
    ["labels", labelsText(d.places)],
    ["info block", `${d.infoBlock ?? "none"}, ${data}`],
    ["frames", `${frames(d.startMfn, d.endMfn)}${given}`],
    d.xen.match((x): Fact => ["Xen", costText(x, n.sizeBytes)], (why): Fact => ["Xen", whyText(why), "warning"]),
    d.ept.match(
      (e): Fact => [e.owner === undefined ? "to a guest" : "guest", forecastText(e)],
      (why): Fact => ["to a guest", guestWhyText(why, d.xen), "warning"],
    ),
  ];
}

/** `nmem0 slot 1 · nmem1 slot 1`, or `slot 1 on nmem0 … nmem3` where all are the same. */
function labelsText(places: readonly NamespacePlace[]): string {
  const labels = places.filter(({ slot }) => slot !== undefined);
  const [first] = labels;
  if (!first) return "none: the region has no labels";
  if (labels.length > 2 && labels.every((l) => l.slot === first.slot)) {
    return `slot ${first.slot} on ${first.dimm} … ${labels.at(-1)!.dimm}`;
  }
  return labels.map((l) => `${l.dimm} slot ${l.slot}`).join(" · ");
}

type Placed = NamespacePlace & { readonly position: number; readonly facts: DimmView | undefined };

const PLACE_COLUMNS: readonly Column<Placed>[] = [
  { title: "POS", align: "right", priority: 3, min: 3, text: (p) => String(p.position) },
  { title: "DIMM", priority: 1, min: 6, text: (p) => p.dimm },
  { title: "HANDLE", priority: 4, min: 6, text: (p) => p.facts ? hex(p.facts.handle) : "" },
  { title: "SLOT", align: "right", priority: 1, min: 4, text: (p) => p.slot === undefined ? "" : String(p.slot) },
  { title: "DPA", priority: 1, min: 14, text: (p) => hex(p.startDpa, 12) },
  { title: "END", priority: 2, min: 14, text: (p) => hex(p.startDpa + p.lengthBytes, 12) },
  { title: "LENGTH", align: "right", priority: 1, min: 9, text: (p) => shortSize(p.lengthBytes) },
  {
    title: "STATE",
    priority: 2,
    min: 6,
    text: (p) => [p.facts?.state ?? "", ...(p.facts?.flags ?? [])].join(" "),
    role: (p) => (p.facts?.state === "active" && p.facts.flags.length === 0 ? "text" : "warning"),
  },
];

/** The interleave set's part of each DIMM, as their labels say. */
function placeRows(model: Model, n: NamespaceView, width: number): Line[] {
  const places = model.snapshot.namespaceDetail(n.name).map((d) => d.places).unwrapOr([]);
  if (places.length === 0) return [];
  const rows = places.map((place, position): Placed => ({
    ...place,
    position,
    facts: model.snapshot.dimms.find((d) => d.name === place.dimm),
  }));
  return [
    EMPTY,
    rule(["On the DIMMs", `${n.name} by label slot and DPA`], width, model.theme),
    ...tableLines({ columns: PLACE_COLUMNS, rows, top: 0, cursor: -1 }, width, rows.length + 1, model.theme),
  ];
}

/** The page that enter opens. */
export const everything = (model: Model, n: NamespaceView): Line[] => [
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
  ...wrappedFacts(detailFacts(model, n), model.size.columns - 2),
  ...placeRows(model, n, Math.min(100, model.size.columns - 2)),
];
