/** One guest's part of the blocks of all guests: the same ids with a prefix. */
import { type Blocks } from "../base/blocks.ts";

export class BootBlocks<B> implements Blocks<B> {
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
