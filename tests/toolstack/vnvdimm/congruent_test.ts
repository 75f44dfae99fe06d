/** Guest addresses chosen for large leaves (model section 4). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ramLayout } from "../../../src/abi/hvm_layout.ts";
import { GiB, MiB } from "../../../src/base/units.ts";
import { overlaps, range } from "../../../src/base/range.ts";
import { congruentAddress, congruentAddresses } from "../../../src/toolstack/vnvdimm/congruent.ts";

Deno.test("the guest's distance to a whole GiB is the machine's, where that is a multiple of 16 MiB", () => {
  assert.equal(congruentAddress(4 * GiB, 0x420000000), 4 * GiB + 0x20000000);
  assert.equal(congruentAddress(4 * GiB + 0x20000000, 0x420000000), 4 * GiB + 0x20000000);
  assert.equal(congruentAddress(4 * GiB + 0x20000001, 0x420000000), 5 * GiB + 0x20000000);
  assert.equal(congruentAddress(4 * GiB, 0x400000000), 4 * GiB);
});

Deno.test("otherwise it is the next whole GiB", () => {
  assert.equal(congruentAddress(4 * GiB, 0x420200000), 4 * GiB);
  assert.equal(congruentAddress(4 * GiB + 1, 0x420200000), 5 * GiB);
});

Deno.test("devices lie one behind the other above all RAM, on 16 MiB, and never overlap", () => {
  const device = fc.record({
    mpa: fc.integer({ min: 1, max: 2 ** 24 }).map((pages) => pages * 4096),
    length: fc.integer({ min: 1, max: 2 ** 20 }).map((pages) => pages * 4096),
  });
  fc.assert(fc.property(fc.array(device, { maxLength: 8 }), fc.integer({ min: 64, max: 16384 }), (devices, mib) => {
    const ram = ramLayout(mib * MiB);
    const addresses = congruentAddresses(ram, devices);
    const placed = devices.map(({ length }, i) => range(addresses[i]!, length));
    placed.forEach((one, i) => {
      assert.ok(one.start >= ram.high.end);
      assert.equal(one.start % (16 * MiB), 0);
      assert.ok(placed.slice(0, i).every((other) => !overlaps(one, other)));
      const { mpa } = devices[i]!;
      if (mpa % (16 * MiB) === 0) assert.equal(one.start % GiB, mpa % GiB);
    });
  }));
});
