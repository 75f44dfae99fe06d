/**
 * The console mounted with Ink on a made-up terminal of any size: keys go in as bytes, what Ink writes is understood by
 * @xterm/headless, and the screen is read back cell by cell.
 */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import xterm from "@xterm/headless";
import type { ConsoleHost } from "../../src/command/language/console_host.ts";
import { openConsole } from "../../tui/mod.ts";
import { type KeySource, type Sink } from "../../tui/terminal/terminal.ts";

class FakeInput extends EventEmitter {
  readonly isTTY = true;
  raw = false;
  setRawMode(on: boolean): this {
    this.raw = on;
    return this;
  }
  resume(): this {
    return this;
  }
  pause(): this {
    return this;
  }
}

class FakeOutput extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly screen: xterm.Terminal;
  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
    this.screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }
  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.screen.write(chunk, done);
  }
}

const TIMEOUT_MS = 10_000;
const POLL_MS = 10;

export class Mounted {
  readonly input = new FakeInput();
  readonly output: FakeOutput;
  readonly exit: Promise<number>;

  constructor(host: ConsoleHost, columns: number, rows: number, theme = "plain") {
    this.output = new FakeOutput(columns, rows);
    this.exit = openConsole(host, {
      stdin: this.input as unknown as KeySource,
      stdout: this.output as unknown as Sink,
      variable: (name) => (name === "NVDECK_THEME" ? theme : undefined),
      loadCharts: undefined,
    });
  }

  bytes(text: string): void {
    this.input.emit("data", new TextEncoder().encode(text));
  }

  resize(columns: number, rows: number): void {
    Object.assign(this.output, { columns, rows });
    this.output.screen.resize(columns, rows);
    this.output.emit("resize");
  }

  /** The rows of the screen, without blanks at their ends. */
  text(): string {
    const { active } = this.output.screen.buffer;
    const row = (y: number) => active.getLine(y)?.translateToString(true).trimEnd() ?? "";
    return Array.from({ length: this.output.rows }, (_, y) => row(y)).join("\n");
  }

  /** Waits until the screen is exactly this text. */
  async becomes(expected: string, message?: string): Promise<void> {
    await this.#until(() => this.text() === expected);
    assert.equal(this.text(), expected, message);
  }

  async shows(pattern: RegExp): Promise<void> {
    await this.#until(() => pattern.test(this.text()));
    assert.match(this.text(), pattern);
  }

  async #until(holds: () => boolean): Promise<void> {
    const end = Date.now() + TIMEOUT_MS;
    while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  async leave(): Promise<void> {
    this.bytes("q");
    assert.equal(await this.exit, 0);
  }
}
