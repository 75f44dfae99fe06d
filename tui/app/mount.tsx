/**
 * Mounts the console on a terminal and runs it until the operator leaves. Ink draws; the terminal's input, its modes and
 * the way out are ours (`terminal/`).
 */
import process from "node:process";
import { type Instance, render } from "ink";
import type { ConsoleHost } from "../../src/command/language/console_host.ts";
import { type Message } from "../messages.ts";
import { initialModel } from "../model.ts";
import { type Charts } from "../scene.ts";
import { defaultLogFile, guard } from "../terminal/guard.ts";
import { type KeySource, openTerminal, realInput, realOutput, type Sink, type Terminal } from "../terminal/terminal.ts";
import { themeFor } from "../theme.ts";
import { App } from "./App.tsx";
import { Store } from "./store.ts";

export interface ConsoleOptions {
  readonly stdin?: KeySource;
  readonly stdout?: Sink;
  readonly variable?: (name: string) => string | undefined;
  /** Charts are loaded after the first frame; `undefined` leaves the text fallback. */
  readonly loadCharts?: (() => Promise<Charts>) | undefined;
}

/** Runs the console; the exit code once it is left: 0, or 128 plus the signal that ended it. */
export async function openConsole(host: ConsoleHost, options: ConsoleOptions = {}): Promise<number> {
  const variable = options.variable ?? ((name) => process.env[name]);
  const loadCharts = "loadCharts" in options ? options.loadCharts : contribCharts;
  let exitCode = 0;
  const running: { instance?: Instance; terminal?: Terminal } = {};

  const leave = (code: number) => {
    exitCode = code;
    running.instance?.unmount();
  };
  const restoreHard = () => {
    // Ink first, so that it writes nothing after the screen has been given back.
    try {
      running.instance?.unmount();
    } finally {
      running.terminal?.restore(true);
    }
  };
  const unguard = guard({ restore: restoreHard, leave, logFile: defaultLogFile(variable) });

  const terminal = running.terminal = openTerminal(options.stdin ?? realInput(), options.stdout ?? realOutput(), {
    inputs: (inputs) => store.send(...inputs),
    resized: (size) => store.send({ kind: "resized", size }),
    gone: () => leave(SIGHUP_CODE),
  });
  const store: Store = new Store(initialModel(host.snapshot(), terminal.size(), themeFor(variable)), host, {
    copy: terminal.copy,
    quit: () => leave(0),
    fail: (error) => {
      throw error;
    },
  });
  const unsubscribe = host.subscribe(() => {
    const message: Message = { kind: "committed", snapshot: host.snapshot() };
    if (message.snapshot !== store.model().snapshot) store.send(message);
  });

  const instance = running.instance = render(<App store={store} />, {
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    maxFps: 30,
  });
  if (loadCharts) setTimeout(() => loadCharts().then((charts) => store.setCharts(charts), () => undefined), 0);
  try {
    await instance.waitUntilExit();
  } finally {
    unsubscribe();
    unguard();
    terminal.restore(false);
  }
  return exitCode;
}

const SIGHUP_CODE = 129;

const contribCharts = async (): Promise<Charts> => (await import("../charts/contrib.ts")).contribCharts();
