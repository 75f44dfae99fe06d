/**
 * The outermost frame of the console. Signals end it in order; an uncaught error restores the terminal, says what
 * happened and where the whole of it is written, and ends with 70. Under Deno an uncaught error ends the process
 * without an exit event, so without this the terminal would stay in the alternate screen.
 */
import process from "node:process";

/** Exit code of an internal error (a bug). */
export const INTERNAL_ERROR = 70;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Guard {
  /** Restores the terminal from whatever state it is in. */
  readonly restore: () => void;
  /** Ends the console in order with this exit code. */
  readonly leave: (code: number) => void;
  /** Where the report of an internal error goes. */
  readonly logFile: string;
}

/** Watches until the returned function is called. */
export function guard({ restore, leave, logFile }: Guard): () => void {
  const failed = (error: unknown) => {
    restore();
    report(error, logFile);
    process.exit(INTERNAL_ERROR);
  };
  process.on("uncaughtException", failed);
  const signals = Object.entries(SIGNALS).map(([name, code]) => [name, () => leave(code)] as const);
  for (const [name, listener] of signals) process.on(name, listener);
  return () => {
    process.off("uncaughtException", failed);
    for (const [name, listener] of signals) process.off(name, listener);
  };
}

function report(error: unknown, logFile: string): void {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  const first = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const written = tryWrite(logFile, `${new Date().toISOString()}\n${text}\n\n`);
  const where = written ? `The whole report is in ${logFile}.` : `No report could be written to ${logFile}:\n${text}`;
  process.stderr.write(
    `nvdeck: internal error, a bug in nvdeck: ${first}\n${where}\n` +
      "What was committed is stored; the command under way was dropped. Please report it with that file.\n",
  );
}

function tryWrite(path: string, text: string): boolean {
  try {
    Deno.mkdirSync(path.replace(/\/[^/]*$/, "") || "/", { recursive: true });
    Deno.writeTextFileSync(path, text, { append: true });
    return true;
  } catch {
    return false;
  }
}

/** `$XDG_STATE_HOME/nvdeck/errors.log`. */
export function defaultLogFile(variable: (name: string) => string | undefined): string {
  const state = variable("XDG_STATE_HOME") || `${variable("HOME") ?? "/tmp"}/.local/state`;
  return `${state}/nvdeck/errors.log`;
}
