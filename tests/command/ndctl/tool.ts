/** Runs ndctl and daxctl lines against one dom0, without a host around it. Only for tests. */
import { err, ok } from "neverthrow";
import { concat } from "../../../src/base/bytes.ts";
import { type Files } from "../../../src/command/language/files.ts";
import { type AnyCommand, type Context, type Outcome, type Session } from "../../../src/command/language/command.ts";
import { Registry } from "../../../src/command/language/registry.ts";
import { daxctlCommands } from "../../../src/command/daxctl/daxctl_commands.ts";
import { ndctlCommands } from "../../../src/command/ndctl/ndctl_commands.ts";
import { type Dom0 } from "../../../src/dom0/mod.ts";
import { type Fork } from "../../../src/host/mod.ts";

const toolCommands: readonly AnyCommand[] = [...ndctlCommands, ...daxctlCommands];

/** Folders that are there from the beginning. */
const FOLDERS = ["", "/dev", "/run", "/tmp"];
const isInFolder = (path: string): boolean =>
  !path.startsWith("/") || FOLDERS.includes(path.slice(0, path.lastIndexOf("/")));

/** Files that live in memory, and two devices. */
export class MemoryFiles implements Files {
  readonly content = new Map<string, Uint8Array>([
    ["/dev/null", new Uint8Array()],
    ["/dev/zero", new Uint8Array(1 << 20)],
  ]);
  read(path: string) {
    const bytes = this.content.get(path);
    return bytes ? ok(bytes) : err({ path, reason: "No such file or directory" });
  }
  write(path: string, chunks: Iterable<Uint8Array>) {
    if (!isInFolder(path)) return err({ path, reason: "No such file or directory" });
    if (!path.startsWith("/dev/")) this.content.set(path, concat(...chunks));
    return ok(undefined);
  }
  // deno-lint-ignore require-yield -- in memory nothing takes long
  *writing(path: string, chunks: Iterable<Uint8Array>) {
    return this.write(path, chunks);
  }
  list(path: string) {
    if (!FOLDERS.includes(path)) return err({ path, reason: "No such file or directory" });
    const names = [...this.content.keys()].filter((file) => file.startsWith(`${path}/`));
    return ok(names.map((file) => file.slice(path.length + 1)).sort());
  }
  makeFolder() {
    return ok(undefined);
  }
  gunzip(path: string) {
    return err({ path, reason: "Invalid argument" });
  }
}

export interface ToolRun {
  readonly status: number;
  readonly out: Uint8Array;
  readonly err: string;
}

export class Tool {
  readonly files = new MemoryFiles();
  readonly #registry = new Registry(toolCommands);

  /** `dom0` is asked for anew for every line, as every command has its own view. */
  constructor(private readonly dom0: () => Dom0) {}

  async run(words: readonly string[], input?: Uint8Array): Promise<ToolRun> {
    const found = this.#registry.find(words);
    if (found.isErr()) return { status: found.error.status, out: new Uint8Array(), err: found.error.err };
    const { command } = found.value;
    const args = command.parse(found.value.argv);
    if (args.isErr()) {
      return { status: args.error.status, out: bytes(args.error.out ?? ""), err: args.error.err };
    }
    const context: Context = { files: this.files, terminal: false, input, json: false, line: words };
    const fork = { dom0: this.dom0(), clock: { now: () => 0n } } as unknown as Fork;
    const outcome = command.kind === "host"
      ? drain(command.run(fork, args.value, context))
      : await drainSession(command.run(this.#session(fork, context), args.value));
    return { status: outcome.status, out: bytes(outcome.out), err: outcome.err };
  }

  /** As much of a session as the tool's own session verbs use. A pause ends it, as an interrupt does. */
  #session(fork: Fork, context: Context): Session {
    const session: Partial<Session> = {
      context,
      policy: { dryRun: false, readOnly: false, yes: false, ask: false, who: "tester", now: () => "" },
      host: () => ({ fork: () => fork, refresh: () => false }) as unknown as ReturnType<Session["host"]>,
      say: () => {},
      print: () => {},
      pause: () => Promise.reject(new Error("interrupted")),
    };
    return session as Session;
  }
}

async function drainSession(run: AsyncGenerator<unknown, Outcome, void>): Promise<Outcome> {
  for (let step = await run.next();; step = await run.next()) if (step.done) return step.value;
}

function drain(run: Generator<unknown, Outcome, void>): Outcome {
  for (let step = run.next();; step = run.next()) if (step.done) return step.value;
}

const bytes = (out: string | Uint8Array): Uint8Array => typeof out === "string" ? new TextEncoder().encode(out) : out;
