/** The `:` line: any command, with completion and history. Enter rehearses it first; what only reads is then shown. */
import { popped, rehearse, topOf, topped } from "../acts.ts";
import { type Binding, type KeyContext } from "../keys.ts";
import { stay, type Step } from "../messages.ts";
import { type CommandLineState, type Model } from "../model.ts";
import { type Line, line, selected, span } from "../text/line.ts";
import { clean, cut, fit } from "../text/width.ts";
import { edited, inputLine, inputOf, typed } from "../widgets/input.ts";
import { rule } from "../widgets/rule.ts";
import { type OverlayLook } from "./overlay.ts";

const MOST_CANDIDATES = 8;
const stateOf = (model: Model): CommandLineState => topOf(model, "line")!;

/** The line as it now stands, and what could stand in it asked for. */
const changed = (model: Model, state: CommandLineState): Step => [
  topped(model, { ...state, picked: -1 }),
  [{ kind: "complete", line: state.input.text, cursor: state.input.cursor }],
];

/** One candidate goes in at once; several are walked through. */
function complete(by: 1 | -1) {
  return (model: Model): Step => {
    const state = stateOf(model);
    const all = state.completion?.candidates ?? [];
    if (all.length === 0) return stay(model);
    const picked = all.length === 1
      ? 0
      : (state.picked + by + all.length + (state.picked < 0 && by < 0 ? 1 : 0)) % all.length;
    const { start, end } = state.completion!;
    const text = state.input.text.slice(0, start) + all[picked]!.text + state.input.text.slice(end);
    const cursor = start + all[picked]!.text.length;
    if (all.length === 1) {
      const spaced = text.length === cursor ? `${text} ` : text;
      return changed(model, { ...state, input: { text: spaced, cursor: cursor + (spaced.length - text.length) } });
    }
    // The candidates stay those of the word as typed; only the range they replace grows or shrinks with them.
    const completion = { ...state.completion!, end: cursor };
    return stay(topped(model, { ...state, picked, completion, input: { text, cursor } }));
  };
}

/** Back (1) and forth (-1) in the lines typed before; the line being typed is kept at the end. */
function recall(by: 1 | -1) {
  return (model: Model): Step => {
    const state = stateOf(model);
    const back = Math.max(0, Math.min(model.typed.length, state.back + by));
    if (back === state.back) return stay(model);
    const draft = state.back === 0 ? state.input.text : state.draft;
    return changed(model, { ...state, back, draft, input: inputOf(back === 0 ? draft : model.typed[back - 1]!) });
  };
}

function submit(model: Model): Step {
  const text = stateOf(model).input.text.trim();
  if (text === "") return stay(popped(model));
  const remembered = { ...popped(model), typed: [text, ...model.typed.filter((t) => t !== text)].slice(0, HISTORY) };
  return rehearse(remembered, [text], "act");
}
const HISTORY = 200;

const editing: Binding = {
  keys: [
    "backspace",
    "delete",
    "left",
    "right",
    "home",
    "end",
    "ctrl+a",
    "ctrl+e",
    "ctrl+b",
    "ctrl+f",
    "ctrl+d",
    "ctrl+u",
    "ctrl+k",
    "ctrl+w",
    "alt+backspace",
  ],
  label: "",
  help: "Edit as in a shell",
  act: (model, key) => {
    const state = stateOf(model);
    if (key === "backspace" && state.input.text === "") return stay(popped(model));
    const input = edited(state.input, key);
    return input ? changed(model, { ...state, input, back: 0 }) : stay(model);
  },
};

const KEYS: KeyContext = {
  title: "Command line",
  type: (model, text) => {
    const state = stateOf(model);
    return changed(model, { ...state, back: 0, input: typed(state.input, text) });
  },
  bindings: [
    {
      keys: ["enter"],
      label: "rehearse and run",
      help: "Rehearse the line, ask if it would lose data, run it",
      act: submit,
    },
    { keys: ["tab"], label: "complete", help: "Complete; again for the next candidate", act: complete(1) },
    { keys: ["shift+tab"], label: "", help: "The candidate before", act: complete(-1) },
    { keys: ["up", "ctrl+p"], label: "history", help: "The line typed before", act: recall(1) },
    { keys: ["down", "ctrl+n"], label: "", help: "The line typed after", act: recall(-1) },
    { keys: ["escape", "ctrl+c"], label: "back", help: "Close without running anything", act: (m) => stay(popped(m)) },
    editing,
  ],
};

export const commandLine: OverlayLook<CommandLineState> = {
  place: "line",
  keys: () => KEYS,
  rows: ({ model, width, height }, state) => {
    const all = state.completion?.candidates ?? [];
    const usage = state.completion?.usage;
    if (all.length === 0 && !usage) return [];
    const room = Math.min(MOST_CANDIDATES, height - 4);
    const top = Math.max(0, Math.min(state.picked - room + 1, all.length - room));
    const names = all.slice(top, top + room);
    const w = Math.min(32, Math.max(12, ...names.map((c) => c.text.length + 2)));
    return [
      rule(["Command", ...(all.length > room ? [`${all.length} candidates`] : [])], width, model.theme),
      ...names.map((c, i): Line => {
        const row = [span(`   ${fit(clean(c.text), w)}`, "key"), span(cut(clean(c.summary), width - w - 4), "muted")];
        return top + i === state.picked ? selected(row, width) : row;
      }),
      ...(usage ? [line(span(`   usage: ${clean(usage)}`, "muted"))] : []),
    ];
  },
  line: ({ width }, state) => ({
    kind: "input",
    row: [span(" : ", "accent"), ...inputLine(state.input, width - 4, true)],
  }),
};
