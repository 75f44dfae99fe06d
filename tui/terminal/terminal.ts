/**
 * The real terminal as the console sees it: raw input turned into messages, modes turned on and, whatever happens, off
 * again. Everything written to the screen besides Ink's frames goes through here.
 */
import process from "node:process";
import { PassThrough } from "node:stream";
import { type Size } from "../model.ts";
import { flushed, type Input, isPasting, parseInput } from "./input.ts";
import { clipboard, LEAVE_SCREEN, MODES_OFF, MOUSE_ON, PASTE_ON } from "./modes.ts";

/** What the adapter needs of an input stream: a terminal in raw mode, or a test's. */
export interface KeySource {
  readonly isTTY?: boolean | undefined;
  setRawMode?(on: boolean): unknown;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  removeAllListeners(event: "data" | "end"): unknown;
  resume(): unknown;
  pause(): unknown;
  unref?(): unknown;
}

export interface Sink extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Terminal {
  /** For Ink, which must not read the real one: keys would be parsed twice. */
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Sink;
  size(): Size;
  copy(text: string): void;
  /** Turns modes off and gives the input back. Leaves the alternate screen too when Ink cannot (`hard`). */
  restore(hard: boolean): void;
}

/** Time that an escape sequence has to arrive whole; a lone escape key is known after it. */
const ESCAPE_MS = 30;

export interface Listeners {
  readonly inputs: (inputs: readonly Input[]) => void;
  readonly resized: (size: Size) => void;
  /** The terminal has gone away. */
  readonly gone: () => void;
}

export function openTerminal(source: KeySource, stdout: Sink, listeners: Listeners): Terminal {
  const decoder = new TextDecoder();
  let rest = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restored = false;

  const deliver = (inputs: readonly Input[]) => inputs.length > 0 && listeners.inputs(inputs);
  source.setRawMode?.(true);
  source.on("data", (chunk) => {
    clearTimeout(timer);
    const parsed = parseInput(rest + decoder.decode(chunk, { stream: true }));
    rest = parsed.rest;
    deliver(parsed.inputs);
    if (rest === "" || isPasting(rest)) return;
    timer = setTimeout(() => {
      const late = flushed(rest);
      rest = "";
      deliver(late);
    }, ESCAPE_MS);
  });
  source.on("end", listeners.gone);
  source.resume();
  const size = (): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const onResize = () => listeners.resized(size());
  stdout.on("resize", onResize);
  stdout.write(MOUSE_ON + PASTE_ON);

  return {
    stdin: silentInput(),
    stdout,
    size,
    copy: (text) => void stdout.write(clipboard(text)),
    restore(hard) {
      if (restored) return;
      restored = true;
      clearTimeout(timer);
      stdout.off("resize", onResize);
      source.removeAllListeners("data");
      source.removeAllListeners("end");
      stdout.write(MODES_OFF + (hard ? LEAVE_SCREEN : ""));
      source.setRawMode?.(false);
      source.pause();
      source.unref?.();
    },
  };
}

/** A terminal input that never says anything: Ink is only asked to draw. */
function silentInput(): NodeJS.ReadStream {
  const input = new PassThrough() as unknown as NodeJS.ReadStream;
  input.isTTY = true;
  input.setRawMode = () => input;
  input.ref = () => input;
  input.unref = () => input;
  return input;
}

export const realInput = (): KeySource => process.stdin as unknown as KeySource;
export const realOutput = (): Sink => process.stdout as unknown as Sink;
