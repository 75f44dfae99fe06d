/** The console's port to a host, over a session: snapshots, rehearsals on a trial host, and runs that bind to what was agreed. */
import { type Loss } from "../../abi/steps.ts";
import { describe, dimmNamesOn, type Host } from "../../host/mod.ts";
import { type AnyCommand, type Effect, type Executed, type Progress, type Session } from "../language/command.ts";
import {
  type Completion,
  type ConsoleHost,
  type HostSnapshot,
  type Ran,
  type Rehearsal,
} from "../language/console_host.ts";
import { effectOf, whyAsleep } from "../language/execute.ts";
import { splitWords } from "../language/words.ts";
import { stepsView } from "./journal_views.ts";
import { snapshotOf, type SnapshotParts } from "./snapshot.ts";
import { differenceViews } from "./difference_views.ts";
import { outText } from "../language/output.ts";
import { EXIT } from "../language/exit_codes.ts";
import { completeLine } from "../language/complete.ts";
import { Heard } from "./heard.ts";
import { hostLoss, lossDigest, lossView, makesAnew } from "./losses.ts";

const GRAVITY: readonly Effect[] = ["reads", "writes", "destroys"];

/** The host at one generation: what an answer holds for. */
interface Moment {
  readonly host: Host;
  readonly generation: number;
}

export class ConsoleSession implements ConsoleHost {
  readonly #listeners = new Set<() => void>();
  #shown: Moment & { readonly snapshot: HostSnapshot } | undefined;
  #rehearsed: Moment & { readonly rehearsal: Rehearsal } | undefined;

  /** `heard`: what commands print and say while they run, since nothing but the console writes to the terminal. */
  constructor(
    private readonly session: Session,
    private readonly parts: SnapshotParts,
    private readonly heard: Heard = new Heard(),
  ) {}

  snapshot(): HostSnapshot {
    const now = this.#now();
    if (!sameMoment(this.#shown, now)) this.#shown = { ...now, snapshot: snapshotOf(now.host, this.parts) };
    return this.#shown!.snapshot;
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
    const now = this.#now();
    const before = describe(now.host.fork());
    const trial = this.session.together();
    const executed = yield* this.#runLines(trial, lines, true);
    const host = trial.host();
    const { steps } = host.collected;
    const losses = [...host.collected.losses, ...this.#replaced(lines)];
    const runs = steps.map((step) => ({ step, count: 1 }));
    const rehearsal: Rehearsal = {
      lines,
      status: executed.status,
      out: outText(executed),
      err: executed.err,
      effect: this.#gravestEffect(lines, losses, host.generation !== now.generation),
      steps: stepsView(runs, steps.length, dimmNamesOn(host.fork())),
      losses: losses.map(lossView),
      digest: lossDigest(losses),
      difference: differenceViews(before, describe(host.fork())),
      after: snapshotOf(host, this.parts),
    };
    this.#rehearsed = { ...now, rehearsal };
    return rehearsal;
  }

  async *run(lines: readonly string[], confirmed?: string): AsyncGenerator<Progress, Ran, void> {
    const rehearsal = this.#known(lines) ?? (yield* this.rehearse(lines));
    const agreed = rehearsal.losses.length === 0 || rehearsal.digest === confirmed;
    if (!agreed) return { kind: "ask-again", rehearsal };
    const before = describe(this.session.host().fork());
    const executed = yield* this.#runLines(this.session, lines, false);
    this.#tell();
    return {
      kind: "done",
      status: executed.status,
      out: outText(executed),
      err: executed.err,
      difference: differenceViews(before, describe(this.session.host().fork())),
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
    if (command.kind !== "host") return undefined;
    const asleep = whyAsleep(this.session.host(), command);
    return asleep ?? command.unavailable?.(this.session.host().fork(), args.value);
  }

  complete(line: string, cursor: number): Completion {
    return completeLine(this.session.registry, this.snapshot(), line, cursor);
  }

  /** The rehearsal of just these lines, if the host is still as it was then. */
  #known(lines: readonly string[]): Rehearsal | undefined {
    const last = this.#rehearsed;
    const same = sameMoment(last, this.#now()) && last!.rehearsal.lines.join("\n") === lines.join("\n");
    return same ? last!.rehearsal : undefined;
  }

  #now(): Moment {
    const host = this.session.host();
    return { host, generation: host.generation };
  }

  /** `changes`: a session verb such as batch changes what the lines it runs change, whatever it declares itself. */
  #gravestEffect(lines: readonly string[], losses: readonly Loss[], changes: boolean): Effect {
    if (losses.length > 0) return "destroys";
    const effects = lines.map((line): Effect => {
      const command = commandOf(this.session, line);
      return command ? effectOf(command.command, command.args) : "reads";
    });
    return effects.reduce(
      (worst, effect) => (GRAVITY.indexOf(effect) > GRAVITY.indexOf(worst) ? effect : worst),
      changes ? "writes" : "reads",
    );
  }

  /** What is lost where a line makes the host anew: all of it. */
  #replaced(lines: readonly string[]): Loss[] {
    const anew = lines.some((line) => {
      const found = commandOf(this.session, line);
      return found !== undefined && makesAnew(found.command, found.args);
    });
    return anew ? [hostLoss(this.session.host())] : [];
  }

  /** Runs lines up to the first that fails; output and errors are those of all of them. */
  async *#runLines(
    session: Session,
    lines: readonly string[],
    trial: boolean,
  ): AsyncGenerator<Progress, Executed, void> {
    this.heard.take();
    let all: Executed = { status: 0, out: "", err: "", keep: true, changed: false };
    for (const line of lines) {
      const words = splitWords(line);
      if (words.isErr()) {
        const { column, reason } = words.error;
        return { ...all, status: EXIT.usage, err: `${all.err}column ${column + 1}: ${reason}\n` };
      }
      const found = trial ? commandOf(session, line) : undefined;
      const anew = found !== undefined && makesAnew(found.command, found.args);
      const executed = yield* session.execute(words.value, anew ? WITHOUT_DOING : AGREED);
      const heard = this.heard.take();
      all = {
        ...executed,
        status: anew && executed.status === EXIT.wouldChange ? EXIT.done : executed.status,
        out: outText(all) + heard.printed + outText(executed),
        err: all.err + heard.said + executed.err,
        changed: all.changed || executed.changed,
      };
      if (all.status !== 0) return all;
    }
    return all;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const sameMoment = (a: Moment | undefined, b: Moment): boolean => a?.host === b.host && a.generation === b.generation;

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
const WITHOUT_DOING = { ...AGREED, dryRun: true } as const;
