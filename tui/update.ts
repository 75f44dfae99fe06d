/** `update(model, message)`: the next model and what to do outside. Pure: no clock, no input or output, no chance. */
import type { Ran, Rehearsal } from "../src/command/language/console_host.ts";
import { asked, printed, refused, run, said, summaryOf, topped, without } from "./acts.ts";
import { bindingFor, isText } from "./keys.ts";
import { BODY_TOP, bodyHeight, fits } from "./layout.ts";
import { type Effect, type Message, stay, type Step } from "./messages.ts";
import { type Model, type Task, topOverlay } from "./model.ts";
import { assignForm } from "./overlays/assign_state.ts";
import { carveForm } from "./overlays/carve_state.ts";
import { reviewed } from "./overlays/form_keys.ts";
import { contextsOf } from "./overlays/mod.ts";
import { onScreen, withList } from "./screens/bindings.ts";
import { SCREENS } from "./screens/mod.ts";
import { tabAt } from "./tabs.ts";
import { cursorIndex, movedTo, topRow } from "./widgets/list.ts";

export function update(model: Model, message: Message): Step {
  switch (message.kind) {
    case "key":
      return keyPressed({ ...model, toast: undefined }, message.key);
    case "paste":
      return pasted(model, message.text);
    case "mouse":
      return mouse(model, message.what, message.x, message.y);
    case "resized":
      return stay({ ...model, size: message.size });
    case "committed":
      // What this console itself carries out is told, with its snapshot, by `ran`.
      if (model.task?.purpose === "run") return stay(model);
      return renewed({ ...model, snapshot: message.snapshot });
    case "completed": {
      const top = topOverlay(model);
      if (top?.kind !== "line" || top.input.text !== message.line) return stay(model);
      return stay(topped(model, { ...top, completion: message.completion }));
    }
    case "progress":
      if (model.task?.ticket !== message.ticket) return stay(model);
      return stay({ ...model, task: { ...model.task, progress: message.progress } });
    case "rehearsed":
      if (model.task?.ticket !== message.ticket) return stay(model);
      return rehearsed({ ...model, task: undefined }, model.task, message.rehearsal);
    case "ran":
      if (model.task?.ticket !== message.ticket) return stay({ ...model, snapshot: message.snapshot });
      return ran({ ...model, task: undefined, snapshot: message.snapshot }, model, model.task, message.ran);
  }
}

/** The one key handler. Below the minimum size only leaving is possible: nobody acts on what they cannot see. */
function keyPressed(model: Model, key: string): Step {
  const contexts = contextsOf(model);
  if (!fits(model.size) && !["q", "ctrl+c"].includes(key)) return stay(model);
  const typing = contexts[0]?.type;
  if (typing && isText(key)) return typing(model, key);
  const binding = bindingFor(contexts, key);
  if (!binding) return stay(model);
  const why = binding.unavailable?.(model);
  return why === undefined ? binding.act(model, key) : stay(said(model, why, "warning"));
}

const pasted = (model: Model, text: string): Step => contextsOf(model)[0]?.type?.(model, text) ?? stay(model);

/** Rows that a turn of the wheel moves. */
const WHEEL = 3;

function mouse(model: Model, what: "press" | "wheel-up" | "wheel-down", x: number, y: number): Step {
  if (!fits(model.size)) return stay(model);
  if (what !== "press") {
    const binding = bindingFor(contextsOf(model), what === "wheel-up" ? "up" : "down");
    if (!binding || contextsOf(model)[0]?.type) return stay(model);
    let [next, effects]: Step = stay(model);
    for (let i = 0; i < WHEEL; i++) [next, effects] = binding.act(next, what === "wheel-up" ? "up" : "down");
    return [next, effects];
  }
  if (topOverlay(model)) return stay(model);
  if (y === 1) {
    const screen = tabAt(model.size.columns, model.screen, x);
    return stay(screen ? onScreen(model, screen) : model);
  }
  const shape = SCREENS[model.screen].list(model, bodyHeight(model.size));
  const row = Math.floor((y - BODY_TOP - shape.firstRow) / (shape.rowsEach ?? 1));
  const list = model.lists[model.screen];
  const index = topRow(list, shape.ids.length, shape.height, cursorIndex(list, shape.ids)) + row;
  if (row < 0 || row >= shape.height || index >= shape.ids.length) return stay(model);
  return stay(withList(model, model.screen, movedTo(list, shape, index)));
}

