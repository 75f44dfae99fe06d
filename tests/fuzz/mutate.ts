/**
 * Mutations of real bytes for fuzzing decoders: flipped bits, cut or grown tails, fields set to 0, 1 or all ones, runs
 * copied elsewhere. Deterministic: a seed and a count name every input.
 */

/** An integer from 0 up to, not including, `bound`. */
export type Random = (bound: number) => number;

/** xorshift32: fast, and good enough to spread mutations. Seeds that follow each other are mixed apart (MurmurHash3). */
export function random(seed: number): Random {
  let state = seed + 0x9e3779b9;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  state = (state ^ (state >>> 16)) >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const WIDTHS = [1, 2, 4, 8];

/** A mutated copy; one to four mutations, most of them small. `within` narrows where fields are hit (default: anywhere). */
export function mutate(bytes: Uint8Array, rng: Random, within: { readonly start: number; readonly end: number } = {
  start: 0,
  end: bytes.length,
}): Uint8Array {
  let out: Uint8Array = bytes.slice();
  for (let rounds = 1 + rng(4); rounds > 0; rounds--) out = mutateOnce(out, rng, within);
  return out;
}

function mutateOnce(
  out: Uint8Array,
  rng: Random,
  within: { readonly start: number; readonly end: number },
): Uint8Array {
  const end = Math.min(within.end, out.length);
  const span = Math.max(0, end - within.start);
  if (span === 0) return out;
  const at = within.start + rng(span);
  switch (rng(8)) {
    case 0:
    case 1:
    case 2:
      out[at]! ^= 1 << rng(8);
      return out;
    case 3:
      out[at] = rng(256);
      return out;
    case 4:
    case 5: {
      const width = WIDTHS[rng(WIDTHS.length)]!;
      const field = at - (at % width);
      const value = rng(3);
      out.fill(value === 2 ? 0xff : 0, field, Math.min(field + width, end));
      if (value === 1) out[field] = 1;
      return out;
    }
    case 6: {
      const length = Math.min(1 + rng(64), end - at);
      out.copyWithin(within.start + rng(span), at, at + length);
      return out;
    }
    default:
      return resize(out, rng);
  }
}

/** Mostly cuts; sometimes grows by a few bytes. */
function resize(bytes: Uint8Array, rng: Random): Uint8Array {
  if (rng(4) > 0) return bytes.slice(0, rng(bytes.length + 1));
  const grown = new Uint8Array(bytes.length + 1 + rng(16));
  grown.set(bytes);
  return grown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A mutated text: its bytes are, and now and then a piece of `pieces` is put in somewhere, once or many times. */
export function mutateText(text: string, rng: Random, pieces: readonly string[]): string {
  let out = rng(3) === 0 ? text : decoder.decode(mutate(encoder.encode(text), rng));
  for (let rounds = rng(4); rounds > 0; rounds--) {
    const at = rng(out.length + 1);
    const piece = pieces[rng(pieces.length)]!.repeat(rng(12) === 0 ? 1 + rng(500) : 1);
    out = out.slice(0, at) + piece + out.slice(at + rng(piece.length + 1));
  }
  return out;
}
