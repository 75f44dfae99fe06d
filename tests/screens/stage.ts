/**
 * A stage for stories: the console without React or a terminal. Keys go in, effects are carried out on a fake host at
 * once, rows of any size come out.
 */
import assert from "node:assert/strict";
import { type Effect, type Message } from "../../tui/messages.ts";
import { initialModel, type Model, type Size } from "../../tui/model.ts";
import { cellWidth } from "../../tui/text/width.ts";
import { type ThemeName, THEMES } from "../../tui/theme.ts";
import { update } from "../../tui/update.ts";
import { view } from "../../tui/view.ts";
import { FakeHost } from "./fake_host.ts";
import { type HostFacts } from "./hosts.ts";

export const SIZES = ["80x24", "120x40", "200x60"] as const;
export const sizeOf = (text: string): Size => {
  const [columns, rows] = text.split("x").map(Number);
  return { columns: columns!, rows: rows! };
};

// deno-lint-ignore no-control-regex -- taking SGR sequences out is the point
export const stripped = (row: string): string => row.replace(/\x1b\[[0-9;]*m/g, "");
/** ESC made visible, so that a snapshot's difference can be read. */
export const escaped = (row: string): string => row.replaceAll("\x1b", "\\e");

export interface StageOptions {
  readonly size?: string;
  readonly theme?: ThemeName;
}

export class Stage {
  readonly host: FakeHost;
  model: Model;
  copied: string | undefined;
  left = false;

  constructor(facts: HostFacts = {}, { size = "80x24", theme = "plain" }: StageOptions = {}) {
    this.host = new FakeHost(facts);
    this.model = initialModel(this.host.snapshot(), sizeOf(size), THEMES[theme]);
    this.host.subscribe(() => this.send({ kind: "committed", snapshot: this.host.snapshot() }));
  }

  /** Keys by their names: `"2"`, `"down"`, `"enter"`. */
  press(...keys: readonly string[]): this {
    for (const key of keys) this.send({ kind: "key", key });
    return this;
  }

  type(text: string): this {
    return this.press(...text);
  }

  send(message: Message): this {
    const [model, effects] = update(this.model, message);
    this.model = model;
    for (const effect of effects) this.#act(effect);
    return this;
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case "quit":
        this.left = true;
        return;
      case "copy":
        this.copied = effect.text;
        return;
      case "cancel":
        return;
      case "complete": {
        const { line, cursor } = effect;
        this.send({ kind: "completed", line, completion: this.host.complete(line, cursor) });
        return;
      }
      case "rehearse": {
        const { ticket, lines } = effect;
        this.send({ kind: "rehearsed", ticket, rehearsal: toEnd(this.host.rehearse(lines)) });
        return;
      }
      case "run": {
        const { ticket, lines, confirmed } = effect;
        const ran = toEnd(this.host.run(lines, confirmed));
        this.send({ kind: "ran", ticket, ran, snapshot: this.host.snapshot() });
      }
    }
  }

  /** The frame as text; checks on the way that it fills the terminal exactly. */
  rows(): string[] {
    const rows = view(this.model, undefined);
    const { columns, rows: height } = this.model.size;
    assert.equal(rows.length, height, "a frame is exactly as high as the terminal");
    rows.forEach((row, y) => assert.equal(cellWidth(stripped(row)), columns, `row ${y} is exactly as wide: ${row}`));
    return rows;
  }

  text(): string {
    return this.rows().map((row) => stripped(row).trimEnd()).join("\n");
  }

  /** Fails with the whole screen unless some row holds the text. */
  expect(...texts: readonly string[]): this {
    const screen = this.text();
    for (const text of texts) assert.ok(screen.includes(text), `expected “${text}” on:\n${screen}`);
    return this;
  }

  expectNot(...texts: readonly string[]): this {
    const screen = this.text();
    for (const text of texts) assert.ok(!screen.includes(text), `did not expect “${text}” on:\n${screen}`);
    return this;
  }
}

function toEnd<T>(work: Generator<unknown, T, void> | AsyncGenerator<unknown, T, void>): T {
  for (;;) {
    const slice = (work as Generator<unknown, T, void>).next();
    if (slice.done) return slice.value;
  }
}
