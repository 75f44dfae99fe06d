/**
 * The host: its state in memory, its store, its journal. A fork is committed whole or not at all, in one transaction with
 * its journal entry; the generation is checked, so that of two consoles one is told that the other was first.
 */
import { err, ok, type Result } from "neverthrow";
import { type Loss, type Step } from "../abi/steps.ts";
import { decodeBlock, encodeBlock } from "./block_codec.ts";
import { BaseBlocks, type Blocks } from "../base/blocks.ts";
import {
  blocksOf,
  changesOf,
  emptyState,
  type ForkChange,
  type HostState,
  layerOver,
  stateFrom,
} from "./components.ts";
import { Fork, type ForkOverrides } from "./fork.ts";
import { type HostImage } from "./image.ts";
import { logOf } from "./journal.ts";
import { makeOn } from "./make.ts";
import { type JournalEntry, type Store, type StoredChange, type StoreFault } from "./store/store.ts";

export type CommitFault =
  | StoreFault
  /** The rehearsal that was confirmed lost other things than the one that would be kept. */
  | { readonly kind: "losses-changed"; readonly losses: readonly Loss[] };

/** What the one who commits says of an entry; the rest the host knows. */
export type EntryDraft = Omit<JournalEntry, "sequence">;

export class Host {
  #state: HostState;
  #generation: number;

  /** Entries made on a trial, oldest first, with what they replaced. */
  readonly #tried: { readonly entry: JournalEntry; readonly changes: readonly StoredChange[] }[] = [];

  private constructor(
    private readonly store: Store | undefined,
    state: HostState,
    generation: number,
    /** What a trial stands on. */
    private readonly below?: Host,
  ) {
    this.#state = state;
    this.#generation = generation;
  }

  /** Makes the store's first host from an image and powers it on. The store must be empty. */
  static make(
    store: Store,
    image: HostImage,
    first: { readonly time: string; readonly who: string; readonly clock: bigint },
  ): Result<Host, StoreFault> {
    const host = new Host(store, emptyState(), store.generation());
    const fork = host.fork();
    fork.clock.set(first.clock);
    makeOn(fork, image);
    const line = `host init (${image.facts.origin})`;
    const draft = { time: first.time, who: first.who, line, status: 0, kind: "power", undoes: undefined } as const;
    return host.commit(fork, { ...draft, ...logOf(fork.recorder.steps) }).map(() => host);
  }

  /** The host that a store holds. Throws SyntaxError where a block is damaged; `openHost` turns that into a fault. */
  static load(store: Store): Host {
    return new Host(store, loadState(store), store.generation());
  }

  get state(): HostState {
    return this.#state;
  }

  /** Rises by one with each entry and never goes back, undo included. */
  get generation(): number {
    return this.#generation;
  }

  get path(): string {
    return this.store?.path ?? ":trial:";
  }

  /** `--seed` and `--clock` of this session. */
  overrides: ForkOverrides = {};

  /** Whether the machine is running (`host shutdown`, `host boot`). */
  get isOn(): boolean {
    return this.fork().isOn;
  }

  fork(): Fork {
    return new Fork(this.#state, this.#generation, this.overrides);
  }

  /** Keeps the fork; returns the entry's sequence number. A fork older than the host is a conflict. */
  commit(fork: Fork, draft: EntryDraft): Result<number, StoreFault> {
    if (fork.generation !== this.#generation) {
      return err({ kind: "conflict", expected: fork.generation, found: this.#generation });
    }
    return this.#keep(fork.changes(), draft, this.#generation + 1);
  }

  /** A host on top of this one that is never stored: what runs on it can be kept as one entry, or dropped. */
  trial(): Host {
    const trial = new Host(undefined, layerOver(this.#state), this.#generation, this);
    trial.overrides = this.overrides;
    return trial;
  }

  /** What was done on a trial so far; a stored host keeps that in its journal instead. */
  readonly collected: { readonly steps: Step[]; readonly losses: Loss[] } = { steps: [], losses: [] };

  collect(steps: readonly Step[], losses: readonly Loss[]): void {
    if (this.store) return;
    this.collected.steps.push(...steps);
    this.collected.losses.push(...losses);
  }

  /**
   * Keeps all that happened on a trial as one entry. Its number is the trial's generation, so that identifiers drawn on
   * the trial are never drawn again.
   */
  keepTrial(trial: Host, draft: EntryDraft): Result<number, StoreFault> {
    return this.#keep(changesOf(trial.#state), draft, Math.max(trial.#generation, this.#generation + 1));
  }

  /** Takes in what others committed to the same store; whether there was anything. */
  refresh(): boolean {
    if (!this.store || this.store.generation() === this.#generation) return false;
    this.#state = loadState(this.store);
    this.#generation = this.store.generation();
    return true;
  }

  /** The newest entries, newest first. */
  journal(limit: number): JournalEntry[] {
    if (this.store) return this.store.journal(limit);
    const tried = this.#tried.map(({ entry }) => entry).reverse();
    return [...tried, ...(this.below?.journal(limit) ?? [])].slice(0, limit);
  }

  /** What an entry replaced, newest entries only (see `Store.replaced`). */
  replaced(sequence: number): StoredChange[] {
    if (this.store) return this.store.replaced(sequence);
    return [
      ...(this.#tried.find(({ entry }) => entry.sequence === sequence)?.changes ?? this.below?.replaced(sequence) ??
        []),
    ];
  }

  close(): void {
    this.store?.close();
  }

  #keep(changes: readonly ForkChange[], draft: EntryDraft, sequence: number): Result<number, StoreFault> {
    const stored = changes.map(({ component, id, before, after }): StoredChange => ({
      component: component.path,
      id,
      before: before === undefined ? undefined : encodeBlock(before),
      after: after === undefined ? undefined : encodeBlock(after),
    }));
    const entry = { ...draft, sequence };
    if (this.store) {
      const kept = this.store.commit(this.#generation, stored, entry);
      if (kept.isErr()) return err(kept.error);
    } else this.#tried.push({ entry, changes: stored });
    for (const { component, id, after } of changes) {
      const blocks = blocksOf(this.#state, component);
      if (after === undefined) blocks.delete(id);
      else blocks.set(id, after);
    }
    this.#generation = sequence;
    return ok(sequence);
  }
}

const loadState = (store: Store): HostState =>
  stateFrom((name): Blocks<unknown> =>
    new BaseBlocks(Array.from(store.blocks(name.path), ([id, bytes]) => [id, decodeBlock(bytes)] as const))
  );
