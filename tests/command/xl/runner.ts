/** Runs command lines one after the other on one fork, as the registry would, with files of the test's own. */
import { err, ok } from "neverthrow";
import { xenNdctlCommands, xlCommands } from "../../../src/command/xl/mod.ts";
import {
  type AnyCommand,
  type Context,
  type HostCommand,
  type Outcome,
} from "../../../src/command/language/command.ts";
import { type Files } from "../../../src/command/language/files.ts";
import { Registry } from "../../../src/command/language/registry.ts";
import { splitWords } from "../../../src/command/language/words.ts";
import { type Fork } from "../../../src/host/mod.ts";
import { utf8 } from "../../../src/base/bytes.ts";

/** Files by path; nothing can be written. */
export function filesOf(texts: ReadonlyMap<string, string>): Files {
  const refuse = (path: string) => err({ path, reason: "Permission denied" });
  return {
    read: (path) => {
      const text = texts.get(path);
      return text === undefined ? err({ path, reason: "No such file or directory" }) : ok(utf8(text));
    },
    write: refuse,
    // deno-lint-ignore require-yield -- it fails before its first step
    *writing(path) {
      return refuse(path);
    },
    list: () => ok([]),
    makeFolder: refuse,
    gunzip: refuse,
  } as Files;
}

export class Runner {
  readonly #registry: Registry;

  constructor(
    readonly fork: Fork,
    private readonly files: Files = filesOf(new Map()),
    more: readonly AnyCommand[] = [],
  ) {
    this.#registry = new Registry([...xlCommands, ...xenNdctlCommands, ...more]);
  }

  /** Undefined where no command has this name. */
  run(line: string): Outcome | undefined {
    const words = splitWords(line)._unsafeUnwrap();
    const found = this.#registry.find(words);
    if (found.isErr()) return undefined;
    const command = found.value.command as HostCommand;
    const args = command.parse(found.value.argv);
    if (args.isErr()) return { status: args.error.status, out: args.error.out ?? "", err: args.error.err, keep: false };
    const context: Context = { files: this.files, terminal: false, input: undefined, json: false, line: words };
    const running = command.run(this.fork, args.value, context);
    for (;;) {
      const step = running.next();
      if (step.done) return step.value;
    }
  }

  /** The outcome of a line that is a command; its output as text. */
  tell(line: string): { status: number; out: string; err: string; value: Outcome["value"] } {
    const outcome = this.run(line);
    if (!outcome) throw new Error(`no command: ${line}`);
    const out = typeof outcome.out === "string" ? outcome.out : new TextDecoder().decode(outcome.out);
    return { status: outcome.status, out, err: outcome.err, value: outcome.value };
  }
}
