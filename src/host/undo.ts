/**
 * Taking entries back. An undo puts back the blocks that an entry replaced and is itself an entry, so redo is the undo of an
 * undo. Only what nothing later touched can be taken back; power events are barriers.
 */
import { err, ok, type Result } from "neverthrow";
import { decodeBlock } from "./block_codec.ts";
import { blocksOf, COMPONENT_NAMES } from "./components.ts";
import { type Fork } from "./fork.ts";
import { type Host } from "./host.ts";
import { type JournalEntry } from "./store/store.ts";

export type UndoFault =
  | { readonly kind: "nothing" }
  | { readonly kind: "power-event"; readonly entry: JournalEntry }
  | { readonly kind: "of-another"; readonly entry: JournalEntry; readonly who: string };

/** Entries looked at when searching for the newest one to take back. */
const HORIZON = 10_000;

/** The newest entry that stands: not itself an undo, and not taken back by one. */
export function newestStanding(journal: readonly JournalEntry[]): JournalEntry | undefined {
  const taken = new Set<number>();
  for (const entry of journal) {
    if (taken.has(entry.sequence)) continue;
    if (entry.undoes === undefined) return entry;
    taken.add(entry.undoes);
  }
  return undefined;
}

/** The newest undo that nothing came after but other undos: what redo takes back. */
export function newestUndo(journal: readonly JournalEntry[]): JournalEntry | undefined {
  const taken = new Set<number>();
  for (const entry of journal) {
    if (taken.has(entry.sequence)) continue;
    if (entry.undoes === undefined) return undefined;
    const original = journal.find((other) => other.sequence === entry.undoes);
    if (original?.undoes === undefined) return entry;
    taken.add(entry.undoes);
  }
  return undefined;
}

/** The entry that `undo` would take back for this operator, or why there is none. */
export function undoable(host: Host, who: string, named?: number): Result<JournalEntry, UndoFault> {
  const entry = newestStanding(host.journal(HORIZON));
  if (!entry || entry.line === "") return err({ kind: "nothing" });
  if (entry.kind === "power") return err({ kind: "power-event", entry });
  if (entry.who !== who && named !== entry.sequence) return err({ kind: "of-another", entry, who: entry.who });
  return ok(entry);
}

export function redoable(host: Host): Result<JournalEntry, UndoFault> {
  const entry = newestUndo(host.journal(HORIZON));
  return entry ? ok(entry) : err({ kind: "nothing" });
}

/** A fork on which the entry's blocks are as they were before it. */
export function takeBack(host: Host, entry: JournalEntry): Fork {
  const fork = host.fork();
  for (const { component, id, before } of host.replaced(entry.sequence)) {
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
