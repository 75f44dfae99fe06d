/**
 * Xen's console ring, what `xl dmesg` reads: 16 KiB of text, of which the oldest goes first. Producer and consumer are
 * 32-bit counters of characters ever written (`drivers/char/console.c`).
 */
import { concat, utf8 } from "../base/bytes.ts";
import { type Blocks } from "../base/blocks.ts";

const RING = "console";
const SIZE = 16384;

interface Ring {
  /** The last bytes written, at most SIZE. */
  readonly text: Uint8Array;
  readonly produced: number;
  /** First byte that a plain read returns. */
  readonly consumed: number;
}

const EMPTY: Ring = { text: new Uint8Array(), produced: 0, consumed: 0 };

export class ConsoleRing {
  constructor(private readonly state: Blocks<unknown>) {}

  get #ring(): Ring {
    return (this.state.get(RING) as Ring | undefined) ?? EMPTY;
  }

  /** One line; the prefix `(XEN) ` and the line end are added. */
  print(line: string): void {
    const { text, produced, consumed } = this.#ring;
    const added = utf8(`(XEN) ${line}\n`);
    const next = produced + added.length;
    const kept = concat(text, added).slice(-SIZE);
    this.state.set(RING, { text: kept, produced: next, consumed: Math.max(consumed, next - SIZE) });
  }

  /**
   * Text from `index` on if given and still there, else all of it, at most `count` bytes; `index` is then where it
   * ended.
   */
  read(count: number, from?: number): { readonly bytes: Uint8Array; readonly index: number } {
    const { text, produced, consumed } = this.#ring;
    const start = from !== undefined && from >= consumed && from <= produced ? from : consumed;
    const at = start - (produced - text.length);
    const bytes = text.subarray(at, at + count);
    return { bytes, index: start + bytes.length };
  }

  /** What was read up to `index` will not be read again. */
  consume(index: number): void {
    const ring = this.#ring;
    this.state.set(RING, { ...ring, consumed: Math.max(ring.consumed, index) });
  }
}
