/**
 * Copy-on-write stores of blocks. State is kept as immutable values under string ids; a layer records what changed on top
 * of its parent, so a fork costs nothing and a commit costs what was changed, never what there is.
 *
 * A block is never mutated in place: `set` replaces it. While a layer lives its parent must not change.
 */

export interface Blocks<B> {
  get(id: string): B | undefined;
  set(id: string, block: B): void;
  delete(id: string): void;
  /** All ids, in no particular order. */
  ids(): Iterable<string>;
}

/** What one id held before and holds after; undefined where there was, or is, nothing. */
export interface BlockChange<B> {
  readonly id: string;
  readonly before: B | undefined;
  readonly after: B | undefined;
}

/** The bottom: everything in one map. */
export class BaseBlocks<B> implements Blocks<B> {
  readonly #blocks: Map<string, B>;

  constructor(blocks: Iterable<readonly [string, B]> = []) {
    this.#blocks = new Map(blocks);
  }

  get(id: string): B | undefined {
    return this.#blocks.get(id);
  }
  set(id: string, block: B): void {
    this.#blocks.set(id, block);
  }
  delete(id: string): void {
    this.#blocks.delete(id);
  }
  ids(): Iterable<string> {
    return this.#blocks.keys();
  }
}

/** Changes on top of a parent. Dropping the layer drops the changes; `mergeInto` makes them the parent's. */
export class Layer<B> implements Blocks<B> {
  readonly #changed = new Map<string, B | undefined>();

  constructor(private readonly parent: Blocks<B>) {}

  get(id: string): B | undefined {
    return this.#changed.has(id) ? this.#changed.get(id) : this.parent.get(id);
  }
  set(id: string, block: B): void {
    this.#changed.set(id, block);
  }
  delete(id: string): void {
    this.#changed.set(id, undefined);
  }
  *ids(): Iterable<string> {
    for (const id of this.parent.ids()) if (!this.#changed.has(id)) yield id;
    for (const [id, block] of this.#changed) if (block !== undefined) yield id;
  }

  /** What differs from the parent, by identity. */
  changes(): BlockChange<B>[] {
    const list: BlockChange<B>[] = [];
    for (const [id, after] of this.#changed) {
      const before = this.parent.get(id);
      if (before !== after) list.push({ id, before, after });
    }
    return list;
  }

  mergeInto(target: Blocks<B>): void {
    for (const [id, block] of this.#changed) block === undefined ? target.delete(id) : target.set(id, block);
  }
}

/** The blocks whose ids begin with a prefix, under ids without it: one owner's part of a store of many. */
export class PrefixedBlocks<B> implements Blocks<B> {
  constructor(private readonly all: Blocks<B>, private readonly prefix: string) {}

  get(id: string): B | undefined {
    return this.all.get(this.prefix + id);
  }
  set(id: string, block: B): void {
    this.all.set(this.prefix + id, block);
  }
  delete(id: string): void {
    this.all.delete(this.prefix + id);
  }
  *ids(): Iterable<string> {
    for (const id of this.all.ids()) if (id.startsWith(this.prefix)) yield id.slice(this.prefix.length);
  }
}
