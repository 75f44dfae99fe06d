import assert from "node:assert/strict";
import fc from "fast-check";
import {
  dpaToSpa,
  explainInterleave,
  type InterleaveMember,
  interleaveMember,
  interleaveSet,
  nfitStructure,
  spaOffsetOf,
  spaToDpa,
} from "../../../src/acpi/mod.ts";

/** N10: iasl's template. Three ways, four lines of 256 bytes. */
const TEMPLATE = { ways: 3, size: 0x100, offsets: [0, 3, 6, 9] };
const dimm = (handle: number, rest: Partial<InterleaveMember> = {}): InterleaveMember => ({
  handle,
  regionOffset: 0,
  regionBase: 0,
  regionSize: 0x40000,
  lines: TEMPLATE,
  ...rest,
});
const range = (rangeLength: number, rangeBase = 0x100000000) => ({
  rangeBase: BigInt(rangeBase),
  rangeLength: BigInt(rangeLength),
});

const WALK = [[0, 0], [0xff, 0xff], [0x100, 0x300], [0x3ff, 0x9ff], [0x400, 0xc00], [0x12345, 0x36945]] as const;

Deno.test("N10: the walk from a DIMM's offset to the range's", () => {
  for (const [offset, spa] of WALK) {
    assert.equal(spaOffsetOf(dimm(1), offset), spa);
    assert.equal(spaOffsetOf(dimm(1, { regionOffset: 0x100 }), offset), spa + 0x100);
  }
});

Deno.test("N10: the checked set gives the same addresses both ways", () => {
  const members = [0, 1, 2].map((i) =>
    dimm(i + 1, { regionOffset: i * 0x100, regionSize: 0x40000, regionBase: 0x1000 })
  );
  const set = interleaveSet(range(3 * 0x40000), members)._unsafeUnwrap();
  for (const [offset, spaOffset] of WALK) {
    const place = dpaToSpa(set, 2, 0x1000 + offset)!;
    assert.equal(place.spa, 0x100000000 + spaOffset + 0x100);
    assert.deepEqual(spaToDpa(set, place.spa), place);
    assert.equal(place.contiguous, 0x100 - (offset % 0x100));
  }
});

Deno.test("a DIMM by itself is one piece", () => {
  const set = interleaveSet(range(0x4000), [dimm(7, { lines: undefined, regionBase: 0x8000, regionSize: 0x4000 })])
    ._unsafeUnwrap();
  assert.deepEqual(spaToDpa(set, 0x100000010), { handle: 7, dpa: 0x8010, spa: 0x100000010, contiguous: 0x3ff0 });
  assert.equal(spaToDpa(set, 0xffffffff), undefined);
  assert.equal(spaToDpa(set, 0x100003fff)?.contiguous, 1);
  assert.equal(spaToDpa(set, 0x100004000), undefined);
  assert.equal(dpaToSpa(set, 7, 0x7fff), undefined);
  assert.equal(dpaToSpa(set, 7, 0xc000), undefined);
  assert.equal(dpaToSpa(set, 8, 0x8000), undefined);
});

Deno.test("mappings name an interleave structure only when they are interleaved", () => {
  const mapping = (fields: object) => nfitStructure("regionMapping", { handle: 1, ...fields }).record;
  const lines = nfitStructure("interleave", { lineCount: 2, lineSize: 256, lineOffsets: [0, 2] }).record;
  const member = (fields: object) => interleaveMember(mapping(fields), lines);
  assert.equal(member({ interleaveIndex: 0, interleaveWays: 2 })._unsafeUnwrap().lines, undefined);
  assert.equal(member({ interleaveIndex: 1, interleaveWays: 1 })._unsafeUnwrap().lines, undefined);
  assert.deepEqual(member({ interleaveIndex: 1, interleaveWays: 2 })._unsafeUnwrap().lines?.offsets, [0, 2]);
  assert.equal(member({ interleaveIndex: 1, interleaveWays: 0 })._unsafeUnwrapErr().kind, "empty-lines");
  const far = member({ regionBase: 2n ** 53n })._unsafeUnwrapErr();
  assert.deepEqual(far, { kind: "too-large", field: "region base", member: 0 });
});

