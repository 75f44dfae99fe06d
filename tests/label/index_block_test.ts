import assert from "node:assert/strict";
import {
  geometry,
  indexBlock,
  type IndexRecord,
  nextSequence,
  rawIndex,
  readIndex,
  readLabelArea,
  writeIndex,
} from "../../src/label/mod.ts";
import { fletcher64 } from "../../src/base/checksum.ts";
import { viewOf } from "../../src/base/bytes.ts";

const G = geometry(131072, 256)!;
const FREE = new Uint8Array(G.indexSize - 72).fill(0xff, 0, 64);

/** An area whose block 0 is sound but for the change; its checksum is made right unless it is the change. */
function areaWith(change: Partial<IndexRecord>): Uint8Array {
  const area = new Uint8Array(131072);
  area.set(writeIndex(G, 0, 1, G.slots, FREE));
  const block = indexBlock.write({ ...rawIndex(area, G, 0), ...change });
  if (change.checksum === undefined) viewOf(block).setBigUint64(64, fletcher64(block, 64), true);
  area.set(block);
  return area;
}

const reason = (change: Partial<IndexRecord>): string | undefined =>
  readIndex(areaWith(change), G, 0).match(() => undefined, (fault) => `${fault.reason} at ${fault.offset}`);

Deno.test("a block is refused for the first thing that is wrong, in Linux's order", () => {
  assert.equal(reason({}), undefined);
  assert.equal(reason({ signature: "NAMESPACE_INDES" }), "signature at 0");
  assert.equal(reason({ signature: "NAMESPACE_INDEXX" }), "signature at 0", "its NUL counts");
  assert.equal(reason({ labelSize: 0 }), "label size at 19");
  assert.equal(reason({ labelSize: 2 }), "label size at 19");
  assert.equal(reason({ minor: 1 }), "label size at 19", "before version 1.2 labels have 128 bytes, whatever is said");
  assert.equal(reason({ checksum: 1n }), "checksum at 64");
  assert.equal(reason({ sequence: 0 }), "sequence at 20");
  assert.equal(reason({ sequence: 4 }), "sequence at 20");
  assert.equal(reason({ myOffset: 256n }), "own offset at 24");
  assert.equal(reason({ otherOffset: 0n }), "other offset at 40");
  assert.equal(reason({ labelOffset: 256n }), "label offset at 48");
  assert.equal(reason({ mySize: 71n }), "own size at 32");
  assert.equal(reason({ mySize: 257n }), "own size at 32");
  assert.equal(reason({ slots: G.slots + 1 }), "slots at 56");
  assert.equal(reason({ slots: 2 ** 25 }), "slots at 56", "no wrap-around at 32 bits");
  const all = { signature: "x", labelSize: 9, checksum: 1n, sequence: 0, slots: 9999 };
  assert.equal(reason(all), "signature at 0");
});

Deno.test("what Linux does not look at may be anything", () => {
  assert.equal(reason({ flags: new Uint8Array(3).fill(1) }), undefined);
  assert.equal(reason({ major: 7, minor: 7 }), undefined);
  assert.equal(reason({ mySize: 72n }), undefined);
  assert.equal(reason({ mySize: 256n }), undefined);
  assert.equal(reason({ sequence: 7 }), undefined);
  assert.equal(reason({ slots: 0 }), undefined);
  assert.equal(reason({ free: new Uint8Array(G.indexSize - 72) }), undefined);
});

Deno.test("an area is probed for small labels first, and all refusals are told", () => {
  const none = readLabelArea(new Uint8Array(131072))._unsafeUnwrapErr();
  assert.deepEqual(none.faults.map(({ block, reason }) => [block, reason]), [
    [0, "signature"],
    [1, "signature"],
    [0, "signature"],
    [1, "signature"],
  ]);
  assert.equal(none.tooSmall, false);
  assert.equal(readLabelArea(new Uint8Array(767))._unsafeUnwrapErr().tooSmall, true);
  const only = readLabelArea(areaWith({}))._unsafeUnwrap();
  assert.deepEqual([only.current, only.sequence, only.nextSequence, only.geometry.labelSize], [0, 1, 2, 256]);
});

Deno.test("sequence numbers cycle, and only their low two bits count", () => {
  assert.deepEqual([1, 2, 3, 5, 7].map(nextSequence), [2, 3, 1, 2, 1]);
});
