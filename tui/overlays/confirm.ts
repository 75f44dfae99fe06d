/**
 * The question before something is lost or taken back: what, how much and whose; the steps; and a harmless default. A
 * loss needs the object's name typed; without a loss two buttons will do.
 */
import type { HostSnapshot, LossView, NamespaceView } from "../../src/command/language/console_host.ts";
import { shortSize } from "../../src/base/units.ts";
import { popped, run, said, topOf, topped } from "../acts.ts";
import { type KeyContext } from "../keys.ts";
import { stay, type Step } from "../messages.ts";
import { type ConfirmState, type Model } from "../model.ts";
import { namespaceOf, plural } from "../screens/parts.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { clean } from "../text/width.ts";
import { edited, inputLine, typed } from "../widgets/input.ts";
import { rule } from "../widgets/rule.ts";
import { type OverlayLook } from "./overlay.ts";

/** What has to be typed: the name of the first object lost. */
const wanted = (losses: readonly LossView[]): string | undefined => losses[0]?.typed;

const stateOf = (model: Model): ConfirmState => topOf(model, "confirm")!;

function answer(model: Model): Step {
  const state = stateOf(model);
  const name = wanted(state.losses);
  if (name === undefined && !state.agree) return stay(said(popped(model), "Nothing was changed."));
  if (name !== undefined && state.input.text !== name) {
    return stay(said(model, `Type ${name} to agree, or press esc; nothing is changed until then.`, "warning"));
  }
  return run(model, state.rehearsal.lines, state.rehearsal.digest);
}

export const KEYS_TYPED: KeyContext = {
  title: "Confirm a loss",
  type: (model, text) => {
    const state = stateOf(model);
    return stay(topped(model, { ...state, input: typed(state.input, text) }));
  },
  bindings: [
    { keys: ["enter"], label: "agree, if the name is typed", help: "Do it, if the name stands there", act: answer },
    {
      keys: ["escape"],
      label: "keep everything",
      help: "Change nothing",
      act: (m) => stay(said(popped(m), "Nothing was changed.")),
    },
    {
      keys: ["backspace", "delete", "left", "right", "home", "end", "ctrl+u", "ctrl+w"],
      label: "",
      help: "Edit the name",
      act: (model, key) => {
        const state = stateOf(model);
        return stay(topped(model, { ...state, input: edited(state.input, key) ?? state.input }));
      },
    },
  ],
};

const choose = (agree: boolean) => (model: Model): Step => stay(topped(model, { ...stateOf(model), agree }));

export const KEYS_BUTTONS: KeyContext = {
  title: "Confirm",
  bindings: [
    { keys: ["enter"], label: "take the button", help: "Do what the button in reverse says", act: answer },
    {
      keys: ["tab", "right", "left", "shift+tab"],
      label: "other button",
      help: "The other button",
      act: (model) => choose(!stateOf(model).agree)(model),
    },
    {
      keys: ["escape", "n", "q"],
      label: "change nothing",
      help: "Change nothing",
      act: (m) => stay(said(popped(m), "Nothing was changed.")),
    },
  ],
};

/** Objects listed: as many as leave room for the rules and the answer. */
const mostRows = (height: number): number => Math.max(1, Math.min(8, height - 11));

export const confirm: OverlayLook<ConfirmState> = {
  place: "band",
  keys: (model) => (stateOf(model).losses.length > 0 ? KEYS_TYPED : KEYS_BUTTONS),
  rows: ({ model, width, height }, state) => [
    rule([titleOf(state)], width, model.theme, state.losses.length > 0 ? "danger" : "heading"),
    EMPTY,
    ...(state.again
      ? [line(span("   The losses have changed since you were asked; look again.", "warning")), EMPTY]
      : []),
    ...(state.losses.length > 0
      ? lossRows(state, model.snapshot, mostRows(height))
      : differenceRows(state, mostRows(height))),
    EMPTY,
    ...(state.losses.length > 0 ? [typedRow(state, width)] : [buttonsRow(state)]),
    EMPTY,
    rule([], width, model.theme),
  ],
  line: (_scene, { rehearsal }) => ({ kind: "command", text: rehearsal.lines.join("; ") }),
};

function titleOf({ losses, rehearsal }: ConfirmState): string {
  const [first, ...rest] = losses;
  if (!first) {
    const changes = plural(rehearsal.difference.length, "object");
    return `${clean(rehearsal.lines.join("; "))}: ${changes} would change, nothing would be lost`;
  }
  const bytes = losses.reduce((sum, l) => sum + l.bytes, 0);
  const whose = [...new Set(losses.map((l) => l.owner).filter((o) => o !== undefined))].join(", ");
  const what = rest.length === 0 ? first.object : plural(losses.length, "object");
  return `${shortSize(bytes)} would be lost: ${clean(what)}${whose ? `, of ${clean(whose)}` : ""}`;
}

const lossRows = ({ losses }: ConfirmState, { namespaces }: HostSnapshot, most: number): Line[] => [
  ...losses.slice(0, most).map((l) =>
    line(
      span("   ✗ ", "danger"),
      span(clean(l.object), "strong"),
      span(clean(whatItIs(namespaceOf(namespaces, l.object.split(" ")[0]!), l))),
      span(`  ${shortSize(l.bytes)}`),
      span(l.owner ? `  ${clean(l.owner)}` : "  nobody uses it now", "muted"),
    )
  ),
  ...(losses.length > most ? [line(span(`     and ${losses.length - most} more`, "muted"))] : []),
];

/** `  "db0", fsdax in region0`: the operator knows a namespace by its label. */
function whatItIs(n: NamespaceView | undefined, { object }: LossView): string {
  if (!n) return "";
  const label = n.label && !object.includes(n.label) ? `"${n.label}", ` : "";
  return `  ${label}${n.mode} in ${n.region}`;
}

const differenceRows = ({ rehearsal }: ConfirmState, most: number): Line[] => {
  const all = rehearsal.difference;
  if (all.length === 0) return [line(span("   No object would change.", "muted"))];
  return [
    ...all.slice(0, most).map((d) =>
      line(
        span(`   ${d.sign} `, d.sign === "-" ? "warning" : "accent"),
        span(clean(d.object), "strong"),
        span(`  ${clean(d.text)}`, "muted"),
      )
    ),
    ...(all.length > most ? [line(span(`     and ${all.length - most} more`, "muted"))] : []),
  ];
};

const typedRow = (state: ConfirmState, width: number): Line => {
  const name = wanted(state.losses)!;
  const agreed = state.input.text === name;
  return [
    span("   Type "),
    span(clean(name), "strong"),
    span(" to agree: "),
    ...inputLine(state.input, Math.min(40, width - 30), true),
    ...(agreed ? [span("   ↵ does it", "danger")] : []),
  ];
};

const buttonsRow = ({ agree }: ConfirmState): Line => [
  span("   "),
  span(" Keep it as it is ", agree ? "muted" : "selected"),
  span("   "),
  span(" Do it ", agree ? "selected" : "muted"),
];
