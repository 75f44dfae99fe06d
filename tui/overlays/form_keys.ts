/**
 * Keys of a form whose line is rehearsed as it changes: the first enter says that it is ready, the second does it. What
 * would lose data goes through the loss dialog instead.
 */
import { asked, popped, refused, rehearse, run, said, topOf, topped } from "../acts.ts";
import { type Binding, type KeyContext } from "../keys.ts";
import { stay, type Step } from "../messages.ts";
import { type AssignState, type CarveState, type Model, type TextInput } from "../model.ts";
import { edited, typed } from "../widgets/input.ts";
import { type FormField, nextChoice } from "../widgets/form.ts";

type FormState = CarveState | AssignState;

/** What a form has to say; the keys are the same for all. */
export interface Form<S extends FormState> {
  readonly kind: S["kind"];
  readonly title: string;
  readonly fields: (model: Model, state: S) => readonly FormField<S["field"]>[];
  /** The state with a field changed; other fields follow where they must. */
  readonly set: (model: Model, state: S, field: S["field"], value: string | TextInput) => S;
  readonly lines: (model: Model, state: S) => readonly string[];
}

export const faultOf = <S extends FormState>(form: Form<S>, model: Model, state: S): string | undefined =>
  form.fields(model, state).find((f) => f.fault)?.fault;

const stateOf = <S extends FormState>(form: Form<S>, model: Model): S => topOf(model, form.kind) as S;

/** Lays the changed form on top and rehearses its line, if it says anything sound. */
export function reviewed<S extends FormState>(form: Form<S>, model: Model, state: S): Step {
  const lines = form.lines(model, state);
  const next = topped(model, { ...state, armed: false, rehearsal: undefined });
  return faultOf(form, model, state) === undefined ? rehearse(next, lines, "form") : cancelledQuietly(next);
}

/** A rehearsal of a form needs no word when it is stopped; a command being carried out goes on. */
const cancelledQuietly = (model: Model): Step =>
  model.task?.purpose === "form" ? [{ ...model, task: undefined }, [{ kind: "cancel" }]] : [model, []];

export function formKeys<S extends FormState>(form: Form<S>): KeyContext {
  const current = (model: Model) => {
    const state = stateOf(form, model);
    const fields = form.fields(model, state);
    const at = fields.findIndex((f) => f.id === state.field);
    return { state, fields, at, field: fields[at]! };
  };
  const focus = (by: 1 | -1) => (model: Model): Step => {
    const { state, fields, at } = current(model);
    const next = fields[(at + by + fields.length) % fields.length]!;
    return stay(topped(model, { ...state, field: next.id, armed: false } as S));
  };
  const turn = (by: 1 | -1) => (model: Model, key: string): Step => {
    const { state, field } = current(model);
    if (field.kind === "text") return edit(model, key);
    const value = nextChoice(field.options, field.value, by);
    return value === field.value ? stay(model) : reviewed(form, model, form.set(model, state, field.id, value));
  };
  const edit = (model: Model, key: string): Step => {
    const { state, field } = current(model);
    if (field.kind !== "text") return stay(model);
    const input = edited(field.input, key);
    if (!input) return stay(model);
    const next = form.set(model, state, field.id, input);
    return input.text === field.input.text ? stay(topped(model, next)) : reviewed(form, model, next);
  };
  const editing: Binding = {
    keys: ["backspace", "delete", "home", "end", "ctrl+a", "ctrl+e", "ctrl+u", "ctrl+k", "ctrl+w", "alt+backspace"],
    label: "",
    help: "Edit the field as in a shell",
    act: edit,
  };
  return {
    title: form.title,
    type: (model, text) => {
      const { state, field } = current(model);
      if (field.kind === "text") {
        return reviewed(form, model, form.set(model, state, field.id, typed(field.input, text)));
      }
      const option = field.options.find((o) => !o.illegal && o.text.toLowerCase().startsWith(text.toLowerCase()));
      return option ? reviewed(form, model, form.set(model, state, field.id, option.value)) : stay(model);
    },
    bindings: [
      {
        keys: ["enter"],
        label: "ready, twice: do it",
        help: "Once: is it ready? Twice: do it",
        act: (m) => enter(form, m),
      },
      { keys: ["tab", "down"], label: "next field", help: "Next field", act: focus(1) },
      { keys: ["shift+tab", "up"], label: "", help: "Previous field", act: focus(-1) },
      { keys: ["right"], label: "next value", help: "Next value, or the cursor to the right", act: turn(1) },
      { keys: ["left"], label: "", help: "Previous value, or the cursor to the left", act: turn(-1) },
      { keys: ["escape"], label: "back", help: "Close; nothing is done", act: close },
      editing,
    ],
  };
}

function close(model: Model): Step {
  const [stopped, effects] = cancelledQuietly(model);
  return [popped(stopped), effects];
}

function enter<S extends FormState>(form: Form<S>, model: Model): Step {
  const state = stateOf(form, model);
  const fault = faultOf(form, model, state);
  if (fault) return stay(said(model, fault, "danger"));
  const result = state.rehearsal?.result;
  if (!result) {
    return model.task ? stay(said(model, "Still rehearsing; a moment.", "warning")) : reviewed(form, model, state);
  }
  if (result.status !== 0) return stay(refused(model, result.lines, result.status, result.err, result.out));
  if (result.losses.length > 0) return stay(asked(model, result));
  if (!state.armed) {
    const ready = topped(model, { ...state, armed: true });
    return stay(said(ready, "Rehearsed; nothing would be lost. ↵ again does it."));
  }
  return run(topped(model, { ...state, armed: false }), result.lines, result.digest);
}
