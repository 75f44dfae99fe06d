/** Steps that several screens and overlays share: saying something, laying an overlay on top, asking for a command. */
import type { DifferenceView, Rehearsal } from "../src/command/language/console_host.ts";
import { type Effect, type Step } from "./messages.ts";
import {
  type Model,
  type OutputState,
  type Overlay,
  type OverlayKind,
  type Purpose,
  type Toast,
  topOverlay,
} from "./model.ts";
import { inputOf } from "./widgets/input.ts";
import { usesNamed } from "./uses.ts";

export const said = (model: Model, text: string, tone: Toast["tone"] = "ok"): Model => ({
  ...model,
  toast: { text, tone },
});

export const pushed = (model: Model, overlay: Overlay): Model => ({ ...model, overlays: [...model.overlays, overlay] });
export const popped = (model: Model): Model => ({ ...model, overlays: model.overlays.slice(0, -1) });
export const without = (model: Model, ...kinds: readonly OverlayKind[]): Model => ({
  ...model,
  overlays: model.overlays.filter((o) => !kinds.includes(o.kind)),
});

/** The top overlay replaced by a changed version of itself. */
export const topped = (model: Model, overlay: Overlay): Model => ({
  ...model,
  overlays: [...model.overlays.slice(0, -1), overlay],
});

/** The top overlay, if it is of this kind. */
export function topOf<K extends OverlayKind>(model: Model, kind: K): Extract<Overlay, { kind: K }> | undefined {
  const top = topOverlay(model);
  return top?.kind === kind ? top as Extract<Overlay, { kind: K }> : undefined;
}

/** A command that is being carried out is not stopped by another one, only by esc. */
const busy = (model: Model): Step => [
  said(model, `Still running: ${model.task!.lines.join("; ")}. Wait, or stop it with esc.`, "warning"),
  [],
];

/** Begins a rehearsal; another rehearsal under way is stopped. */
export function rehearse(model: Model, lines: readonly string[], purpose: Purpose): Step {
  if (model.task?.purpose === "run") return busy(model);
  const ticket = model.tickets + 1;
  const stop: Effect[] = model.task ? [{ kind: "cancel" }] : [];
  const task = { ticket, purpose, lines, progress: undefined };
  return [{ ...model, tickets: ticket, task }, [...stop, { kind: "rehearse", ticket, lines }]];
}

/** Carries the lines out. `confirmed` binds to the losses the operator agreed to. */
export function run(model: Model, lines: readonly string[], confirmed?: string): Step {
  if (model.task?.purpose === "run") return busy(model);
  const ticket = model.tickets + 1;
  const stop: Effect[] = model.task ? [{ kind: "cancel" }] : [];
  const task = { ticket, purpose: "run" as const, lines, progress: undefined };
  return [{ ...model, tickets: ticket, task }, [...stop, { kind: "run", ticket, lines, confirmed }]];
}

export function cancelled(model: Model): Step {
  if (!model.task) return [model, []];
  const stopped = said({ ...model, task: undefined }, "Stopped. Nothing of it was kept.", "warning");
  return [stopped, [{ kind: "cancel" }]];
}

/** The question before something is lost or taken back. The default answer is no. */
export const asked = (model: Model, rehearsal: Rehearsal, again = false): Model =>
  pushed(without(model, "confirm"), {
    kind: "confirm",
    rehearsal,
    losses: rehearsal.losses,
    input: inputOf(""),
    agree: false,
    again,
  });

/** A page of text on top: what an object is, under the command line that tells it. */
export const shown = (model: Model, title: string, text: string, command: string): Model =>
  page(model, title, text, command, "text");

const page = (model: Model, title: string, text: string, command: string, tone: OutputState["tone"]): Model =>
  pushed(model, { kind: "output", title, command, tone, rows: text.replace(/\n+$/, "").split("\n"), top: 0 });

/** What command lines printed. */
export const printed = (model: Model, lines: readonly string[], text: string): Model =>
  shown(model, lines.join("; "), text, lines.join("; "));

/** A refusal of command lines: what was said, who uses what they name, and the exit status. */
export const refused = (model: Model, lines: readonly string[], status: number, err: string, out = ""): Model => {
  const said = (err || out || "The command gave no reason.").trimEnd();
  const text = [said, ...usesNamed(model.snapshot, lines), `exit status ${status}`].join("\n\n");
  return page(model, lines.join("; "), text, lines.join("; "), "danger");
};

/** What came and went says more than what changed by it. */
const ORDER: readonly DifferenceView["sign"][] = ["+", "-", "~"];
const DEED: Readonly<Record<DifferenceView["sign"], string>> = { "+": " made", "-": " gone", "~": "" };

/** `namespace0.6 made: fsdax, 16.00 GiB; 2 more changes.`: what the operator made first, then how much else is different. */
export function summaryOf(difference: readonly DifferenceView[]): string {
  const [first, ...rest] = difference.toSorted((a, b) => ORDER.indexOf(a.sign) - ORDER.indexOf(b.sign));
  if (!first) return "Done; nothing changed.";
  const more = rest.length === 0 ? "" : `; ${rest.length} more ${rest.length === 1 ? "change" : "changes"}`;
  return `${first.object}${DEED[first.sign]}${first.text ? `: ${first.text}` : ""}${more}.`;
}
