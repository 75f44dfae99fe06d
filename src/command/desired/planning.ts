/**
 * A plan is what comes of bringing the wanted state about on a trial host: each stage says the next command by looking at what
 * the ones before have made, so that names which the kernel gives are known, and a command that would fail is found.
 */
import { err, ok, type Result } from "neverthrow";
import { type Loss } from "../../abi/steps.ts";
import { type Executed, type Progress, type Session } from "../language/command.ts";
import { lineOf } from "../language/words.ts";
import { fieldsText, type ObjectDifference } from "./difference.ts";
import { differencesOf } from "./differences.ts";
import { startDomains, stopDomains } from "./domain_stages.ts";
import { carveNamespaces, configureNamespaces, destroyNamespaces, enableNamespaces } from "./namespace_stages.ts";
import { type Refusal } from "./refusal.ts";
import { releaseSetups, setUpFrames, setUpNamespaces } from "./setup_stages.ts";
import { Scene, type Stage, type Step } from "./steps.ts";
import { type Wanted } from "./wanted.ts";

/** What is taken away makes room for what comes; nothing is started before all of it is there. */
const STAGES: readonly Stage[] = [
  stopDomains,
  enableNamespaces,
  releaseSetups,
  destroyNamespaces,
  configureNamespaces,
  carveNamespaces,
  setUpNamespaces,
  setUpFrames,
  startDomains,
];

export interface PlannedCommand {
  readonly command: string;
  readonly object: string;
  readonly line: number | undefined;
  readonly why: string;
  readonly losses: readonly Loss[];
}

export interface Plan {
  readonly commands: readonly PlannedCommand[];
  /** Where they have run already: to be kept as one, or dropped. */
  readonly whole: Session;
}

export type PlanFault =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** A command of the plan fails, after `before` others. */
  | { readonly kind: "fails"; readonly step: Step; readonly before: number; readonly executed: Executed }
  /** All commands ran, and something is different still. */
  | { readonly kind: "remains"; readonly differences: readonly ObjectDifference[] };

export async function* planOn(
  session: Session,
  wanted: Wanted,
): AsyncGenerator<Progress, Result<Plan, PlanFault>, void> {
  const whole = session.together();
  const scene = new Scene(wanted, { fork: () => whole.host().fork() });
  const commands: PlannedCommand[] = [];
  for (const stage of STAGES) {
    for (const yielded of stage(scene)) {
      if ("refusal" in yielded) return err({ kind: "refused", refusal: yielded.refusal });
      for (const step of yield* chosen(whole, yielded)) {
        yield { what: lineOf(step.words), done: commands.length, total: 0 };
        const known = whole.host().collected.losses.length;
        const executed = yield* whole.execute(step.words, UNASKED);
        if (executed.status !== 0) return err({ kind: "fails", step, before: commands.length, executed });
        commands.push({
          command: lineOf(step.words),
          object: step.object,
          line: step.line,
          why: step.why,
          losses: whole.host().collected.losses.slice(known),
        });
      }
    }
  }
  const differences = differencesOf(wanted, scene.fork());
  return differences.length === 0 ? ok({ commands, whole }) : err({ kind: "remains", differences });
}

/** The step itself, or what stands in for it where it fails on a copy. */
async function* chosen(whole: Session, step: Step): AsyncGenerator<Progress, readonly Step[], void> {
  if (!step.otherwise) return [step];
  const tried = yield* whole.together().execute(step.words, UNASKED);
  return tried.status === 0 ? [step] : step.otherwise;
}

/** On a trial nothing is kept: consent is asked for the whole. */
const UNASKED = { yes: true, ask: false, readOnly: false } as const;

export interface Explained {
  readonly line: number | undefined;
  readonly object: string;
  readonly what: string;
  readonly hint: string;
}

export function explainPlan(fault: PlanFault): Explained {
  switch (fault.kind) {
    case "refused":
      return fault.refusal;
    case "fails": {
      const { step, before, executed } = fault;
      return {
        line: step.line,
        object: step.object,
        what: `command ${before + 1} of the plan would fail (status ${executed.status}): ${lineOf(step.words)}`,
        hint: executed.err.trimEnd(),
      };
    }
    case "remains": {
      const [first] = fault.differences;
      return {
        line: first!.line,
        object: `${first!.kind} ${first!.name}`,
        what: `it would still be different after all commands: ${fieldsText(first!.fields)}`,
        hint: "ask for what ndctl list -N -v shows of such a namespace, or leave it out",
      };
    }
  }
}
