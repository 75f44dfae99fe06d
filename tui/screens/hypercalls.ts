/** Screen 7: the hypercalls made, newest first; the selected one decoded and as bytes. */
import type { CallField, HypercallView } from "../../src/command/language/console_host.ts";
import { grouped } from "../../src/base/units.ts";
import { shown } from "../acts.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Screen } from "../scene.ts";
import { beside, EMPTY, type Line, line, plainText, span } from "../text/line.ts";
import { hexLines, hexWidth } from "../widgets/hex.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column } from "../widgets/table.ts";
import { listing } from "./listing.ts";
import { facts, plural } from "./parts.ts";

/** `41.12`: the journal's entry, and which of its calls. */
const numberOf = (h: HypercallView): string => `${h.sequence}.${h.ordinal}`;
/** More than any entry keeps. */
const CALLS_OF_AN_ENTRY = 1e6;

const isZero = ({ value }: CallField): boolean => /^(0x)?0+$/.test(value);
/** Of these zero says something: a label area has no place in the guest's memory. */
const TELLING = /^[gm]fn$/;
const said = (fields: readonly CallField[]): string =>
  fields.filter((f) => !isZero(f) || TELLING.test(f.name)).map((f) => `${f.name} ${f.value}`).join(", ");

/** Arguments that are all zero are there for Xen's answer only. */
const isQuestion = ({ fields, answers }: HypercallView): boolean => answers.length > 0 && fields.every(isZero);
const argumentsText = (h: HypercallView): string => (isQuestion(h) ? `→ ${said(h.answers)}` : said(h.fields));

const COLUMNS: readonly Column<HypercallView>[] = [
  {
    title: "#",
    align: "right",
    priority: 1,
    min: 4,
    text: numberOf,
    compare: byNumber((h) => h.sequence * CALLS_OF_AN_ENTRY + h.ordinal),
  },
  { title: "CALLER", priority: 6, min: 6, text: (h) => h.caller, compare: byText((h) => h.caller) },
  { title: "CALL", priority: 1, min: 24, text: (h) => h.name, compare: byText((h) => h.name) },
  {
    title: "ARGUMENTS",
    priority: 2,
    min: 16,
    grow: true,
    text: argumentsText,
  },
  {
    title: "RESULT",
    align: "right",
    priority: 1,
    min: 8,
    text: (h) => h.result,
    role: (h) => (h.failed ? "danger" : "text"),
    compare: byText((h) => h.result),
  },
  { title: "RESTARTS", align: "right", priority: 5, min: 8, text: (h) => (h.restarts > 0 ? grouped(h.restarts) : "") },
];

const PANE_ROWS = 11;

const table = listing<HypercallView>({
  name: "hypercalls",
  title: "Hypercalls",
  columns: COLUMNS,
  all: (model) => model.snapshot.trace,
  id: numberOf,
  order: () => "newest first",
  paneRows: () => PANE_ROWS,
  pane: ({ model, width, height }, call) => callPane(model, call, width, height),
  nothing: () => [
    EMPTY,
    line(span("   None yet.", "strong"), span("  Handing a namespace to Xen makes the first.", "muted")),
  ],
});

export const hypercalls: Screen = {
  name: "hypercalls",
  title: "Hypercalls",
  bindings: [
    {
      keys: ["enter"],
      label: "open",
      help: "All fields and all bytes of the call",
      act: (model) => {
        const call = table.at(model);
        if (!call) return stay(model);
        const text = whole(call).map(plainText).join("\n");
        return stay(shown(model, `#${numberOf(call)} ${call.name}`, text, "trace"));
      },
    },
    ...table.keys((call) => call.name),
  ],
  line: () => "trace",
  list: table.list,
  view: table.view,
};

const fieldLines = (call: HypercallView): Line[] => {
  const named = (fields: HypercallView["fields"]) => facts(fields.map((f) => [f.name, f.value]), labelWidth);
  const labelWidth = 2 + Math.max(8, ...[...call.fields, ...call.answers].map((f) => f.name.length));
  if (call.answers.length === 0) return named(call.fields);
  return [
    ...(isQuestion(call) ? [] : named(call.fields)),
    line(span(" Xen's answer", "muted")),
    ...named(call.answers),
  ];
};
const NO_MARK = { offset: 0, length: 0 };

function callPane(model: Model, call: HypercallView, width: number, height: number): Line[] {
  const head = [`#${numberOf(call)} ${call.name}`, `result ${call.result}`];
  const who = line(span(` hypercall ${call.number} by ${call.caller}`, "muted"));
  if (model.theme.layout === "reader") return [rule(head, width, model.theme), who, ...fieldLines(call)];
  const right = Math.min(hexWidth(width), width - LEAST_FIELDS);
  const left = width - 1 - right;
  return [
    [...rule(head, left, model.theme), span("┬", "rule"), ...rule(["hex"], right, model.theme)],
    ...beside([who, ...fieldLines(call)], byteLines(call, right, height - 1), left, [span("│", "rule")], height - 1),
  ];
}
const LEAST_FIELDS = 40;

/** What went in, and what came out where there is room for both. */
function byteLines({ input, output }: HypercallView, width: number, height: number): Line[] {
  const block = (title: string, bytes: Uint8Array) => [
    line(span(` ${title}, ${plural(bytes.length, "byte")}`, "muted")),
    ...hexLines(bytes, 0, width, Infinity, NO_MARK),
  ];
  const asked = block("in", input);
  const answered = block("out", output);
  return asked.length + answered.length <= height ? [...asked, ...answered] : asked.slice(0, height);
}

const whole = (call: HypercallView): Line[] => [
  ...facts([["caller", call.caller], ["number", String(call.number)], ["result", call.result], [
    "restarts",
    String(call.restarts),
  ]], 16),
  EMPTY,
  ...fieldLines(call),
  EMPTY,
  line(` in, ${plural(call.input.length, "byte")}`),
  ...hexLines(call.input, 0, 80, Infinity, NO_MARK),
  EMPTY,
  line(` out, ${plural(call.output.length, "byte")}`),
  ...hexLines(call.output, 0, 80, Infinity, NO_MARK),
];
