/** The help page: printed from the key tables that are in force, so that it cannot be stale. */
import { topOf, topped } from "../acts.ts";
import { type KeyContext, keyLabel } from "../keys.ts";
import { bodyHeight } from "../layout.ts";
import { type Model, type Overlay } from "../model.ts";
import { closeKeys, motions } from "../screens/bindings.ts";
import { EMPTY, fill, type Line, line, span } from "../text/line.ts";
import { type Role } from "../theme.ts";
import { fit, wrapped } from "../text/width.ts";
import { type Motion } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { GLOSSARIES, type Glossary } from "./help_words.ts";
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
      const term = keysText(keys, model);
      if (off === undefined) return entry(term, b.help, model);
      return [...entry(term, b.help, model, "muted", "muted"), ...entry("", `now: ${off}`, model, "key", "warning")];
    });
    return rows.length === 0 ? [] : [line(span(` ${title}`, "heading")), ...rows, EMPTY];
  });
}

/** All of them, or the first and the last of many. */
function keysText(keys: readonly string[], { theme }: Model): string {
  const labels = keys.map((key) => keyLabel(key, theme.glyphs));
  if (labels.length <= MOST_KEYS) return labels.join("  ");
  const ends = `${labels[0]} … ${labels.at(-1)}`;
  return ends.length < KEYS_WIDTH ? ends : `${labels[0]} …`;
}
const MOST_KEYS = 4;

/** A term and what it means, wrapped: nothing of the page is cut. */
function entry(term: string, text: string, { size }: Model, termRole: Role = "key", textRole: Role = "text"): Line[] {
  return wrapped(text, size.columns - KEYS_WIDTH - 5).map((row, i) =>
    line(span(`   ${fit(i === 0 ? term : "", KEYS_WIDTH)}`, termRole), span(row, textRole))
  );
}

const glossaryRows = (model: Model) => ({ title, rows }: Glossary): Line[] => [
  line(span(` ${title}`, "heading")),
  ...rows.flatMap(([term, meaning]) => entry(term, meaning, model)),
  EMPTY,
];

/** What `help` is made for. */
export interface HelpParts {
  /** The key tables of what the page lies on. */
  readonly below: (model: Model) => readonly KeyContext[];
  /** Key tables of what can be opened from there. */
  readonly elsewhere: (model: Model) => readonly KeyContext[];
}

const pageRows = (model: Model, { below, elsewhere }: HelpParts): Line[] => [
  ...helpRows(model, below(model)),
  ...elsewhere(model).flatMap((context) => helpRows(model, [context])),
  ...GLOSSARIES.flatMap(glossaryRows(model)),
];

export const help = (parts: HelpParts): OverlayLook<HelpState> => {
  const move = (model: Model, motion: Motion): Model => {
    const state = topOf(model, "help")!;
    const count = pageRows(model, parts).length;
    return topped(model, { ...state, top: scrolled(state.top, count, bodyHeight(model.size) - 1, motion) });
  };
  return {
    place: "body",
    keys: () => ({
      title: "Help",
      bindings: [{ ...closeKeys[0]!, keys: ["escape", "q", "?", "enter"] }, ...motions(move)],
    }),
    rows: ({ model, width, height }, state) => {
      const all = pageRows(model, parts);
      const rows = all.slice(state.top, state.top + height - 1);
      const more = all.length > height - 1
        ? [`${state.top + 1}–${state.top + rows.length} of ${all.length}, ↓ scrolls`]
        : [];
      return fill([rule(["Keys", ...more], width, model.theme), ...rows], height);
    },
    line: () => ({ kind: "command", text: "help" }),
  };
};
