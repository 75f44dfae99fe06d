/** Talk with the operator outside the console: progress on standard error, questions on the controlling terminal. */
import { type Confirm, type Progress, type Question } from "../command/language/command.ts";

const encoder = new TextEncoder();

export function writeOut(data: string | Uint8Array): void {
  writeAll(Deno.stdout, data);
}

export function writeErr(data: string | Uint8Array): void {
  writeAll(Deno.stderr, data);
}

/** A reader that went away (`nvdeck … | head`) is no fault of ours. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
  }
}

/** Redraws one line, on a terminal only; `clear` takes it away again. */
export class ProgressLine {
  readonly #on: boolean;
  #shown = false;

  constructor(quiet: boolean) {
    this.#on = !quiet && Deno.stderr.isTerminal();
  }

  show({ what, done, total }: Progress): void {
    if (!this.#on) return;
    const share = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : "";
    writeErr(`\r\x1b[K${what}${share}  (Ctrl-C stops and keeps nothing)`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) writeErr("\r\x1b[K");
    this.#shown = false;
  }
}

/** Asks on the controlling terminal even where standard input is a pipe; the default answer is no. */
export const askOnTerminal: Confirm = (question: Question) => {
  writeErr(`${question.title}\n${question.body.map((line) => `  ${line}\n`).join("")}Type "yes" to go on: `);
  return Promise.resolve(readLine()?.trim() === "yes");
};

export const canAsk = (): boolean =>
  Deno.stderr.isTerminal() && (Deno.stdin.isTerminal() || openTerminal() !== undefined);

function readLine(): string | undefined {
  const source = Deno.stdin.isTerminal() ? Deno.stdin : openTerminal();
  if (!source) return undefined;
  const bytes = new Uint8Array(1024);
  const count = source.readSync(bytes);
  return count === null ? undefined : new TextDecoder().decode(bytes.subarray(0, count));
}

function openTerminal(): Deno.FsFile | undefined {
  try {
    return Deno.openSync("/dev/tty");
  } catch {
    return undefined;
  }
}
