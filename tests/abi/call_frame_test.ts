import assert from "node:assert/strict";
import { CallerBuffers, dmFrame, memoryCommand, memoryFrame, splitMemoryCommand } from "../../src/abi/mod.ts";

Deno.test("a memory op's progress stands above its number: cmd | done << 6", () => {
  assert.equal(memoryCommand(28), 28n);
  assert.equal(memoryCommand(28, 1), 28n + 64n);
  assert.equal(memoryCommand(28, 2 ** 32 - 1), 28n + 64n * (2n ** 32n - 1n));
  assert.deepEqual(splitMemoryCommand(28n + 64n * 7n), { op: 28, done: 7n });
  assert.deepEqual(splitMemoryCommand(63n), { op: 63, done: 0n });
  assert.deepEqual(splitMemoryCommand(64n), { op: 0, done: 1n });
});

Deno.test("registers come first, then what the pointer points to", () => {
  assert.deepEqual(memoryFrame(6, Uint8Array.of(9)), Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 0, 9));
  const frame = dmFrame(3, [{ handle: 0x10n, size: 40n }]);
  assert.equal(frame.length, 32);
  assert.deepEqual([frame[0], frame[8], frame[16], frame[24]], [3, 1, 0x10, 40]);
});

Deno.test("a caller's buffers lie apart, so that running over the end of one faults", () => {
  const buffers = new CallerBuffers();
  const first = Uint8Array.of(1, 2, 3);
  const handle = buffers.place(first);
  const other = buffers.place(new Uint8Array(5000));
  assert.deepEqual(buffers.at(handle), first);
  assert.deepEqual(buffers.at(handle + 1n), first.subarray(1));
  assert.equal(buffers.at(handle + 3n), undefined);
  assert.equal(buffers.at(handle - 1n), undefined);
  assert.equal(buffers.at(0n), undefined);
  assert.ok(other - handle >= 8192n);
  buffers.at(handle)!.set([7]);
  assert.equal(first[0], 7);
});
