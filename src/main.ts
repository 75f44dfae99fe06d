/** The program: argv to the console, one command, or a script. The only file that reaches the console, by dynamic import. */
import { allCommands } from "./command/mod.ts";
import { Registry } from "./command/language/registry.ts";
import { EXIT } from "./command/language/exit_codes.ts";
import { GLOBAL_OPTIONS, type Globals, parseInvocation } from "./cli/argv.ts";
import { consoleFor } from "./cli/console.ts";
import { execCommand } from "./cli/exec/exec.ts";
import { DEFAULT_FIXTURE, fixturePath } from "./cli/paths.ts";
import { runWords } from "./cli/run.ts";
import { writeErr, writeOut } from "./cli/terminal.ts";
import { optionUsage } from "./command/language/options.ts";
import { VERSION } from "./cli/version.ts";

async function main(argv: readonly string[]): Promise<number> {
  const invocation = parseInvocation(argv);
  if (invocation.isErr()) {
    writeErr(`nvdeck: ${invocation.error.err}`);
    return invocation.error.status;
  }
  const { globals, words } = invocation.value;
  if (globals.version) {
    writeOut(`nvdeck ${VERSION}\n`);
    return EXIT.done;
  }
  const registry = new Registry(
    allCommands({ fixturePath, globals: optionUsage(GLOBAL_OPTIONS), more: [execCommand] }),
  );
  if (globals.help) return await runWords(bystander(globals), registry, ["help", ...words]);
  if (words.length > 0) {
    const aboutHost = words[0] !== "help" && words[0] !== "completion";
    return await runWords(aboutHost ? globals : bystander(globals), registry, words);
  }
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    writeErr('nvdeck: the console needs a terminal\ngive a verb, or "batch -" to read commands from standard input\n');
    return EXIT.usage;
  }
  return await runConsole(globals, registry);
}

/** For verbs that are about the program, not about a host: none is made for them. */
const bystander = (globals: Globals): Globals => ({ ...globals, host: undefined, fixture: DEFAULT_FIXTURE });

async function runConsole(globals: Globals, registry: Registry): Promise<number> {
  const opened = consoleFor(globals, registry);
  if (opened.isErr()) {
    writeErr(opened.error.err);
    return opened.error.status;
  }
  const { openConsole } = await import("../tui/mod.ts");
  try {
    return await openConsole(opened.value.host);
  } finally {
    opened.value.close();
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (cause) {
    const { reportInternalError } = await import("./cli/internal_error.ts");
    Deno.exit(reportInternalError(cause));
  }
}
