import assert from "node:assert/strict";
import fc from "fast-check";
import { BaseBlocks, Layer } from "../../src/base/blocks.ts";
import { type RangeEntry, RangeMap } from "../../src/base/range_map.ts";

const SCHEMA = { mfn: "follows", owner: "u32", weight: "number" } as const;
type Entry = RangeEntry<typeof SCHEMA>;
const values = (mfn: number, owner = 0, weight = 0) => ({ mfn, owner, weight });
const listed = (map: RangeMap<typeof SCHEMA>) => [...map.entries()];

/** The model: what each position holds, one array cell a position. */
type Cells = ({ mfn: number; owner: number; weight: number } | undefined)[];

function entriesOf(cells: Cells): Entry[] {
  const list: { start: number; end: number; mfn: number; owner: number; weight: number }[] = [];
  cells.forEach((cell, at) => {
    if (!cell) return;
    const last = list.at(-1);
    const continues = last && last.end === at && last.mfn + (at - last.start) === cell.mfn &&
      last.owner === cell.owner && last.weight === cell.weight;
    if (continues) last.end++;
    else list.push({ start: at, end: at + 1, ...cell });
  });
  return list;
}

Deno.test("an empty map holds nothing", () => {
  const map = new RangeMap(SCHEMA);
  assert.equal(map.count, 0);
  assert.equal(map.find(0), undefined);
  assert.equal(map.value(0, "mfn"), undefined);
  assert.deepEqual([...map.gaps(3, 9)], [{ start: 3, end: 9 }]);
  map.remove(0, 100);
  assert.deepEqual(listed(map), []);
});

Deno.test("lookups hold at both sides of both ends", () => {
  const map = new RangeMap(SCHEMA);
  map.claim(10, 20, values(1000, 7, 0.5))._unsafeUnwrap();
  assert.equal(map.find(9), undefined);
  assert.deepEqual(map.find(10), { start: 10, end: 20, mfn: 1000, owner: 7, weight: 0.5 });
  assert.equal(map.value(19, "mfn"), 1009);
  assert.equal(map.value(19, "owner"), 7);
  assert.equal(map.find(20), undefined);
});

Deno.test("a claim that overlaps changes nothing and names what is in the way", () => {
  const map = new RangeMap(SCHEMA);
  map.claim(10, 20, values(1000, 7))._unsafeUnwrap();
  const taken = map.claim(5, 11, values(0, 1))._unsafeUnwrapErr();
  assert.deepEqual(taken, { kind: "taken", start: 5, end: 11, by: { start: 10, end: 20, ...values(1000, 7) } });
  assert.equal(map.claim(19, 30, values(0, 1)).isErr(), true);
  assert.equal(map.claim(20, 30, values(0, 1)).isOk(), true);
  assert.equal(map.claim(5, 10, values(0, 1)).isOk(), true);
});

Deno.test("neighbours that continue each other become one range", () => {
  const map = new RangeMap(SCHEMA);
  map.set(0, 10, values(100));
  map.set(20, 30, values(120));
  map.set(10, 20, values(110));
  assert.deepEqual(listed(map), [{ start: 0, end: 30, ...values(100) }]);
  map.set(30, 40, values(999));
  assert.equal(map.count, 2);
});

Deno.test("removing the middle leaves two ends, and what follows follows", () => {
  const map = new RangeMap(SCHEMA);
  map.set(0, 100, values(1000, 3));
  map.remove(40, 60);
  assert.deepEqual(listed(map), [
    { start: 0, end: 40, ...values(1000, 3) },
    { start: 60, end: 100, ...values(1060, 3) },
  ]);
  assert.deepEqual([...map.gaps(0, 120)], [{ start: 40, end: 60 }, { start: 100, end: 120 }]);
});

Deno.test("a window cuts ranges and moves what follows; entries are whole", () => {
  const map = new RangeMap(SCHEMA);
  map.set(0, 100, values(1000));
  assert.deepEqual([...map.window(30, 40)], [{ start: 30, end: 40, ...values(1030) }]);
  assert.deepEqual([...map.entries(30, 40)], [{ start: 0, end: 100, ...values(1000) }]);
  assert.deepEqual([...map.window(100, 200)], []);
});

Deno.test("change gives each part in the window new values", () => {
  const map = new RangeMap(SCHEMA);
  map.set(0, 10, values(100, 1));
  map.set(20, 30, values(200, 2));
  map.change(5, 25, (old) => ({ ...old, owner: old.owner + 10 }));
  assert.deepEqual(listed(map), [
    { start: 0, end: 5, ...values(100, 1) },
    { start: 5, end: 10, ...values(105, 11) },
    { start: 20, end: 25, ...values(200, 12) },
    { start: 25, end: 30, ...values(205, 2) },
  ]);
});

