/**
 * Batch files (commands.md section 3): one command a line, `#` comments, a backslash joins lines, `let NAME = COMMAND ->
 * /json/pointer` keeps a value, a command prefixed with `!` must fail. Words are split when the line runs, because `$NAME`
 * may stand for a value that an earlier line kept.
 */
import { err, ok, type Result } from "neverthrow";

export interface Statement {
  /** The first line of the statement, from 1. */
  readonly line: number;
  readonly text: string;
  readonly mustFail: boolean;
  /** `let`: the name, and where in the command's JSON its value is. */
  readonly keep: { readonly name: string; readonly pointer: string } | undefined;
}

export interface ScriptFault {
  readonly line: number;
  readonly reason: string;
}

// Both patterns match in one way only: with two ways to share out blanks, a line of many would take hours.
const LET = /^let\s+([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/s;
// The last word of a line.
const POINTER = /^(.*?)->(\/.*|"")$/s;

export function parseScript(text: string): Result<Statement[], ScriptFault> {
  const statements: Statement[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const first = at + 1;
    const parts: string[] = [];
    while (endsInBackslash(lines[at]!)) {
      if (at + 1 >= lines.length) {
        return err({ line: first, reason: "a backslash joins this line with one that is not there" });
      }
      parts.push(lines[at++]!.slice(0, -1));
    }
    const body = [...parts, lines[at]!].join(" ").trim();
    if (body === "" || body.startsWith("#")) continue;
    const statement = parseStatement(body, first);
    if (statement.isErr()) return err(statement.error);
    statements.push(statement.value);
  }
  return ok(statements);
}

function parseStatement(body: string, line: number): Result<Statement, ScriptFault> {
  if (/^let\s/.test(body)) {
    const [, name, value = ""] = LET.exec(body) ?? [];
    const kept = splitPointer(value);
    if (name === undefined || !kept) return err({ line, reason: 'write "let NAME = COMMAND -> /json/pointer"' });
    return ok({ line, text: kept.command, mustFail: false, keep: { name, pointer: kept.pointer } });
  }
  const mustFail = body.startsWith("!");
  return ok({ line, text: mustFail ? body.slice(1).trim() : body, mustFail, keep: undefined });
}

/** `COMMAND -> POINTER`: the pointer is the last word, or what follows an arrow in it. */
function splitPointer(text: string): { readonly command: string; readonly pointer: string } | undefined {
  let start = text.length;
  while (start > 0 && !/\s/.test(text[start - 1]!)) start--;
  const before = text.slice(0, start).trim();
  const last = text.slice(start);
  if (before.endsWith("->") && (last.startsWith("/") || last === '""')) {
    return { command: before.slice(0, -2).trimEnd(), pointer: last };
  }
  const match = POINTER.exec(last);
  return match ? { command: `${text.slice(0, start)}${match[1]}`.trim(), pointer: match[2]! } : undefined;
}

/** An odd number of backslashes at the end: the last one is not itself escaped. */
const endsInBackslash = (line: string): boolean => /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
