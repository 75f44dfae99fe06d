import assert from "node:assert/strict";
import { domid, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

Deno.test("a namespace is reported, a domain made, its pmem mapped, and given back at its end", () => {
  const m = machine();
  const end = PMEM + 0x400000;
  assert.equal(m.call(7, raw.pmemAdd([PMEM, end, PMEM + 512, PMEM + 0xc000, PMEM + 0xc000, end])), 0);
  const created = m.reply(36, raw.createDomain());
  assert.equal(raw.u16At(created, 8), 1);
  assert.equal(m.call(36, raw.domctl(15, 1, [[0, 4, 2]])), 0);
  assert.equal(m.call(36, raw.domctl(11, 1, [[0, 8, 1048576]])), 0);
  const gfns = new Uint8Array(new BigUint64Array(256).map((_, i) => BigInt(i * 512)).buffer);
  assert.equal(m.call(12, raw.physmap(1, m.buffers.place(gfns), 256, 9)), 256);
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + 0xc000, 0x100000, 0x3f4000)), 0);
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + 0xc000, 0x100000, 0x3f4000)), "EBUSY");
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + 0xc000, 0x100000, 0x3f4000), domid(1)), "EPERM");
  assert.equal(m.call(36, raw.domctl(2, 1)), 0);
  assert.equal(m.call(36, raw.domctl(2, 1)), "ESRCH");
});
