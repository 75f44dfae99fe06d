/** Populating and releasing pmem through the hypercall: a terabyte at each leaf size, and a file of many extents. */
import { machine, PMEM } from "../xen/machine.ts";
import * as raw from "../xen/raw_encoder.ts";

const TIB_FRAMES = 2 ** 28;
/** The prime makes no extent follow another. */
const STRIDE = 7919;

const end = PMEM + TIB_FRAMES + 2 ** 22;
const data = end - TIB_FRAMES;
const m = machine();
m.reply(7, raw.pmemAdd([PMEM, end, PMEM + 512, data, data, end]));

function timed(what: string, work: () => void): void {
  const start = performance.now();
  work();
  console.log(`${what.padEnd(44)} ${(performance.now() - start).toFixed(1).padStart(9)} ms`);
}

function domain(order: number): number {
  const id = raw.u16At(m.reply(36, raw.createDomain()), 8);
  m.reply(36, raw.domctl(0x6e76, id, [[0, 4, order]]));
  m.reply(36, raw.domctl(86, id, [[0, 8, 2 ** 31 + 2 ** 26]]));
  return id;
}

for (const order of [0, 9, 18]) {
  const id = domain(order);
  timed(`populate 1 TiB, order ${order}`, () => m.reply(12, raw.pmemMap(id, data, 0x400000, TIB_FRAMES)));
  timed("release it", () => m.reply(36, raw.domctl(2, id)));
}
for (const extents of [10_000, 50_000]) {
  const id = domain(18);
  timed(`populate ${extents} extents of 4 KiB, call by call`, () => {
    for (let i = 0; i < extents; i++) {
      m.reply(12, raw.pmemMap(id, data + 3 * ((i * STRIDE) % extents), 0x400000 + i, 1));
      m.steps.length = 0;
    }
  });
  timed("list its mappings", () => [...m.xen.mappings(id)].length);
  timed("release it", () => m.reply(36, raw.domctl(2, id)));
}
