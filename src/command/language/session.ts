/**
 * A session: somebody at a host, with a policy. It turns words into a command, rehearses it, asks where it must, and keeps
 * what is to be kept. Shell arguments, batch files, the console and the exec shims are all sessions.
 */
import { type CommitFault, explainStore, type Host, type HostImage } from "../../host/mod.ts";
import { err, type Result } from "neverthrow";
import {
  type Confirm,
  type Context,
  type Executed,
  type HostCommand,
  type Policy,
  type Progress,
  type Session,
  type SessionCommand,
  type UsageFault,
} from "./command.ts";
import {
  asleep,
  dryRunReport,
  effectOf,
  forbidden,
  keep,
  lossText,
  needsConsent,
  type Rehearsal,
  rehearse,
} from "./execute.ts";
import { EXIT } from "./exit_codes.ts";
import { logOf } from "../../host/mod.ts";
import { type Registry } from "./registry.ts";
import { lineOf, type Variables } from "./words.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly registry: Registry;
  readonly policy: Policy;
  readonly context: Context;
  readonly variables: Variables;
  readonly confirm: Confirm;
  readonly pause: (ms: number) => Promise<void>;
  readonly say: (text: string) => void;
  readonly print: (data: string | Uint8Array) => void;
  /** Makes the host anew from an image, in the same store. */
  readonly remake: (image: HostImage) => Result<Host, UsageFault>;
}

/** How often the losses may turn out to be others before the operator has to start over. */
const ATTEMPTS = 3;

/** What is tried must not touch the store, which is what making a host anew replaces. */
const NOT_ON_TRIAL =
  "nvdeck: a host cannot be made anew together with other commands\nrun it by itself, outside of --atomic\n";

/** The host of a session; shared by the sessions derived from it, so that all see one that was made anew. */
export interface HostCell {
  current: Host;
}

export class HostSession implements Session {
  constructor(private readonly cell: HostCell, private readonly parts: SessionParts) {}

  get registry(): Registry {
    return this.parts.registry;
  }
  get policy(): Policy {
    return this.parts.policy;
  }
  get context(): Context {
    return this.parts.context;
  }
  get variables(): Variables {
    return this.parts.variables;
  }

  pause(ms: number): Promise<void> {
    return this.parts.pause(ms);
  }

  get confirm(): Confirm {
    return this.parts.confirm;
  }

  host(): Host {
    return this.cell.current;
  }

  say(text: string): void {
    this.parts.say(text);
  }

  print(data: string | Uint8Array): void {
    this.parts.print(data);
  }

  remake(image: HostImage): Result<void, UsageFault> {
    return this.parts.remake(image).map((host) => {
      this.cell.current = host;
    });
  }

  within(context: Omit<Context, "line">): HostSession {
    return new HostSession(this.cell, { ...this.parts, context: withLine(context, this.context.line) });
  }

  together(): HostSession {
    return new HostSession({ current: this.host().trial() }, {
      ...this.parts,
      policy: { ...this.policy, dryRun: false },
      remake: () => err({ status: EXIT.refused, err: NOT_ON_TRIAL }),
    });
  }

  async keepTogether(whole: Session): Promise<Executed> {
    const trial = whole.host();
    const { losses, steps } = trial.collected;
    const destroys = losses.length > 0 && !this.policy.yes;
    if (destroys && !(await this.parts.confirm(question(losses)))) return refused(this.context.line);
    const draft = { time: this.policy.now(), who: this.policy.who, line: lineOf(this.context.line), status: 0 };
    const kept = this.host().keepTrial(trial, { ...draft, kind: "command", undoes: undefined, ...logOf(steps) });
    if (kept.isErr()) return notKept(kept.error);
    // On a trial of its own (the console's rehearsal) these are not lost sight of.
    this.host().collect(steps, losses);
    return { status: EXIT.done, out: "", err: "", keep: true, changed: true, sequence: kept.value };
  }

  async *execute(words: readonly string[], narrower: Partial<Policy> = {}): AsyncGenerator<Progress, Executed, void> {
    const policy = { ...this.policy, ...narrower };
    const context = withLine(this.context, words);
    const found = this.registry.find(words);
    if (found.isErr()) return fault(found.error);
    const { command, argv } = found.value;
    const args = command.parse(argv);
    if (args.isErr()) return fault(args.error);
    const no = forbidden(effectOf(command, args.value), policy, words) ??
      (command.kind === "host" ? asleep(this.host(), command, words) : undefined);
    if (no) return { ...no, changed: false };
    return command.kind === "host"
      ? yield* this.#executeOnHost(command, args.value, context, policy)
      : yield* this.#executeOnSession(command, args.value, context, policy);
  }

  async *#executeOnHost(
    command: HostCommand,
    args: unknown,
    context: Context,
    policy: Policy,
  ): AsyncGenerator<Progress, Executed, void> {
    let rehearsal = yield* rehearse(this.host(), command, args, context);
    if (policy.dryRun) return dryRunReport(this.host(), rehearsal, context.json);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (needsConsent(rehearsal, policy) && !(await this.#consent(rehearsal))) return refused(context.line);
      const kept = yield* keep(this.host(), rehearsal, context, policy);
      if (kept.isOk()) {
        this.host().collect(rehearsal.steps, rehearsal.losses);
        return kept.value;
      }
      if (kept.error.kind !== "losses-changed") return notKept(kept.error);
      rehearsal = yield* rehearse(this.host(), command, args, context);
    }
    return {
      ...refused(context.line),
      err: `nvdeck: what would be lost keeps changing; somebody else is at work on this host\n`,
    };
  }

  async *#executeOnSession(
    command: SessionCommand,
    args: unknown,
    context: Context,
    policy: Policy,
  ): AsyncGenerator<Progress, Executed, void> {
    const before = this.host().generation;
    const outcome = yield* command.run(new HostSession(this.cell, { ...this.parts, context, policy }), args);
    return { ...outcome, changed: this.host().generation !== before };
  }

  #consent(rehearsal: Rehearsal): Promise<boolean> {
    return this.parts.confirm(question(rehearsal.losses));
  }
}

/** A context for another line. Input stays unread until somebody asks for it, so nothing is copied. */
const withLine = (context: Omit<Context, "line">, line: readonly string[]): Context =>
  Object.create(context, { line: { value: line, enumerable: true } });

function question(losses: Rehearsal["losses"]): { title: string; body: string[] } {
  const bytes = losses.reduce((sum, loss) => sum + loss.bytes, 0);
  const owners = [...new Set(losses.flatMap((loss) => loss.owner ?? []))];
  const whose = owners.length > 0 ? ` of ${owners.join(", ")}` : "";
  const title = losses.length === 0
    ? "This changes what cannot be changed back."
    : `This destroys ${bytes} bytes${whose}:`;
  return { title, body: losses.map(lossText) };
}

const fault = (usage: UsageFault): Executed => ({
  status: usage.status,
  out: usage.out ?? "",
  err: usage.err,
  keep: false,
  changed: false,
});

const refused = (line: readonly string[]): Executed => ({
  status: EXIT.refused,
  out: "",
  err: `nvdeck: "${
    lineOf(line)
  }" destroys data and was not confirmed\nput --yes before the verb to confirm it beforehand, or --dry-run to see what it would do\n`,
  keep: false,
  changed: false,
});

function notKept(commit: CommitFault): Executed {
  const { what, hint } = explainStore(commit);
  return { status: EXIT.failed, out: "", err: `nvdeck: ${what}\n${hint}\n`, keep: false, changed: false };
}
