/**
 * The bitmap behind an index block's header: one bit a slot, least significant first, set while the slot is free. Linux
 * treats it as 64-bit words, so bits up to the next multiple of 64 exist without a slot: the tail.
 * Source: Linux `drivers/nvdimm/label.c` (`free`); UEFI 2.7 says the tail shall be zero, ndctl sets it.
 */
import { alignUp } from "../base/quantity.ts";

/** Slots a word of the bitmap covers. */
export const WORD_BITS = 64;

export const isFree = (free: Uint8Array, slot: number): boolean => (free[slot >> 3]! & (1 << (slot & 7))) !== 0;

export function setFree(free: Uint8Array, slot: number, value: boolean): void {
  const bit = 1 << (slot & 7);
  if (value) free[slot >> 3]! |= bit;
  else free[slot >> 3]! &= ~bit;
}

/** The lowest free slot below `slots`, or undefined where all are in use. */
export function firstFree(free: Uint8Array, slots: number): number | undefined {
  for (let at = 0; at * 8 < slots; at++) {
    if (free[at] === 0) continue;
    for (let slot = at * 8; slot < Math.min(slots, at * 8 + 8); slot++) if (isFree(free, slot)) return slot;
  }
  return undefined;
}

export function countFree(free: Uint8Array, slots: number): number {
  let count = 0;
  for (let slot = 0; slot < slots; slot++) if (isFree(free, slot)) count++;
  return count;
}

/** The slots below `slots` whose bit is clear, ascending. */
export function usedSlots(free: Uint8Array, slots: number): number[] {
  const used: number[] = [];
  for (let slot = 0; slot < slots; slot++) if (!isFree(free, slot)) used.push(slot);
  return used;
}

/** Bits past the last slot, up to the end of its 64-bit word. */
export const tailOf = (slots: number): { readonly start: number; readonly end: number } => ({
  start: slots,
  end: alignUp(slots, WORD_BITS),
});
