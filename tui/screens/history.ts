/** Screen 8: the journal, newest first; what the selected entry did, and undo. */
import type { JournalView } from "../../src/command/language/console_host.ts";
import { grouped } from "../../src/base/units.ts";
import { rehearse, shown } from "../acts.ts";
import { type Binding } from "../keys.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Screen } from "../scene.ts";
import { EMPTY, type Line, line, plainText, span } from "../text/line.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column } from "../widgets/table.ts";
import { readOnly } from "./bindings.ts";
import { listing } from "./listing.ts";
import { facts, sentence } from "./parts.ts";
import { stepTable } from "./steps.ts";

const COLUMNS: readonly Column<JournalView>[] = [
  {
    title: "#",
    align: "right",
    priority: 1,
    min: 3,
    text: (j) => String(j.sequence),
    compare: byNumber((j) => j.sequence),
  },
  { title: "TIME (UTC)", priority: 4, min: 19, text: (j) => j.time },
  { title: "WHO", priority: 5, min: 6, text: (j) => j.who, compare: byText((j) => j.who) },
  { title: "COMMAND", priority: 1, min: 24, grow: true, text: (j) => j.line, compare: byText((j) => j.line) },
  {
    title: "STATUS",
    align: "right",
    priority: 2,
    min: 6,
    text: (j) => (j.undone ? "undone" : String(j.status)),
    role: (j) => (j.undone ? "muted" : j.status === 0 ? "text" : "warning"),
  },
  { title: "STEPS", align: "right", priority: 3, min: 5, text: (j) => grouped(j.steps) },
];

/** Commands in force, newest first: what undo takes back in that order. */
const standing = ({ snapshot }: Model): readonly JournalView[] =>
  snapshot.journal.filter((j) => j.undoes === undefined && !j.undone);

/** `u` takes back the newest entry; what that changes is shown and asked first. */
export const undoKey: Binding = {
  keys: ["u"],
  label: "undo",
  help: "Take back the newest command; what that changes is shown first",
  unavailable: (model) => {
    if (readOnly(model)) return readOnly(model);
    const newest = standing(model)[0];
    return newest ? newest.fixed && sentence(newest.fixed) : "Nothing has been done yet that could be taken back.";
  },
  act: (model) => rehearse(model, ["undo"], "ask"),
};

const PANE_ROWS = 12;

const table = listing<JournalView>({
  name: "history",
  title: "History",
  columns: COLUMNS,
  all: (model) => model.snapshot.journal,
  id: (j) => String(j.sequence),
  order: () => "newest first",
  paneRows: () => PANE_ROWS,
  pane: ({ model, width, height }, entry) => entryPane(model, entry, width, height),
  nothing: () => [
    EMPTY,
    line(span("   Nothing has been changed yet.", "strong"), span("  The host is as it was made.", "muted")),
  ],
});

export const history: Screen = {
  name: "history",
  title: "History",
  bindings: [
    {
      keys: ["enter"],
      label: "open",
      help: "All steps of the command under the cursor",
      act: (model) => {
        const entry = table.at(model);
        if (!entry) return stay(model);
        const text = model.snapshot.journalSteps(entry.sequence).match(
          (steps) => stepTable(steps.groups, 96, Infinity, model).map(plainText).join("\n"),
          (why) => `${why.what}\n${why.hint}`,
        );
        return stay(shown(model, `#${entry.sequence} ${entry.line}`, text, "history"));
      },
    },
    {
      keys: ["U"],
      label: "redo",
      help: "Do again what was taken back last",
      unavailable: (model) =>
        readOnly(model) ??
          (model.snapshot.journal.some((j) => j.redoable) ? undefined : "Nothing was taken back just now."),
      act: (model) => rehearse(model, ["redo"], "ask"),
    },
    ...table.keys((entry) => entry.line),
  ],
  line: () => "history",
  list: table.list,
  view: table.view,
};

function entryPane(model: Model, entry: JournalView, width: number, height: number): Line[] {
  const head = rule([`#${entry.sequence}`, entry.time, entry.who, `exit ${entry.status}`], width, model.theme);
  const undo: Line[] = facts([["undo", undoText(model, entry)]]);
  return model.snapshot.journalSteps(entry.sequence).match(
    (steps) => [
      head,
      line(span(` $ ${entry.line}`)),
      ...undo,
      ...(steps.total === 0
        ? facts([["steps", entry.undoes === undefined ? "none" : "none: what was there before was put back", "muted"]])
        : stepTable(steps.groups, width, height - 3, model)),
    ],
    (why) => [head, ...undo, ...facts([["steps", why.what, "warning"], ["", why.hint, "muted"]])],
  );
}

function undoText(model: Model, entry: JournalView): string {
  const { undoes, undone, redoable, fixed, sequence } = entry;
  if (undoes !== undefined) return redoable ? `U does ${undoes} again` : `it took back ${undoes}`;
  if (undone) return "taken back";
  if (fixed) return sentence(fixed);
  const newer = standing(model).findIndex((j) => j.sequence === sequence);
  return newer === 0 ? "u takes it back" : `undo ${newer + 1} takes it back, after the ${newer} newer ones`;
}
