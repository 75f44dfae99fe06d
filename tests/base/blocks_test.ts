import assert from "node:assert/strict";
import fc from "fast-check";
import { BaseBlocks, type Blocks, Layer, PrefixedBlocks } from "../../src/base/blocks.ts";

const contentOf = (blocks: Blocks<number>): Map<string, number> =>
  new Map([...blocks.ids()].sort().map((id) => [id, blocks.get(id)!]));

Deno.test("a layer shows its parent through what it has not changed", () => {
  const base = new BaseBlocks([["a", 1], ["b", 2]]);
  const layer = new Layer(base);
  layer.set("b", 20);
  layer.set("c", 30);
  layer.delete("a");
  assert.deepEqual(contentOf(layer), new Map([["b", 20], ["c", 30]]));
  assert.deepEqual(contentOf(base), new Map([["a", 1], ["b", 2]]));
});

Deno.test("changes name before and after, and leave out what came back to what it was", () => {
  const base = new BaseBlocks([["a", 1], ["b", 2]]);
  const layer = new Layer(base);
  layer.set("a", 9);
  layer.set("a", 1);
  layer.delete("b");
  layer.set("c", 3);
  layer.set("d", 4);
  layer.delete("d");
  assert.deepEqual(layer.changes(), [
    { id: "b", before: 2, after: undefined },
    { id: "c", before: undefined, after: 3 },
  ]);
});

Deno.test("any edits through any depth of layers equal the same edits on a map", () => {
  const edit = fc.record({ id: fc.constantFrom("a", "b", "c", "d"), value: fc.option(fc.nat(9)) });
  fc.assert(fc.property(fc.array(fc.array(edit), { maxLength: 4 }), (layers) => {
    const plain = new Map<string, number>([["a", 100]]);
    const stack: Blocks<number>[] = [new BaseBlocks(plain)];
    for (const edits of layers) {
      const top = new Layer(stack.at(-1)!);
      for (const { id, value } of edits) {
        if (value === null) {
          top.delete(id);
          plain.delete(id);
        } else {
          top.set(id, value);
          plain.set(id, value);
        }
      }
      stack.push(top);
    }
    const expected = new Map([...plain].sort());
    assert.deepEqual(contentOf(stack.at(-1)!), expected);
    // Merged downwards one by one, the bottom holds the same.
    for (let i = stack.length - 1; i > 0; i--) (stack[i] as Layer<number>).mergeInto(stack[i - 1]!);
    assert.deepEqual(contentOf(stack[0]!), expected);
  }));
});

Deno.test("blocks under a prefix are one owner's: others' are neither seen nor touched", () => {
  const all = new BaseBlocks([["1/a", 1], ["2/a", 2], ["1/b", 3]]);
  const own = new PrefixedBlocks(all, "1/");
  assert.deepEqual(contentOf(own), new Map([["a", 1], ["b", 3]]));
  own.set("c", 4);
  own.delete("a");
  assert.deepEqual(contentOf(all), new Map([["1/b", 3], ["1/c", 4], ["2/a", 2]]));
  assert.equal(new PrefixedBlocks(all, "2/").get("c"), undefined);
});
