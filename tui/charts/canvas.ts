// deno-lint-ignore-file no-explicit-any -- blessed and blessed-contrib come without usable types; nothing of them leaves this file
/**
 * blessed-contrib off-screen: a widget is drawn into blessed's cell grid, and the grid is read as rows of ANSI. The real
 * terminal is not touched. Loaded only after the console's first frame.
 */
import { createRequire } from "node:module";
import { PassThrough, Writable } from "node:stream";
import { type Line } from "../text/line.ts";
import { cellWidth } from "../text/width.ts";

/**
 * blessed sets `X.prototype.__proto__`, which Deno leaves out. The accessor exists only while blessed is loaded and
 * while its objects are built.
 */
function withProto<T>(build: () => T): T {
  const old = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__")!;
  Object.defineProperty(Object.prototype, "__proto__", {
    configurable: true,
    get() {
      return Object.getPrototypeOf(this);
    },
    set(value) {
      if (value === null || typeof value === "object" || typeof value === "function") {
        Object.setPrototypeOf(this, value);
      }
    },
  });
  try {
    return build();
  } finally {
    Object.defineProperty(Object.prototype, "__proto__", old);
  }
}

const require = createRequire(import.meta.url);
let loaded: { blessed: any; contrib: any } | undefined;

/** A synchronous `require`, so that the accessor's window closes again. */
const library = () =>
  loaded ??= withProto(() => ({ blessed: require("blessed"), contrib: require("blessed-contrib") }));

/** Loads both packages; about 150 ms. */
export const load = (): void => void library();

const HANDLERS = ["exception", "sigterm", "sigint", "sigquit", "exit"];

/** A terminal output that drops everything. */
class Nowhere extends Writable {
  readonly isTTY = true;
  constructor(readonly columns: number, readonly rows: number) {
    super({ write: (_chunk, _encoding, done) => done() });
  }
}

/** One widget of one size. Making one costs about 30 ms (terminfo is parsed): keep it as long as the size stays. */
export class Canvas {
  readonly #screen: any;

  constructor(columns: number, rows: number) {
    const { blessed } = library();
    // Marked as already bound, so that blessed adds no process-wide handlers.
    for (const type of [blessed.Screen, blessed.Program]) {
      type._bound = true;
      for (const name of HANDLERS) type[`_${name}Handler`] ??= () => {};
    }
    const input: any = new PassThrough();
    input.isTTY = true;
    input.setRawMode = () => input;
    const output = new Nowhere(columns, rows);
    this.#screen = withProto(() => {
      const program = blessed.program({ input, output, terminal: "xterm-256color", tput: true });
      return blessed.screen({ program, smartCSR: false, forceUnicode: true });
    });
    this.#screen.draw = () => {}; // the cell grid is kept, the byte stream is not wanted
  }

  /** A contrib widget that fills the canvas. Data is set after it is attached: only then it has a drawing context. */
  mount(kind: string, options: object): { setData(data: unknown): void } {
    const { width, height } = this.#screen;
    const widget = withProto(() => new (library().contrib[kind])({ left: 0, top: 0, width, height, ...options }));
    this.#screen.append(widget);
    return widget;
  }

  frame(): Line[] {
    this.#screen.render();
    return this.#screen.lines.map(ansiRow);
  }

  [Symbol.dispose](): void {
    this.#screen.destroy();
  }
}

const DEFAULT_COLOUR = 511;

/** blessed's cells are [attribute, character]; an attribute is flags << 18 | foreground << 9 | background. */
function ansiRow(cells: readonly [number, string][]): Line {
  let out = "";
  let plain = "";
  let current = -1;
  for (const [attribute, character] of cells) {
    if (attribute !== current) {
      out += sgr(attribute);
      current = attribute;
    }
    out += character;
    plain += character;
  }
  return [{ text: `${out}\x1b[0m`, ready: cellWidth(plain) }];
}

function sgr(attribute: number): string {
  const flags = attribute >> 18;
  const codes = ["0"];
  if (flags & 1) codes.push("1");
  if (flags & 2) codes.push("4");
  if (flags & 8) codes.push("7");
  codes.push(...colour((attribute >> 9) & 0x1ff, 30), ...colour(attribute & 0x1ff, 40));
  return `\x1b[${codes.join(";")}m`;
}

/** 0–7 are the plain colours, 8–15 the bright ones, the rest of the 256 by number. */
function colour(value: number, base: number): string[] {
  if (value === DEFAULT_COLOUR) return [];
  if (value < 8) return [String(base + value)];
  if (value < 16) return [String(base + 60 + value - 8)];
  return [`${base + 8};5;${value}`];
}
