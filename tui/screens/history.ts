/** Screen 8: the journal, newest first; what the selected entry did, and undo. */
import type { JournalView, StepGroup } from "../../src/command/language/console_host.ts";
import { grouped, shortSize } from "../../src/base/units.ts";
import { rehearse, shown } from "../acts.ts";
import { type Binding } from "../keys.ts";
import { stacked } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Scene, type Screen } from "../scene.ts";
import { EMPTY, fill, type Line, line, plainText, span } from "../text/line.ts";
import { cursorIndex, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column, filtered, sorted, tableLines } from "../widgets/table.ts";
import { copyKey, filterKey, readOnly, sortKeys } from "./bindings.ts";
import { facts, plural } from "./parts.ts";

const COLUMNS: readonly Column<JournalView>[] = [
  {
    title: "#",
    align: "right",
    priority: 1,
    min: 3,
    text: (j) => String(j.sequence),
    compare: byNumber((j) => j.sequence),
  },
  { title: "TIME", priority: 3, min: 19, text: (j) => j.time },
  { title: "WHO", priority: 5, min: 6, text: (j) => j.who, compare: byText((j) => j.who) },
  { title: "COMMAND", priority: 1, min: 24, text: (j) => j.line, compare: byText((j) => j.line) },
  {
    title: "STATUS",
    align: "right",
    priority: 2,
    min: 6,
    text: (j) => (j.undone ? "undone" : String(j.status)),
    role: (j) => (j.undone ? "muted" : j.status === 0 ? "text" : "warning"),
  },
  { title: "STEPS", align: "right", priority: 4, min: 5, text: (j) => grouped(j.steps) },
];

const STEP_COLUMNS: readonly Column<StepGroup>[] = [
  { title: "STEP", priority: 1, min: 12, text: (s) => s.kind },
  { title: "WHAT", priority: 1, min: 16, text: (s) => s.what },
  { title: "ON", priority: 2, min: 10, text: (s) => s.target },
  { title: "TIMES", align: "right", priority: 2, min: 5, text: (s) => grouped(s.count) },
  { title: "BYTES", align: "right", priority: 3, min: 9, text: (s) => (s.bytes > 0 ? shortSize(s.bytes) : "") },
];
export const stepTable = (groups: readonly StepGroup[], width: number, height: number, model: Model): Line[] =>
  tableLines({ columns: STEP_COLUMNS, rows: groups, top: 0, cursor: -1 }, width, height, model.theme);

const seen = remembered((all: readonly JournalView[], filter: string, sort: string | undefined, down: boolean) =>
  sorted(filtered(all, COLUMNS, filter), COLUMNS, sort, down)
);
const ids = remembered((rows: readonly JournalView[]) => rows.map((j) => String(j.sequence)));
const rowsOf = (model: Model): readonly JournalView[] => {
  const { filter, sort, descending } = model.lists.history;
  return seen(model.snapshot.journal, filter, sort, descending);
};
const atCursor = (model: Model): JournalView | undefined => {
  const rows = rowsOf(model);
  return rows[cursorIndex(model.lists.history, ids(rows))];
};

/** `u` takes back the newest entry; what that changes is shown and asked first. */
export const undoKey: Binding = {
  keys: ["u"],
  label: "undo",
  help: "Take back the newest command; what that changes is shown first",
  unavailable: (model) => {
    if (readOnly(model)) return readOnly(model);
    const newest = model.snapshot.journal.find((j) => !j.undone);
    return newest ? newest.fixed : "Nothing has been done yet that could be taken back.";
  },
  act: (model) => rehearse(model, ["undo"], "ask"),
};

const PANE_ROWS = 12;

export const history: Screen = {
  name: "history",
  title: "History",
  bindings: [
    {
      keys: ["enter"],
      label: "open",
      help: "All steps of the command under the cursor",
      act: (model) => {
        const entry = atCursor(model);
        if (!entry) return stay(model);
        const text = model.snapshot.journalSteps(entry.sequence).match(
          (steps) => stepTable(steps.groups, 96, Infinity, model).map(plainText).join("\n"),
          (why) => `${why.what}\n${why.hint}`,
        );
        return stay(shown(model, `#${entry.sequence} ${entry.line}`, text));
      },
    },
    {
      keys: ["U"],
      label: "redo",
      help: "Do again what was taken back last",
      unavailable: (model) =>
        readOnly(model) ?? (model.snapshot.journal.some((j) => j.undone) ? undefined : "Nothing was taken back."),
      act: (model) => rehearse(model, ["redo"], "ask"),
    },
    filterKey("history"),
    ...sortKeys("history", () => COLUMNS.filter((c) => c.compare).map((c) => c.title)),
    copyKey((model) => atCursor(model)?.line),
  ],
  line: () => "history",
  list: (model, _width, height) => ({
    ids: ids(rowsOf(model)),
    height: Math.max(1, stacked(height, PANE_ROWS).list - 2),
    firstRow: 2,
  }),
  view,
};

function view({ model, width, height }: Scene): Line[] {
  const rows = rowsOf(model);
  const list = model.lists.history;
  const { list: listHeight, pane } = stacked(height, PANE_ROWS);
  const cursor = cursorIndex(list, ids(rows));
  const top = topRow(list, rows.length, listHeight - 2, cursor);
  const here = rows[cursor];
  return [
    ...fill([
      rule(
        ["History", plural(rows.length, "command"), list.sort ? `by ${list.sort.toLowerCase()}` : "newest first"],
        width,
        model.theme,
      ),
      ...(rows.length === 0
        ? [
          EMPTY,
          line(span("   Nothing has been changed yet.", "strong"), span("  The host is as it was made.", "muted")),
        ]
        : tableLines(
          { columns: COLUMNS, rows, top, cursor, sort: list.sort, descending: list.descending },
          width,
          listHeight - 1,
          model.theme,
        )),
    ], listHeight),
    ...fill(here ? entryPane(model, here, width, pane) : [], pane),
  ];
}

function entryPane(model: Model, entry: JournalView, width: number, height: number): Line[] {
  const head = rule([`#${entry.sequence}`, entry.time, entry.who, `exit ${entry.status}`], width, model.theme);
  const undo: Line[] = facts([["undo", entry.undone ? "taken back" : entry.fixed ?? "can be taken back"]]);
  return model.snapshot.journalSteps(entry.sequence).match(
    (steps) => [head, line(span(` $ ${entry.line}`)), ...undo, ...stepTable(steps.groups, width, height - 3, model)],
    (why) => [head, ...undo, ...facts([["steps", why.what, "warning"], ["", why.hint, "muted"]])],
  );
}
