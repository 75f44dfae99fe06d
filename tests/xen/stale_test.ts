/** Translations that processors may still hold: every change of a p2m names them, and nothing goes on before the flush. */
import assert from "node:assert/strict";
import { GiB, MiB } from "../../src/base/units.ts";
import { type StaleTranslation, StaleTranslations } from "../../src/xen/stale_translations.ts";
import { type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const DATA = PMEM + (128 * MiB) / 4096;
const END = PMEM + (4 * GiB) / 4096;
const GFN = 0x100000;

/** A domain with two extents of pmem. */
function host(): Machine {
  const m = machine({ preemptPages: 64 });
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 512, GFN, 100)), 0);
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 1024, GFN + 100, 50)), 0);
  return m;
}

/** What was pending at each flush while `act` ran. With `lost` the flushes do nothing. */
function flushes(act: () => void, lost = false): StaleTranslation[][] {
  const seen: StaleTranslation[][] = [];
  const { flush } = StaleTranslations.prototype;
  StaleTranslations.prototype.flush = function (this: StaleTranslations, domid: number) {
    seen.push([...this.pending]);
    if (!lost) flush.call(this, domid);
  };
  try {
    act();
  } finally {
    StaleTranslations.prototype.flush = flush;
  }
  return seen;
}

const frames = (start: number, count: number) => ({ start, end: start + count });

Deno.test("destroying a domain flushes all that it had mapped, before a page is free", () => {
  const m = host();
  assert.deepEqual(flushes(() => assert.equal(m.call(36, raw.domctl(2, 1)), 0)), [[
    { domid: 1, gfns: frames(GFN, 100), mfns: frames(DATA + 512, 100) },
    { domid: 1, gfns: frames(GFN + 100, 50), mfns: frames(DATA + 1024, 50) },
  ]]);
});

Deno.test("an undo flushes what earlier entries had mapped", () => {
  const m = host();
  // Its page 200 is taken: three entries are done by then.
  let frame = raw.pmemMap(1, DATA + 312, 0x200000, 300);
  const seen = flushes(() => {
    for (const expected of ["again", "again", "again", "failed"]) {
      const outcome = m.xen.enter(0 as Parameters<typeof m.xen.enter>[0], 12, frame);
      assert.equal(outcome.kind, expected);
      frame = outcome.frame;
    }
  });
  assert.deepEqual(seen, [[{ domid: 1, gfns: frames(0x200000, 192), mfns: frames(DATA + 312, 192) }]]);
});

Deno.test("mapping what was not mapped leaves nothing stale", () => {
  const m = host();
  assert.deepEqual(flushes(() => assert.equal(m.call(12, raw.pmemMap(1, DATA + 4096, 0x200000, 300)), 0)), []);
});

Deno.test("a hypercall that forgets its flush does not return", () => {
  const m = host();
  assert.throws(() => flushes(() => m.call(36, raw.domctl(2, 1)), true), /returns before its flush/);
});

Deno.test("a frame behind a stale translation is given to nobody", () => {
  const stale = new StaleTranslations();
  stale.add([{ domid: 1, gfns: frames(GFN, 100), mfns: frames(DATA, 100) }]);
  stale.assertNone(frames(DATA + 100, 1));
  stale.assertNone(frames(DATA - 1, 1));
  assert.throws(() => stale.assertNone(frames(DATA + 99, 1)), /reused before a flush/);
  stale.flush(2);
  assert.throws(() => stale.assertNone(frames(DATA, 1)));
  stale.flush(1);
  stale.assertNone(frames(DATA, 100));
});
