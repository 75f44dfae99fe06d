/** One run of the program without the console: opens the host, runs the words as a session, prints, returns the exit status. */
import { err, type Result } from "neverthrow";
import { type Context, type Executed, type UsageFault } from "../command/language/command.ts";
import { EXIT } from "../command/language/exit_codes.ts";
import { type Registry } from "../command/language/registry.ts";
import { HostSession, type SessionParts } from "../command/language/session.ts";
import { fixtureImage } from "../command/hosts/import.ts";
import { explainStore, Host, type HostImage, MemoryStore, openHost, SqliteStore, type Store } from "../host/mod.ts";
import { type Globals } from "./argv.ts";
import { absolute, diskFiles } from "./files.ts";
import { askOnTerminal, canAsk, ProgressLine, writeErr, writeOut } from "./terminal.ts";

const DEFAULT_FIXTURE = "server-two-socket";

/** A file that comes with the program, by its path in the repository. */
export const programPath = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

/** `fixtures/hosts`; the empty name is the folder itself. */
export const fixturePath = (name: string): string => programPath(`fixtures/hosts/${name}`);

const now = (): string => new Date().toISOString();

/** Model time starts as the wall clock stands when a host is made. */
const wallClock = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** Who is at the keyboard, for the journal. */
const whoIsThere = (): string => Deno.env.get("SUDO_USER") ?? Deno.env.get("USER") ?? "operator";

function storePath(globals: Globals): string {
  const given = globals.host ?? Deno.env.get("NVDECK_HOST");
  if (given) return absolute(given);
  const state = Deno.env.get("XDG_STATE_HOME") ?? `${Deno.env.get("HOME") ?? "."}/.local/state`;
  return `${state}/nvdeck/default.nvdeck`;
}

/** The host that the global options name, made from a fixture where it does not exist yet. */
export function openSessionHost(globals: Globals): Result<Host, UsageFault> {
  if (globals.fixture !== undefined) {
    return fixtureImage(diskFiles, globals.fixture, fixturePath).andThen((image) =>
      made(new MemoryStore(), image, globals)
    );
  }
  const path = storePath(globals);
  const folder = path.slice(0, path.lastIndexOf("/"));
  const isDefault = globals.host === undefined && Deno.env.get("NVDECK_HOST") === undefined;
  if (isDefault) Deno.mkdirSync(folder, { recursive: true });
  return SqliteStore.open(path).mapErr(storeFault).andThen((store) => {
    if (store.generation() > 0) return openHost(store).mapErr(storeFault);
    return fixtureImage(diskFiles, DEFAULT_FIXTURE, fixturePath).andThen((image) => made(store, image, globals));
  });
}

const storeFault = (fault: Parameters<typeof explainStore>[0]): UsageFault => {
  const { what, hint } = explainStore(fault);
  return { err: `nvdeck: ${what}\n${hint}\n`, status: EXIT.failed };
};

function made(store: Store, image: HostImage, globals: Globals): Result<Host, UsageFault> {
  const seeded = globals.seed === undefined ? image : { ...image, facts: { ...image.facts, seed: globals.seed } };
  return Host.make(store, seeded, { time: now(), who: whoIsThere(), clock: globals.clock ?? wallClock() }).mapErr(
    storeFault,
  );
}

export function sessionParts(
  globals: Globals,
  registry: Registry,
  context: Context,
  remake: SessionParts["remake"],
): SessionParts {
  const say = (text: string) => {
    if (!globals.quiet) writeErr(text);
  };
  return {
    registry,
    context,
    policy: {
      dryRun: globals.dryRun,
      readOnly: globals.readOnly,
      yes: globals.yes,
      ask: globals.ask,
      who: whoIsThere(),
      now,
    },
    variables: globals.variables,
    confirm: canAsk() ? askOnTerminal : () => Promise.resolve(false),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    say,
    print: writeOut,
    remake,
  };
}

export function contextOf(globals: Globals, words: readonly string[]): Context {
  const piped = !Deno.stdin.isTerminal() && words.includes("-");
  return {
    files: diskFiles,
    terminal: Deno.stdout.isTerminal(),
    input: piped ? readAll() : undefined,
    json: globals.json,
    line: words,
  };
}

function readAll(): Uint8Array {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(65536);
  for (let count = Deno.stdin.readSync(buffer); count !== null; count = Deno.stdin.readSync(buffer)) {
    chunks.push(buffer.slice(0, count));
  }
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Makes the session's host anew in the store it has; a throw-away host is thrown away. */
export const remaker = (globals: Globals) => (image: HostImage): Result<Host, UsageFault> => {
  if (globals.fixture !== undefined) return made(new MemoryStore(), image, globals);
  const path = storePath(globals);
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      Deno.removeSync(path + suffix);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) {
        return err({ err: `nvdeck: ${path}: ${cause}\n`, status: EXIT.failed });
      }
    }
  }
  return SqliteStore.open(path).mapErr(storeFault).andThen((store) => made(store, image, globals));
};

/** Runs the words; returns the exit status. */
export async function runWords(globals: Globals, registry: Registry, words: readonly string[]): Promise<number> {
  const host = openSessionHost(globals);
  if (host.isErr()) {
    writeErr(host.error.err);
    return host.error.status;
  }
  const session = new HostSession(
    { current: host.value },
    sessionParts(globals, registry, contextOf(globals, words), remaker(globals)),
  );
  const executed = await drain(session.execute(words), globals.quiet);
  report(executed);
  session.host().close();
  return executed.status;
}

async function drain(run: AsyncGenerator<unknown, Executed, void>, quiet: boolean): Promise<Executed> {
  const line = new ProgressLine(quiet);
  for (;;) {
    const step = await run.next();
    if (step.done) {
      line.clear();
      return step.value;
    }
    line.show(step.value as Parameters<ProgressLine["show"]>[0]);
  }
}

function report(executed: Executed): void {
  if (executed.out.length > 0) writeOut(executed.out);
  if (executed.err.length > 0) writeErr(executed.err);
}
