/**
 * Forms: fields that are choices or typed text, each with its legal values in sight. An illegal choice is struck
 * through, stands in parentheses, and the reason stands beside it.
 */
import { type TextInput } from "../model.ts";
import { type Line, line, lineWidth, type Span, span } from "../text/line.ts";
import { clean, cut, fit, wrapped } from "../text/width.ts";
import { inputLine } from "./input.ts";

export interface Option {
  readonly value: string;
  readonly text: string;
  /** Why it cannot be chosen. */
  readonly illegal: string | undefined;
}

interface FieldBase<Id extends string> {
  readonly id: Id;
  readonly label: string;
  /** Muted, beside the field: bounds, units, what it means. */
  readonly note: string;
  readonly fault: string | undefined;
}
export type FormField<Id extends string> =
  | FieldBase<Id> & { readonly kind: "choice"; readonly options: readonly Option[]; readonly value: string }
  | FieldBase<Id> & { readonly kind: "text"; readonly input: TextInput };

export const choice = (value: string, text = value, illegal?: string): Option => ({ value, text, illegal });

/** The next option that may be chosen, in either direction; the value itself where there is none. */
export function nextChoice(options: readonly Option[], value: string, by: 1 | -1): string {
  const at = options.findIndex((o) => o.value === value);
  for (let step = 1; step <= options.length; step++) {
    const option = options[(at + by * step + options.length * step) % options.length]!;
    if (!option.illegal) return option.value;
  }
  return value;
}

const LABEL = 14;
const TEXT_CELLS = 16;

/** Rows of a note: more would push the other fields around. */
const NOTE_ROWS = 2;

/** One row per field, and under the focused one its fault or note. */
export function formLines<Id extends string>(fields: readonly FormField<Id>[], focus: Id, width: number): Line[] {
  return fields.flatMap((f) => {
    const here = f.id === focus;
    const label = line(
      span(here ? " ▸ " : "   ", "accent"),
      span(fit(f.label, LABEL - 3), here ? "strong" : "muted"),
    );
    const body = f.kind === "choice" ? choices(f, here, width - LABEL) : textField(f, here, width - LABEL);
    const row = [...label, ...body];
    const reasons = f.kind === "choice" && here
      ? [...new Set(f.options.flatMap((o) => (o.illegal ? [`${o.text}: ${o.illegal}`] : [])))]
      : [];
    const under = f.fault
      ? [f.fault]
      : here
      ? [...(f.note && f.kind === "choice" ? [f.note] : []), ...reasons.slice(0, 1)]
      : [];
    return [
      row,
      ...under.flatMap((text) => (f.fault ? wrapped(text, width - LABEL - 1) : noteRows(text, width - LABEL - 1)))
        .map((text) => line(" ".repeat(LABEL), span(text, f.fault ? "danger" : "muted"))),
    ];
  });
}

function noteRows(text: string, width: number): string[] {
  const rows = wrapped(text, width);
  if (rows.length <= NOTE_ROWS) return rows;
  return [...rows.slice(0, NOTE_ROWS - 1), cut(rows.slice(NOTE_ROWS - 1).join(" "), width)];
}

function choices<Id extends string>(f: FormField<Id> & { kind: "choice" }, here: boolean, width: number): Line {
  const at = Math.max(0, f.options.findIndex((o) => o.value === f.value));
  const shown = f.options.map((o, i) => optionSpan(o, i === at, here));
  const whole = shown.flatMap((s, i) => (i === 0 ? [s] : [span(" "), s]));
  if (lineWidth(whole) <= width) return whole;
  const count = ` ${at + 1} of ${f.options.length}`;
  const option = f.options[at]!;
  return [
    span("◂ ", "accent"),
    span(` ${cut(clean(option.text), width - count.length - 7)} `, here ? "selected" : "accent"),
    span(" ▸", "accent"),
    span(count, "muted"),
  ];
}

function optionSpan(o: Option, chosen: boolean, here: boolean): Span {
  const text = clean(o.text);
  if (o.illegal) return span(`(${text})`, "struck");
  if (chosen) return span(here ? `▸${text} ` : `▸${text} `, here ? "selected" : "accent");
  return span(` ${text} `);
}

/** The note stands beside the text: it is the bounds of what may be typed. */
const textField = <Id extends string>(f: FormField<Id> & { kind: "text" }, here: boolean, width: number): Line => {
  const input = inputLine(f.input, TEXT_CELLS, here);
  const line = span("_".repeat(Math.max(0, TEXT_CELLS - lineWidth(input))), "rule");
  return [...input, line, span(`  ${cut(f.note, width - TEXT_CELLS - 2)}`, "muted")];
};
