/**
 * Random identifiers keyed by (seed, generation, index): a rehearsal and its commit draw the same ones, another
 * generation never draws them again, and undo does not bring a generation back.
 */
import { type Draws } from "../abi/ports.ts";
import { uuidText } from "../base/guid.ts";
import { RandomStream } from "../base/random.ts";

export class KeyedDraws implements Draws {
  #index = 0n;

  constructor(private readonly seed: bigint, private readonly generation: number) {}

  /** A random (version 4, RFC 4122) UUID. */
  uuid(): string {
    const bytes = this.#stream().bytes(16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return uuidText(bytes);
  }

  below(limit: number): number {
    return Number(this.#stream().next() % BigInt(limit));
  }

  #stream(): RandomStream {
    return new RandomStream(this.seed, BigInt(this.generation), this.#index++);
  }
}
