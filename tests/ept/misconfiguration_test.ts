import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bitLayout,
  type Capabilities,
  encodeLeaf,
  encodeXenTable,
  joinEntry,
  kindOf,
  type Level,
  LEVELS,
  maskOf,
  type Misconfiguration,
  misconfiguration,
  outdated,
  splitEntry,
  splitXenEntry,
  USUAL,
  viewEntry,
  XEN_USUAL,
} from "../../src/ept/mod.ts";

const at = (level: Level, raw: bigint, capabilities: Partial<Capabilities> = {}): Misconfiguration | undefined =>
  misconfiguration(raw, level, { ...USUAL, ...capabilities });
const kind = (level: Level, raw: bigint, capabilities: Partial<Capabilities> = {}): string | undefined =>
  at(level, raw, capabilities)?.kind;

Deno.test("rule 1: W without R, at every level, whatever X", () => {
  for (const level of LEVELS) {
    assert.equal(kind(level, 0b010n), "write-without-read");
    assert.equal(kind(level, 0b110n), "write-without-read");
    assert.equal(kind(level, 0b011n | 0x30n * BigInt(level === 1)), undefined);
  }
});

Deno.test("rule 2: X alone only with execute-only, and user X counts with mode-based execute", () => {
  const no = { executeOnly: false };
  assert.equal(kind(4, 0b100n), undefined);
  assert.equal(kind(4, 0b100n, no), "execute-only");
  assert.equal(kind(4, 0b101n, no), undefined);
  // Bit 10 alone: not present, unless it is user execute.
  assert.equal(kind(4, 0x400n, no), undefined);
  assert.equal(kind(4, 0x400n, { ...no, modeBasedExecute: true }), "execute-only");
  assert.equal(kind(4, 0x400n, { modeBasedExecute: true }), undefined);
});

Deno.test("rule 3: reserved bits by level and kind", () => {
  const bits = (level: Level, raw: bigint, capabilities: Partial<Capabilities> = {}): bigint => {
    const found = at(level, raw, capabilities);
    return found?.kind === "reserved-bits" ? found.bits : 0n;
  };
  const all = (level: Level, base: bigint, capabilities: Partial<Capabilities> = {}): bigint => {
    let mask = 0n;
    for (let bit = 3n; bit < 64n; bit++) mask |= bits(level, base | (1n << bit), capabilities);
    return mask;
  };
  const above46 = 0xfc00000000000n;
  // Pointers: 7:3 in PML5E and PML4E, 6:3 below (bit 7 makes a leaf there).
  assert.equal(all(5, 7n), above46 | 0xf8n);
  assert.equal(all(4, 7n), above46 | 0xf8n);
  assert.equal(all(3, 7n) & ~0x3ffff000n, above46 | 0x78n);
  assert.equal(all(2, 7n) & ~0x1ff000n, above46 | 0x78n);
  // Leaves: the address bits below the page.
  assert.equal(all(3, 0xb7n), above46 | 0x3ffff000n);
  assert.equal(all(2, 0xb7n), above46 | 0x1ff000n);
  assert.equal(all(1, 0x37n), above46);
  // The machine's width moves the line; at 52 nothing is left above it.
  assert.equal(all(1, 0x37n, { maxphyaddr: 39 }), 0xfff8000000000n);
  assert.equal(all(1, 0x37n, { maxphyaddr: 52 }), 0n);
  // Bit 7 where the size does not exist.
  assert.equal(bits(3, 0xb7n, { page1g: false }) & 0x80n, 0x80n);
  assert.equal(bits(2, 0xb7n, { page2m: false }) & 0x80n, 0x80n);
  assert.equal(bits(3, 0xb7n, { page2m: false }), 0n);
  assert.equal(kind(1, 0xb7n, { page1g: false, page2m: false }), undefined);
});

Deno.test("rule 4: types 2, 3 and 7, in leaves only", () => {
  for (const [level, large] of [[1, 0n], [2, 0x80n], [3, 0x80n]] as const) {
    for (let type = 0; type < 8; type++) {
      const expected = [2, 3, 7].includes(type) ? "memory-type" : undefined;
      assert.equal(kind(level, 7n | large | BigInt(type << 3)), expected, `level ${level} type ${type}`);
    }
  }
});

