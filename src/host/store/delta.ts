/**
 * Byte deltas for undo: what a block was, told by what it became. A label write changes a few hundred bytes of a 4 KiB
 * page, so most entries keep little. Layout: u32 length of the old block, then runs of {u32 offset, u32 count, bytes}.
 */
import { concat, viewOf } from "../../base/bytes.ts";

/** Runs closer than this are told as one: a run costs eight bytes of its own. */
const GAP = 8;

export function deltaFrom(after: Uint8Array, before: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [word(before.length)];
  let at = 0;
  while (at < before.length) {
    if (before[at] === after[at]) {
      at++;
      continue;
    }
    const start = at;
    let end = ++at;
    for (; at < before.length && at - end < GAP; at++) if (before[at] !== after[at]) end = at + 1;
    at = end;
    parts.push(word(start), word(end - start), before.subarray(start, end));
  }
  return concat(...parts);
}

export function applyDelta(after: Uint8Array, delta: Uint8Array): Uint8Array {
  const view = viewOf(delta);
  const before = new Uint8Array(view.getUint32(0, true));
  before.set(after.subarray(0, before.length));
  let at = 4;
  while (at < delta.length) {
    const offset = view.getUint32(at, true);
    const count = view.getUint32(at + 4, true);
    before.set(delta.subarray(at + 8, at + 8 + count), offset);
    at += 8 + count;
  }
  return before;
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}
