/**
 * Key bindings as data. A context is a table of bindings; tables are merged, most specific first. The footer, the help
 * page and the key handler all read the same tables, so none can tell another story.
 */
import { type Glyphs } from "./theme.ts";
import { type Step } from "./messages.ts";
import { type Model } from "./model.ts";
import { cellWidth } from "./text/width.ts";
import { type Line, type Span, span } from "./text/line.ts";

export interface Binding {
  /** The first one is shown. */
  readonly keys: readonly string[];
  /** One word for the footer; empty: not shown there. */
  readonly label: string;
  /** A sentence for the help page, without a full stop. */
  readonly help: string;
  /** Why it cannot be used now; the action then only says so. */
  readonly unavailable?: (model: Model) => string | undefined;
  readonly act: (model: Model, key: string) => Step;
}

export interface KeyContext {
  /** Heading on the help page. */
  readonly title: string;
  readonly bindings: readonly Binding[];
  /** Takes printable keys and pasted text before any binding. */
  readonly type?: (model: Model, text: string) => Step;
}

/** Printable: a single character (one or two UTF-16 units) that is not a control. Key names are longer. */
export const isText = (key: string): boolean => [...key].length === 1 && key >= " " && key !== "\x7f";

/** The binding that a key means here; undefined where it means nothing. */
export function bindingFor(contexts: readonly KeyContext[], key: string): Binding | undefined {
  for (const { bindings } of contexts) {
    const found = bindings.find((b) => b.keys.includes(key));
    if (found) return found;
  }
  return undefined;
}

const SIGNS: Readonly<Record<string, string>> = {
  enter: "↵",
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  escape: "esc",
  " ": "space",
  pageup: "pgup",
  pagedown: "pgdn",
};
const SIGN_WORDS: Readonly<Record<string, string>> = {
  ...SIGNS,
  enter: "enter",
  up: "up",
  down: "down",
  left: "left",
  right: "right",
};

/** How a key is written for people. */
export function keyLabel(key: string, glyphs: Glyphs): string {
  const plus = key.lastIndexOf("+", key.length - 2);
  const [prefix, base] = [key.slice(0, plus + 1), key.slice(plus + 1)];
  return prefix + ((glyphs === "unicode" ? SIGNS : SIGN_WORDS)[base] ?? base);
}

/** Always in the footer: they lead to all the others. */
const ALWAYS: readonly string[] = ["?", ":"];
const GAP = 2;

/** The footer: bindings in order, most specific first, as many as fit whole. Those that cannot be used are muted. */
export function footer(contexts: readonly KeyContext[], model: Model, width: number): Line {
  const seen = new Set<string>();
  const listed = contexts.flatMap((c) => c.bindings).filter((b) => {
    const isNew = b.label !== "" && !seen.has(b.keys[0]!);
    seen.add(b.keys[0]!);
    return isNew;
  });
  const widthOf = (b: Binding) => cellWidth(keyLabel(b.keys[0]!, model.theme.glyphs)) + cellWidth(b.label) + 1 + GAP;
  const always = listed.filter((b) => b.keys.some((key) => ALWAYS.includes(key)));
  // The first binding has no gap before it, but the row begins with a blank.
  let left = width - 1 + GAP - always.reduce((sum, b) => sum + widthOf(b), 0);
  const kept = listed.filter((b) => {
    if (always.includes(b)) return true;
    const fits = widthOf(b) <= left;
    if (fits) left -= widthOf(b);
    return fits;
  });
  return kept.flatMap((b, i): Span[] => {
    const off = b.unavailable?.(model) !== undefined;
    const sign = keyLabel(b.keys[0]!, model.theme.glyphs);
    return [
      span(" ".repeat(i === 0 ? 1 : GAP)),
      span(sign, off ? "muted" : "key"),
      span(` ${b.label}`, off ? "muted" : "text"),
    ];
  });
}