Deno.test("the first rule that applies is the one reported", () => {
  assert.equal(kind(1, 0b010n | 0x38n | (1n << 51n)), "write-without-read");
  assert.equal(kind(1, 0b100n | 0x38n | (1n << 51n), { executeOnly: false }), "execute-only");
  assert.equal(kind(1, 0b111n | 0x38n | (1n << 51n)), "reserved-bits");
  assert.equal(kind(1, 0b111n | 0x38n), "memory-type");
});

Deno.test("not present leaves every other bit free", () => {
  for (const level of LEVELS) {
    assert.equal(kind(level, 0xfffffffffffffff8n & ~0x400n), undefined);
    assert.equal(kindOf(0x8000000000000000n, level, USUAL), "empty");
  }
});

const anyCapabilities: fc.Arbitrary<Capabilities> = fc.record({
  maxphyaddr: fc.integer({ min: 32, max: 52 }),
  page2m: fc.boolean(),
  page1g: fc.boolean(),
  executeOnly: fc.boolean(),
  accessedDirty: fc.boolean(),
  fiveLevels: fc.boolean(),
  modeBasedExecute: fc.boolean(),
  guestPagingVerification: fc.boolean(),
  supervisorShadowStack: fc.boolean(),
  subPageWrite: fc.boolean(),
  suppressVe: fc.boolean(),
});

Deno.test("every bit of every entry has exactly one rule, for any processor", () => {
  fc.assert(fc.property(fc.constantFrom(...LEVELS), anyCapabilities, (level, capabilities) => {
    for (const kind of ["empty", "table", "leaf"] as const) {
      const layout = bitLayout(level, kind, capabilities);
      assert.equal(layout.reduce((sum, rule) => sum + maskOf(rule), 0n), 2n ** 64n - 1n);
      layout.slice(1).forEach((rule, i) => assert.equal(rule.low, layout[i]!.high + 1));
    }
  }));
});

Deno.test("views show any 64 bits whole, with and without Xen's names", () => {
  const any = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(any, fc.constantFrom(...LEVELS), anyCapabilities, fc.boolean(), (raw, level, capabilities, xen) => {
      const view = viewEntry(raw, level, capabilities, xen ? "xen" : "none");
      assert.equal(view.bits.reduce((sum, bits) => sum + (bits.value << BigInt(bits.low)), 0n), raw);
      view.bits.slice(1).forEach((bits, i) => assert.equal(bits.low, view.bits[i]!.high + 1));
    }),
  );
});

Deno.test("a Xen leaf in words", () => {
  const view = viewEntry(0xb8000010a82003f7n, 2, USUAL, "xen");
  assert.deepEqual(view.words, ["r", "w", "x", "WB", "ipat", "A", "D", "ram_rw"]);
  assert.equal(view.name, "PDE");
  assert.equal(view.kind, "leaf");
  assert.equal(view.address, 0x10a8200000);
  assert.equal(view.span, 0x200000);
  const texts = Object.fromEntries(view.bits.map((bits) => [bits.name, bits.text]));
  assert.equal(texts["memory type"], "WB");
  assert.equal(texts["frame address"], "0x10a8200000");
  assert.equal(texts["p2m type"], "ram_rw");
  assert.equal(texts["p2m access"], "rwx");
  assert.equal(texts["suppress #VE"], "yes");
  assert.equal(texts.recalc, "no");
});

Deno.test("what Xen marks as out of date exits at every level", () => {
  const marked = (raw: bigint) => joinEntry(outdated(splitEntry(raw), true));
  for (const level of LEVELS) {
    const pointer = marked(encodeXenTable(0x7f000, XEN_USUAL));
    assert.equal(kind(level, pointer), level === 1 ? "memory-type" : "reserved-bits");
    assert.equal(splitXenEntry(pointer).recalc, true);
  }
  assert.equal(kind(2, marked(encodeLeaf(2, { address: 0 }))), "memory-type");
});

Deno.test("a memory type of 7 is shown as the mark it is", () => {
  const view = viewEntry(0xb80000024000043fn, 1, USUAL, "xen");
  assert.equal(view.misconfiguration?.kind, "memory-type");
  assert.equal(view.bits.find((bits) => bits.name === "memory type")!.text, "7, reserved: recalculate");
  assert.ok(view.words.includes("recalc"));
});
