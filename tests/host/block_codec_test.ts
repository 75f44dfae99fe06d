import assert from "node:assert/strict";
import { decodeBlock, encodeBlock } from "../../src/host/block_codec.ts";

Deno.test("blocks of every kind come back as they were", () => {
  const blocks: unknown[] = [
    Uint8Array.of(0, 1, 255),
    { name: "db0", size: 2 ** 52, cookie: 0xba90120012b4dcn, area: Uint8Array.of(7), none: null },
    [{ start: 1, length: 2 }],
    12n,
    "text",
  ];
  for (const block of blocks) assert.deepEqual(decodeBlock(encodeBlock(block)), block);
});

Deno.test("a large byte block costs one byte more than itself", () => {
  assert.equal(encodeBlock(new Uint8Array(4096)).length, 4097);
});
