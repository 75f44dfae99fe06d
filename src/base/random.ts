/** A small deterministic generator (SplitMix64, Steele et al. 2014), keyed so that independent streams never meet. */

const GOLDEN = 0x9e3779b97f4a7c15n;
const MASK = (1n << 64n) - 1n;

/** The mixing step alone: a good 64-bit hash of a 64-bit word. */
export function mix64(word: bigint): bigint {
  let z = (word + GOLDEN) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/** A stream of 64-bit words that depends on every key word. */
export class RandomStream {
  #state: bigint;

  constructor(...key: readonly bigint[]) {
    this.#state = key.reduce((state, word) => mix64(state ^ mix64(word & MASK)), 0n);
  }

  next(): bigint {
    this.#state = (this.#state + GOLDEN) & MASK;
    return mix64(this.#state);
  }

  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let at = 0; at < count; at += 8) {
      let word = this.next();
      for (let i = at; i < Math.min(at + 8, count); i++, word >>= 8n) out[i] = Number(word & 0xffn);
    }
    return out;
  }
}
