/** Screen 6: a guest's EPT as a tree of folded entries, one address walked through it, and what would make it smaller. */
import type { EptRow, EptView, WalkView } from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { quoted } from "../../src/command/language/words.ts";
import { pushed } from "../acts.ts";
import { stacked } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Scene, type Screen } from "../scene.ts";
import { EMPTY, fill, type Line, line, span } from "../text/line.ts";
import { cellWidth, wrapped } from "../text/width.ts";
import { inputOf } from "../widgets/input.ts";
import { cursorIndex, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { type Column, tableLines } from "../widgets/table.ts";
import { flattened, type TreeRow, treeSign } from "../widgets/tree.ts";
import { copyKey, withList } from "./bindings.ts";
import { assignKey, namespaceAtCursor } from "./namespaces.ts";
import { leafName, leavesText } from "./parts.ts";
import { guestsWithTables, treeKeys } from "./nfit.ts";
import { refusal } from "./refusal.ts";

const COLUMNS: readonly Column<TreeRow<EptRow>>[] = [
  {
    title: "ENTRY",
    priority: 1,
    min: 18,
    text: (r) => `${"  ".repeat(r.depth)}${treeSign(r.state)}${indexText(r.node)}`,
  },
  {
    title: "MAPS",
    priority: 2,
    min: 22,
    text: (r) => mapsText(r.node),
    role: (r) => (r.node.kind === "empty" ? "muted" : "text"),
  },
  { title: "GPA", priority: 3, min: 14, text: (r) => hex(r.node.startGpa, 12) },
  { title: "MPA", priority: 5, min: 14, text: (r) => (r.node.startMpa === undefined ? "" : hex(r.node.startMpa, 12)) },
  { title: "BACKED BY", priority: 4, min: 12, grow: true, text: (r) => r.node.backs },
  { title: "RAW", priority: 6, min: 18, text: (r) => hex(r.node.entry, 16), role: () => "muted" },
];

const indexText = (r: EptRow): string =>
  r.firstIndex === r.lastIndex ? `${r.level}[${r.firstIndex}]` : `${r.level}[${r.firstIndex}–${r.lastIndex}]`;

function mapsText(r: EptRow): string {
  const count = r.lastIndex - r.firstIndex + 1;
  if (r.kind === "empty") return "not present";
  if (r.kind === "table") return `${count === 1 ? "table" : `${count} tables`}, ${leavesText(r.leaves)}`;
  return count === 1 ? `leaf ${leafName(r.spanBytes)}` : `${grouped(count)} leaves of ${leafName(r.spanBytes)}`;
}

/** The guest that was chosen, while it runs; else the first one with a vNVDIMM. */
export const eptDomain = (model: Model): string | undefined => {
  const all = candidates(model);
  return all.find((name) => name === model.ept.domain) ?? all[0];
};
const candidates = (model: Model): readonly string[] => guestsWithTables(model.snapshot);

const NO_GUEST = {
  what: "No guest has persistent memory yet.",
  hint: "Give it a namespace: a opens the form, which shows the EPT before anything is done.",
};

const viewOf = (model: Model): EptView | undefined => {
  const domain = eptDomain(model);
  return domain === undefined ? undefined : model.snapshot.ept(domain).unwrapOr(undefined as never);
};

const rowsOfView = remembered((view: EptView, turned: ReadonlySet<string>) =>
  flattened(view.rows(undefined), {
    id: (row: EptRow) => row.id,
    isLeaf: (row) => row.kind !== "table",
    children: (row) => view.rows(row.id),
    startsOpen: (_row, depth) => depth === 0,
  }, turned)
);
const rowsOf = (model: Model): readonly TreeRow<EptRow>[] => {
  const view = viewOf(model);
  return view ? rowsOfView(view, model.lists.ept.turned) : [];
};
const ids = remembered((rows: readonly TreeRow<EptRow>[]) => rows.map((r) => r.id));

/** The address walked: the one asked for, else the first address of the row under the cursor that is mapped. */
export function walkedGpa(model: Model): number | undefined {
  if (model.ept.gpa !== undefined) return model.ept.gpa;
  const rows = rowsOf(model);
  return rows[cursorIndex(model.lists.ept, ids(rows))]?.node.startGpa;
}

function nextDomain(model: Model, by: 1 | -1): Model {
  const all = candidates(model);
  if (all.length === 0) return model;
  const at = Math.max(0, all.indexOf(eptDomain(model) ?? ""));
  const domain = all[(at + by + all.length) % all.length];
  return withList({ ...model, ept: { domain, gpa: undefined } }, "ept", { selected: undefined, index: 0, top: 0 });
}

const PANE_ROWS = 10;

export const ept: Screen = {
  name: "ept",
  title: "EPT",
  bindings: [
    ...treeKeys("ept", rowsOf),
    {
      keys: ["g"],
      label: "walk",
      help: "Walk a guest-physical address of your choice; an empty one follows the cursor again",
      act: (model) =>
        stay(pushed(model, {
          kind: "address",
          input: inputOf(model.ept.gpa === undefined ? "" : hex(model.ept.gpa)),
          fault: undefined,
        })),
    },
    { keys: ["n"], label: "next guest", help: "Next guest", act: (model) => stay(nextDomain(model, 1)) },
    { keys: ["p"], label: "", help: "Previous guest", act: (model) => stay(nextDomain(model, -1)) },
    assignKey((model) => namespaceAtCursor(model)?.name),
    copyKey((model) => {
      const gpa = walkedGpa(model);
      return gpa === undefined ? undefined : `ept lookup --domain ${quoted(eptDomain(model) ?? "")} ${hex(gpa)}`;
    }),
  ],
  line: (model) => {
    const domain = eptDomain(model);
    return domain === undefined ? "ept show --domain DOMAIN" : `ept show --domain ${quoted(domain)}`;
  },
  list: (model, height) => ({
    ids: ids(rowsOf(model)),
    height: Math.max(1, stacked(height, PANE_ROWS, rowsOf(model).length).list - 2),
    firstRow: 2,
  }),
  view,
};

function view({ model, width, height }: Scene): Line[] {
  const domain = eptDomain(model);
  const place = { title: domain ? `EPT of ${domain}` : "EPT", width, height, theme: model.theme };
  if (domain === undefined) return refusal(NO_GUEST, place);
  return model.snapshot.ept(domain).match(
    (view) => eptLines(model, domain, view, width, height),
    (why) => refusal(why, place),
  );
}

function eptLines(model: Model, domain: string, view: EptView, width: number, height: number): Line[] {
  const rows = rowsOf(model);
  const list = model.lists.ept;
  const { list: listHeight, pane } = stacked(height, PANE_ROWS, rows.length);
  const cursor = cursorIndex(list, ids(rows));
  const top = topRow(list, rows.length, listHeight - 2, cursor);
  const head = [
    `EPT of ${domain}`,
    `root ${hex(view.rootMfn * 4096)}`,
    `${view.levels} levels`,
    leavesText(view.leaves),
    `${grouped(view.tables)} tables, ${shortSize(view.tableBytes)}`,
  ];
  const gpa = walkedGpa(model);
  return [
    ...fill([
      rule(head, width, model.theme),
      ...tableLines({ columns: COLUMNS, rows, top, cursor, tree: true }, width, listHeight - 1, model.theme),
    ], listHeight),
    ...fill([
      ...(gpa === undefined ? [] : walkLines(model, view.walk(gpa), width)),
      ...adviceLines(view, width),
    ], pane),
  ];
}

function walkLines(model: Model, walk: WalkView, width: number): Line[] {
  const head = ["Walk", hex(walk.gpa), model.ept.gpa === undefined ? "follows the cursor" : "g changes it"];
  const steps = walk.steps.map((s): Line => [
    span(`   ${`${s.level}[${s.index}]`.padEnd(10)}`),
    span(hex(s.entry, 16), "muted"),
    span(`  ${s.meaning.join("  ")}`),
  ]);
  const end: Line = walk.outcome.kind === "fault" ? line(span(`   ✗ ${walk.outcome.what}`, "danger")) : line(
    span("   ✓ ", "ok"),
    span(hex(walk.outcome.spa), "strong"),
    span(`  in a leaf of ${leafName(walk.outcome.leafBytes)}`, "muted"),
    span(walk.outcome.place ? `  ${walk.outcome.place}` : "  RAM"),
  );
  return [rule(head, width, model.theme), ...steps, end];
}

function adviceLines(view: EptView, width: number): Line[] {
  if (view.advice.length === 0) return [EMPTY, line(span(" Advice  ", "muted"), span("as few entries as can be."))];
  const indent = " ".repeat(cellWidth(" Advice  "));
  return [
    EMPTY,
    ...view.advice.flatMap((text) => wrapped(text, width - indent.length - 1)).map((text, i) =>
      line(span(i === 0 ? " Advice  " : indent, "muted"), span(text))
    ),
  ];
}
