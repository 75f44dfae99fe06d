/**
 * populate_pmem_map against a reference that maps leaf by leaf with plain sets: same errno, same restarts, same leaves,
 * same table pages, same pages taken; and whatever fails leaves nothing behind.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { layout } from "../../src/ept/mod.ts";
import { GiB } from "../../src/base/units.ts";
import { domid, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const GFN_LIMIT = 2 ** 36;
const BUDGET = 512;
/** 8 GiB of data from 18 GiB on; the two before hold structures. */
const DATA = PMEM + 2 * 262144;
const DATA_FRAMES = 8 * 262144;

interface Request {
  readonly mfn: number;
  readonly gfn: number;
  readonly count: number;
}
interface Leaf {
  readonly gfn: number;
  readonly mfn: number;
  readonly pages: number;
}

/** Numbers that are taken: small runs page by page, large ones as they are. */
class Taken {
  readonly #pages = new Set<number>();
  readonly #large: { readonly start: number; readonly pages: number }[] = [];

  add(start: number, pages: number): void {
    if (pages >= 512) this.#large.push({ start, pages });
    else for (let i = 0; i < pages; i++) this.#pages.add(start + i);
  }
  remove(start: number, pages: number): void {
    if (pages >= 512) this.#large.splice(this.#large.findIndex((r) => r.start === start), 1);
    else for (let i = 0; i < pages; i++) this.#pages.delete(start + i);
  }
  /** The first taken number in a run. */
  first(start: number, pages: number): number | undefined {
    let found = Infinity;
    for (const r of this.#large) {
      if (r.start < start + pages && r.start + r.pages > start) found = Math.min(found, Math.max(r.start, start));
    }
    if (pages > this.#pages.size) {
      for (const page of this.#pages) if (page >= start && page < start + pages) found = Math.min(found, page);
    } else {
      for (let i = 0; i < pages && start + i < found; i++) if (this.#pages.has(start + i)) found = start + i;
    }
    return found === Infinity ? undefined : found;
  }
}

/** The same thing leaf by leaf, with sets. */
class Reference {
  readonly leaves: Leaf[] = [];
  readonly #mfns = new Taken();
  readonly #gfns = new Taken();
  /** How many leaves need each table. */
  readonly #tables = new Map<string, number>();

  constructor(readonly maxOrder: number, readonly pool: number) {}

  populate({ mfn, gfn, count }: Request): { errno?: string; examined: number } {
    const before = this.leaves.length;
    const undo = (errno: string, at: number) => {
      while (this.leaves.length > before) this.#remove(this.leaves.pop()!);
      return { errno, examined: at + 1 };
    };
    for (let i = 0; i < count;) {
      const pages = [262144, 512, 1].find((n) =>
        n <= 2 ** this.maxOrder && (gfn + i) % n === 0 && (mfn + i) % n === 0 && n <= count - i
      )!;
      const taken = this.#mfns.first(mfn + i, pages);
      if (taken !== undefined) return undo("EBUSY", taken - mfn);
      if (gfn + i >= GFN_LIMIT) return undo("EINVAL", i);
      const mapped = this.#gfns.first(gfn + i, pages);
      if (mapped !== undefined) return undo("EBUSY", mapped - gfn);
      this.#add({ gfn: gfn + i, mfn: mfn + i, pages });
      if (this.tables > this.pool) return undo("ENOMEM", i);
      i += pages;
    }
    return { examined: count };
  }

  /** Every table on the path to every leaf, and the root. */
  get tables(): number {
    return 1 + this.#tables.size;
  }

  #add(leaf: Leaf): void {
    this.leaves.push(leaf);
    this.#mfns.add(leaf.mfn, leaf.pages);
    this.#gfns.add(leaf.gfn, leaf.pages);
    for (const table of tablesOf(leaf)) this.#tables.set(table, (this.#tables.get(table) ?? 0) + 1);
  }

  #remove(leaf: Leaf): void {
    this.#mfns.remove(leaf.mfn, leaf.pages);
    this.#gfns.remove(leaf.gfn, leaf.pages);
    for (const table of tablesOf(leaf)) {
      const users = this.#tables.get(table)! - 1;
      if (users === 0) this.#tables.delete(table);
      else this.#tables.set(table, users);
    }
  }
}

function tablesOf({ gfn, pages }: Leaf): string[] {
  const tables = [`3/${Math.floor(gfn / 2 ** 27)}`];
  if (pages < 262144) tables.push(`2/${Math.floor(gfn / 2 ** 18)}`);
  if (pages < 512) tables.push(`1/${Math.floor(gfn / 512)}`);
  return tables;
}

function host(order: number): Machine {
  const m = machine({ preemptPages: BUDGET });
  const end = DATA + DATA_FRAMES;
  assert.equal(m.call(7, raw.pmemAdd([PMEM, end, PMEM + 512, DATA, DATA, end])), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(36, raw.domctl(0x6e76, 1, [[0, 4, order]])), 0);
  return m;
}

/** Numbers near multiples of 512 and of 262144, where leaves begin and end. */
const near = (limit: number) =>
  fc.oneof(
    fc.nat(limit),
    fc.tuple(fc.nat(Math.floor(limit / 512)), fc.integer({ min: -2, max: 2 })).map(([n, d]) =>
      Math.max(0, n * 512 + d)
    ),
    fc.tuple(fc.nat(Math.floor(limit / 262144)), fc.integer({ min: -2, max: 2 })).map(([n, d]) =>
      Math.max(0, n * 262144 + d)
    ),
  );
