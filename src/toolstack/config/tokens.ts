/**
 * Words of an xl configuration file. Follows Xen 4.17 `tools/libs/util/libxlu_cfg_l.l` and the string escapes of
 * `libxlu_cfg.c`, oddities included: a file that real xl reads must mean the same here, and one that it refuses must be
 * refused with the same words.
 */
import { type Complaints } from "./complaints.ts";

export type TokenKind =
  | "IDENT"
  | "STRING"
  | "NUMBER"
  | "NEWLINE"
  | "+="
  | "'='"
  | "';'"
  | "'['"
  | "']'"
  | "','"
  | "$end";

export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the file. */
  readonly text: string;
  /** Without quotes and escapes. */
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Tried in this order; the longest match wins, the earlier one among equals. */
const RULES: readonly (readonly [RegExp, TokenKind | "blank"])[] = [
  [/[a-z][._0-9a-z]*/y, "IDENT"],
  [/[0-9][0-9a-fx]*/y, "NUMBER"],
  [/[ \t]+/y, "blank"],
  [/\+=/y, "+="],
  [/,/y, "','"],
  [/\[/y, "'['"],
  [/\]/y, "']'"],
  [/=/y, "'='"],
  [/;/y, "';'"],
  [/(?:#[^\n]*)?\n/y, "NEWLINE"],
  [/'(?:[^'\\\n]|\\[^\n])*'|"(?:[^"\\\n]|\\[^\n])*"/y, "STRING"],
];

/** What begins an expression in Python, and nothing here. */
const PYTHON = "+-.():";

export class Scanner {
  #at = 0;
  #line = 1;
  /** Line of the token before: the end of the file is reported there. */
  #last = 1;
  /** A stray character that the file ends with: never reported by itself, only as what stands near the end. */
  #stranded = "";

  constructor(private readonly text: string, private readonly complaints: Complaints) {}

  next(): Token {
    while (this.#at < this.text.length) {
      const token = this.#match();
      if (token) return token;
    }
    return { kind: "$end", text: this.#stranded, value: "", line: this.#last };
  }

  #match(): Token | undefined {
    for (const [rule, kind] of RULES) {
      rule.lastIndex = this.#at;
      const text = rule.exec(this.text)?.[0];
      if (text === undefined) continue;
      this.#at += text.length;
      return kind === "blank" ? undefined : this.#token(kind, text);
    }
    return this.#stray();
  }

  #token(kind: TokenKind, text: string): Token {
    const line = this.#last = this.#line;
    if (kind === "NEWLINE") this.#line++;
    const value = kind === "STRING" ? this.#unquoted(text) : text;
    return { kind, text, value, line };
  }

  /** A character that begins nothing: it and what hangs on it are reported and left out. */
  #stray(): Token | undefined {
    const first = this.text[this.#at]!;
    const rest = /[ \t]|[^ \t\n]*/y;
    rest.lastIndex = this.#at + 1;
    const text = first + rest.exec(this.text)![0];
    if (PYTHON.includes(first)) this.complaints.python = true;
    this.#at += text.length;
    const next = this.text[this.#at];
    if (text.length === 1 && next === undefined) {
      this.#stranded = text;
      return undefined;
    }
    if (text.length > 1) {
      this.complaints.lexical(this.#line, text, "lexical error");
      return undefined;
    }
    // The newline belongs to the stray character's match, and ends the statement.
    this.#at++;
    this.#line++;
    this.complaints.lexical(this.#line, `${text}\n`, "lexical error");
    this.#last = this.#line;
    return { kind: "NEWLINE", text: `${text}\n`, value: "", line: this.#line };
  }

  #unquoted(text: string): string {
    if (this.complaints.failed) return "";
    const body = text.slice(1, -1);
    let value = "";
    for (let at = 0; at < body.length; at++) {
      if (body[at] !== "\\") {
        value += body[at];
        continue;
      }
      const escape = body[++at]!;
      if (escape in ESCAPES) value += ESCAPES[escape];
      else if (/[0-7]/.test(escape)) {
        const digits = DIGITS.exec(body.slice(at + 1, at + 4))?.[0] ?? "";
        if (digits.length <= 1) return this.#badEscape(text, `${NUMERIC} octal${NUMERIC_TAIL}`);
        at += digits.length;
      } else if (escape === "x") {
        return this.#badEscape(text, `${NUMERIC} hex${NUMERIC_TAIL}`);
      } else {
        return this.#badEscape(text, "invalid character after backlash in quoted string");
      }
    }
    return value;
  }

  #badEscape(text: string, reason: string): string {
    this.complaints.lexical(this.#line, text, reason);
    return "";
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "\\": "\\",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * Numeric escapes never worked in libxlu: `\x` is always refused, and an octal one needs two more digits (read as decimal)
 * and stands for nothing.
 */
const DIGITS = /^\s*[+-]?[0-9]+/;
const NUMERIC = "invalid digit after backslash";
const NUMERIC_TAIL = "numerical character escape in quoted string";
