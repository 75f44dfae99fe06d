/**
 * The grammar of xl configuration files: `name = value` and `name += value`, a line or `;` each; a value is a string, a
 * number or a bracketed list, in which newlines do not count. Follows Xen 4.17 `tools/libs/util/libxlu_cfg_y.y`, with the
 * error messages and the recovery that Bison's tables for it give.
 */
import { Complaints } from "./complaints.ts";
import { Scanner, type Token, type TokenKind } from "./tokens.ts";

export type SettingValue = string | readonly SettingValue[];

export interface Setting {
  readonly name: string;
  readonly value: SettingValue;
  readonly line: number;
  readonly added: boolean;
}

/** The settings of a file; of those with one name the last counts. Undefined where the file cannot be used. */
export function parseSettings(text: string, complaints: Complaints): ReadonlyMap<string, Setting> | undefined {
  const settings = new Parser(text, complaints).file();
  if (!complaints.failed) return settings;
  if (complaints.python) {
    complaints.say("warning: Config file looks like it contains Python code.");
    complaints.say("warning:  Arbitrary Python is no longer supported.");
    complaints.say("warning:  See https://wiki.xen.org/wiki/PythonInXlConfig");
  }
  return undefined;
}

/** Thrown inside the parser to leave a statement; never leaves this file. */
class Unexpected extends Error {
  constructor(readonly fatal: boolean) {
    super();
  }
}

/** Tokens that must be read after an error before the next one is reported. */
const QUIET_TOKENS = 3;
/** Lists within lists before Bison's stack (YYMAXDEPTH) is full. */
const DEEPEST = 4996;

class Parser {
  readonly #scanner: Scanner;
  readonly #settings = new Map<string, Setting>();
  /** The token ahead; read only when a decision needs it, as the order of messages shows. */
  #ahead: Token | undefined;
  /** The last token read, for messages. */
  #newest: Token = { kind: "NEWLINE", text: "", value: "", line: 1 };
  #quiet = 0;

  constructor(text: string, private readonly complaints: Complaints) {
    this.#scanner = new Scanner(text, complaints);
  }

  file(): ReadonlyMap<string, Setting> {
    try {
      while (this.#peek().kind !== "$end") this.#statement();
    } catch (fault) {
      if (!(fault instanceof Unexpected)) throw fault;
    }
    return this.#settings;
  }

  #statement(): void {
    try {
      if (this.#peek().kind === "IDENT") {
        this.#assignment();
        if (this.#peek().kind === "$end") return;
        // Here Bison has already taken the file to be over: nothing is left to recover into.
        if (!this.#isOneOf("NEWLINE", "';'")) this.#fail(["$end"], true);
      } else if (!this.#isOneOf("NEWLINE", "';'")) {
        this.#fail(["$end", "IDENT", "NEWLINE", "';'"]);
      }
      this.#take();
    } catch (fault) {
      if (!(fault instanceof Unexpected) || fault.fatal) throw fault;
      this.#skipLine();
    }
  }

  #assignment(): void {
    const name = this.#take();
    if (!this.#isOneOf("+=", "'='")) this.#fail(["+=", "'='"]);
    const added = this.#take().kind === "+=";
    const { value, line } = this.#value();
    this.#store({ name: name.value, value, line, added });
  }

  /** Lists may nest, so the open ones are kept in a list of their own: no input may exhaust the stack. */
  #value(): { readonly value: SettingValue; readonly line: number } {
    const { line } = this.#peek();
    const open: SettingValue[][] = [];
    for (;;) {
      if (this.#isOneOf("'['")) {
        if (open.length === DEEPEST) this.#abandon("memory exhausted");
        this.#take();
        open.push([]);
        this.#newlines();
        continue;
      }
      const list = open.at(-1);
      const atom = this.#isOneOf("STRING", "NUMBER");
      if (!atom && !list) this.#fail(["STRING", "NUMBER", "'['"]);
      if (!atom && !this.#isOneOf("']'")) this.#fail(["']'"]);
      const { value } = this.#take();
      const complete = atom ? value : open.pop()!;
      const outer = open.at(-1);
      if (!outer) return { value: complete, line };
      outer.push(complete);
      this.#newlines();
      if (!this.#isOneOf("','")) {
        if (!this.#isOneOf("']'")) this.#fail(["']'"]);
        continue;
      }
      this.#take();
      this.#newlines();
    }
  }

  #newlines(): void {
    while (this.#isOneOf("NEWLINE")) this.#take();
  }

  #store(setting: Setting): void {
    if (this.complaints.failed) return;
    const before = setting.added ? this.#settings.get(setting.name)?.value : undefined;
    const value = before === undefined ? setting.value : joined(before, setting.value);
    if (value === undefined) {
      const { line, text } = this.#newest;
      return this.complaints.lexical(line, text, `can't add [list] to "string" or vice versa`);
    }
    this.#settings.delete(setting.name);
    this.#settings.set(setting.name, { ...setting, value });
  }

  #peek(): Token {
    return this.#ahead ??= this.#newest = this.#scanner.next();
  }

  #isOneOf(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.#peek().kind);
  }

  #take(): Token {
    const token = this.#peek();
    this.#ahead = undefined;
    if (this.#quiet > 0) this.#quiet--;
    return token;
  }

  #abandon(reason: string): never {
    this.complaints.syntax(this.#newest.line, this.#newest.text, reason);
    throw new Unexpected(true);
  }

  #fail(expected: readonly TokenKind[], fatal = false): never {
    const { kind, line, text } = this.#peek();
    if (this.#quiet === 0) {
      this.complaints.syntax(line, text, `syntax error, unexpected ${kind}, expecting ${expected.join(" or ")}`);
    }
    this.complaints.failed = true;
    throw new Unexpected(fatal);
  }

  /** Everything up to the end of the line is left out; without one the file is at its end. */
  #skipLine(): void {
    this.#quiet = QUIET_TOKENS;
    while (this.#peek().kind !== "NEWLINE") {
      if (this.#peek().kind === "$end") throw new Unexpected(true);
      this.#ahead = undefined;
    }
    this.#take();
  }
}

function joined(before: SettingValue, added: SettingValue): SettingValue | undefined {
  if (typeof before === "string") return typeof added === "string" ? before + added : undefined;
  return typeof added === "string" ? undefined : [...before, ...added];
}