const requests = fc.array(
  fc.record({
    mfn: near(DATA_FRAMES).map((n) => DATA + n),
    gfn: fc.oneof(near(DATA_FRAMES), near(DATA_FRAMES).map((n) => GFN_LIMIT - DATA_FRAMES / 2 + n)),
    count: fc.oneof(fc.integer({ min: 1, max: 3 }), near(2000).map((n) => n + 1), near(600000).map((n) => n + 1)),
  }).map(({ mfn, gfn, count }) => ({ mfn, gfn, count: Math.min(count, DATA + DATA_FRAMES - mfn) })),
  { minLength: 1, maxLength: 8 },
).map((list) => list.filter((r) => r.count > 0));

Deno.test("populating by searching equals populating leaf by leaf", () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 9, 18), fc.integer({ min: 0, max: 40 }), requests, (order, spare, list) => {
      // With 4 KiB leaves only, small counts are enough to empty a small pool.
      const counts = order === 0 ? list.map((r) => ({ ...r, count: Math.min(r.count, 5000) })) : list;
      const m = host(order);
      assert.equal(m.call(36, raw.domctl(86, 1, [[0, 8, 4096 * (1 + spare)]])), 0);
      const reference = new Reference(order, 1 + spare);
      for (const request of counts) {
        const expected = reference.populate(request);
        const answer = m.call(12, raw.pmemMap(1, request.mfn, request.gfn, request.count));
        assert.equal(answer, expected.errno ?? 0, JSON.stringify(request));
        const step = m.steps.at(-1)!;
        assert.equal(step.kind === "hypercall" && step.restarts, Math.ceil(expected.examined / BUDGET) - 1);
        same(m, reference);
      }
      assert.deepEqual(m.xen.violations(), []);
    }),
    { numRuns: 60 },
  );
});

Deno.test("entering again and again with the budget ends where one call ends", () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 9, 18), requests, (order, list) => {
      const [whole, stepwise] = [host(order), host(order)];
      for (const request of list.map((r) => ({ ...r, count: Math.min(r.count, 20000) }))) {
        const frame = raw.pmemMap(1, request.mfn, request.gfn, request.count);
        const answer = whole.call(12, frame);
        assert.equal(enterUntilDone(stepwise, frame), answer);
      }
      assert.deepEqual([...stepwise.xen.mappings(1)], [...whole.xen.mappings(1)]);
      assert.deepEqual([...stepwise.xen.owned()], [...whole.xen.owned()]);
      assert.deepEqual(stepwise.xen.domain(1), whole.xen.domain(1));
      assert.deepEqual(stepwise.xen.violations(), []);
    }),
    { numRuns: 40 },
  );
});

function enterUntilDone(m: Machine, frame: Uint8Array): number | string {
  for (let next = frame, entries = 0;; entries++) {
    assert.ok(entries < 2000, "a continuation makes progress");
    const outcome = m.xen.enter(domid(0), 12, next, m.buffers);
    if (outcome.kind === "done") return outcome.value;
    if (outcome.kind === "failed") return outcome.errno;
    next = outcome.frame;
  }
}

function same(m: Machine, reference: Reference): void {
  const runs = [...m.xen.mappings(1)];
  const { counts } = layout(runs)._unsafeUnwrap();
  const count = (pages: number) => reference.leaves.filter((l) => l.pages === pages).length;
  assert.deepEqual([counts.leaf4k, counts.leaf2m, counts.leaf1g], [count(1), count(512), count(262144)]);
  assert.equal(m.xen.domain(1)!.tablePages, reference.tables);
  assert.equal(counts.tables, reference.tables);
  const pages = reference.leaves.reduce((sum, l) => sum + l.pages, 0);
  assert.equal(m.xen.domain(1)!.pmemPages, pages);
  assert.equal(runs.reduce((sum, r) => sum + r.length, 0), pages * 4096);
}

Deno.test("1 TiB is one range, whatever the leaves: its cost does not grow with its pages", () => {
  for (const [order, tables] of [[0, 1 + 3 + 1025 + 524289], [18, 1 + 3]] as const) {
    const m = machine();
    const frames = 1024 * GiB / 4096;
    const end = PMEM + frames + 262144 * 16;
    const data = end - frames;
    assert.equal(m.call(7, raw.pmemAdd([PMEM, end, PMEM + 512, data, data, end])), 0);
    m.reply(36, raw.createDomain());
    m.reply(36, raw.domctl(0x6e76, 1, [[0, 4, order]]));
    // From half a GiB (with leaves of 4 KiB: and a page) below a 512 GiB boundary on.
    const gfn = 2 ** 27 - 262144 / (order === 0 ? 2 : 1) - (order === 0 ? 1 : 0);
    assert.equal(m.call(36, raw.domctl(86, 1, [[0, 8, 2.1 * GiB - 2.1 * GiB % 4096]])), 0);
    assert.equal(m.call(12, raw.pmemMap(1, data, gfn, frames)), 0);
    const step = m.steps.at(-1)!;
    assert.equal(step.kind === "hypercall" && step.restarts, frames / 65536 - 1);
    assert.equal(m.xen.domain(1)!.tablePages, tables);
    assert.deepEqual([...m.xen.mappings(1)].length, 1);
    assert.deepEqual([...m.xen.owned({ start: data, end })].length, 1);
    assert.equal(m.call(36, raw.domctl(2, 1)), 0);
  }
});
