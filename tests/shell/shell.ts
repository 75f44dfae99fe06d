/** Runs what `syntax.ts` parses, with the programs it is given. Only for tests. */
import { concat, textOf, utf8 } from "../../src/base/bytes.ts";
import { type Command, type List, parseShell, type Redirect, type Word } from "./syntax.ts";

export interface Ran {
  readonly status: number;
  readonly out: Uint8Array;
  readonly err: string;
}
export type Program = (argv: readonly string[], input: Uint8Array) => Ran | Promise<Ran>;

/** What the shell needs of a system: programs, files to write to, and paths that a pattern stands for. */
export interface System {
  program(name: string): Program | undefined;
  /** A message where it cannot be written. */
  write(path: string, bytes: Uint8Array, append: boolean): string | undefined;
  /** Paths that match, sorted; `globPattern` makes an expression of the pattern, or of a part of it. */
  glob(pattern: string): readonly string[];
}

const NOTHING = new Uint8Array();
export const ran = (status: number, out: string | Uint8Array = NOTHING, err = ""): Ran => ({
  status,
  out: typeof out === "string" ? utf8(out) : out,
  err,
});

export class Shell {
  readonly #variables = new Map<string, string>();
  #status = 0;

  constructor(private readonly system: System) {}

  run(source: string): Promise<Ran> {
    return this.#list(parseShell(source), NOTHING);
  }

  async #list(list: List, input: Uint8Array): Promise<Ran> {
    const outs: Uint8Array[] = [];
    let err = "";
    for (const { after, pipeline } of list) {
      if ((after === "&&" && this.#status !== 0) || (after === "||" && this.#status === 0)) continue;
      let data = input;
      for (const [i, command] of pipeline.entries()) {
        const done = await this.#command(command, data);
        this.#status = done.status;
        err += done.err;
        if (i < pipeline.length - 1) data = done.out;
        else outs.push(done.out);
      }
    }
    return { status: this.#status, out: concat(...outs), err };
  }

  async #command(command: Command, input: Uint8Array): Promise<Ran> {
    switch (command.kind) {
      case "group":
        return await this.#list(command.body, input);
      case "for": {
        const values = (await Promise.all(command.words.map((word) => this.#fields(word)))).flat();
        return await this.#loop(values, async (value) => {
          this.#variables.set(command.name, value);
          return await this.#list(command.body, input);
        });
      }
      case "while": {
        const parts: Ran[] = [];
        while ((await this.#list(command.condition, input)).status === 0) {
          parts.push(await this.#list(command.body, input));
        }
        return ran(0, concat(...parts.map(({ out }) => out)), parts.map(({ err }) => err).join(""));
      }
      case "simple":
        return await this.#simple(command, input);
    }
  }

  async #loop(values: readonly string[], body: (value: string) => Promise<Ran>): Promise<Ran> {
    const parts: Ran[] = [];
    for (const value of values) parts.push(await body(value));
    const status = parts.at(-1)?.status ?? 0;
    return ran(status, concat(...parts.map(({ out }) => out)), parts.map(({ err }) => err).join(""));
  }

  async #simple({ assignments, words, redirects }: Command & { kind: "simple" }, input: Uint8Array): Promise<Ran> {
    let status = 0;
    for (const { name, value } of assignments) {
      this.#variables.set(name, await this.#text(value));
      status = this.#status;
    }
    const argv: string[] = [];
    for (const word of words) argv.push(...await this.#fields(word));
    const [name, ...args] = argv;
    if (name === undefined) return ran(assignments.length > 0 ? status : 0);
    const program = this.system.program(name);
    const done = program ? await program(args, input) : ran(127, "", `sh: ${name}: not found\n`);
    return await this.#redirected(done, redirects);
  }

  async #redirected(done: Ran, redirects: readonly Redirect[]): Promise<Ran> {
    let { status, out, err } = done;
    for (const { from, to, append } of redirects) {
      const data = from === 1 ? out : utf8(err);
      if (from === 1) out = NOTHING;
      else err = "";
      // What goes to standard output is held back until a program ends: its messages come first.
      if (to === 1) out = concat(data, out);
      else if (to === 2) err += textOf(data);
      else {
        const failed = this.system.write(await this.#text(to), data, append);
        if (failed !== undefined) [status, err] = [1, `${err}sh: write error: ${failed}\n`];
      }
    }
    return { status, out, err };
  }

  /** A word as one string. */
  async #text(word: Word): Promise<string> {
    let text = "";
    for (const piece of word) text += await this.#value(piece);
    return text;
  }

  /** A word as the arguments it makes: split at blanks, patterns replaced, where it is not quoted. */
  async #fields(word: Word): Promise<string[]> {
    let fields: string[] = [""];
    let pattern = false;
    let some = false;
    for (const piece of word) {
      const value = await this.#value(piece);
      if (piece.quoted || piece.kind === "text") {
        fields[fields.length - 1] += value;
        some ||= piece.quoted || value !== "";
        pattern ||= !piece.quoted && /[*?]/.test(value);
        continue;
      }
      const parts = value.split(/\s+/).filter((part, i, all) => part !== "" || (i > 0 && i < all.length - 1));
      if (parts.length === 0) continue;
      some = true;
      fields[fields.length - 1] += parts[0]!;
      fields.push(...parts.slice(1));
    }
    if (!some) return [];
    if (!pattern) return fields;
    fields = fields.flatMap((field) => {
      const found = this.system.glob(field);
      return found.length > 0 ? [...found] : [field];
    });
    return fields;
  }

  async #value(piece: Word[number]): Promise<string> {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "variable":
        return piece.name === "?" ? String(this.#status) : this.#variables.get(piece.name) ?? "";
      case "arithmetic":
        return String(arithmetic(piece.text, (name) => Number(this.#variables.get(name) ?? 0)));
      case "command": {
        const done = await this.#list(parseShell(piece.text), NOTHING);
        return textOf(done.out).replace(/\n+$/, "");
      }
    }
  }
}

/** `*` and `?` stand for what is in one folder. */
export const globPattern = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}$`);

/** Sums and products of integers and names, from left to right, as far as scripts use them. */
function arithmetic(text: string, valueOf: (name: string) => number): number {
  const [first, ...rest] = text.trim().split(/\s*([-+*/%])\s*/);
  const operand = (word: string | undefined): number => /^\d+$/.test(word ?? "") ? Number(word) : valueOf(word ?? "");
  let value = operand(first);
  for (let i = 0; i < rest.length; i += 2) {
    const right = operand(rest[i + 1]);
    value = rest[i] === "+"
      ? value + right
      : rest[i] === "-"
      ? value - right
      : rest[i] === "*"
      ? value * right
      : rest[i] === "/"
      ? Math.trunc(value / right)
      : value % right;
  }
  return value;
}
