/** Keys that mean the same on every screen, and those of every list. */
import { cancelled, popped, pushed, said } from "../acts.ts";
import { type Binding, type KeyContext } from "../keys.ts";
import { type ListState, type Model, SCREEN_NAMES, type ScreenName } from "../model.ts";
import { stay, type Step } from "../messages.ts";
import { themeAfter, THEMES } from "../theme.ts";
import { inputOf } from "../widgets/input.ts";
import { type Motion } from "../widgets/list.ts";

export const withList = (model: Model, name: ScreenName, change: Partial<ListState>): Model => ({
  ...model,
  lists: { ...model.lists, [name]: { ...model.lists[name], ...change } },
});

export const onScreen = (model: Model, screen: ScreenName): Model => ({ ...model, screen });

/** Why nothing can be changed here, for bindings of commands that write. */
export const readOnly = (model: Model): string | undefined =>
  model.snapshot.identity.access === "ro"
    ? "The console was started with --read-only; start it without to change the host."
    : undefined;

export const motions = (move: (model: Model, motion: Motion) => Model): readonly Binding[] => {
  const binding = (keys: readonly string[], motion: Motion, help: string): Binding => ({
    keys,
    label: "",
    help,
    act: (model) => stay(move(model, motion)),
  });
  return [
    binding(["down", "j"], "down", "Next row"),
    binding(["up", "k"], "up", "Previous row"),
    binding(["pagedown", "ctrl+f"], "page-down", "One page down"),
    binding(["pageup", "ctrl+b"], "page-up", "One page up"),
    binding(["home", "<"], "first", "First row"),
    binding(["end", ">"], "last", "Last row"),
  ];
};

export const filterKey = (name: ScreenName): Binding => ({
  keys: ["/"],
  label: "filter",
  help: "Show only rows that hold the words typed; an empty filter shows all",
  act: (model) => stay(pushed(model, { kind: "filter", input: inputOf(model.lists[name].filter) })),
});

/** `o` walks through the columns one can sort by; `O` turns the order over. */
export const sortKeys = (name: ScreenName, titles: (model: Model) => readonly string[]): readonly Binding[] => [
  {
    keys: ["o"],
    label: "sort",
    help: "Sort by the next column",
    act: (model) => {
      const all = titles(model);
      const next = all[all.indexOf(model.lists[name].sort ?? "") + 1];
      return stay(withList(model, name, { sort: next }));
    },
  },
  {
    keys: ["O"],
    label: "",
    help: "Turn the order over",
    act: (model) => stay(withList(model, name, { descending: !model.lists[name].descending })),
  },
];

/** `y` copies what the cursor is on, through the terminal (OSC 52). */
export const copyKey = (what: (model: Model) => string | undefined): Binding => ({
  keys: ["y"],
  label: "copy",
  help: "Copy the name or line under the cursor to the clipboard",
  act: (model) => {
    const text = what(model);
    if (text === undefined) return stay(said(model, "Nothing is selected here.", "warning"));
    return stay(said(model, `Copied: ${text}`), { kind: "copy", text });
  },
});

const neighbour = (screen: ScreenName, by: 1 | -1): ScreenName =>
  SCREEN_NAMES[(SCREEN_NAMES.indexOf(screen) + by + SCREEN_NAMES.length) % SCREEN_NAMES.length]!;

const quit = (model: Model): Step => [model, model.task ? [{ kind: "cancel" }, { kind: "quit" }] : [{ kind: "quit" }]];

/** `more`: commands that are at hand on every screen. */
export const globalKeys = (titles: Readonly<Record<ScreenName, string>>, more: readonly Binding[]): KeyContext => ({
  title: "Everywhere",
  bindings: [
    {
      keys: [":"],
      label: "command",
      help: "Type any command line; tab completes, ↑ goes back in history",
      act: (model) =>
        stay(
          pushed(model, {
            kind: "line",
            input: inputOf(""),
            completion: undefined,
            picked: -1,
            back: 0,
            draft: "",
          }),
          { kind: "complete", line: "", cursor: 0 },
        ),
    },
    {
      keys: ["?", "f1"],
      label: "help",
      help: "This page",
      act: (model) => stay(pushed(model, { kind: "help", top: 0 })),
    },
    ...more,
    { keys: ["q"], label: "quit", help: "Leave; the host is stored as it is", act: quit },
    {
      keys: SCREEN_NAMES.map((_, i) => String(i + 1)),
      label: "",
      help: SCREEN_NAMES.map((name) => titles[name]).join(", "),
      act: (model, key) => stay(onScreen(model, SCREEN_NAMES[Number(key) - 1]!)),
    },
    {
      keys: ["tab"],
      label: "",
      help: "Next screen",
      act: (model) => stay(onScreen(model, neighbour(model.screen, 1))),
    },
    {
      keys: ["shift+tab"],
      label: "",
      help: "Previous screen",
      act: (model) => stay(onScreen(model, neighbour(model.screen, -1))),
    },
    {
      keys: ["T"],
      label: "",
      help: "Next theme: dark, light, high contrast, no colour, ASCII, screen reader",
      act: (model) => {
        const theme = THEMES[themeAfter(model.theme.name)];
        return stay(said({ ...model, theme }, `Theme ${theme.name}; NVDECK_THEME=${theme.name} keeps it.`));
      },
    },
    {
      keys: ["ctrl+c"],
      label: "",
      help: "Stop what is under way; else leave",
      act: (model) => (model.task ? cancelled(model) : quit(model)),
    },
    { keys: ["escape"], label: "", help: "Stop what is under way", act: (model) => cancelled(model) },
  ],
});

/** Keys of every overlay that is read, not typed into. */
export const closeKeys: readonly Binding[] = [
  { keys: ["escape", "q"], label: "back", help: "Close", act: (model) => stay(popped(model)) },
];
