/** One run of the program without the console: opens the host, runs the words as a session, prints, returns the exit status. */
import { type Context, type Executed } from "../command/language/command.ts";
import { type Registry } from "../command/language/registry.ts";
import { HostSession, type SessionParts } from "../command/language/session.ts";
import { type Globals } from "./argv.ts";
import { diskFiles } from "./files.ts";
import { openSessionHost, remaker } from "./open_host.ts";
import { now, whoIsThere } from "./operator.ts";
import { askOnTerminal, canAsk, ProgressLine, writeErr, writeOut } from "./terminal.ts";

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

/** Messages come first unless somebody looks: the real tools' standard output is held back until they end where it is no terminal. */
function report({ out, err }: Executed): void {
  const print = () => out.length > 0 && writeOut(out);
  const held = !Deno.stdout.isTerminal();
  if (!held) print();
  if (err.length > 0) writeErr(err);
  if (held) print();
}