Deno.test("an empty range or a value outside its column is the caller's defect", () => {
  const map = new RangeMap(SCHEMA);
  assert.throws(() => map.claim(5, 5, values(0)), /not a range/);
  assert.throws(() => map.remove(NaN, 5), /not a range/);
  assert.throws(() => map.set(0, 1, values(0, 2 ** 32)), /no u32/);
  assert.throws(() => map.set(0, 1, values(0, -1)), /no u32/);
});

Deno.test("ten thousand ranges claimed in a scattered order come back sorted", () => {
  const map = new RangeMap(SCHEMA);
  const total = 10_000;
  // 7919 is prime to 10 000, so this visits every slot once.
  for (let i = 0; i < total; i++) {
    const slot = (i * 7919) % total;
    map.claim(slot * 3, slot * 3 + 2, values(slot, slot))._unsafeUnwrap();
  }
  assert.equal(map.count, total);
  let slot = 0;
  for (const entry of map.entries()) {
    assert.equal(entry.start, slot * 3);
    assert.equal(entry.owner, slot++);
  }
  map.remove(3, total * 3 - 3);
  assert.equal(map.count, 2);
  map.remove(0, total * 3);
  assert.equal(map.count, 0);
});

const SPAN = 2400;
const operation = fc.record({
  on: fc.nat(3),
  kind: fc.constantFrom("claim", "set", "remove", "fork", "change", "store", "save"),
  start: fc.nat(SPAN - 1),
  length: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: SPAN })),
  base: fc.constantFrom(0, 5000),
  owner: fc.nat(2),
});

/** The header, and the blocks it names. */
function savedBlocks(store: BaseBlocks<Uint8Array>): number {
  return store.get("p2m")!.length / 4;
}

