/**
 * How a command meets the host: it runs on a fork (a rehearsal); what it would do is known before anything is kept; keeping
 * it is one commit. Dry run, confirmation, read-only and the journal live here and nowhere else.
 */
import { err, ok, type Result } from "neverthrow";
import { type Loss, type Step } from "../../abi/steps.ts";
import { type Json, prettyJson } from "../../base/json.ts";
import {
  type CommitFault,
  describe,
  type Difference,
  differenceBetween,
  type DimmNames,
  dimmNamesOn,
  foldSteps,
  type Fork,
  groupSteps,
  groupText,
  type Host,
  logOf,
} from "../../host/mod.ts";
import {
  type Context,
  type Effect,
  type Executed,
  type HostCommand,
  type Outcome,
  type Policy,
  type Progress,
} from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { outText } from "./output.ts";
import { lineOf } from "./words.ts";

/** A command that ran on a fork and is not kept yet. */
export interface Rehearsal {
  readonly command: HostCommand;
  readonly args: unknown;
  readonly effect: Effect;
  readonly fork: Fork;
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
  readonly losses: readonly Loss[];
  /** Whether keeping it would change anything. */
  readonly changes: boolean;
}

export const effectOf = (command: { effect: Effect | ((args: never) => Effect) }, args: unknown): Effect =>
  typeof command.effect === "function" ? command.effect(args as never) : command.effect;

/** Runs the command on a fork of the host; nothing is kept. */
export function* rehearse(
  host: Host,
  command: HostCommand,
  args: unknown,
  context: Context,
): Generator<Progress, Rehearsal, void> {
  const fork = host.fork();
  const outcome = yield* command.run(fork, args, context);
  const { steps, losses } = fork.recorder;
  const effect = effectOf(command, args);
  // Looking costs model time and makes hypercalls, but leaves no mark: a host that was only read is the same host.
  const changes = (effect !== "reads" || outcome.learned === true) && outcome.keep && fork.hasChanges();
  return { command, args, effect, fork, outcome, steps, losses, changes };
}

/** Why the policy forbids keeping this, whatever the host says, or undefined. */
export function forbidden(effect: Effect, policy: Policy, line: readonly string[]): Outcome | undefined {
  if (!policy.readOnly || policy.dryRun || effect === "reads") return undefined;
  const why = `nvdeck: "${lineOf(line)}" would change the host, and --read-only is set\n`;
  return {
    status: EXIT.refused,
    out: "",
    err: `${why}leave out --read-only, or add --dry-run to see what it would do\n`,
    keep: false,
  };
}

/** Why nothing in the machine can carry out the command, in one sentence, or undefined. */
export const whyAsleep = (host: Host, command: HostCommand): string | undefined =>
  command.whileOff || host.isOn ? undefined : "the host is off, so nothing there can answer";

/** The same as an answer to it. */
export function asleep(host: Host, command: HostCommand, line: readonly string[]): Outcome | undefined {
  const why = whyAsleep(host, command);
  if (why === undefined) return undefined;
  const err = `nvdeck: "${lineOf(line)}": ${why}\n"host boot" turns it on\n`;
  return { status: EXIT.refused, out: "", err, keep: false };
}

/** Whether somebody has to agree first: what destroys, in nvdeck's own vocabulary or with `--ask`. */
export function needsConsent(rehearsal: Rehearsal, policy: Policy): boolean {
  if (!rehearsal.changes || policy.yes || policy.dryRun) return false;
  const destroys = rehearsal.effect === "destroys" || rehearsal.losses.length > 0;
  return destroys && (policy.ask || rehearsal.command.vocabulary === "nvdeck");
}

/** Keeps the rehearsed fork: the changed blocks and one journal entry, in one transaction. */
export function settle(
  host: Host,
  rehearsal: Rehearsal,
  context: Context,
  policy: Policy,
): Result<Executed, CommitFault> {
  const { outcome, fork, effect } = rehearsal;
  // With --read-only a verb that reads may still have learned something, and forgets it again.
  const changes = rehearsal.changes && !(policy.readOnly && effect === "reads");
  if (!changes) return ok({ ...outcome, changed: false });
  return host.commit(fork, {
    time: policy.now(),
    who: policy.who,
    line: lineOf(context.line),
    status: outcome.status,
    kind: fork.power ? "power" : "command",
    undoes: undefined,
    ...logOf(rehearsal.steps),
  }).map((sequence) => ({ ...outcome, changed: true, sequence }));
}