/** The host has changed: an open form looks again at what it would do. */
function renewed(model: Model): Step {
  const top = topOverlay(model);
  if (top?.kind === "carve") return reviewed(carveForm, model, top);
  if (top?.kind === "assign") return reviewed(assignForm, model, top);
  return stay(model);
}

function rehearsed(model: Model, task: Task, rehearsal: Rehearsal): Step {
  if (task.purpose === "form") {
    const top = topOverlay(model);
    if (top?.kind !== "carve" && top?.kind !== "assign") return stay(model);
    return stay(topped(model, { ...top, rehearsal: { lines: task.lines, result: rehearsal } }));
  }
  const { lines, status, out, err, effect, losses, digest } = rehearsal;
  if (status !== 0) return stay(refused(model, lines, status, err, out));
  if (effect === "reads") return stay(answered(model, lines, out, err));
  if (losses.length > 0 || task.purpose === "ask") return stay(asked(model, rehearsal));
  return run(model, lines, digest);
}

function answered(model: Model, lines: readonly string[], out: string, err: string): Model {
  const text = [out, err].filter((t) => t.trim()).join("\n");
  return text ? printed(model, lines, text) : said(model, "Done; it printed nothing.");
}

/** Overlays that a command came from; they have done their part. */
const SOURCES = ["carve", "assign", "confirm"] as const;

function ran(model: Model, before: Model, task: Task, result: Ran): Step {
  if (result.kind === "ask-again") return stay(asked(model, result.rehearsal, true));
  const fromForm = before.overlays.some((o) => SOURCES.some((s) => s === o.kind));
  const wasAssign = before.overlays.some((o) => o.kind === "assign");
  const closed = without(model, ...SOURCES);
  if (result.status !== 0) return stay(refused(closed, task.lines, result.status, result.err, result.out));
  const told = said(atNewObject(closed, before, wasAssign), `${summaryOf(result.difference)}${wayBack(model)}`);
  const text = result.out.trim();
  return stay(!fromForm && text.includes("\n") ? printed(told, task.lines, text) : told);
}

const wayBack = ({ snapshot }: Model): string => {
  const newest = snapshot.journal[0];
  if (newest?.redoable) return "  U does it again.";
  return newest && !newest.undone && newest.fixed === undefined ? "  u takes it back." : "";
};

/** After a carve the cursor is on the new namespace; after an assignment on the guest that got it. */
function atNewObject(model: Model, before: Model, assigned: boolean): Model {
  const known = new Set(before.snapshot.namespaces.map((n) => n.uuid));
  const made = model.snapshot.namespaces.find((n) => !known.has(n.uuid));
  if (made) {
    return onScreen(withList(model, "namespaces", { selected: made.name, filter: "" }), "namespaces");
  }
  const form = before.overlays.find((o) => o.kind === "assign");
  if (!assigned || form?.kind !== "assign") return model;
  const ept = { domain: form.guest, gpa: undefined };
  const tables = { domain: form.guest, index: 0 };
  return onScreen(withList({ ...model, ept, tables }, "domains", { selected: form.guest, filter: "" }), "domains");
}

/** Runs many messages in order: one chunk of input, one redraw. */
export function updateAll(model: Model, messages: readonly Message[]): Step {
  let next = model;
  const effects: Effect[] = [];
  for (const message of messages) {
    const [after, more] = update(next, message);
    next = after;
    effects.push(...more);
  }
  return [next, effects];
}
