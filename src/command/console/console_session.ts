/** The console's port to a host, over a session: snapshots, rehearsals on a trial host, and runs that bind to what was agreed. */
import { digest, dimmNamesOn, type Host } from "../../host/mod.ts";
import { type Loss } from "../../abi/steps.ts";
import { type AnyCommand, type Effect, type Executed, type Progress, type Session } from "../language/command.ts";
import {
  type Completion,
  type ConsoleHost,
  type HostSnapshot,
  type LossView,
  type Ran,
  type Rehearsal,
} from "../language/console_host.ts";
import { effectOf } from "../language/execute.ts";
import { splitWords } from "../language/words.ts";
import { stepsView } from "./journal_views.ts";
import { snapshotOf, type SnapshotParts } from "./snapshot.ts";
import { differenceViews } from "./difference_views.ts";
import { outText } from "../language/output.ts";
import { EXIT } from "../language/exit_codes.ts";
import { completeLine } from "../language/complete.ts";

const GRAVITY: readonly Effect[] = ["reads", "writes", "destroys"];

export class ConsoleSession implements ConsoleHost {
  readonly #listeners = new Set<() => void>();
  #shown: { readonly host: Host; readonly generation: number; readonly snapshot: HostSnapshot } | undefined;

  constructor(private readonly session: Session, private readonly parts: SnapshotParts) {}

  snapshot(): HostSnapshot {
    const host = this.session.host();
    if (this.#shown?.host !== host || this.#shown.generation !== host.generation) {
      this.#shown = { host, generation: host.generation, snapshot: snapshotOf(host, this.parts) };
    }
    return this.#shown.snapshot;
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** Looks whether another console committed; called by whoever owns a timer. */
  refresh(): void {
    if (this.session.host().refresh()) this.#tell();
  }

  async *rehearse(lines: readonly string[]): AsyncGenerator<Progress, Rehearsal, void> {
    const trial = this.session.together();
    const executed = yield* runLines(trial, lines);
    const host = trial.host();
    const { steps, losses } = host.collected;
    const runs = steps.map((step) => ({ step, count: 1 }));
    return {
      lines,
      status: executed.status,
      out: outText(executed),
      err: executed.err,
      effect: this.#gravestEffect(lines, losses),
      steps: stepsView(runs, steps.length, dimmNamesOn(host.fork())),
      losses: losses.map(lossView),
      digest: lossDigest(losses),
      difference: differenceViews(this.session.host(), host),
      after: snapshotOf(host, this.parts),
    };
  }

  async *run(lines: readonly string[], confirmed?: string): AsyncGenerator<Progress, Ran, void> {
    const rehearsal = yield* this.rehearse(lines);
    const agreed = rehearsal.losses.length === 0 || rehearsal.digest === confirmed;
    if (!agreed) return { kind: "ask-again", rehearsal };
    const executed = yield* runLines(this.session, lines);
    this.#tell();
    return {
      kind: "done",
      status: executed.status,
      out: outText(executed),
      err: executed.err,
      difference: rehearsal.difference,
    };
  }

  unavailable(line: string): string | undefined {
    const words = splitWords(line);
    if (words.isErr()) return words.error.reason;
    const found = this.session.registry.find(words.value);
    if (found.isErr()) return found.error.err.trim();
    const { command, argv } = found.value;
    const args = command.parse(argv);
    if (args.isErr()) return args.error.err.trim().split("\n")[0];
    if (this.session.policy.readOnly && effectOf(command, args.value) !== "reads") {
      return "the console was started with --read-only";
    }
    return command.kind === "host" ? command.unavailable?.(this.session.host().fork(), args.value) : undefined;
  }

  complete(line: string, cursor: number): Completion {
    return completeLine(this.session.registry, this.snapshot(), line, cursor);
  }

  #gravestEffect(lines: readonly string[], losses: readonly Loss[]): Effect {
    if (losses.length > 0) return "destroys";
    const effects = lines.map((line): Effect => {
      const command = commandOf(this.session, line);
      return command ? effectOf(command.command, command.args) : "reads";
    });
    return effects.reduce(
      (worst, effect) => (GRAVITY.indexOf(effect) > GRAVITY.indexOf(worst) ? effect : worst),
      "reads",
    );
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function commandOf(
  session: Session,
  line: string,
): { readonly command: AnyCommand; readonly args: unknown } | undefined {
  const words = splitWords(line);
  if (words.isErr()) return undefined;
  const found = session.registry.find(words.value);
  if (found.isErr()) return undefined;
  const args = found.value.command.parse(found.value.argv);
  return args.isErr() ? undefined : { command: found.value.command, args: args.value };
}

/** The console has asked already, or is rehearsing: nobody is asked again. */
const AGREED = { yes: true, ask: false } as const;

/** Runs lines up to the first that fails; output and errors are those of all of them. */
async function* runLines(session: Session, lines: readonly string[]): AsyncGenerator<Progress, Executed, void> {
  let all: Executed = { status: 0, out: "", err: "", keep: true, changed: false };
  for (const line of lines) {
    const words = splitWords(line);
    if (words.isErr()) {
      return { ...all, status: EXIT.usage, err: `${all.err}column ${words.error.column + 1}: ${words.error.reason}\n` };
    }
    const executed = yield* session.execute(words.value, AGREED);
    all = {
      ...executed,
      out: outText(all) + outText(executed),
      err: all.err + executed.err,
      changed: all.changed || executed.changed,
    };
    if (executed.status !== 0) return all;
  }
  return all;
}

const lossView = (loss: Loss): LossView => ({
  object: loss.object,
  typed: loss.object.split(" ")[0] ?? loss.object,
  owner: loss.owner,
  bytes: loss.bytes,
});

const lossDigest = (losses: readonly Loss[]): string =>
  digest(losses.map((l) => `${l.identity} ${l.bytes}`).join("\n"));
