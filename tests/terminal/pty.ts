/**
 * A program in a real pseudo terminal: `script` makes the terminal, @xterm/headless understands what is written to it,
 * `stty` changes its size from outside, as a window manager does.
 */
import xterm from "@xterm/headless";

const TIMEOUT_MS = 20_000;
const encoder = new TextEncoder();

/** What ink and nvdeck read from the environment, pinned: a test must not depend on who runs it. */
const ENVIRONMENT = {
  TERM: "xterm-256color",
  COLORTERM: "truecolor",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  NODE_ENV: "production",
  CI: "",
  NO_COLOR: "",
  NVDECK_THEME: "dark",
};

export class Pty {
  readonly #terminal: xterm.Terminal;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #device = "";
  #bytes = "";

  /** Runs a simple command (no single quotes in it); once it has ended the terminal's settings are printed after `settings:`. */
  constructor(command: string, columns: number, rows: number, variables: Readonly<Record<string, string>> = {}) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 200 });
    const program = `sh -c 'echo pid: $$; exec ${command}'`;
    const line = `tty; stty rows ${rows} cols ${columns}; ${program}; code=$?; echo settings: $(stty -a); exit $code`;
    this.#child = new Deno.Command("script", {
      args: ["-qfec", line, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      env: { ...ENVIRONMENT, ...variables, SHELL: "/bin/sh", COLUMNS: "", LINES: "" },
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) {
      const text = decoder.decode(chunk, { stream: true });
      this.#bytes += text;
      if (this.#device === "") this.#device = /\/dev\/pts\/\d+/.exec(this.#bytes)?.[0] ?? "";
      await new Promise<void>((done) => this.#terminal.write(chunk, done));
    }
  }

  async press(keys: string): Promise<void> {
    await this.#input.write(encoder.encode(keys));
  }

  /** As a terminal emulator whose window changes: the kernel tells the program by SIGWINCH. */
  async resize(columns: number, rows: number): Promise<void> {
    this.#terminal.resize(columns, rows);
    await new Deno.Command("stty", { args: ["-F", this.#device, "cols", `${columns}`, "rows", `${rows}`] }).output();
  }

  /** The screen as text. */
  text(): string {
    const { active } = this.#terminal.buffer;
    const rows = Array.from(
      { length: this.#terminal.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true),
    );
    return rows.join("\n");
  }

  get alternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  get modes(): xterm.IModes {
    return this.#terminal.modes;
  }

  get cursorHidden(): boolean {
    return this.#bytes.lastIndexOf("\x1b[?25l") > this.#bytes.lastIndexOf("\x1b[?25h");
  }

  /** All that the program wrote. */
  get bytes(): string {
    return this.#bytes;
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const end = Date.now() + TIMEOUT_MS;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}; the screen:\n${this.text()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async shows(...texts: readonly string[]): Promise<void> {
    await this.until(`“${texts.join("”, “")}”`, () => texts.every((text) => this.text().includes(text)));
  }

  /** Sends a signal to the program itself, not to its terminal. */
  signal(name: Deno.Signal): void {
    Deno.kill(Number(/pid: (\d+)/.exec(this.#bytes)![1]), name);
  }

  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    await this.#input.close().catch(() => undefined);
    return code;
  }
}
