/** What xl says about a configuration file, in the order in which it says it (`libxlu_cfg.c` xlu__cfg_yyerror). */

export class Complaints {
  readonly lines: string[] = [];
  /** Something was wrong that the file cannot be used with. */
  failed = false;
  /** Something looked like Python, which configuration files once were. */
  python = false;
  #lexicalErrorLine = -1;

  constructor(
    /** The file's name as the operator gave it. */
    readonly source: string,
  ) {}

  /** A remark that stops nothing. */
  say(text: string): void {
    this.lines.push(text);
  }

  warn(line: number, text: string): void {
    this.say(`${this.source}:${line}: warning: ${text}`);
  }

  /** What follows on the same line is not reported: it would be a consequence. */
  lexical(line: number, text: string, reason: string): void {
    this.syntax(line, text, reason);
    this.#lexicalErrorLine = line;
  }

  syntax(line: number, text: string, reason: string): void {
    if (line <= this.#lexicalErrorLine) return;
    this.failed = true;
    const newline = text.endsWith("\n");
    const shown = (newline ? text.slice(0, -1) : text).replace(/[ \t]+$/, "");
    // A newline belongs to the line it ends, and real xl then counts one too few.
    const at = newline ? line - 1 : line;
    const near = newline && text.length === 1 ? "<newline>" : shown || text === "" ? `\`${shown}'` : "";
    this.say(`${this.source}:${at}: config parsing error near ${near}: ${reason}`);
  }
}
