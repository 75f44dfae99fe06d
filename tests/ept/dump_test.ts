import assert from "node:assert/strict";
import fc from "fast-check";
import { compactJson } from "../../src/base/json.ts";
import { CHUNK_PAGES, createFiller, dump, type Layout, plainStyle, USUAL, xenStyle } from "../../src/ept/mod.ts";
import { type Image, judge } from "./sdm_walker.ts";
import { generatedRuns, imageOf, judged, laidOut, NO_1G, ONLY_4K, randomOptions, randomRuns } from "./support.ts";

const TiB = 2 ** 40;
const NAMES = { image: "x.img", extents: "x.extents" };
const clean = (made: Layout) => {
  const report = judged(made);
  assert.deepEqual([...report.findings], [], report.examples.join("\n"));
  assert.equal(report.mappedBytes, made.counts.mappedBytes);
  assert.deepEqual(report.leaves, [made.counts.leaf4k, made.counts.leaf2m, made.counts.leaf1g]);
};

/** The image as one array; for small layouts. */
const wholeImage = (made: Layout): Uint32Array<ArrayBuffer> => {
  const files = dump(made, NAMES);
  const bytes = new Uint8Array(files.imageBytes);
  let at = 0;
  for (const chunk of files.image()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  assert.equal(at, files.imageBytes);
  return new Uint32Array(bytes.buffer);
};
const imageOfWords = (words: Uint32Array): Image => ({
  pages: words.length / 1024,
  page: (index) => words.subarray(index * 1024, index * 1024 + 1024),
});

Deno.test("the independent walker finds nothing wrong in the dump of any layout", () => {
  fc.assert(
    fc.property(randomRuns, randomOptions, (runs, options) => {
      const made = laidOut(runs, options);
      // Tables that would take more than a second to judge are counted elsewhere.
      fc.pre(made.counts.tables < 20_000);
      clean(made);
    }),
    { numRuns: 200 },
  );
});

for (const [order, pages] of [[18, 4], [9, 1028], [0, 525_316]] as const) {
  Deno.test(`1 TiB at order ${order} as Xen writes it: ${pages} tables, nothing wrong`, () => {
    const run = { gpa: 0x240000000, mpa: 0x4000000000, length: TiB };
    const made = laidOut([run], { style: xenStyle(), maxOrder: order });
    assert.equal(made.counts.tables, pages);
    clean(made);
  });
}

Deno.test("a file of 10 000 extents, 4 KiB and 2 MiB units, both styles", () => {
  for (const style of [plainStyle(), xenStyle()]) {
    clean(laidOut(generatedRuns(10_000, 5n, 64, 4096), { style }));
    clean(laidOut(generatedRuns(10_000, 6n, 8, 2 ** 21), { style }));
  }
});

Deno.test("a file of a million extents (V6e)", () => {
  clean(laidOut(generatedRuns(1_000_000, 4n, 64, 4096), { style: xenStyle() }));
});

Deno.test("processors without 1 GiB and 2 MiB pages, and walks of five levels", () => {
  const run = { gpa: 0x240001000, mpa: 0x4000001000, length: 2 ** 35 };
  for (const capabilities of [USUAL, NO_1G, ONLY_4K]) clean(laidOut([run], { capabilities }));
  clean(laidOut([{ gpa: 0xffffc0000000, mpa: 0x2000000000, length: 2 ** 31 }], { levels: 5 }));
});

Deno.test("an extent list has a line an extent, in pieces", () => {
  const made = laidOut(generatedRuns(100_000, 4n, 64, 4096));
  let lines = 0;
  let largest = 0;
  for (const piece of dump(made, NAMES).extents()) {
    lines += piece.split("\n").length - 1;
    largest = Math.max(largest, piece.length);
  }
  assert.equal(lines, 1 + made.extents.count);
  assert.ok(largest < 128 * 1024, `${largest}`);
});

Deno.test("chunks are one buffer, and any window of pages is what the whole image has there", () => {
  const made = laidOut(generatedRuns(2000, 1n, 1024, 4096), { style: xenStyle() });
  const whole = wholeImage(made);
  const buffers = new Set([...dump(made, NAMES).image()].map((chunk) => chunk.buffer));
  assert.equal(buffers.size, 1);
  assert.ok(made.counts.tables > 2 * CHUNK_PAGES);
  const image = imageOf(made);
  for (let page = 0; page < made.counts.tables; page += 7) {
    assert.deepEqual(image.page(page), whole.subarray(page * 1024, page * 1024 + 1024));
  }
});

Deno.test("the filler writes exactly the entries asked for", () => {
  const { bytes, fill } = createFiller();
  const words = new BigUint64Array(bytes.buffer);
  for (const count of [0, 1, 2, 3, 4, 5, 7, 8, 511, 512]) {
    bytes.fill(0xee);
    fill(8, count, 0xfffff037, 0xb8000000, 0x1000);
    const untouched = 0xeeeeeeeeeeeeeeeen;
    assert.equal(words[0], untouched);
    assert.equal(words[count + 1], untouched);
    // The second entry carries into the high half.
    for (let i = 0; i < count; i++) assert.equal(words[1 + i], 0xb8000000fffff037n + 0x1000n * BigInt(i));
  }
});

Deno.test("the small example of the format, byte for byte", () => {
  const made = laidOut([{ gpa: 0x100000000, mpa: 0x240000000, length: 0x200000 }], { tableBase: 0x100000000 });
  const words = new BigUint64Array(wholeImage(made).buffer);
  const present = [...words.entries()].filter(([, value]) => value !== 0n);
  assert.deepEqual(present, [[0, 0x100001007n], [512 + 4, 0x100002007n], [1024, 0x2400000b7n]]);
  const { sidecar, extents } = dump(made, NAMES);
  assert.equal(sidecar.base_mpa, "0x100000000");
  assert.equal(sidecar.eptp, "0x10000001e");
  assert.equal(sidecar.maxphyaddr, 46);
  assert.equal([...extents()].join(""), "# gpa len mpa [perm [memtype [ipat]]]\n0x100000000 0x200000 0x240000000\n");
});

Deno.test("the sidecar of a Xen guest asks for Xen's software bits", () => {
  const made = laidOut([{ gpa: 0x240000000, mpa: 0x4000000000, length: 2 ** 30 }], { style: xenStyle() });
  const sidecar = JSON.parse(compactJson(dump(made, NAMES).sidecar));
  assert.equal(sidecar.format, "ept-dump/1");
  assert.deepEqual(sidecar.default, { perm: "rwx", memtype: "WB", ipat: true });
  assert.deepEqual(sidecar.checks, {
    min_leaves: true,
    leaf_mask: "0xfff0000000000f00",
    leaf_value: "0xb800000000000300",
    nonleaf_mask: "0xfff0000000000f00",
    nonleaf_value: "0xb800000000000100",
    empty_value: "0x8000000000000000",
    empty_root_value: "0x0",
  });
});

Deno.test("extents say what differs from the default, by piece where superpages have fewer rights", () => {
  const ragged = { gpa: 0x1ff000, mpa: 0x1ff000, length: 0x402000 };
  const made = laidOut([ragged, { gpa: 2 ** 30, mpa: 2 ** 31, length: 4096, type: "ram_ro" }], {
    style: xenStyle({ executableSuperpages: false }),
  });
  const text = [...dump(made, NAMES).extents()].join("").split("\n").slice(1);
  assert.deepEqual(text, [
    "0x1ff000 0x1000 0x1ff000",
    "0x200000 0x400000 0x200000 rw- WB 1",
    "0x600000 0x1000 0x600000",
    "0x40000000 0x1000 0x80000000 r-x WB 1",
    "",
  ]);
});

/** Runs with every size of leaf and both kinds of end, so that each check has something to check. */
const RICH = [
  { gpa: 0x3ff000, mpa: 0x3ff000, length: 0x403000 },
  { gpa: 0x23fe00000, mpa: 0x400fe00000, length: 2 ** 31 },
];

Deno.test("the walker sees every single flipped bit that a processor or Xen would care about", () => {
  const made = laidOut(RICH, { style: xenStyle(), capabilities: { ...USUAL, executeOnly: false } });
  clean(made);
  const files = dump(made, NAMES);
  const sidecar = JSON.parse(compactJson(files.sidecar));
  const extents = [...files.extents()];
  const words = wholeImage(made);
  const entries = new BigUint64Array(words.buffer);
  const present = [...entries.keys()].filter((i) => (entries[i]! & 7n) !== 0n);
  fc.assert(
    fc.property(fc.constantFrom(...present), fc.bigInt({ min: 0n, max: 63n }), (at, bit) => {
      const before = entries[at]!;
      entries[at] = before ^ (1n << bit);
      const report = judge(sidecar, imageOfWords(words), extents);
      entries[at] = before;
      // Bit 7 of a PTE is ignored by the processor, and by Xen there.
      const ignored = bit === 7n && at >= made.firstPage(1) * 512;
      assert.equal(report.findings.size > 0, !ignored, `entry ${at} bit ${bit}`);
    }),
    { numRuns: 400 },
  );
});

Deno.test("each kind of finding is found", () => {
  const made = laidOut(RICH);
  const files = dump(made, NAMES);
  const extents = [...files.extents()].join("");
  const base = wholeImage(made);
  const first = (level: 1 | 2 | 3 | 4) => made.firstPage(level) * 512;
  const pt = first(1), pd = first(2), root = first(4);
  const find = (
    kind: string,
    change: (entries: BigUint64Array, sidecar: Record<string, unknown>) => void,
    text = extents,
  ) => {
    const words = base.slice();
    const sidecar = JSON.parse(compactJson(files.sidecar));
    change(new BigUint64Array(words.buffer), sidecar);
    const report = judge(sidecar, imageOfWords(words), [text]);
    assert.ok(report.findings.has(kind), `${kind}: found ${[...report.findings.keys()]}`);
  };
  const leaf2m = pd + 2; // the first extent's 2 MiB leaf, GPA 0x400000
  find("eptp", (_, sidecar) => sidecar.eptp = "0x7e01d");
  find("misconfig-rwx", (e) => e[leaf2m]! &= ~1n);
  find("misconfig-reserved", (e) => e[leaf2m]! |= 0x1000n);
  find("misconfig-memtype", (e) => e[leaf2m]! |= 0x38n);
  find("leaf-size-not-allowed", (_, sidecar) => sidecar.caps = { page2m: false });
  find("table-out-of-image", (e) => e[root] = 0x7f000000007n);
  find("table-shared", (e) => e[pd + 1] = e[pd + 4]!);
  find("table-unreferenced", (e) => e[pd + 1] = 0n);
  find("empty-table", (e) => e.fill(0n, pt, pt + 512));
  find("unmapped", (e) => e[leaf2m] = 0n);
  find("mapped-extra", (e) => e[pd + 100] = 0x99800000b7n);
  find("wrong-mpa", (e) => e[leaf2m]! += 0x200000n);
  find("wrong-perm", (e) => e[root]! &= ~4n);
  find("wrong-memtype", (e) => e[leaf2m]! &= ~0x38n);
  find("wrong-ipat", (e) => e[leaf2m]! |= 0x40n);
  find("wrong-ad", (_, sidecar) => sidecar.checks = { leaf_ad: 3 });
  find(
    "leaf-too-small",
    () => {},
    extents.replace("0x3ff000 0x403000", "0x200000 0x602000").replace(/0x3ff000$/m, "0x200000"),
  );
  find("soft-bits", (e) => e[leaf2m]! |= 1n << 60n);
  find("nonleaf-flags", (e) => e[root]! |= 1n << 60n);
  find("gpa-beyond-width", (_, sidecar) => sidecar.gpa_bits = 33);
  find("count-mismatch", (_, sidecar) => sidecar.counts = { pt: 1 });
  find("bad-expectation", () => {}, `${extents}0x3ff000 0x1000 0x0\n`);
});