Deno.test("any sequence of changes on any forks equals the model", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), fc.boolean(), (operations, dense) => {
      const cells: Cells = new Array(SPAN).fill(undefined);
      const first = new RangeMap(SCHEMA);
      // Dense starts fill several blocks, so that splits, merges and whole-block removals happen.
      if (dense) {
        for (let at = 0; at < SPAN; at += 3) {
          first.claim(at, at + 2, values(at * 2, at % 3))._unsafeUnwrap();
          cells[at] = values(at * 2, at % 3);
          cells[at + 1] = values(at * 2 + 1, at % 3);
        }
      }
      const worlds = [{ map: first, cells, kept: new BaseBlocks<Uint8Array>() }];
      for (const { on, kind, start, length, base, owner } of operations) {
        const world = worlds[on % worlds.length]!;
        const end = Math.min(start + length, SPAN);
        const free = world.cells.slice(start, end).every((cell) => cell === undefined);
        const write = (make: (at: number) => Cells[number]) => {
          for (let at = start; at < end; at++) world.cells[at] = make(at);
        };
        switch (kind) {
          case "claim":
            assert.equal(world.map.claim(start, end, values(base + start, owner)).isOk(), free);
            if (free) write((at) => values(base + at, owner));
            break;
          case "set":
            world.map.set(start, end, values(base + start, owner));
            write((at) => values(base + at, owner));
            break;
          case "remove":
            world.map.remove(start, end);
            write(() => undefined);
            break;
          case "change":
            world.map.change(start, end, (old) => ({ ...old, weight: owner }));
            write((at) => world.cells[at] && { ...world.cells[at], weight: owner });
            break;
          case "fork":
            if (worlds.length < 4) {
              worlds.push({ map: world.map.fork(), cells: [...world.cells], kept: new BaseBlocks<Uint8Array>() });
            }
            break;
          case "store": {
            const store = new BaseBlocks<Uint8Array>();
            world.map.save(store, "p2m");
            world.map = RangeMap.open(SCHEMA, store, "p2m")._unsafeUnwrap();
            break;
          }
          case "save": // again and again to one place
            world.map.save(world.kept, "p2m");
            assert.deepEqual(listed(RangeMap.open(SCHEMA, world.kept, "p2m")._unsafeUnwrap()), listed(world.map));
            break;
        }
      }
      for (const { map, cells, kept } of worlds) {
        map.save(kept, "p2m");
        assert.deepEqual(listed(RangeMap.open(SCHEMA, kept, "p2m")._unsafeUnwrap()), listed(map));
        assert.deepEqual(new Set(kept.ids()).size, savedBlocks(kept), "nothing is left behind");
        const expected = entriesOf(cells);
        assert.deepEqual(listed(map), expected);
        assert.equal(map.count, expected.length);
        for (let at = 0; at < SPAN; at += 7) assert.equal(map.value(at, "mfn"), cells[at]?.mfn);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("saving writes only the blocks that changed, and deletes those that are gone", () => {
  const map = new RangeMap(SCHEMA);
  for (let at = 0; at < 3000; at += 3) map.set(at, at + 2, values(at * 2, 1));
  const base = new BaseBlocks<Uint8Array>();
  map.save(base, "frames");
  assert.equal([...base.ids()].length, 1 + Math.ceil(1000 / 256));

  const same = new Layer<Uint8Array>(base);
  RangeMap.open(SCHEMA, base, "frames")._unsafeUnwrap().save(same, "frames");
  assert.deepEqual(same.changes(), []);

  const one = new Layer<Uint8Array>(base);
  const fork = RangeMap.open(SCHEMA, one, "frames")._unsafeUnwrap();
  fork.set(1500, 1502, values(1, 9));
  fork.save(one, "frames");
  assert.deepEqual(one.changes().map((change) => change.id), ["frames/1"]);
  assert.equal(map.find(1500)?.owner, 1);

  const none = new Layer<Uint8Array>(base);
  const emptied = RangeMap.open(SCHEMA, none, "frames")._unsafeUnwrap();
  emptied.remove(0, 3000);
  emptied.save(none, "frames");
  assert.deepEqual([...none.ids()], ["frames"]);
  assert.equal(RangeMap.open(SCHEMA, none, "frames")._unsafeUnwrap().count, 0);
});

Deno.test("a change after saving never touches the stored bytes", () => {
  const store = new BaseBlocks<Uint8Array>();
  const map = new RangeMap(SCHEMA);
  map.set(0, 10, values(100));
  map.save(store, "m");
  const before = store.get("m/0")!.slice();
  map.set(20, 30, values(7));
  map.remove(0, 5);
  assert.deepEqual(store.get("m/0"), before);
});

Deno.test("a broken store is a fault with a place, never a map", () => {
  const store = new BaseBlocks<Uint8Array>();
  const map = new RangeMap(SCHEMA);
  for (let at = 0; at < 900; at += 3) map.set(at, at + 2, values(at * 2));
  map.save(store, "m");
  const opens = (id: string, change: (bytes: Uint8Array) => Uint8Array | undefined) => {
    const broken = new Layer<Uint8Array>(store);
    const bytes = change(store.get(id)!.slice());
    bytes ? broken.set(id, bytes) : broken.delete(id);
    return RangeMap.open(SCHEMA, broken, "m");
  };
  assert.equal(opens("m/1", (bytes) => bytes).isOk(), true);
  assert.equal(opens("m/1", () => undefined)._unsafeUnwrapErr().reason, "the block is missing");
  assert.match(opens("m/1", (bytes) => bytes.subarray(0, 7))._unsafeUnwrapErr().reason, /needs 8 bytes/);
  assert.match(opens("m/1", (bytes) => bytes.subarray(0, bytes.length - 1))._unsafeUnwrapErr().reason, /are there/);
  assert.match(opens("m/1", () => store.get("m/0"))._unsafeUnwrapErr().reason, /does not follow/);
  assert.match(opens("m/0", (bytes) => bytes.fill(0xff, 0, 4))._unsafeUnwrapErr().reason, /ranges; 1 to 256 fit/);
  assert.match(opens("m/0", (bytes) => bytes.fill(0xff, 16, 24))._unsafeUnwrapErr().reason, /out of order/);
  assert.match(opens("m", (bytes) => bytes.subarray(1))._unsafeUnwrapErr().reason, /multiple of 4/);
  // Stores hand out bytes at any alignment.
  const shifted = opens("m/0", (bytes) => {
    const room = new Uint8Array(bytes.length + 4);
    room.set(bytes, 4);
    return room.subarray(4);
  });
  assert.deepEqual(listed(shifted._unsafeUnwrap()), listed(map));
});

Deno.test("the range before a place ends there at the latest", () => {
  const map = new RangeMap({ mfn: "follows" });
  assert.equal(map.before(100), undefined);
  map.set(10, 20, { mfn: 1000 });
  map.set(30, 40, { mfn: 5 });
  assert.equal(map.before(19), undefined);
  assert.deepEqual(map.before(20), { start: 10, end: 20, mfn: 1000 });
  assert.deepEqual(map.before(39), { start: 10, end: 20, mfn: 1000 });
  assert.deepEqual(map.before(40), { start: 30, end: 40, mfn: 5 });
});
