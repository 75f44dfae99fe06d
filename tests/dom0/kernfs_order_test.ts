import assert from "node:assert/strict";
import { inLibraryOrder, kernfsHash } from "../../src/dom0/mod.ts";

/** The same hash over 64-bit words, as the kernel's headers write it. */
function reference(name: string): number {
  const mask = (1n << 64n) - 1n;
  let sum = 0n;
  for (const letter of name) {
    const c = BigInt(letter.charCodeAt(0));
    sum = ((sum + (c << 4n) + (c >> 4n)) * 11n) & mask;
  }
  const hash = Number(((sum * 0x61c8864680b583ebn) & mask) >> 32n) & 0x7fffffff;
  return hash < 2 ? hash + 2 : hash === 0x7fffffff ? 0x7ffffffe : hash;
}

Deno.test("the hash of a name is the kernel's, whatever its length", () => {
  for (let i = 0; i < 3000; i++) {
    for (const name of [`namespace${i}.${i % 17}`, `r${i}`, `a name longer than sixty-four bits of state ${i}`]) {
      assert.equal(kernfsHash(name), reference(name), name);
    }
  }
  assert.equal(kernfsHash(""), reference(""));
});

Deno.test("lists run against the directory's order, as captured machines show", () => {
  const order = (...names: string[]) => inLibraryOrder(names, (name) => name);
  assert.deepEqual(order("region0", "region1", "region2"), ["region1", "region0", "region2"]);
  assert.deepEqual(order("nmem0", "nmem1", "nmem2"), ["nmem1", "nmem0", "nmem2"]);
  assert.deepEqual(
    order("namespace0.0", "namespace0.1", "namespace0.2", "namespace0.3", "namespace0.4", "namespace0.5"),
    ["namespace0.2", "namespace0.4", "namespace0.1", "namespace0.3", "namespace0.5", "namespace0.0"],
  );
});
