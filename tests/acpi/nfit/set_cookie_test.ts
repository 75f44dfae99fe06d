import assert from "node:assert/strict";
import fc from "fast-check";
import { type CookieMember, setCookies, setPositions } from "../../../src/acpi/mod.ts";
import { fletcher64 } from "../../../src/base/checksum.ts";

const member = (regionOffset: bigint, serialNumber: number, rest: Partial<CookieMember> = {}): CookieMember => ({
  regionOffset,
  serialNumber,
  vendorId: 0x8980,
  manufacturingDate: 0x1618,
  manufacturingLocation: 0x0a,
  ...rest,
});
const QEMU = { vendorId: 0x8086, manufacturingDate: 0, manufacturingLocation: 0 };

Deno.test("N5: Fletcher-64 over known bytes", () => {
  assert.equal(fletcher64(Uint8Array.from({ length: 32 }, (_, i) => i)), 0xbd99755088807870n);
  assert.equal(fletcher64(new TextEncoder().encode("NAMESPACE_INDEX\0")), 0x7be3f9ffd730362an);
  assert.equal(fletcher64(new Uint8Array(4096).fill(0xff)), 0xfff7fe00fffffc00n);
  assert.equal(fletcher64(new Uint8Array(4096)), 0n);
});

Deno.test("N6: QEMU's DIMMs by themselves", () => {
  const first = setCookies([member(0n, 0x123456, QEMU)]);
  assert.deepEqual(first, { cookie1: 0x2468ac00123456n, cookie2: 0xba90120012b4dcn, altcookie: 0x2468ac00123456n });
  const second = setCookies([member(0n, 0x123457, QEMU)]);
  assert.deepEqual([second.cookie1, second.cookie2], [0x2468ae00123457n, 0xba901c0012b4ddn]);
});

Deno.test("N7: two ways, the mapping with the higher offset first in the table", () => {
  const cookies = setCookies([member(0x1000n, 0x78563412), member(0n, 0x11223344)]);
  assert.deepEqual(cookies, {
    cookie1: 0x5779dbbc89787756n,
    cookie2: 0xc32f4ea4b5a98a6an,
    altcookie: 0x5779dbbc89787756n,
  });
});

Deno.test("N8: offsets that sort differently as bytes in memory", () => {
  const cookies = setCookies([
    member(0n, 0x11223344),
    member(0x1000n, 0x78563412),
    member(0x10000n, 0xdeadbeef, { manufacturingLocation: 0x0b }),
  ]);
  assert.deepEqual(cookies, {
    cookie1: 0x3abb36f268273645n,
    cookie2: 0xc0d416caaa70d2e4n,
    altcookie: 0xd41d226668273645n,
  });
});

Deno.test("N9: the cookie an old kernel stored in nfit_test's labels", () => {
  const test = { vendorId: 0xabcd, manufacturingDate: 0xe007, manufacturingLocation: 0x0a };
  const serials = [0, 1, 0x100, 0x101].map((n) => ~n >>> 0);
  const cookies = setCookies([16n, 24n, 32n, 40n].map((shift, i) => member(1n << shift, serials[i]!, test)));
  assert.equal(cookies.altcookie, 0x803f6d70100fefbn);
  assert.equal(cookies.cookie1, 0xc0ffadb0100fefbn);
  assert.equal(cookies.cookie2, 0xa76c6907811fae57n);
});

Deno.test("a set of no DIMMs has no cookie", () => {
  assert.deepEqual(setCookies([]), { cookie1: 0n, cookie2: 0n, altcookie: 0n });
});

const members = fc.uniqueArray(
  fc.record({
    regionOffset: fc.bigInt({ min: 0n, max: 2n ** 40n }),
    serialNumber: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  }),
  { selector: (m) => m.regionOffset, maxLength: 8 },
).map((list) => list.map((m) => member(m.regionOffset, m.serialNumber)));

Deno.test("cookies do not depend on the order of the table; positions are the order of offsets", () => {
  fc.assert(fc.property(members, (list) => {
    assert.deepEqual(setCookies([...list].reverse()), setCookies(list));
    const positions = setPositions(list);
    const offsets = [...list].sort((a, b) => (a.regionOffset < b.regionOffset ? -1 : 1)).map((m) => m.regionOffset);
    positions.forEach((position, i) => assert.equal(offsets[position], list[i]!.regionOffset));
  }));
});
