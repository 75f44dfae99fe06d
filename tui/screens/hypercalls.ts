/** Screen 7: the hypercalls made, newest first; the selected one decoded and as bytes. */
import type { HypercallView } from "../../src/command/language/console_host.ts";
import { grouped } from "../../src/base/units.ts";
import { shown } from "../acts.ts";
import { sideBySide } from "../layout.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Screen } from "../scene.ts";
import { beside, EMPTY, type Line, line, plainText, span } from "../text/line.ts";
import { hexLines } from "../widgets/hex.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column } from "../widgets/table.ts";
import { listing } from "./listing.ts";
import { facts, plural } from "./parts.ts";

const COLUMNS: readonly Column<HypercallView>[] = [
  {
    title: "#",
    align: "right",
    priority: 1,
    min: 4,
    text: (h) => String(h.sequence),
    compare: byNumber((h) => h.sequence),
  },
  { title: "CALLER", priority: 4, min: 6, text: (h) => h.caller, compare: byText((h) => h.caller) },
  { title: "CALL", priority: 1, min: 16, text: (h) => h.name, compare: byText((h) => h.name) },
  {
    title: "ARGUMENTS",
    priority: 2,
    min: 16,
    grow: true,
    text: (h) => h.fields.map((f) => `${f.name} ${f.value}`).join(", "),
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
  id: (h) => String(h.sequence),
  order: "newest first",
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
        return stay(shown(model, `#${call.sequence} ${call.name}`, text, "trace"));
      },
    },
    ...table.keys((call) => call.name),
  ],
  line: () => "trace",
  list: table.list,
  view: table.view,
};

const fieldLines = (call: HypercallView): Line[] => facts(call.fields.map((f) => [f.name, f.value]), 16);
const NO_MARK = { offset: 0, length: 0 };

function callPane(model: Model, call: HypercallView, width: number, height: number): Line[] {
  const head = [
    `#${call.sequence} ${call.name}`,
    `hypercall ${call.number} by ${call.caller}`,
    `result ${call.result}`,
  ];
  if (model.theme.layout === "reader") return [rule(head, width, model.theme), ...fieldLines(call)];
  const { left, right } = sideBySide(width, 0.45);
  const bytes = [
    line(span(` in, ${plural(call.input.length, "byte")}`, "muted")),
    ...hexLines(call.input, 0, right, Math.max(2, height - 4), NO_MARK),
  ];
  return [
    [...rule(head.slice(0, 2), left, model.theme), span("┬", "rule"), ...rule(["bytes", head[2]!], right, model.theme)],
    ...beside(fieldLines(call), bytes, left, [span("│", "rule")], height - 1),
  ];
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
