/**
 * As much of the POSIX shell's grammar as captured scripts use: lists, pipelines, `for`, `while`, `{ }`, redirections, quotes,
 * `$NAME`, `$(…)`, `$((…))`. Only for tests; what it does not know it throws on.
 */

/** A piece of a word. Quoted pieces are neither split nor globbed. */
export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "variable"; readonly name: string; readonly quoted: boolean }
  | { readonly kind: "command"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "arithmetic"; readonly text: string; readonly quoted: boolean };
export type Word = readonly Piece[];

export interface Redirect {
  readonly from: 1 | 2;
  /** A file, or the other stream. */
  readonly to: Word | 1 | 2;
  readonly append: boolean;
}

export type Command =
  | {
    readonly kind: "simple";
    readonly assignments: readonly { readonly name: string; readonly value: Word }[];
    readonly words: readonly Word[];
    readonly redirects: readonly Redirect[];
  }
  | { readonly kind: "for"; readonly name: string; readonly words: readonly Word[]; readonly body: List }
  | { readonly kind: "while"; readonly condition: List; readonly body: List }
  | { readonly kind: "group"; readonly body: List };

export interface Item {
  /** What must have been the case with the item before. */
  readonly after: ";" | "&&" | "||";
  readonly pipeline: readonly Command[];
}
export type List = readonly Item[];

type Token =
  | { readonly kind: "word"; readonly word: Word; readonly raw: string }
  | { readonly kind: "operator"; readonly text: string };

const OPERATORS = ["&&", "||", ";", "|", "\n"];

export function parseShell(source: string): List {
  const parser = new Parser(tokens(source));
  const list = parser.list([]);
  parser.end();
  return list;
}

class Parser {
  #at = 0;
  constructor(private readonly all: readonly Token[]) {}

