/** A host that is thrown away: everything in maps, same contract as the file. */
import { err, ok, type Result } from "neverthrow";
import { type JournalEntry, type Store, type StoredChange, type StoreFault } from "./store.ts";

export class MemoryStore implements Store {
  readonly path = ":memory:";
  readonly #components = new Map<string, Map<string, Uint8Array>>();
  readonly #entries: JournalEntry[] = [];
  readonly #changes = new Map<number, readonly StoredChange[]>();
  #generation = 0;

  generation(): number {
    return this.#generation;
  }

  blocks(component: string): Iterable<readonly [string, Uint8Array]> {
    return this.#components.get(component) ?? [];
  }

  commit(expected: number, changes: readonly StoredChange[], entry: JournalEntry): Result<void, StoreFault> {
    if (expected !== this.#generation) return err({ kind: "conflict", expected, found: this.#generation });
    for (const change of changes) {
      const blocks = this.#components.get(change.component) ?? new Map<string, Uint8Array>();
      this.#components.set(change.component, blocks);
      if (change.after) blocks.set(change.id, change.after);
      else blocks.delete(change.id);
    }
    this.#entries.push(entry);
    this.#changes.set(entry.sequence, changes);
    this.#generation = entry.sequence;
    return ok(undefined);
  }

  journal(limit: number): JournalEntry[] {
    return this.#entries.slice(-limit).reverse();
  }

  replaced(sequence: number): StoredChange[] {
    return [...(this.#changes.get(sequence) ?? [])];
  }

  close(): void {}
}
