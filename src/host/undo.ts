/**
 * Taking entries back. An undo puts back the blocks that an entry replaced and is itself an entry, so redo is the undo of an
 * undo. Only what nothing later touched can be taken back; power events are barriers.
 */
import { err, ok, type Result } from "neverthrow";
import { decodeBlock } from "./block_codec.ts";
import { blocksOf, COMPONENT_NAMES } from "./components.ts";
import { type Fork } from "./fork.ts";
import { type Host } from "./host.ts";
import { type JournalEntry, type StoredChange } from "./store/store.ts";

export type UndoFault =
  | { readonly kind: "nothing" }
  | { readonly kind: "power-event"; readonly entry: JournalEntry }
  | { readonly kind: "of-another"; readonly entry: JournalEntry; readonly who: string };

/** Entries looked at when searching for the newest one to take back. */
const HORIZON = 10_000;

/** The entries that stand, newest first: neither an undo nor taken back by one. */
export function standing(journal: readonly JournalEntry[]): JournalEntry[] {
  const taken = new Set<number>();
  return journal.filter((entry) => {
    if (taken.has(entry.sequence)) return false;
    if (entry.undoes === undefined) return true;
    taken.add(entry.undoes);
    return false;
  });
}

/** The newest undo that stands and that nothing but undos and redos came after: what redo takes back. */
export function newestUndo(journal: readonly JournalEntry[]): JournalEntry | undefined {
  const kinds = new Map(journal.map((entry) => [entry.sequence, entry]));
  const taken = new Set<number>();
  for (const entry of journal) {
    if (taken.has(entry.sequence)) continue;
    if (entry.undoes === undefined) return undefined;
    const isRedo = kinds.get(entry.undoes)?.undoes !== undefined;
    if (!isRedo) return entry;
    taken.add(entry.undoes);
  }
  return undefined;
}

/**
 * The newest `count` entries that stand, or why not all of them can be taken back. Those of another operator only where
 * `named` is the entry's number.
 */
export function undoable(host: Host, count: number, who: string, named?: number): Result<JournalEntry[], UndoFault> {
  const entries = standing(host.journal(HORIZON)).slice(0, count);
  if (entries.length < count) return err({ kind: "nothing" });
  for (const entry of entries) {
    const fault = hindrance(entry, who, named);
    if (fault) return err(fault);
  }
  return ok(entries);
}

/** Why this entry, whatever is newer, cannot be taken back by `who`; undefined where it can. */
export function hindrance(entry: JournalEntry, who: string, named?: number): UndoFault | undefined {
  if (entry.kind === "power") return { kind: "power-event", entry };
  return entry.who !== who && named !== entry.sequence ? { kind: "of-another", entry, who: entry.who } : undefined;
}

export function redoable(host: Host): Result<JournalEntry[], UndoFault> {
  const entry = newestUndo(host.journal(HORIZON));
  return entry ? ok([entry]) : err({ kind: "nothing" });
}

/** A fork on which the blocks that an entry replaced are as they were before it. */
export function takeBack(host: Host, replaced: readonly StoredChange[]): Fork {
  const fork = host.fork();
  for (const { component, id, before } of replaced) {
    const name = COMPONENT_NAMES.find(({ path }) => path === component);
    if (!name) throw new Error(`the journal names a component that there is not: ${component}`);
    const blocks = blocksOf(fork.state, name);
    if (before === undefined) blocks.delete(id);
    else blocks.set(id, decodeBlock(before));
  }
  return fork;
}

/** One sentence on what happened and one on the way out. */
export function explainUndo(fault: UndoFault): { readonly what: string; readonly hint: string } {
  switch (fault.kind) {
    case "nothing":
      return { what: "there is nothing to take back", hint: '"history" lists what was done' };
    case "power-event":
      return {
        what:
          `entry ${fault.entry.sequence} (${fault.entry.line}) turned the power off or on, which cannot be taken back`,
        hint: "undo stops at power events; make the change the other way round",
      };
    case "of-another":
      return {
        what: `entry ${fault.entry.sequence} (${fault.entry.line}) was made by ${fault.who}`,
        hint: `name it to take it back all the same: undo --entry ${fault.entry.sequence}`,
      };
  }
}
