/** The journal and the hypercalls it kept, as the console shows them. */
import { type Step } from "../../abi/steps.ts";
import { answeredFields, decodedFields } from "../trace/decode.ts";
import {
  type DimmNames,
  explainUndo,
  groupSteps,
  hindrance,
  type Host,
  type JournalEntry,
  newestUndo,
  standing,
  type StepRun,
  stepsOf,
  type UndoFault,
} from "../../host/mod.ts";
import { type HypercallView, type JournalView, type StepsView } from "../language/console_host.ts";

/** Entries shown. */
const ENTRIES = 500;
/** Hypercalls shown, newest first. */
const CALLS = 1000;

/** `who`: the operator at this console, who takes back only their own entries. */
export function journalViews(host: Host, who: string): JournalView[] {
  const entries = host.journal(ENTRIES);
  const stands = standing(entries);
  const standingNumbers = new Set(stands.map(({ sequence }) => sequence));
  const again = newestUndo(entries)?.sequence;
  // Entries are taken back newest first: what stops one stops all that are older.
  const reasons = new Map<number, string>();
  let fault: UndoFault | undefined;
  for (const entry of stands) {
    fault ??= hindrance(entry, who);
    if (fault) reasons.set(entry.sequence, explainUndo(fault).what);
  }
  return entries.map((entry): JournalView => ({
    sequence: entry.sequence,
    time: entry.time.replace("T", " ").replace(/\.[0-9]+Z$/, ""),
    who: entry.who,
    line: entry.line,
    status: entry.status,
    steps: entry.stepCount,
    undoes: entry.undoes,
    undone: entry.undoes === undefined && !standingNumbers.has(entry.sequence),
    redoable: entry.sequence === again,
    fixed: reasons.get(entry.sequence),
  }));
}

/** Every hypercall that the newest entries kept, newest first; within an entry they are numbered as they were made. */
export function traceViews(host: Host, domainName: (domid: number) => string): HypercallView[] {
  const views: HypercallView[] = [];
  for (const entry of host.journal(ENTRIES)) {
    const calls = stepsOf(entry).flatMap(({ step }) => (step.kind === "hypercall" ? [step] : []));
    for (let i = calls.length - 1; i >= 0; i--) {
      if (views.length === CALLS) return views;
      views.push(callView(entry, i + 1, calls[i]!, domainName));
    }
  }
  return views;
}

type CallStep = Extract<Step, { kind: "hypercall" }>;

function callView(
  entry: JournalEntry,
  ordinal: number,
  call: CallStep,
  domainName: (domid: number) => string,
): HypercallView {
  const failed = typeof call.result === "string";
  return {
    sequence: entry.sequence,
    ordinal,
    caller: call.caller === 0 ? "dom0" : domainName(call.caller),
    number: call.number,
    name: call.name,
    fields: decodedFields(call),
    answers: answeredFields(call),
    input: call.input,
    output: call.output,
    result: failed ? `-${call.result}` : String(call.result),
    failed,
    restarts: call.restarts,
  };
}

export const stepsView = (runs: readonly StepRun[], total: number, dimmName: DimmNames): StepsView => ({
  total,
  groups: groupSteps(runs, dimmName),
});
