/**
 * A host in one SQLite file. WAL with synchronous=FULL: a commit that returned is on the disk, one that did not return has
 * left nothing. The generation is checked inside the write transaction, so two consoles never overwrite each other.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { err, ok, type Result } from "neverthrow";
import { applyDelta, deltaFrom } from "./delta.ts";
import { type EntryKind, type JournalEntry, type Store, type StoredChange, type StoreFault } from "./store.ts";

/** "NVDK": tells our files from other SQLite files. */
const APPLICATION_ID = 0x4e56444b;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE block (component TEXT NOT NULL, id TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (component, id))
    STRICT, WITHOUT ROWID;
  CREATE TABLE journal (sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, who TEXT NOT NULL, line TEXT NOT NULL,
    status INTEGER NOT NULL, kind TEXT NOT NULL, undoes INTEGER, steps BLOB NOT NULL, step_count INTEGER NOT NULL,
    step_digest TEXT NOT NULL) STRICT;
  CREATE TABLE undo (sequence INTEGER NOT NULL, component TEXT NOT NULL, id TEXT NOT NULL, form TEXT NOT NULL, before BLOB,
    PRIMARY KEY (sequence, component, id)) STRICT, WITHOUT ROWID;
`;

interface JournalRow {
  sequence: number;
  time: string;
  who: string;
  line: string;
  status: number;
  kind: string;
  undoes: number | null;
  steps: Uint8Array;
  step_count: number;
  step_digest: string;
}

export class SqliteStore implements Store {
  readonly #statements = new Map<string, StatementSync>();

  private constructor(readonly path: string, private readonly db: DatabaseSync) {}

  /** Opens or makes the file. A file that holds something else is never touched. */
  static open(path: string): Result<SqliteStore, StoreFault> {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(path);
      db.exec("PRAGMA busy_timeout = 5000");
      const number = (pragma: string) => Number(Object.values(db!.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
      const tables = Number(Object.values(db.prepare("SELECT count(*) FROM sqlite_schema").get() ?? {})[0]);
      if (tables > 0 && number("application_id") !== APPLICATION_ID) {
        db.close();
        return err({ kind: "not-a-host", path, reason: "it is an SQLite database of another program" });
      }
      if (tables > 0 && number("user_version") > SCHEMA_VERSION) {
        db.close();
        return err({ kind: "not-a-host", path, reason: "it was written by a newer nvdeck" });
      }
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      if (tables === 0) {
        db.exec(
          `BEGIN; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
        );
      }
      return ok(new SqliteStore(path, db));
    } catch (cause) {
      db?.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      const foreign = /not a database|malformed/.test(reason);
      return err({ kind: foreign ? "not-a-host" : "unreadable", path, reason });
    }
  }

  generation(): number {
    const row = this.#prepare("SELECT max(sequence) AS newest FROM journal").get() as { newest: number | null };
    return row.newest ?? 0;
  }

  *blocks(component: string): Iterable<readonly [string, Uint8Array]> {
    const rows = this.#prepare("SELECT id, bytes FROM block WHERE component = ?").all(component);
    for (const row of rows as unknown as { id: string; bytes: Uint8Array }[]) yield [row.id, row.bytes];
  }

  commit(expected: number, changes: readonly StoredChange[], entry: JournalEntry): Result<void, StoreFault> {
    this.db.exec("BEGIN IMMEDIATE");
    try {
      const found = this.generation();
      if (found !== expected) {
        this.db.exec("ROLLBACK");
        return err({ kind: "conflict", expected, found });
      }
      for (const change of changes) this.#write(change, entry.sequence);
      this.#prepare("INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?)").run(
        entry.sequence,
        entry.time,
        entry.who,
        entry.line,
        entry.status,
        entry.kind,
        entry.undoes ?? null,
        entry.steps,
        entry.stepCount,
        entry.stepDigest,
      );
      this.db.exec("COMMIT");
      return ok(undefined);
    } catch (cause) {
      this.db.exec("ROLLBACK");
      const reason = cause instanceof Error ? cause.message : String(cause);
      return err({ kind: "unreadable", path: this.path, reason });
    }
  }

  journal(limit: number): JournalEntry[] {
    const rows = this.#prepare("SELECT * FROM journal ORDER BY sequence DESC LIMIT ?").all(limit);
    return (rows as unknown as JournalRow[]).map((row) => ({
      sequence: row.sequence,
      time: row.time,
      who: row.who,
      line: row.line,
      status: row.status,
      kind: row.kind as EntryKind,
      undoes: row.undoes ?? undefined,
      steps: row.steps,
      stepCount: row.step_count,
      stepDigest: row.step_digest,
    }));
  }

  /** `after` is what the block is now: meaningful for the newest entry that touched it, which is all that undo asks for. */
  replaced(sequence: number): StoredChange[] {
    const rows = this.#prepare("SELECT component, id, form, before FROM undo WHERE sequence = ?").all(sequence);
    type Row = { component: string; id: string; form: string; before: Uint8Array | null };
    return (rows as unknown as Row[]).map(({ component, id, form, before }) => {
      const after = this.#block(component, id);
      const whole = form === "delta" && before && after ? applyDelta(after, before) : before ?? undefined;
      return { component, id, before: whole, after };
    });
  }

  close(): void {
    this.db.close();
  }

  #write({ component, id, before, after }: StoredChange, sequence: number): void {
    const delta = before && after ? deltaFrom(after, before) : undefined;
    const smaller = delta !== undefined && delta.length < before!.length;
    this.#prepare("INSERT INTO undo VALUES (?,?,?,?,?)")
      .run(sequence, component, id, smaller ? "delta" : "whole", (smaller ? delta : before) ?? null);
    if (after) this.#prepare("INSERT OR REPLACE INTO block VALUES (?,?,?)").run(component, id, after);
    else this.#prepare("DELETE FROM block WHERE component = ? AND id = ?").run(component, id);
  }

  #block(component: string, id: string): Uint8Array | undefined {
    const row = this.#prepare("SELECT bytes FROM block WHERE component = ? AND id = ?").get(component, id);
    return (row as { bytes: Uint8Array } | undefined)?.bytes;
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, statement = this.db.prepare(sql));
    return statement;
  }
}