  end(): void {
    if (this.#at < this.all.length) throw new Error(`shell: cannot parse at ${JSON.stringify(this.all[this.#at])}`);
  }

  list(stops: readonly string[]): List {
    const items: Item[] = [];
    let after: Item["after"] = ";";
    for (;;) {
      while (this.#operator(";") || this.#operator("\n")) after = ";";
      const next = this.all[this.#at];
      if (!next || (next.kind === "word" && stops.includes(next.raw))) return items;
      items.push({ after, pipeline: this.#pipeline() });
      if (this.#operator("&&")) after = "&&";
      else if (this.#operator("||")) after = "||";
      else if (this.#operator(";") || this.#operator("\n")) after = ";";
      else return items;
    }
  }

  #pipeline(): Command[] {
    const commands = [this.#command()];
    while (this.#operator("|")) commands.push(this.#command());
    return commands;
  }

  #command(): Command {
    if (this.#keyword("{")) return { kind: "group", body: this.#until("}") };
    if (this.#keyword("for")) {
      const name = this.#raw();
      this.#expect("in");
      const words: Word[] = [];
      while (this.all[this.#at]?.kind === "word") words.push(this.#word());
      this.#separator();
      this.#expect("do");
      return { kind: "for", name, words, body: this.#until("done") };
    }
    if (this.#keyword("while")) {
      const condition = this.list(["do"]);
      this.#expect("do");
      return { kind: "while", condition, body: this.#until("done") };
    }
    return this.#simple();
  }

  #simple(): Command {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (let token = this.all[this.#at]; token?.kind === "word"; token = this.all[this.#at]) {
      const redirect = /^([12]?)(>>?)(&[12])?$/.exec(token.raw);
      if (redirect) {
        this.#at++;
        const from = redirect[1] === "2" ? 2 : 1;
        const other = redirect[3] === "&1" ? 1 : redirect[3] === "&2" ? 2 : undefined;
        redirects.push({ from, to: other ?? this.#word(), append: redirect[2] === ">>" });
        continue;
      }
      const assignment = words.length === 0 ? /^([A-Za-z_]\w*)=/.exec(token.raw) : null;
      if (assignment) {
        assignments.push({ name: assignment[1]!, value: withoutPrefix(token.word, assignment[0].length) });
      } else words.push(token.word);
      this.#at++;
    }
    return { kind: "simple", assignments, words, redirects };
  }

  #until(end: string): List {
    const body = this.list([end]);
    this.#expect(end);
    return body;
  }
  #word(): Word {
    const token = this.all[this.#at++];
    if (token?.kind !== "word") throw new Error("shell: a word is missing");
    return token.word;
  }
  #raw(): string {
    const token = this.all[this.#at++];
    if (token?.kind !== "word") throw new Error("shell: a word is missing");
    return token.raw;
  }
  #operator(text: string): boolean {
    const token = this.all[this.#at];
    if (token?.kind !== "operator" || token.text !== text) return false;
    this.#at++;
    return true;
  }
  #keyword(text: string): boolean {
    const token = this.all[this.#at];
    if (token?.kind !== "word" || token.raw !== text) return false;
    this.#at++;
    return true;
  }
  #separator(): void {
    if (!this.#operator(";")) this.#operator("\n");
  }
  #expect(text: string): void {
    if (!this.#keyword(text)) throw new Error(`shell: "${text}" is missing`);
  }
}

function withoutPrefix(word: Word, length: number): Word {
  const [first, ...rest] = word;
  if (first?.kind !== "text") throw new Error("shell: an assignment without a name");
  return [{ ...first, text: first.text.slice(length) }, ...rest];
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    const blank = /^(?:[ \t]+|#[^\n]*)/.exec(rest);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const redirect = /^[12]?>>?(?:&[12])?/.exec(rest);
    if (redirect) {
      found.push({ kind: "word", raw: redirect[0], word: [] });
      at += redirect[0].length;
      continue;
    }
    const operator = OPERATORS.find((text) => rest.startsWith(text));
    if (operator !== undefined) {
      found.push({ kind: "operator", text: operator });
      at += operator.length;
      continue;
    }
    const { word, length } = readWord(rest);
    found.push({ kind: "word", word, raw: rest.slice(0, length) });
    at += length;
  }
  return found;
}

function readWord(source: string): { readonly word: Word; readonly length: number } {
  const word: Piece[] = [];
  let at = 0;
  let plain = "";
  const flush = () => {
    if (plain !== "") word.push({ kind: "text", text: plain, quoted: false });
    plain = "";
  };
  while (at < source.length && !/[\s;|&>]/.test(source[at]!)) {
    const c = source[at]!;
    if (c === "'") {
      const end = source.indexOf("'", at + 1);
      flush();
      word.push({ kind: "text", text: source.slice(at + 1, end), quoted: true });
      at = end + 1;
    } else if (c === '"') {
      flush();
      at = readQuoted(source, at + 1, word);
    } else if (c === "$") {
      flush();
      at = readDollar(source, at, word, false);
    } else if (c === "\\") {
      flush();
      word.push({ kind: "text", text: source[at + 1] ?? "", quoted: true });
      at += 2;
    } else {
      plain += c;
      at++;
    }
  }
  flush();
  return { word, length: at };
}

/** From behind the opening quote; returns where the closing one ends. */
function readQuoted(source: string, start: number, word: Piece[]): number {
  let at = start;
  let plain = "";
  const flush = () => {
    word.push({ kind: "text", text: plain, quoted: true });
    plain = "";
  };
  while (source[at] !== '"') {
    if (at >= source.length) throw new Error("shell: a quote is open");
    if (source[at] === "$") {
      flush();
      at = readDollar(source, at, word, true);
    } else if (source[at] === "\\" && /[$"\\`]/.test(source[at + 1] ?? "")) {
      plain += source[at + 1];
      at += 2;
    } else plain += source[at++];
  }
  flush();
  return at + 1;
}

function readDollar(source: string, at: number, word: Piece[], quoted: boolean): number {
  const rest = source.slice(at);
  for (const [open, kind, close] of [["$((", "arithmetic", "))"], ["$(", "command", ")"]] as const) {
    if (!rest.startsWith(open)) continue;
    const end = matching(rest, open.length, close);
    word.push({ kind, text: rest.slice(open.length, end), quoted });
    return at + end + close.length;
  }
  const name = /^\$(?:\{(\w+)\}|(\w+)|(\?))/.exec(rest);
  if (!name) {
    word.push({ kind: "text", text: "$", quoted });
    return at + 1;
  }
  word.push({ kind: "variable", name: name[1] ?? name[2] ?? name[3]!, quoted });
  return at + name[0].length;
}

/** Where the parenthesis closes that is open at `from`; quotes hide parentheses. */
function matching(text: string, from: number, close: string): number {
  let depth = 0;
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const c = text[at]!;
    if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === "'" || c === '"') quote = c;
    else if (c === "(") depth++;
    else if (c === ")" && depth === 0 && text.startsWith(close, at)) return at;
    else if (c === ")") depth--;
  }
  throw new Error("shell: a parenthesis is open");
}
