/** Two questions in the command row: the filter of a list, and the address to walk. */
import { popped, topOf, topped } from "../acts.ts";
import { parseInteger } from "../../src/base/units.ts";
import { type Binding } from "../keys.ts";
import { stay, type Step } from "../messages.ts";
import { type Model, type Overlay } from "../model.ts";
import { withList } from "../screens/bindings.ts";
import { span } from "../text/line.ts";
import { edited, inputLine, inputOf, typed } from "../widgets/input.ts";
import { type OverlayLook } from "./overlay.ts";

type FilterState = Extract<Overlay, { kind: "filter" }>;
type AddressState = Extract<Overlay, { kind: "address" }>;

const EDITING = [
  "backspace",
  "delete",
  "left",
  "right",
  "home",
  "end",
  "ctrl+a",
  "ctrl+e",
  "ctrl+u",
  "ctrl+k",
  "ctrl+w",
];
const editing = (act: (model: Model, key: string) => Step): Binding => ({
  keys: EDITING,
  label: "",
  help: "Edit as in a shell",
  act,
});

/** The list follows while the filter is typed. */
const filterTo = (model: Model, state: FilterState): Step =>
  stay(withList(topped(model, state), model.screen, { filter: state.input.text, top: 0, index: 0 }));

export const filter: OverlayLook<FilterState> = {
  place: "line",
  keys: () => ({
    title: "Filter",
    type: (model, text) => {
      const state = topOf(model, "filter")!;
      return filterTo(model, { ...state, input: typed(state.input, text) });
    },
    bindings: [
      { keys: ["enter"], label: "keep", help: "Keep the filter", act: (model) => stay(popped(model)) },
      {
        keys: ["escape", "ctrl+c"],
        label: "show all",
        help: "Clear the filter",
        act: (model) => stay(withList(popped(model), model.screen, { filter: "" })),
      },
      editing((model, key) => {
        const state = topOf(model, "filter")!;
        return filterTo(model, { ...state, input: edited(state.input, key) ?? state.input });
      }),
    ],
  }),
  rows: () => [],
  line: ({ width }, state) => ({
    kind: "input",
    row: [span(" / ", "accent"), ...inputLine(state.input, width - 4, true)],
  }),
};

/** Underscores may part the digits, as in 0x2_5000_1234. */
function walkTo(model: Model): Step {
  const state = topOf(model, "address")!;
  const text = state.input.text.trim().replaceAll("_", "");
  if (text === "") return stay(popped({ ...model, ept: { ...model.ept, gpa: undefined } }));
  const gpa = parseInteger(text);
  if (gpa === undefined || gpa >= GPA_LIMIT) {
    return stay(topped(model, { ...state, fault: "not an address below 2^48; try 0x240000000" }));
  }
  return stay(popped({ ...model, ept: { ...model.ept, gpa } }));
}
/** Four levels of tables: 48 bits. */
const GPA_LIMIT = 2 ** 48;

export const address: OverlayLook<AddressState> = {
  place: "line",
  keys: () => ({
    title: "Walk an address",
    type: (model, text) => {
      const state = topOf(model, "address")!;
      return stay(topped(model, { ...state, fault: undefined, input: typed(state.input, text) }));
    },
    bindings: [
      { keys: ["enter"], label: "walk", help: "Walk it; empty: follow the cursor again", act: walkTo },
      {
        keys: ["escape", "ctrl+c"],
        label: "back",
        help: "Keep the address as it was",
        act: (model) => stay(popped(model)),
      },
      editing((model, key) => {
        const state = topOf(model, "address")!;
        return stay(topped(model, { ...state, fault: undefined, input: edited(state.input, key) ?? inputOf("") }));
      }),
    ],
  }),
  rows: () => [],
  line: ({ width }, state) => ({
    kind: "input",
    row: [
      span(" GPA ", "accent"),
      ...inputLine(state.input, Math.min(24, width - 8), true),
      span(state.fault ? `   ${state.fault}` : "   for example 0x240001234", state.fault ? "danger" : "muted"),
    ],
  }),
};
