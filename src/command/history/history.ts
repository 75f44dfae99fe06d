/** `history`, `undo`, `redo`, `record`: the journal as a list, as a way back, and as a script. */
import { err, ok, type Result } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { utf8 } from "../../base/bytes.ts";
import { explainUndo, type JournalEntry, logOf, redoable, takeBack, undoable, type UndoFault } from "../../host/mod.ts";
import {
  type AnyCommand,
  declare,
  done,
  failed,
  type Outcome,
  type Progress,
  type Session,
} from "../language/command.ts";
import { wouldBe } from "../language/execute.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions, usageFault } from "../language/options.ts";

const SHOWN = 20;

const history = declare<{ readonly limit: number }>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["history"],
  summary: "List what was done to this host, newest first",
  usage: "history [-n COUNT]",
  effect: "reads",
  parse: (argv) =>
    parseOptions(
      argv,
      { count: { short: "n", value: "COUNT", help: `entries to show, ${SHOWN} by default` } },
      "history [-n COUNT]",
    )
      .map((parsed) => ({ limit: Number(parsed.get("count") ?? SHOWN) || SHOWN })),
  // deno-lint-ignore require-yield -- a session command is a generator whether or not it has progress to tell
  async *run(session, { limit }): AsyncGenerator<Progress, Outcome, void> {
    const entries = session.host().journal(limit);
    const value = entries.map((entry): Json => ({
      sequence: entry.sequence,
      time: entry.time,
      who: entry.who,
      line: entry.line,
      status: entry.status,
      kind: entry.kind,
      undoes: entry.undoes ?? null,
      steps: entry.stepCount,
    }));
    return done(entries.map(rowOf).join(""), entries.length === 0 ? "nothing was done yet\n" : "", value);
  },
});

function rowOf(entry: JournalEntry): string {
  const status = entry.status === 0 ? "" : `  exit ${entry.status}`;
  const what = entry.undoes === undefined ? entry.line : `${entry.line}  (takes back ${entry.undoes})`;
  return `${String(entry.sequence).padStart(5)}  ${entry.time}  ${entry.who}  ${what}${status}\n`;
}

interface UndoArgs {
  readonly count: number;
  /** Names an entry of another operator. */
  readonly entry: number | undefined;
}

const UNDO_USAGE = "undo [N] [--entry SEQUENCE]";

const undo = declare<UndoArgs>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["undo"],
  summary: "Take back the newest entries of the journal, all or none",
  usage: UNDO_USAGE,
  effect: "writes",
  help:
    "Entries of another operator need --entry. Power events are barriers. An undo is itself an entry, which redo takes back.",
  parse: (argv) =>
    parseOptions(argv, { entry: { value: "SEQUENCE", help: "an entry that somebody else made" } }, UNDO_USAGE, 0, 1)
      .andThen((parsed) => {
        const count = Number(parsed.operands[0] ?? 1);
        const entry = parsed.get("entry");
        if (!Number.isInteger(count) || count < 1) {
          return usage(`undo takes a whole number, not "${parsed.operands[0]}"`);
        }
        if (entry !== undefined && !/^[0-9]+$/.test(entry)) return usage(`--entry takes a number, not "${entry}"`);
        return ok({ count, entry: entry === undefined ? undefined : Number(entry) });
      }),
  async *run(session, { count, entry }) {
    return yield* backwards(session, undoable(session.host(), count, session.policy.who, entry), "undo");
  },
});

const redo = declare<undefined>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["redo"],
  summary: "Take back the newest undo",
  usage: "redo",
  effect: "writes",
  parse: (argv) => parseOptions(argv, {}, "redo").map(() => undefined),
  async *run(session) {
    return yield* backwards(session, redoable(session.host()), "redo");
  },
});

const usage = (message: string) => err(usageFault(message, UNDO_USAGE));

/** All entries are checked before the first is taken back; each undo is an entry of its own. */
async function* backwards(
  session: Session,
  entries: Result<readonly JournalEntry[], UndoFault>,
  word: "undo" | "redo",
): AsyncGenerator<Progress, Outcome, void> {
  if (entries.isErr()) return failedUndo(entries.error);
  const host = session.policy.dryRun ? session.host().trial() : session.host();
  const lines: string[] = [];
  for (const [i, entry] of entries.value.entries()) {
    yield { what: `taking back ${entry.line}`, done: i, total: entries.value.length };
    const fork = takeBack(host, session.host().replaced(entry.sequence));
    const kept = host.commit(fork, {
      time: session.policy.now(),
      who: session.policy.who,
      line: `${word} ${entry.sequence}`,
      status: 0,
      kind: "undo",
      undoes: entry.sequence,
      ...logOf([]),
    });
    if (kept.isErr()) {
      return failed(
        EXIT.failed,
        `${lines.join("")}nvdeck: somebody else changed this host meanwhile\nrun ${word} again\n`,
      );
    }
    lines.push(`${word === "undo" ? "took back" : "did again"} ${entry.sequence}: ${entry.line}\n`);
  }
  if (session.policy.dryRun) return wouldBe(session.host(), host, session.context.json);
  return done("", lines.join(""));
}

function failedUndo(fault: UndoFault): Outcome {
  const { what, hint } = explainUndo(fault);
  return failed(EXIT.refused, `nvdeck: ${what}\n${hint}\n`);
}

const record = declare<{ readonly path: string }>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["record"],
  summary: "Write the journal as a batch file",
  usage: "record FILE",
  effect: "reads",
  parse: (argv) => parseOptions(argv, {}, "record FILE", 1).map((parsed) => ({ path: parsed.operands[0]! })),
  // deno-lint-ignore require-yield -- see history
  async *run(session, { path }): AsyncGenerator<Progress, Outcome, void> {
    const entries = session.host().journal(Number.MAX_SAFE_INTEGER).reverse();
    const taken = new Set(entries.flatMap((entry) => entry.undoes ?? []));
    const lines = entries.filter((entry) => entry.kind === "command" && !taken.has(entry.sequence) && entry.line !== "")
      .map((entry) => (entry.status === 0 ? entry.line : `! ${entry.line}`));
    const written = session.context.files.write(path, [utf8(`${lines.join("\n")}\n`)]);
    if (written.isErr()) return failed(EXIT.failed, `nvdeck: ${path}: ${written.error.reason}\n`);
    return done("", `${lines.length} commands written to ${path}\n`);
  },
});

export const historyCommands: readonly AnyCommand[] = [history, undo, redo, record];
