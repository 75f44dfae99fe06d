/**
 * A 64-bit entry as two 32-bit halves, so that a million of them can be made without BigInt. The flags of a leaf depend
 * on kind and level only; the address is added.
 */
import { joinEntry } from "./entry.ts";
import { type Layout } from "./layout.ts";
import { LEAF_LEVELS } from "./level.ts";

const HALF = 2 ** 32;

/** An entry without its address. Halves are unsigned. */
export interface Word {
  readonly low: number;
  readonly high: number;
}

export const wordOf = (raw: bigint): Word => ({ low: Number(raw & 0xffffffffn), high: Number(raw >> 32n) });

export const lowHalf = (word: Word, address: number): number => (word.low | (address % HALF)) >>> 0;
export const highHalf = (word: Word, address: number): number => (word.high | Math.floor(address / HALF)) >>> 0;
export const joinHalves = (word: Word, address: number): bigint =>
  (BigInt(highHalf(word, address)) << 32n) | BigInt(lowHalf(word, address));

/** The words of a layout's style. */
export interface Words {
  readonly table: Word;
  readonly empty: Word;
  readonly emptyRoot: Word;
  /** Of extents of kind `kind` at `level`: index kind * 4 + level. */
  readonly leaves: readonly Word[];
}

const made = new WeakMap<Layout, Words>();

export function wordsOf(layout: Layout): Words {
  const known = made.get(layout);
  if (known) return known;
  const { style, extents } = layout;
  const leaves: Word[] = [];
  extents.kinds.forEach(({ type }, kind) => {
    for (const level of LEAF_LEVELS) leaves[kind * 4 + level] = wordOf(joinEntry(style.leaf(level, type)));
  });
  const words = {
    table: wordOf(joinEntry(style.table)),
    empty: wordOf(style.empty),
    emptyRoot: wordOf(style.emptyRoot),
    leaves,
  };
  made.set(layout, words);
  return words;
}
