/** `batch FILE|-`: runs a script through the session, statement by statement. */
import { ok } from "neverthrow";
import { compactJson, type Json, parseJson } from "../../base/json.ts";
import { atPointer } from "../../base/json_pointer.ts";
import { textOf } from "../../base/bytes.ts";
import { declare, type Executed, type Outcome, type Progress, type Session } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions } from "../language/options.ts";
import { splitWords } from "../language/words.ts";
import { parseScript, type Statement } from "./script.ts";

const USAGE = "batch [--continue-on-error] [--atomic] [--set NAME=VALUE]… FILE|-";

interface Tally {
  run: number;
  failed: number;
  changed: number;
  firstFailure: number;
}

interface BatchArgs {
  readonly path: string;
  readonly continueOnError: boolean;
  readonly atomic: boolean;
  readonly variables: ReadonlyMap<string, string>;
}

export const batch = declare<BatchArgs>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["batch"],
  summary: "Run a script of commands",
  usage: USAGE,
  effect: "reads",
  help: `One command a line; # comments; shell-like quoting; a backslash joins lines.
let NAME = COMMAND -> /json/pointer keeps a value of the command's JSON, $NAME uses it.
A command after ! must fail. The first failure stops the script (its exit code), unless --continue-on-error (5).
--atomic keeps everything or nothing.`,
  parse: (argv) =>
    parseOptions(
      argv,
      {
        "continue-on-error": { help: "go on after a failure, exit 5" },
        atomic: { help: "all or nothing" },
        set: { value: "NAME=VALUE", help: "a value for $NAME", many: true },
      },
      USAGE,
      1,
    ).map((parsed) => ({
      path: parsed.operands[0]!,
      continueOnError: parsed.has("continue-on-error"),
      atomic: parsed.has("atomic"),
      variables: new Map(parsed.all("set").map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string])),
    })),
  async *run(session, args): AsyncGenerator<Progress, Outcome, void> {
    const source = args.path === "-"
      ? ok(session.context.input ?? new Uint8Array())
      : session.context.files.read(args.path);
    if (source.isErr()) return fault(EXIT.noSuchObject, `nvdeck: ${args.path}: ${source.error.reason}`);
    const script = parseScript(textOf(source.value));
    if (script.isErr()) return fault(EXIT.usage, `nvdeck: ${args.path}:${script.error.line}: ${script.error.reason}`);

    const whole = args.atomic || session.policy.dryRun ? session.together() : session;
    const tally: Tally = { run: 0, failed: 0, changed: 0, firstFailure: 0 };
    const variables = new Map([...session.variables, ...args.variables]);
    for (const statement of script.value) {
      const status = yield* runStatement(whole, statement, variables, tally, args.path);
      if (status !== 0 && !args.continueOnError) break;
    }
    return await finish(session, whole, args, tally);
  },
});

async function* runStatement(
  session: Session,
  statement: Statement,
  variables: Map<string, string>,
  tally: Tally,
  path: string,
): AsyncGenerator<Progress, number, void> {
  const words = splitWords(statement.text, variables);
  const executed: Executed = words.isOk()
    ? yield* session.execute(words.value)
    : { ...fault(EXIT.usage, `column ${words.error.column + 1}: ${words.error.reason}`), changed: false };
  tally.run++;
  if (executed.changed) tally.changed++;

  let problem = executed.status !== 0 && !statement.mustFail ? executed.err.trim() : undefined;
  let status = statement.mustFail ? (executed.status === 0 ? EXIT.failed : EXIT.done) : executed.status;
  if (statement.mustFail && executed.status === 0) problem = "should have failed, but succeeded";
  if (statement.keep && executed.status === 0) {
    const value = valueOf(executed);
    const kept = value === undefined ? undefined : atPointer(value, statement.keep.pointer);
    if (kept === undefined) {
      problem = `the result has nothing at ${statement.keep.pointer}`;
      status = EXIT.failed;
    } else variables.set(statement.keep.name, typeof kept === "string" ? kept : compactJson(kept));
  }

  if (session.context.json) {
    const result: Json = status === 0
      ? { result: valueOf(executed) ?? textOfOut(executed) }
      : { error: problem ?? executed.err.trim() };
    session.print(
      `${
        compactJson({
          line: statement.line,
          command: statement.text,
          status: executed.status,
          ...result,
          changed: executed.changed,
        })
      }\n`,
    );
  } else {
    if (!statement.keep) session.print(executed.out);
    if (status === 0) session.say(executed.err);
    else session.say(`${path}:${statement.line}: ${statement.text}\n${indent(problem ?? "failed")}\n`);
  }
  if (status !== 0) {
    tally.failed++;
    tally.firstFailure ||= status;
  }
  return status;
}

async function finish(
  session: Session,
  whole: Session,
  args: BatchArgs,
  tally: Tally,
): Promise<Outcome> {
  let { changed } = tally;
  let status = tally.failed === 0 ? EXIT.done : args.continueOnError ? EXIT.partlyDone : tally.firstFailure;
  if (session.policy.dryRun && tally.failed === 0) status = changed > 0 ? EXIT.wouldChange : EXIT.done;
  else if (args.atomic && whole !== session) {
    if (tally.failed > 0) changed = 0;
    else {
      const kept = await session.keepTogether(whole);
      if (kept.status !== 0) return kept;
    }
  }
  const nothing = args.atomic && tally.failed > 0 ? "; nothing was kept (--atomic)" : "";
  const would = session.policy.dryRun ? "would change" : "changed";
  session.say(`${tally.run} run, ${tally.failed} failed, ${changed} ${would} the host${nothing}\n`);
  return { status, out: "", err: "", keep: false };
}

/** The result as data: given, or parsed from what was printed. */
function valueOf(executed: Executed): Json | undefined {
  if (executed.value !== undefined) return executed.value;
  const text = textOfOut(executed).trim();
  if (!/^[[{"0-9]/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

const textOfOut = (executed: Executed): string =>
  typeof executed.out === "string" ? executed.out : textOf(executed.out);
const indent = (text: string): string => text.split("\n").map((line) => `  ${line}`).join("\n");
const fault = (status: number, message: string): Outcome => ({ status, out: "", err: `${message}\n`, keep: false });
