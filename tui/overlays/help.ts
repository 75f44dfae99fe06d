/** The help page: printed from the key tables that are in force, so that it cannot be stale. */
import { topOf, topped } from "../acts.ts";
import { type KeyContext, keyLabel } from "../keys.ts";
import { bodyHeight } from "../layout.ts";
import { type Model, type Overlay } from "../model.ts";
import { closeKeys, motions } from "../screens/bindings.ts";
import { EMPTY, fill, type Line, line, span } from "../text/line.ts";
import { fit } from "../text/width.ts";
import { type Motion } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { scrolled } from "./output.ts";
import { type OverlayLook } from "./overlay.ts";

type HelpState = Extract<Overlay, { kind: "help" }>;

const KEYS_WIDTH = 22;

/** All rows of the page for these tables. A binding that cannot be used now says why. */
export function helpRows(model: Model, contexts: readonly KeyContext[]): Line[] {
  const seen = new Set<string>();
  return contexts.flatMap(({ title, bindings }) => {
    const rows = bindings.flatMap((b): Line[] => {
      const keys = b.keys.filter((k) => !seen.has(k));
      keys.forEach((k) => seen.add(k));
      if (keys.length === 0) return [];
      const off = b.unavailable?.(model);
      const shown = keys.map((k) => keyLabel(k, model.theme.glyphs)).join("  ");
      return [
        line(span(`   ${fit(shown, KEYS_WIDTH)}`, off ? "muted" : "key"), span(b.help, off ? "muted" : "text")),
        ...(off ? [line(span(`   ${" ".repeat(KEYS_WIDTH)}now: ${off}`, "warning"))] : []),
      ];
    });
    return rows.length === 0 ? [] : [line(span(` ${title}`, "heading")), ...rows, EMPTY];
  });
}

/** `below`: the key tables of what the page lies on. */
export const help = (below: (model: Model) => readonly KeyContext[]): OverlayLook<HelpState> => {
  const move = (model: Model, motion: Motion): Model => {
    const state = topOf(model, "help")!;
    const count = helpRows(model, below(model)).length;
    return topped(model, { ...state, top: scrolled(state.top, count, bodyHeight(model.size) - 1, motion) });
  };
  return {
    place: "body",
    keys: () => ({
      title: "Help",
      bindings: [{ ...closeKeys[0]!, keys: ["escape", "q", "?", "enter"] }, ...motions(move)],
    }),
    rows: ({ model, width, height }, state) => {
      const all = helpRows(model, below(model));
      const rows = all.slice(state.top, state.top + height - 1);
      const more = all.length > height - 1
        ? [`${state.top + 1}–${state.top + rows.length} of ${all.length}, ↓ scrolls`]
        : [];
      return fill([rule(["Keys", ...more], width, model.theme), ...rows], height);
    },
    line: () => ({ kind: "command", text: "help" }),
  };
};