Deno.test("sets that do not tile are refused, with the place", () => {
  const three = (change: (i: number) => Partial<InterleaveMember>) =>
    [0, 1, 2].map((i) => dimm(i + 1, { regionOffset: i * 0x100, ...change(i) }));
  const refusal = (members: InterleaveMember[], length = 3 * 0x40000) => {
    const fault = interleaveSet(range(length), members)._unsafeUnwrapErr();
    assert.ok(explainInterleave(fault).what.length > 10);
    return fault;
  };
  assert.deepEqual(refusal(three((i) => (i === 2 ? { regionOffset: 0x100 } : {}))), {
    kind: "doubled",
    member: 2,
    line: 0,
    other: 1,
    at: 0x100,
  });
  assert.equal(refusal(three((i) => (i === 2 ? { regionOffset: 0x1000 } : {}))).kind, "stray");
  assert.equal(refusal(three((i) => (i === 2 ? { regionOffset: 0x80 } : {}))).kind, "stray");
  assert.deepEqual(refusal(three(() => ({})).slice(0, 2)), { kind: "too-few-lines", needed: 12, present: 8 });
  assert.equal(refusal(three((i) => (i === 1 ? { lines: { ...TEMPLATE, size: 0x200 } } : {}))).kind, "unlike");
  assert.equal(refusal(three((i) => (i === 1 ? { lines: undefined } : {}))).kind, "unlike");
  assert.equal(refusal(three(() => ({})), 3 * 0x40000 + 0x1000).kind, "sum");
  assert.equal(
    refusal(three((i) => ({ regionSize: 0x40000 + (i === 0 ? 0x100 : i === 1 ? -0x100 : 0) }))).kind,
    "ragged",
  );
  const uneven = three((i) => ({ regionSize: 0x40000 + (i === 0 ? 0x400 : i === 1 ? -0x400 : 0) }));
  assert.deepEqual(refusal(uneven), { kind: "unowned", at: 0x40400 * 3 });
  assert.deepEqual(refusal(three((i) => ({ ...(i === 2 ? { handle: 1 } : {}) }))), {
    kind: "twice-mapped",
    member: 2,
    other: 0,
  });
  const linear = [dimm(1, { lines: undefined }), dimm(2, { lines: undefined, regionOffset: 0x50000 })];
  assert.deepEqual(refusal(linear, 0x80000), { kind: "unowned", at: 0x40000 });
});

Deno.test("a table that promises more lines than it has costs nothing", () => {
  const huge = { ways: 65535, size: 4096, offsets: Array.from({ length: 16000 }, (_, i) => i) };
  assert.equal(interleaveSet(range(0x1000), [dimm(1, { lines: huge })])._unsafeUnwrapErr().kind, "too-few-lines");
});

/** Sound sets: any permutation of the lines of a period, dealt out to the members. */
const soundSet = fc.record({
  ways: fc.integer({ min: 2, max: 6 }),
  lines: fc.integer({ min: 1, max: 8 }),
  lineShift: fc.integer({ min: 6, max: 14 }),
  rounds: fc.integer({ min: 1, max: 5 }),
  seed: fc.infiniteStream(fc.nat()),
}).map(({ ways, lines, lineShift, rounds, seed }) => {
  const places = Array.from({ length: ways * lines }, (_, i) => ({ i, key: seed.next().value! }))
    .sort((a, b) => a.key - b.key || a.i - b.i).map(({ i }) => i);
  const size = 2 ** lineShift;
  const members = Array.from({ length: ways }, (_, m): InterleaveMember => ({
    handle: m + 1,
    regionOffset: 0,
    regionBase: m * 0x1000,
    regionSize: rounds * lines * size,
    lines: { ways, size, offsets: places.slice(m * lines, (m + 1) * lines) },
  }));
  return { members, length: rounds * lines * size * ways };
});

Deno.test("every byte of a sound set belongs to one DIMM, and both directions agree with the kernel's walk", () => {
  fc.assert(
    fc.property(
      soundSet,
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      ({ members, length }, where) => {
        const set = interleaveSet(range(length), members)._unsafeUnwrap();
        for (let i = 0; i < 20; i++) {
          const spa = set.base + Math.floor(where.next().value! * length);
          const place = spaToDpa(set, spa)!;
          const member = members.find((m) => m.handle === place.handle)!;
          assert.equal(dpaToSpa(set, place.handle, place.dpa)?.spa, spa);
          assert.equal(set.base + spaOffsetOf(member, place.dpa - member.regionBase), spa);
        }
        const bytes = members.reduce((sum, m) => sum + m.regionSize, 0);
        assert.equal(bytes, length);
      },
    ),
  );
});
