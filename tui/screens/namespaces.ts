/** Screen 2: the namespaces dom0 has discovered; under management `xen` Xen's ranges, since dom0 sees none. */
import type { NamespaceView } from "../../src/command/language/console_host.ts";
import { hex, shortSize } from "../../src/base/units.ts";
import { rehearse, said, shown } from "../acts.ts";
import { type Binding } from "../keys.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { openAssign } from "../overlays/assign_state.ts";
import { openCarve } from "../overlays/carve_state.ts";
import { type Screen } from "../scene.ts";
import { EMPTY, type Line, line, plainText, span } from "../text/line.ts";
import { byNumber, byText, type Column } from "../widgets/table.ts";
import { readOnly } from "./bindings.ts";
import { listing } from "./listing.ts";
import { everything, namespacePane } from "./namespace_pane.ts";
import { spa, stateRole } from "./parts.ts";
import { ranges } from "./ranges.ts";

export const COLUMNS: readonly Column<NamespaceView>[] = [
  { title: "NAME", priority: 1, min: 12, text: (n) => n.name, compare: byText((n) => n.name) },
  { title: "LABEL", priority: 2, min: 12, text: (n) => n.label, compare: byText((n) => n.label) },
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

const byFrame = (model: Model): boolean => model.snapshot.identity.management === "xen";

/** Rule, bar, captions, headline and five facts. */
const PANE_ROWS = 9;

const table = listing<NamespaceView>({
  name: "namespaces",
  title: "Namespaces",
  columns: COLUMNS,
  all: (model) => model.snapshot.namespaces,
  id: (n) => n.name,
  order: () => "in ndctl's order",
  paneRows: () => PANE_ROWS,
  pane: ({ model, width, height }, n) => namespacePane(model, n, width, height),
  nothing,
});

/** The namespace under the cursor. */
export const namespaceAtCursor = (model: Model): NamespaceView | undefined =>
  byFrame(model) ? undefined : table.at(model);

const openKey: Binding = {
  keys: ["enter"],
  label: "open",
  help: "All there is to say about the namespace under the cursor",
  act: (model) => {
    const n = namespaceAtCursor(model);
    if (!n) return stay(said(model, "Nothing is selected here.", "warning"));
    const text = everything(model, n).map(plainText).join("\n");
    return stay(shown(model, `${n.name} ${n.label}`, text, `ndctl list -N -n ${n.name} -v`));
  },
};

const destroyKey: Binding = {
  keys: ["d"],
  label: "destroy",
  help: "Free the namespace's labels and its capacity; shows what would be lost and asks for the name",
  unavailable: (model) =>
    readOnly(model) ?? (namespaceAtCursor(model) ? undefined : "There is no namespace here to destroy."),
  act: (model) => rehearse(model, [`ndctl destroy-namespace -f ${namespaceAtCursor(model)!.name}`], "ask"),
};

/** Filter, sort and copy work on whichever of the two tables is shown. */
const RANGE_KEYS = ranges.keys((r) => `${hex(r.startMfn)} ${hex(r.endMfn)}`);
const LIST_KEYS = table.keys((n) => n.name).map((binding, i): Binding => ({
  ...binding,
  act: (model, key) => (byFrame(model) ? RANGE_KEYS[i]! : binding).act(model, key),
}));

const regionHere = (model: Model) => namespaceAtCursor(model)?.region;

export const namespaces: Screen = {
  name: "namespaces",
  title: "Namespaces",
  bindings: [
    openKey,
    carveKey(regionHere),
    assignKey((model) => namespaceAtCursor(model)?.name),
    destroyKey,
    ...LIST_KEYS,
  ],
  line: (model) => (byFrame(model) ? "xl pmem-list" : "ndctl list -N"),
  list: (model, height) => (byFrame(model) ? ranges : table).list(model, height),
  view: (scene) => (byFrame(scene.model) ? ranges : table).view(scene),
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

function nothing(model: Model): Line[] {
  const free = model.snapshot.regions.reduce((sum, r) => sum + r.availableBytes, 0);
  const why = free > 0
    ? `${shortSize(free)} of region capacity are free.`
    : "There is no region capacity to carve from.";
  return [
    EMPTY,
    line(span("   No namespace yet.", "strong"), span(`  ${why}`, "muted")),
    ...(free > 0 ? [EMPTY, line(span("   c", "key"), span("  carves one."))] : []),
  ];
}
