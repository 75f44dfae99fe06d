/** A four-way set from both ends: where a byte lies by the table read here from its raw bytes, and where the machine puts it. */
import assert from "node:assert/strict";
import { type Spa } from "../../src/abi/address.ts";
import { RandomStream } from "../../src/base/random.ts";
import { hostFrom, imageFrom } from "../support/session.ts";

const SAMPLES = 100_000;
const SEED = 20161122n;

interface Way {
  readonly handle: number;
  readonly regionOffset: number;
  readonly dpaBase: number;
  readonly size: number;
  readonly interleaveIndex: number;
  readonly ways: number;
}

/** Straight from the bytes (ACPI 6.5 §5.2.25.3, §5.2.25.4): shares nothing with the code under test. */
function rawSet(nfit: Uint8Array, rangeIndex: number) {
  const view = new DataView(nfit.buffer, nfit.byteOffset, nfit.byteLength);
  const u64 = (at: number) => Number(view.getBigUint64(at, true));
  const ways: Way[] = [];
  const lines = new Map<number, { readonly size: number; readonly offsets: readonly number[] }>();
  let base = 0;
  let length = 0;
  for (let at = 40; at < nfit.length; at += view.getUint16(at + 2, true)) {
    const type = view.getUint16(at, true);
    if (type === 0 && view.getUint16(at + 4, true) === rangeIndex) [base, length] = [u64(at + 32), u64(at + 40)];
    if (type === 1 && view.getUint16(at + 12, true) === rangeIndex) {
      ways.push({
        handle: view.getUint32(at + 4, true),
        size: u64(at + 16),
        regionOffset: u64(at + 24),
        dpaBase: u64(at + 32),
        interleaveIndex: view.getUint16(at + 40, true),
        ways: view.getUint16(at + 42, true),
      });
    }
    if (type === 2) {
      const count = view.getUint32(at + 8, true);
      const offsets = Array.from({ length: count }, (_, i) => view.getUint32(at + 16 + 4 * i, true));
      lines.set(view.getUint16(at + 4, true), { size: view.getUint32(at + 12, true), offsets });
    }
  }
  return { base, length, ways, lines };
}

Deno.test(`a byte lands on the DIMM and DPA that the table says, for ${SAMPLES} addresses, both directions (seed ${SEED})`, () => {
  const { machine } = hostFrom(imageFrom("server-two-socket")).fork();
  const set = rawSet(machine.table("NFIT")!, 1);
  assert.equal(set.ways.length, 4);
  const random = new RandomStream(SEED);
  for (let i = 0; i < SAMPLES; i++) {
    // Forwards from a random DIMM and DPA by the specification's walk, then back through the machine's decoder.
    const way = set.ways[Number(random.next() % 4n)]!;
    const into = Number(random.next() % BigInt(way.size));
    const table = set.lines.get(way.interleaveIndex)!;
    const line = Math.floor(into / table.size);
    const round = Math.floor(line / table.offsets.length);
    const within = table.offsets[line % table.offsets.length]! * table.size + (into % table.size);
    const spa = set.base + way.regionOffset + round * table.offsets.length * way.ways * table.size + within;
    const place = machine.locate(spa);
    if (place?.handle !== way.handle || place.dpa !== way.dpaBase + into) {
      assert.fail(
        `SPA 0x${spa.toString(16)}: ${JSON.stringify(place)}, the table says ${way.handle} ${way.dpaBase + into}`,
      );
    }
  }
});

Deno.test("neighbouring lines lie on neighbouring DIMMs, and what is stored there is read back", () => {
  const { machine, recorder } = hostFrom(imageFrom("server-two-socket")).fork();
  const set = rawSet(machine.table("NFIT")!, 1);
  const line = [...set.lines.values()][0]!.size;
  const start = (set.base + set.length / 2) as Spa;
  const bytes = new RandomStream(SEED).bytes(6 * line);
  assert.ok(machine.store(start, bytes).isOk());
  assert.deepEqual(machine.load(start, bytes.length)._unsafeUnwrap(), bytes);
  const writes = recorder.steps.flatMap((step) => (step.kind === "medium-write" ? [step] : []));
  assert.deepEqual(writes.map(({ handle }) => handle), [0x1, 0x11, 0x101, 0x111, 0x1, 0x11]);
  assert.ok(writes.every((write) => write.bytes.length === line));
  assert.equal(writes[4]!.offset - writes[0]!.offset, line);
});
