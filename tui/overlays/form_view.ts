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

/** Rows about the rehearsal, for a given width; `brief` where its steps stand below them anyway. */
export type After = (result: Rehearsal, width: number, brief: boolean) => Line[];

export function formView<S extends CarveState | AssignState>(
  scene: Scene,
  form: Form<S>,
  state: S,
  title: string,
  after: After,
): Line[] {
  const { model, width, height } = scene;
  const left = (w: number) => formLines(form.fields(model, state), state.field, w);
  const head = (w: number) => rule([title, status(model, form, state)], w, model.theme);
  if (width < SIDE_BY_SIDE) {
    const rows = left(width);
    return fill([
      rule([form.title], width, model.theme),
      ...rows,
      head(width),
      ...story(scene, form, state, width, height - rows.length - 2, after),
    ], height);
  }
  const { left: l, right: r } = sideBySide(width, width >= 160 ? 0.4 : 0.46);
  return fill([
    [...rule([form.title], l, model.theme), span("┬", "rule"), ...head(r)],
    ...beside(
      [EMPTY, ...left(l)],
      [EMPTY, ...story(scene, form, state, r, height - 2, after)],
      l,
      [span("│", "rule")],
      height - 1,
    ),
  ], height);
}

/** What would come of it, and where there is room all steps. */
function story<S extends CarveState | AssignState>(
  { model }: Scene,
  form: Form<S>,
  state: S,
  width: number,
  height: number,
  after: After,
): Line[] {
  const result = state.rehearsal?.result;
  if (faultOf(form, model, state) || !result || result.status !== 0) return unfinished(model, form, state, width);
  const brief = after(result, width, true);
  const room = height - brief.length - STEPS_HEAD;
  if (result.steps.total === 0 || room < STEPS_LEAST) return after(result, width, false);
  return [
    ...brief,
    EMPTY,
    rule(["Steps", grouped(result.steps.total)], width, model.theme),
    ...stepTable(result.steps.groups, width, room, model),
  ];
}
/** A blank row and the rule; and titles with a few rows, below which steps are told in a sentence. */
const STEPS_HEAD = 2;
const STEPS_LEAST = 5;

function status<S extends CarveState | AssignState>(model: Model, form: Form<S>, state: S): string {
  if (faultOf(form, model, state)) return "not sound yet";
  if (!state.rehearsal) return "rehearsing";
  return state.rehearsal.result.status === 0 ? "rehearsed" : "refused";
}

/** A form that is not sound, one whose rehearsal runs, or what the tool said against it. */
function unfinished<S extends CarveState | AssignState>(
  model: Model,
  form: Form<S>,
  state: S,
  width: number,
): Line[] {
  if (faultOf(form, model, state)) return [line(span(" Nothing to rehearse yet; see the form.", "muted"))];
  const result = state.rehearsal?.result;
  if (!result) return [line(span(" …", "muted"))];
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
