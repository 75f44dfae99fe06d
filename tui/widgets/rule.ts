/** The one kind of border: a rule with its title in it, `── Namespaces ─ 9 of 9 ─ by start ▲ ───…`. */
import { type Role, type Theme } from "../theme.ts";
import { type Line, line, lineWidth, type Span, span } from "../text/line.ts";
import { cut } from "../text/width.ts";

/** `parts`: the title, then facts about it. In the reader layout the same as a sentence. */
export function rule(parts: readonly string[], width: number, theme: Theme, role: Role = "heading"): Line {
  const [title = "", ...facts] = parts;
  if (theme.layout === "reader") return line(span(`${[title, ...facts].join(", ")}.`, role));
  if (!title) return line(span("─".repeat(width), "rule"));
  const spans: Span[] = [span("── ", "rule"), span(cut(title, Math.max(1, width - 6)), role)];
  for (const fact of facts) {
    const room = width - lineWidth(spans) - 5;
    if (room < 4) break;
    spans.push(span(" ─ ", "rule"), span(cut(fact, room), "muted"));
  }
  return closed(spans, width);
}

const closed = (spans: Span[], width: number): Line => [
  ...spans,
  span(` ${"─".repeat(Math.max(0, width - lineWidth(spans) - 1))}`, "rule"),
];
