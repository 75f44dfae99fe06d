/** Where a host lasts: its blocks by component, its journal, and what each entry replaced. */
import { type Result } from "neverthrow";

/** One block that an entry changed, as bytes; undefined where there was, or is, none. */
export interface StoredChange {
  readonly component: string;
  readonly id: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

export type EntryKind = "command" | "undo" | "power";

export interface JournalEntry {
  /** The generation that the entry made; never goes back. */
  readonly sequence: number;
  /** Wall time, ISO 8601, the only wall time that is kept. */
  readonly time: string;
  readonly who: string;
  readonly line: string;
  readonly status: number;
  readonly kind: EntryKind;
  /** For an undo: the entry that it took back. */
  readonly undoes: number | undefined;
  /** The steps taken, encoded, at most 64 KiB of them; the rest is re-derived by replay. */
  readonly steps: Uint8Array;
  readonly stepCount: number;
  /** SHA-like digest (64 bits, hex) over all steps. */
  readonly stepDigest: string;
}

export type StoreFault =
  /** The file is not one of ours, or is damaged. */
  | { readonly kind: "not-a-host"; readonly path: string; readonly reason: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly reason: string }
  /** Somebody else committed first. */
  | { readonly kind: "conflict"; readonly expected: number; readonly found: number };

export interface Store {
  readonly path: string;
  generation(): number;
  /** All blocks of a component. */
  blocks(component: string): Iterable<readonly [string, Uint8Array]>;
  /** Stores the changes and the entry in one transaction; a conflict changes nothing. */
  commit(expected: number, changes: readonly StoredChange[], entry: JournalEntry): Result<void, StoreFault>;
  /** The newest `limit` entries, newest first. */
  journal(limit: number): JournalEntry[];
  /** What the entry replaced. */
  replaced(sequence: number): StoredChange[];
  close(): void;
}