/** A dry run's answer: the steps, the losses and the difference; 6 if there would be changes. */
export function dryRunReport(host: Host, rehearsal: Rehearsal, json: boolean): Executed {
  const { outcome, changes, losses, steps } = rehearsal;
  const difference = changes ? differenceBetween(describe(host.fork()), describe(rehearsal.fork)) : [];
  const status = outcome.status !== 0 ? outcome.status : changes ? EXIT.wouldChange : EXIT.done;
  const says = outcome.status === 0 && changes ? outText(outcome) + outcome.err : "";
  return {
    ...report({ steps, losses, difference, changes, says, dimmName: dimmNamesOn(rehearsal.fork) }, json),
    status,
    err: says === "" ? outcome.err : "",
  };
}

/** The same for what happened on a trial host. */
export function wouldBe(host: Host, trial: Host, json: boolean): Executed {
  const difference = differenceBetween(describe(host.fork()), describe(trial.fork()));
  const { steps, losses } = trial.collected;
  const changes = trial.generation !== host.generation;
  const status = changes ? EXIT.wouldChange : EXIT.done;
  return {
    ...report({ steps, losses, difference, changes, says: "", dimmName: dimmNamesOn(trial.fork()) }, json),
    status,
    err: "",
  };
}

interface Report {
  readonly steps: readonly Step[];
  readonly losses: readonly Loss[];
  readonly difference: readonly Difference[];
  readonly changes: boolean;
  /** What the command would print. */
  readonly says: string;
  readonly dimmName: DimmNames;
}

function report(
  { steps, losses, difference, changes, says, dimmName }: Report,
  json: boolean,
): Omit<Executed, "status" | "err"> {
  const value: Json = {
    changes,
    steps: foldSteps(steps),
    losses: losses.map((loss) => ({ ...loss, owner: loss.owner ?? null })),
    difference: difference.map((d) => ({ object: d.object, before: d.before ?? null, after: d.after ?? null })),
  };
  const text = [
    ...section("steps", groupSteps(steps.map((step) => ({ step, count: 1 })), dimmName).map(groupText)),
    ...section("losses", losses.map(lossText)),
    ...section("difference", difference.map(differenceText)),
    ...section("says", says.split("\n").filter((line) => line.trim() !== "")),
  ];
  const out = json ? `${prettyJson(value)}\n` : changes ? `${text.join("\n")}\n` : "nothing would change\n";
  return { out, keep: false, changed: false, value };
}

export const lossText = (loss: Loss): string =>
  `${loss.object}: ${loss.bytes} bytes${loss.owner ? `, of ${loss.owner}` : ""} (${loss.identity})`;

export const differenceText = ({ object, before, after }: Difference): string =>
  before === undefined
    ? `+ ${object}: ${after}`
    : after === undefined
    ? `- ${object}: ${before}`
    : `~ ${object}: ${before} → ${after}`;

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];

/** What a confirmation binds to: the same losses of the same objects, or it is asked again. */
export const sameLosses = (a: readonly Loss[], b: readonly Loss[]): boolean =>
  a.length === b.length && a.every((loss, i) => loss.identity === b[i]!.identity && loss.bytes === b[i]!.bytes);

/** Rehearses until a commit meets no other one, at most three times. */
export function* keep(
  host: Host,
  first: Rehearsal,
  context: Context,
  policy: Policy,
): Generator<Progress, Result<Executed, CommitFault>, void> {
  let rehearsal = first;
  for (let attempt = 0;; attempt++) {
    const settled = settle(host, rehearsal, context, policy);
    if (settled.isOk() || settled.error.kind !== "conflict" || attempt === 2) return settled;
    host.refresh();
    const again = yield* rehearse(host, first.command, first.args, context);
    if (!sameLosses(again.losses, first.losses)) return err({ kind: "losses-changed", losses: again.losses });
    rehearsal = again;
  }
}
