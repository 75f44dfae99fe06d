/** Each invariant notices the damage that it is there for: state is broken behind Xen's back, block by block. */
import assert from "node:assert/strict";
import { type Blocks } from "../../src/base/blocks.ts";
import { RangeMap } from "../../src/base/range_map.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { type Domain, type MgmtRegion, type RegionList, Xen } from "../../src/xen/mod.ts";
import { type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const DATA = PMEM + (128 * MiB) / 4096;
const END = PMEM + (4 * GiB) / 4096;
const FRAMES = { owner: "u32", kind: "u32", gfn: "follows" } as const;
const P2M = { mfn: "follows", type: "u32", maxOrder: "u32", seam: "u32" } as const;
const [RAM_KIND, PMEM_KIND, LABEL_KIND] = [0, 1, 2];

/** Domains 1 and 2 with some pmem each, 1 with label pages and RAM. */
function host(): Machine {
  const m = machine();
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  for (const id of [1, 2]) {
    m.reply(36, raw.createDomain());
    assert.equal(m.call(36, raw.domctl(11, id, [[0, 8, 4096]])), 0);
    assert.equal(m.call(12, raw.pmemMap(id, DATA + id * 4096, 0x100000, 100)), 0);
  }
  assert.equal(m.call(12, raw.pmemMap(1, END - 32, 0, 32, 1)), 0);
  const gfn = m.buffers.place(new Uint8Array(BigUint64Array.of(0n).buffer));
  assert.equal(m.call(12, raw.physmap(1, gfn, 1, 0)), 1);
  return m;
}

/** Rewrites a stored range map. */
function rewrite<S extends typeof FRAMES | typeof P2M>(
  m: Machine,
  id: string,
  schema: S,
  change: (map: RangeMap<S>) => void,
) {
  const store = m.options.state as Blocks<Uint8Array>;
  const map = RangeMap.open(schema, store, id)._unsafeUnwrap();
  change(map);
  map.save(store, id);
}
const setDomain = (m: Machine, id: number, change: Partial<Domain>) =>
  m.options.state.set(`domain/${id}`, { ...m.xen.domain(id)!, ...change });
const setRegions = (m: Machine, kind: RegionList, list: readonly unknown[]) =>
  m.options.state.set(`regions/${kind}`, list);
const changeMgmt = (m: Machine, change: Partial<MgmtRegion>) =>
  setRegions(m, "mgmt", [{ ...m.xen.regions("mgmt")[0]!, ...change }]);

const DAMAGE: readonly (readonly [name: RegExp, damage: (m: Machine) => void])[] = [
  [
    /every owner exists/,
    (m) => rewrite(m, "frames", FRAMES, (map) => map.set(DATA, DATA + 1, { owner: 9, kind: PMEM_KIND, gfn: 5 })),
  ],
  [
    /no frame is mapped twice/,
    (m) =>
      rewrite(m, "p2m/2", P2M, (map) => map.set(0x900, 0x901, { mfn: DATA + 4096, type: 0, maxOrder: 0, seam: 0 })),
  ],
  [/mapped implies owned/, (m) => rewrite(m, "frames", FRAMES, (map) => map.remove(DATA + 4100, DATA + 4101))],
  [
    /mapped implies owned, and M2P/,
    (m) =>
      rewrite(m, "frames", FRAMES, (map) => map.set(DATA + 4100, DATA + 4101, { owner: 1, kind: PMEM_KIND, gfn: 7 })),
  ],
  [/pmem with an M2P entry is mapped there/, (m) => rewrite(m, "p2m/1", P2M, (map) => map.remove(0x100000, 0x100064))],
  [
    /label pages are never mapped/,
    (m) => rewrite(m, "frames", FRAMES, (map) => map.set(END - 32, END, { owner: 1, kind: LABEL_KIND, gfn: 3 })),
  ],
  [
    /management frames are nobody's/,
    (m) =>
      rewrite(m, "frames", FRAMES, (map) => map.set(PMEM + 512, PMEM + 513, { owner: 1, kind: PMEM_KIND, gfn: 3 })),
  ],
  [
    /owned pmem lies in data regions/,
    (m) => rewrite(m, "frames", FRAMES, (map) => map.set(END, END + 1, { owner: 1, kind: PMEM_KIND, gfn: 3 })),
  ],
  [
    /owned RAM in RAM/,
    (m) => rewrite(m, "frames", FRAMES, (map) => map.set(DATA, DATA + 1, { owner: 1, kind: RAM_KIND, gfn: 3 })),
  ],
  [
    /regions of a list do not overlap/,
    (m) => setRegions(m, "data", [...m.xen.regions("data"), ...m.xen.regions("data")]),
  ],
  [/management and data are disjoint/, (m) => changeMgmt(m, { end: DATA + 1 })],
  [/parts of raw pmem/, (m) => setRegions(m, "raw", [])],
  [/management structures fill the used frames/, (m) => changeMgmt(m, { used: 512 })],
  [
    /every managed frame has its structures, once/,
    (m) => changeMgmt(m, { structures: m.xen.regions("mgmt")[0]!.structures.slice(1) }),
  ],
  [/every managed frame has its structures, once/, (m) => {
    const { structures } = m.xen.regions("mgmt")[0]!;
    changeMgmt(m, { structures: [...structures, structures[0]!] });
  }],
  [/page counts are those of the frame table/, (m) => setDomain(m, 1, { pmemPages: 99 })],
  [/tables are those its mappings need/, (m) => setDomain(m, 1, { tablePages: 2 })],
  [/and fit its pool/, (m) => setDomain(m, 1, { pool: [{ start: 5, end: 6 }] })],
  [/no RAM frame is lost/, (m) => m.options.state.set("heap/free", [{ start: 4096, end: 4097 }])],
  [/heap and pools hold RAM only/, (m) => m.options.state.set("heap/free", [{ start: END, end: END + 1 }])],
  [/no RAM frame is in two of/, (m) => m.options.state.set("heap/free", [{ start: 0, end: 2 ** 18 }])],
];

Deno.test("a sound Xen violates nothing", () => assert.deepEqual(host().xen.violations(), []));

for (const [name, damage] of DAMAGE) {
  Deno.test(`damage is named: ${name.source}`, () => {
    const m = host();
    damage(m);
    const found = new Xen(m.options).violations().map((violation) => violation.name);
    assert.ok(found.some((violated) => name.test(violated)), `found: ${found.join("; ") || "nothing"}`);
  });
}
