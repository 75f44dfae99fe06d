/** The overlays by kind, and the key tables in force: most specific first. */
import { cancelled, popped } from "../acts.ts";
import { type KeyContext } from "../keys.ts";
import { bodyHeight } from "../layout.ts";
import { stay } from "../messages.ts";
import { type Model, type Overlay, type OverlayKind, SCREEN_NAMES, type ScreenName, topOverlay } from "../model.ts";
import { globalKeys, motions, withList } from "../screens/bindings.ts";
import { undoKey } from "../screens/history.ts";
import { SCREENS } from "../screens/mod.ts";
import { moved } from "../widgets/list.ts";
import { assign } from "./assign.ts";
import { carve } from "./carve.ts";
import { commandLine } from "./command_line.ts";
import { carveForm } from "./carve_state.ts";
import { confirm, KEYS_BUTTONS, KEYS_TYPED } from "./confirm.ts";
import { formKeys } from "./form_keys.ts";
import { help } from "./help.ts";
import { output } from "./output.ts";
import { type OverlayLook } from "./overlay.ts";
import { address, filter } from "./prompts.ts";

type Looks = { readonly [K in OverlayKind]: OverlayLook<Extract<Overlay, { kind: K }>> };

const below = (model: Model): readonly KeyContext[] =>
  contextsOf({ ...model, overlays: model.overlays.filter((o) => o.kind !== "help") });

/** What the help page tells besides: keys of what opens later. None where the page lies on one of those itself. */
const elsewhere = (model: Model): readonly KeyContext[] =>
  model.overlays.some((o) => o.kind !== "help") ? [] : [
    { ...commandLine.keys(model), title: "Command line (:)" },
    { ...formKeys(carveForm), title: "Forms (c, a)" },
    { ...KEYS_BUTTONS, title: "Questions" },
    { ...KEYS_TYPED, title: "Questions about data that would be lost" },
  ];

const LOOKS: Looks = {
  help: help({ below, elsewhere }),
  line: commandLine,
  filter,
  address,
  carve,
  assign,
  confirm,
  output,
};
export const lookOf = <O extends Overlay>(overlay: O): OverlayLook<O> => LOOKS[overlay.kind] as OverlayLook<O>;

const TITLES = Object.fromEntries(SCREEN_NAMES.map((n) => [n, SCREENS[n].title])) as Record<ScreenName, string>;
const GLOBAL = globalKeys(TITLES, [undoKey]);

const LIST: KeyContext = {
  title: "Lists",
  bindings: motions((model, motion) => {
    const shape = SCREENS[model.screen].list(model, bodyHeight(model.size));
    return withList(model, model.screen, moved(model.lists[model.screen], shape, motion));
  }),
};

/** Over any overlay: what gets one out of it, and help where no text is typed. */
const MODAL: KeyContext = {
  title: "Everywhere",
  bindings: [
    {
      keys: ["ctrl+c"],
      label: "",
      help: "Stop what is under way; else close this",
      act: (model) => (model.task ? cancelled(model) : stay(popped(model))),
    },
    {
      keys: ["f1", "?"],
      label: "help",
      help: "This page",
      act: (model) => stay({ ...model, overlays: [...model.overlays, { kind: "help", top: 0 }] }),
    },
  ],
};

/** The key tables that apply now, most specific first. */
export function contextsOf(model: Model): readonly KeyContext[] {
  const top = topOverlay(model);
  if (top) return [lookOf(top).keys(model), MODAL];
  const screen = SCREENS[model.screen];
  return [{ title: screen.title, bindings: screen.bindings }, GLOBAL, LIST];
}
