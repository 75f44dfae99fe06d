/** What a guest stores in a vNVDIMM is on the DIMM that the machine's decoder says, and stays there. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../src/base/bytes.ts";
import { GiB, PAGE_SIZE } from "../../src/base/units.ts";
import { readPages } from "../../src/machine/mod.ts";
import { onNamespace, Running } from "./running.ts";

const SETUPS = {
  "one DIMM": () => Running.on("carve-raw-whole", ["namespace0.0"], onNamespace("namespace0.0", 32)),
  "an interleave set": () => Running.on("server-two-socket", ["namespace0.2"], onNamespace("namespace0.2", 40)),
  "pages of 4 KiB": () =>
    Running.on(
      "server-two-socket",
      ["namespace1.3"],
      onNamespace("namespace1.3"),
      "nvdeck_ept_order = 0",
      "shadow_memory = 32",
    ),
};

/** A store somewhere in the vNVDIMM, often across the ends of pages, leaves and interleave lines. */
const stores = fc.record({
  at: fc.oneof(fc.nat(), fc.nat(4096).map((n) => n * 2 ** 19), fc.constantFrom(0, -1)),
  shift: fc.integer({ min: -40, max: 40 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 9000 }),
});

/** The bytes as they lie on the DIMMs. */
function onMedia({ fork, record }: Running, offset: number, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = offset; at < offset + length;) {
    const { spa, left } = machineAddress(record, at);
    const place = fork.machine.locate(spa)!;
    const size = Math.min(offset + length - at, left, place.run);
    parts.push(readPages(fork.state.machine.media, place.medium, place.dpa, size));
    at += size;
  }
  return concat(...parts);
}

/** By the toolstack's own record of frames, not by the p2m. */
function machineAddress({ vnvdimms }: Running["record"], offset: number): { spa: number; left: number } {
  let start = 0;
  for (const { mfn, count } of vnvdimms[0]!.runs) {
    const end = start + count * PAGE_SIZE;
    if (offset < end) return { spa: mfn * PAGE_SIZE + (offset - start), left: end - offset };
    start = end;
  }
  throw new Error(`no frame behind offset ${offset}`);
}

for (const [name, make] of Object.entries(SETUPS)) {
  Deno.test(`bytes written at any address reach their DIMM and outlast guest and host reboots: ${name}`, () => {
    const running = make();
    const { pages } = running.record.vnvdimms[0]!;
    const size = pages * PAGE_SIZE;
    fc.assert(
      fc.property(fc.array(stores, { minLength: 1, maxLength: 6 }), fc.boolean(), (writes, hostToo) => {
        const { gpa } = running.record.vnvdimms[0]!;
        const expected = new Map<number, number>();
        const placed = writes.map(({ at, shift, bytes }) => {
          const offset = Math.max(0, Math.min(at < 0 ? size : (at + shift + size) % size, size - bytes.length));
          running.guest.store(gpa + offset, bytes)._unsafeUnwrap();
          bytes.forEach((byte, i) => expected.set(offset + i, byte));
          return { offset, length: bytes.length };
        });
        const want = ({ offset, length }: { offset: number; length: number }): Uint8Array =>
          Uint8Array.from({ length }, (_, i) => expected.get(offset + i)!);
        for (const each of placed) assert.deepEqual(onMedia(running, each.offset, each.length), want(each));
        running.reboot();
        if (hostToo) running.rebootHost();
        const now = running.record.vnvdimms[0]!;
        for (const each of placed) {
          assert.deepEqual(running.guest.load(now.gpa + each.offset, each.length)._unsafeUnwrap(), want(each));
        }
      }),
      { numRuns: 15 },
    );
    assert.deepEqual(running.fork.xen.violations(), []);
  });
}

Deno.test("a store that runs out of the vNVDIMM stores nothing", () => {
  const running = SETUPS["one DIMM"]();
  const { gpa, pages } = running.record.vnvdimms[0]!;
  const end = gpa + pages * PAGE_SIZE;
  running.guest.store(end - 8, new Uint8Array(8).fill(7))._unsafeUnwrap();
  const fault = running.guest.store(end - 4, new Uint8Array(8).fill(9))._unsafeUnwrapErr();
  assert.deepEqual(fault, { kind: "ept-violation", gpa: end, qualification: 0x182 });
  assert.deepEqual([...running.guest.load(end - 8, 8)._unsafeUnwrap()], new Array(8).fill(7));
  assert.ok(running.guest.load(3.9 * GiB, 1).isErr(), "between RAM and 4 GiB");
});
