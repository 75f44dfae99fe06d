/**
 * What a command is. Declared once, a command has many faces: shell arguments, batch lines, the console's `:` line, help
 * and completion. It runs on a fork of the host and therefore holds no code for dry run, confirmation, logging,
 * atomicity or undo (those are the fork's).
 */
import { type Result } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { type Fork, type Host, type HostImage } from "../../host/mod.ts";
import { type Files } from "./files.ts";

/** `destroys`: data may be lost, so nvdeck's own verbs ask, and the console always does. */
export type Effect = "reads" | "writes" | "destroys";

/** The tool whose habits (options, streams, exit status) a command follows. */
export type Vocabulary = "nvdeck" | "ndctl" | "daxctl" | "xl" | "xen-ndctl" | "dom0";

/** Where a long command stands; yielded at most 8 ms apart. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  /** Zero where the end is not known. */
  readonly total: number;
}

export interface Outcome {
  /** Exit status, in the vocabulary's own numbering. */
  readonly status: number;
  /** Standard output as bytes or text; empty where there is none. */
  readonly out: string | Uint8Array;
  /** Standard error. */
  readonly err: string;
  /** Whether the fork is kept. The real tools keep it whatever the status, nvdeck's own verbs only on success. */
  readonly keep: boolean;
  /**
   * By being looked at the machine has learned something (an error in the medium that nobody had met yet): kept though the
   * verb only reads, but not with `--read-only`.
   */
  readonly learned?: boolean;
  /** The result as data, for `--json`, `let` and the console; absent where the text is all there is. */
  readonly value?: Json;
}

/** What a command may use besides the fork. */
export interface Context {
  readonly files: Files;
  /** Whether standard output is a terminal (ndctl's human sizes depend on it). */
  readonly terminal: boolean;
  /** Standard input where it is a pipe or a file; read when first asked for. */
  readonly input: Uint8Array | undefined;
  /** Global `--json`. */
  readonly json: boolean;
  /** The words as typed, the verb included. */
  readonly line: readonly string[];
}

/** A usage fault: text for standard error and the exit status the vocabulary gives it. */
export interface UsageFault {
  readonly err: string;
  readonly out?: string;
  readonly status: number;
}

/** What every command declares: its face, and how its words are read. */
interface Declared<A> {
  readonly vocabulary: Vocabulary;
  /** The words that name it: `["ndctl", "list"]`, `["ept", "lookup"]`. */
  readonly name: readonly string[];
  /** One line for help and the palette, sentence case, no full stop. */
  readonly summary: string;
  /** After the name: `[-r REGION] …`. */
  readonly usage: string;
  /** More lines for `help VERB`. */
  readonly help?: string;
  readonly effect: Effect | ((args: A) => Effect);
  parse(argv: readonly string[]): Result<A, UsageFault>;
}

/** Runs on a fork of the host, and so can be rehearsed. */
export interface HostCommand<A = unknown> extends Declared<A> {
  readonly kind: "host";
  /** Answers while the machine is off as well; the others are refused then, since nothing runs in it. */
  readonly whileOff?: boolean;
  /** Why the command cannot run now, in one sentence, or undefined. Shown beside disabled actions. */
  unavailable?(host: Fork, args: A): string | undefined;
  run(host: Fork, args: A, context: Context): Generator<Progress, Outcome, void>;
}

/** Asks the operator; the answer is false where nobody can be asked. */
export type Confirm = (question: Question) => Promise<boolean>;

export interface Question {
  /** What is lost, in bytes, and whose. */
  readonly title: string;
  /** The objects, one a line. */
  readonly body: readonly string[];
}

/** The global options that decide what may be kept. */
export interface Policy {
  readonly dryRun: boolean;
  readonly readOnly: boolean;
  /** Destroying is confirmed beforehand (`--yes`). */
  readonly yes: boolean;
  /** Ask before destroying whatever the vocabulary (`--ask`, and always in the console). */
  readonly ask: boolean;
  readonly who: string;
  /** Wall time for the journal, ISO 8601. */
  readonly now: () => string;
}

export interface Executed extends Outcome {
  /** Whether something was stored. */
  readonly changed: boolean;
  /** The journal's number for it, if so. */
  readonly sequence?: number;
}

export interface Found {
  readonly command: AnyCommand;
  /** The words after the name. */
  readonly argv: readonly string[];
}

/** Commands by the words that name them (`registry.ts`). */
export interface Commands {
  find(words: readonly string[]): Result<Found, UsageFault>;
  complete(words: readonly string[], prefix: string): string[];
  summaryOf(name: readonly string[]): string;
}

/** What a session command may do besides running on one fork. */
export interface Session {
  readonly registry: Commands;
  readonly policy: Policy;
  readonly context: Context;
  host(): Host;
  /** Replaces the session's host by one made anew in the same store. */
  remake(blocks: HostImage): Result<void, UsageFault>;
  /** Runs one command under the session's policy (or one that is narrower) and returns its outcome. */
  execute(words: readonly string[], policy?: Partial<Policy>): AsyncGenerator<Progress, Executed, void>;
  /** The same session with other files, input and output behind it: a call from somebody else's shell. */
  within(context: Omit<Context, "line">): Session;
  /** A session whose commands all run on one fork of the host; nothing is kept until `keepTogether`. */
  together(): Session;
  /** Keeps what `together`'s commands did, as one journal entry. */
  keepTogether(whole: Session): Promise<Executed>;
  /** Values for `$NAME` from outside (`--set`). */
  readonly variables: ReadonlyMap<string, string>;
  /** Lets time pass, in milliseconds of the wall clock. */
  pause(ms: number): Promise<void>;
  readonly confirm: Confirm;
  /** Text for the operator while the command runs. */
  say(text: string): void;
  /** Data for standard output while the command runs. */
  print(data: string | Uint8Array): void;
}

/** Acts on the session: undo, batch, exec, import. */
export interface SessionCommand<A = unknown> extends Declared<A> {
  readonly kind: "session";
  run(session: Session, args: A): AsyncGenerator<Progress, Outcome, void>;
}

export type Command<A> = HostCommand<A> | SessionCommand<A>;

/** Commands are stored with their argument type forgotten; `declare` keeps parse and run in step. */
export type AnyCommand = Command<unknown>;
export const declare = <A>(command: Command<A>): AnyCommand => command as unknown as AnyCommand;

export const done = (out: string | Uint8Array = "", err = "", value?: Json): Outcome =>
  value === undefined ? { status: 0, out, err, keep: true } : { status: 0, out, err, keep: true, value };
export const failed = (status: number, err: string): Outcome => ({ status, out: "", err, keep: false });
