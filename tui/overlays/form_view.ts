/** How a form and the rehearsal of its line are laid out: side by side where there is room, else one above the other. */
import type { NamespaceView, Rehearsal, StepGroup } from "../../src/command/language/console_host.ts";
import { grouped } from "../../src/base/units.ts";
import { sideBySide } from "../layout.ts";
import { type AssignState, type CarveState, type Model } from "../model.ts";
import { type Scene } from "../scene.ts";
import { stepTable } from "../screens/steps.ts";
import { plural } from "../screens/parts.ts";
import { beside, EMPTY, fill, type Line, line, span } from "../text/line.ts";
import { wrapped } from "../text/width.ts";
import { formLines } from "../widgets/form.ts";
import { rule } from "../widgets/rule.ts";
import { faultOf, type Form } from "./form_keys.ts";

/** Narrower than this the rehearsal goes below the form. */
const SIDE_BY_SIDE = 110;

/** `after`: rows about the rehearsal, for a given width. */
export function formView<S extends CarveState | AssignState>(
  scene: Scene,
  form: Form<S>,
  state: S,
  title: string,
  after: (result: Rehearsal, width: number) => Line[],
): Line[] {
  const { model, width, height } = scene;
  const left = (w: number) => formLines(form.fields(model, state), state.field, w);
  const right = (w: number) => rehearsalRows(model, form, state, w, after);
  if (width < SIDE_BY_SIDE) {
    const rows = left(width);
    return fill([
      rule([form.title], width, model.theme),
      ...rows,
      rule([title, status(model, form, state)], width, model.theme),
      ...right(width),
      ...stepRows(scene, state, width, height - rows.length - right(width).length - 2),
    ], height);
  }
  const { left: l, right: r } = sideBySide(width, width >= 160 ? 0.4 : 0.46);
  const story = right(r);
  return fill([
    [
      ...rule([form.title], l, model.theme),
      span("┬", "rule"),
      ...rule([title, status(model, form, state)], r, model.theme),
    ],
    ...beside([EMPTY, ...left(l)], [EMPTY, ...story, ...stepRows(scene, state, r, height - story.length - 2)], l, [
      span("│", "rule"),
    ], height - 1),
  ], height);
}

/** The steps of the rehearsal, where there is room left for them. */
function stepRows(scene: Scene, state: CarveState | AssignState, width: number, room: number): Line[] {
  const result = state.rehearsal?.result;
  if (!result || result.status !== 0 || result.steps.total === 0 || room < STEPS_LEAST) return [];
  const head = rule(["Steps", grouped(result.steps.total)], width, scene.model.theme);
  return [EMPTY, head, ...stepTable(result.steps.groups, width, room - 2, scene.model)];
}
const STEPS_LEAST = 7;

function status<S extends CarveState | AssignState>(model: Model, form: Form<S>, state: S): string {
  if (faultOf(form, model, state)) return "not sound yet";
  if (!state.rehearsal) return "rehearsing";
  return state.rehearsal.result.status === 0 ? "rehearsed" : "refused";
}

function rehearsalRows<S extends CarveState | AssignState>(
  model: Model,
  form: Form<S>,
  state: S,
  width: number,
  after: (result: Rehearsal, width: number) => Line[],
): Line[] {
  const fault = faultOf(form, model, state);
  if (fault) return [line(span(" Nothing to rehearse yet; see the form.", "muted"))];
  const result = state.rehearsal?.result;
  if (!result) return [line(span(" …", "muted"))];
  if (result.status === 0) return after(result, width);
  const said = (result.err || result.out).trim().split("\n").flatMap((text) => wrapped(text, width - 5));
  return [
    ...said.map((text, i) => line(span(i === 0 ? " ✗ " : "   ", "danger"), span(text))),
    EMPTY,
    line(span(`   exit status ${result.status}; nothing was changed`, "muted")),
  ];
}

/** The namespaces a rehearsal would add. */
export function added(before: readonly NamespaceView[], after: readonly NamespaceView[]): readonly NamespaceView[] {
  const known = new Set(before.map((n) => n.uuid));
  return after.filter((n) => !known.has(n.uuid));
}

/** `56 writes on nmem4 … nmem7: 32 index blocks, 24 label slots`. */
export function writesText(groups: readonly StepGroup[]): string {
  const writes = groups.filter((g) => g.kind === "medium-write");
  if (writes.length === 0) return "none";
  const targets = [...new Set(writes.map((g) => g.target))].toSorted();
  const kinds = Map.groupBy(writes, (g) => g.what);
  const total = writes.reduce((sum, g) => sum + g.count, 0);
  const by = [...kinds].map(([what, list]) => plural(list.reduce((sum, g) => sum + g.count, 0), what));
  const on = targets.length > 2 ? `${targets[0]} … ${targets.at(-1)}` : targets.join(", ");
  return `${grouped(total)} on ${on}: ${by.join(", ")}`;
}

/** `XENPF_pmem_add, 4 × XENMEM_populate_pmem_map`. */
export function hypercallsText(groups: readonly StepGroup[]): string {
  const calls = groups.filter((g) => g.kind === "hypercall");
  return calls.map((g) => (g.count > 1 ? `${grouped(g.count)} × ${g.what}` : g.what)).join(", ") || "none";
}
