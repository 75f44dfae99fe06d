import assert from "node:assert/strict";
import { mix64, RandomStream } from "../../src/base/random.ts";

Deno.test("the mixing step is SplitMix64's: its published first word for seed 1234567", () => {
  assert.equal(mix64(1234567n), 6457827717110365317n);
});

Deno.test("the same key gives the same stream, any other key another", () => {
  const words = (...key: bigint[]) => {
    const stream = new RandomStream(...key);
    return [stream.next(), stream.next(), stream.next()];
  };
  assert.deepEqual(words(1n, 2n, 3n), words(1n, 2n, 3n));
  const others = [[1n, 2n, 4n], [1n, 3n, 2n], [2n, 1n, 3n], [1n, 2n]];
  for (const key of others) assert.notDeepEqual(words(...key), words(1n, 2n, 3n));
});

Deno.test("bytes are the words, little-endian, cut to the count", () => {
  const word = new RandomStream(7n).next();
  const bytes = new RandomStream(7n).bytes(11);
  assert.equal(bytes.length, 11);
  assert.equal(new DataView(bytes.buffer).getBigUint64(0, true), word);
  assert.deepEqual(new RandomStream(7n).bytes(0), new Uint8Array(0));
});
