/** What a command printed, or an object in full: rows to scroll through. */
import { topOf, topped } from "../acts.ts";
import { bodyHeight } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model, type OutputState } from "../model.ts";
import { closeKeys, motions } from "../screens/bindings.ts";
import { fill, line, span } from "../text/line.ts";
import { clean, folded } from "../text/width.ts";
import { type Motion } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { type OverlayLook } from "./overlay.ts";

/** Scrolling without a cursor: the first row in sight after a motion. */
export function scrolled(top: number, count: number, height: number, motion: Motion): number {
  const last = Math.max(0, count - height);
  const to = {
    up: top - 1,
    down: top + 1,
    "page-up": top - height + 1,
    "page-down": top + height - 1,
    first: 0,
    last,
  }[motion];
  return Math.max(0, Math.min(last, to));
}

/** The text in rows of the terminal's width: nothing of an answer is cut. */
const outputRows = remembered((rows: readonly string[], width: number): readonly string[] =>
  rows.flatMap((text) => folded(clean(text.replaceAll("\t", "        ")), width - 2))
);

const move = (model: Model, motion: Motion): Model => {
  const state = topOf(model, "output")!;
  const count = outputRows(state.rows, model.size.columns).length;
  return topped(model, { ...state, top: scrolled(state.top, count, bodyHeight(model.size) - 1, motion) });
};

export const output: OverlayLook<OutputState> = {
  place: "body",
  keys: () => ({
    title: "Output",
    bindings: [
      { ...closeKeys[0]!, keys: ["escape", "q", "enter"] },
      {
        keys: ["y"],
        label: "copy",
        help: "Copy all of it to the clipboard",
        act: (model) => stay(model, { kind: "copy", text: topOf(model, "output")!.rows.join("\n") }),
      },
      ...motions(move),
    ],
  }),
  rows: ({ model, width, height }, state) => {
    const all = outputRows(state.rows, width);
    const seen = all.slice(state.top, state.top + height - 1);
    const title = state.tone === "danger" ? ["Refused", clean(state.title)] : [clean(state.title)];
    const count = all.length > height - 1 ? [`${state.top + 1}–${state.top + seen.length} of ${all.length}`] : [];
    return fill([
      rule([...title, ...count], width, model.theme, state.tone === "danger" ? "danger" : "heading"),
      ...seen.map((text) => line(span(` ${text}`))),
    ], height);
  },
  line: (_scene, state) => ({ kind: "command", text: state.command }),
};
