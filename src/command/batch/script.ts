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

const LET = /^let\s+([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*->\s*(\/\S*|"")$/s;

export function parseScript(text: string): Result<Statement[], ScriptFault> {
  const statements: Statement[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const first = at + 1;
    let joined = lines[at]!;
    while (endsInBackslash(joined)) {
      if (at + 1 >= lines.length) {
        return err({ line: first, reason: "a backslash joins this line with one that is not there" });
      }
      joined = `${joined.slice(0, -1)} ${lines[++at]!}`;
    }
    const body = joined.trim();
    if (body === "" || body.startsWith("#")) continue;
    const statement = parseStatement(body, first);
    if (statement.isErr()) return err(statement.error);
    statements.push(statement.value);
  }
  return ok(statements);
}

function parseStatement(body: string, line: number): Result<Statement, ScriptFault> {
  if (/^let\s/.test(body)) {
    const match = LET.exec(body);
    if (!match) return err({ line, reason: 'write "let NAME = COMMAND -> /json/pointer"' });
    const [, name, text, pointer] = match;
    return ok({ line, text: text!, mustFail: false, keep: { name: name!, pointer: pointer! } });
  }
  const mustFail = body.startsWith("!");
  return ok({ line, text: mustFail ? body.slice(1).trim() : body, mustFail, keep: undefined });
}

/** An odd number of backslashes at the end: the last one is not itself escaped. */
const endsInBackslash = (line: string): boolean => /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
