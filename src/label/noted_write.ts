/** Writes as values: where, what, and what it is for. Whoever holds the medium carries them out in order. */

/** `note` is for people: `label slot 4 (updating)`, `index block 1, seq 3`. */
export interface NotedWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly note: string;
}

/** A range to be filled with zeroes: too long, perhaps, to be spelt out. */
export interface NotedZeroes {
  readonly offset: number;
  readonly length: number;
  readonly note: string;
}

/** The bytes after the writes; the argument is left as it is. */
export function applyWrites(bytes: Uint8Array, writes: readonly NotedWrite[]): Uint8Array {
  const after = bytes.slice();
  for (const write of writes) after.set(write.bytes, write.offset);
  return after;
}
