/** A range map that lives in the blocks of a fork: opened when it is first asked for, written back when Xen is done. */
import { type Blocks } from "../base/blocks.ts";
import { RangeMap, type RangeSchema } from "../base/range_map.ts";

export class StoredMap<S extends RangeSchema> {
  #open: RangeMap<S> | undefined;
  #changed = false;

  constructor(private readonly state: Blocks<unknown>, private readonly id: string, private readonly schema: S) {}

  /** For reading. */
  get map(): RangeMap<S> {
    return this.#open ??= RangeMap.open(this.schema, this.#bytes, this.id).match(
      (map) => map,
      (fault) => {
        throw new Error(`${fault.path}: ${fault.reason}`);
      },
    );
  }

  /** For changing; `save` must follow before another object reads the blocks. */
  get changing(): RangeMap<S> {
    this.#changed = true;
    return this.map;
  }

  save(): void {
    if (this.#changed) this.map.save(this.#bytes, this.id);
    this.#changed = false;
  }

  /** Removes the map and its blocks. */
  dispose(): void {
    this.#open = new RangeMap(this.schema);
    this.#open.save(this.#bytes, this.id);
    this.state.delete(this.id);
    this.#changed = false;
  }

  get #bytes(): Blocks<Uint8Array> {
    return this.state as Blocks<Uint8Array>;
  }
}
