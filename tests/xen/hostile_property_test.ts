/**
 * Random hypercalls, valid and hostile, from dom0, from a guest and from an unprivileged domain, whole and entry by
 * entry, under both managements, with machine checks in between: every invariant holds after each, a guest changes
 * nothing that is not its own, a failed populate leaves no trace, and each domain's dump holds just what the frame table
 * says. What was reached is counted, so that a generator that only knocks at the door is noticed.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { compactJson } from "../../src/base/json.ts";
import { dump, type Layout, layout, xenStyle } from "../../src/ept/mod.ts";
import { judge } from "../ept/sdm_walker.ts";
import { imageOf } from "../ept/support.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { type Outcome } from "../../src/xen/mod.ts";
import { domid, fork, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";
import { nfit } from "./raw_tables.ts";

const frames = (bytes: number): number => bytes / 4096;
const MGMT = [PMEM, PMEM + frames(128 * MiB)] as const;
const GIB = frames(GiB);

interface Attack {
  readonly caller: number;
  readonly number: number;
  readonly frame: (m: Machine) => Uint8Array;
  readonly what: string;
  /** One entry only, so that the call is left preempted; it goes on later, for one more entry or to its end. */
  readonly once: boolean;
  readonly toTheEnd: boolean;
  /** A frame that goes bad just before. */
  readonly bad: number | undefined;
}

const frame = fc.oneof(
  { weight: 6, arbitrary: fc.nat(8 * GIB).map((n) => PMEM + n) },
  { weight: 3, arbitrary: fc.nat(64).map((n) => PMEM + n * 16384) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 36 - 1, 2 ** 40, 2 ** 52) },
);
const aligned = fc.nat(8 * GIB / 512).map((n) => PMEM + n * 512);
const count = fc.oneof(fc.nat(3), fc.nat(2000), fc.nat(300000));
const target = fc.constantFrom(0, 1, 2, 3, 4, 0x7ff0, 0x7ff4);
const gfn = fc.oneof(fc.nat(2 ** 22), fc.nat(64).map((n) => n * 16384), fc.constantFrom(2 ** 36 - 1, 2 ** 36, 2 ** 52));

/** One kind of call: how often, which hypercall, and its frame. */
const call = (weight: number, number: number, what: string, frame: fc.Arbitrary<(m: Machine) => Uint8Array>) => ({
  weight,
  arbitrary: frame.map((make) => ({ number, what, frame: make })),
});
const list64 = (m: Machine, list: readonly number[]): bigint =>
  m.buffers.place(new Uint8Array(BigUint64Array.from(list, BigInt).buffer));
/** In the ranges that dom0 may have reported. */
const reported = fc.tuple(fc.nat(1), fc.nat(60000)).map(([slot, n]) => PMEM + 8 * GIB + slot * 98304 + n);
/** Where data is, or soon will be. */
const dataFrame = fc.oneof(
  fc.nat(2 * GIB - 1),
  fc.nat(63).map((n) => n * 8192),
  // So near to each other that calls of a few thousand pages meet.
  { weight: 3, arbitrary: fc.nat(20).map((n) => 8192 + n * 450) },
).map((n) => PMEM + GIB + n);

const calls = fc.oneof(
  call(
    9,
    12,
    "populate",
    fc.tuple(
      fc.constantFrom(1, 1, 3),
      fc.oneof({ weight: 3, arbitrary: dataFrame }, reported),
      fc.nat(2 ** 22),
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom(0, 0, 1),
    )
      .map((a) => () => raw.pmemMap(...a)),
  ),
  call(
    3,
    12,
    "populate",
    fc.tuple(target, frame, gfn, count, fc.constantFrom(0, 0, 1, 2), fc.constantFrom(0, 0, 1, 600, 2 ** 30))
      .map((a) => () => raw.pmemMap(...a)),
  ),
  call(
    2,
    35,
    "setup data",
    fc.tuple(aligned, fc.nat(4096)).map(([at, n]) => () => raw.setupData(at, at + n * 512, ...MGMT)),
  ),
  call(1, 35, "setup mgmt", fc.tuple(aligned, fc.nat(64)).map(([at, n]) => () => raw.setupMgmt(at, at + n * 512))),
  call(
    1,
    35,
    "setup anything",
    fc.tuple(fc.nat(3), frame, frame, frame, frame).map(([type, a, b, c, d]) => () => raw.setup(type, [a, b], [c, d])),
  ),
  call(
    2,
    7,
    "pmem_add",
    fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 2 }), fc.integer({ min: 3, max: 40 })).map(
      ([slot, size, r]) => () => {
        const at = PMEM + 8 * GIB + slot * 98304;
        return raw.pmemAdd([at, at + size * 65536, at + 512, at + 512 * r, at + 512 * r, at + size * 65536]);
      },
    ),
  ),
  call(
    4,
    7,
    "pmem_release",
    fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 2 })).map(([slot, size]) => () => {
      const at = PMEM + 8 * GIB + slot * 98304;
      return raw.pmemRelease([at, at + size * 65536]);
    }),
  ),
  call(
    2,
    36,
    "create",
    fc.tuple(fc.constantFrom(0, 0, 0, 2, 3), fc.constantFrom(3, 3, 0, 0xff), fc.constantFrom(0x3ff, 1, 0))
      .map((a) => () => raw.createDomain(...a)),
  ),
  call(3, 36, "destroy", fc.oneof(fc.constantFrom(1, 3), target).map((t) => () => raw.domctl(2, t))),
  call(
    2,
    36,
    "domctl",
    fc.tuple(
      fc.constantFrom(3, 4, 5, 10, 11, 15, 85, 0x6e76, 99),
      target,
      fc.constantFrom(0, 2, 9, 18, 31, 262144),
      fc.nat(64),
    )
      .map(([cmd, t, a, b]) => () => raw.domctl(cmd, t, [[0, 4, a], [8, 4, b]])),
  ),
  call(2, 36, "pool", fc.tuple(target, fc.nat(2000)).map(([t, n]) => () => raw.domctl(86, t, [[0, 8, n * 4096]]))),
  call(
    3,
    12,
    "physmap",
    fc.tuple(target, fc.array(gfn, { minLength: 1, maxLength: 20 }), fc.constantFrom(0, 9, 18), fc.nat(3))
      .map(([t, list, order, done]) => (m) => raw.physmap(t, list64(m, list), list.length, order, 0, done)),
  ),
  call(1, 29, "shutdown", fc.nat(9).map((reason) => () => raw.shutdown(reason))),
  call(
    2,
    41,
    "pmem_rw",
    fc.tuple(
      fc.constantFrom(1, 3),
      fc.oneof(dataFrame, fc.nat(4990).map((n) => PMEM + GIB + n)),
      fc.nat(9000),
      fc.nat(1),
      fc.nat(100),
    ).map(
      ([t, at, n, w, done]) => (m) => {
        const op = m.buffers.place(raw.pmemRw(at * 4096, n, w, done));
        return raw.dm(t, [[op, 40], [m.buffers.place(new Uint8Array(n)), n]]);
      },
    ),
  ),
  ...[7, 12, 29, 35, 36, 41, 99].map((number) =>
    call(1, number, "garbage", fc.uint8Array({ maxLength: 150 }).map((bytes) => () => bytes.slice()))
  ),
);

const attacks: fc.Arbitrary<Attack[]> = fc.array(
  fc.record({
    caller: fc.constantFrom(0, 0, 0, 0, 1, 2),
    call: calls,
    once: fc.nat(2).map((n) => n === 0),
    toTheEnd: fc.boolean(),
    bad: fc.option(dataFrame, { freq: 12, nil: undefined }),
  }).map(({ call, ...rest }) => ({ ...rest, ...call })),
  { minLength: 1, maxLength: 40, size: "max" },
);

/** 8 GiB of pmem, a management region, two GiB of data; domain 1 HVM with RAM and pmem, 2 PV. */
function host(management: "xen" | "dom0"): Machine {
  const m = machine({
    management,
    preemptPages: 500,
    tables: { nfit: nfit([{ base: 16 * GiB, length: 8 * GiB, flags: 0 }]) },
  });
  if (management === "dom0") assert.equal(m.call(7, raw.pmemAddRaw([PMEM, PMEM + 8 * GIB])), 0);
  assert.equal(m.call(35, raw.setupMgmt(...MGMT)), 0);
  assert.equal(m.call(35, raw.setupData(PMEM + GIB, PMEM + 3 * GIB, ...MGMT)), 0);
  m.reply(36, raw.createDomain());
  m.reply(36, raw.createDomain(0, 0, 0));
  for (const id of [1, 2]) assert.equal(m.call(36, raw.domctl(11, id, [[0, 8, 262144]])), 0);
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + GIB, 0x100000, 5000)), 0);
  return m;
}
const HOSTS = { xen: host("xen"), dom0: host("dom0") };

/** Deep states that a run of the property must have reached, each at least this often; it does some ten times as often. */
const MUST_REACH = {
  "populated data": 50,
  "populated label pages": 25,
  "preempted while populating": 25,
  "resumed a populate": 15,
  "rolled back pages of earlier entries": 1,
  "populate met a page in use": 30,
  "a broken frame in the way": 20,
  "preempted while destroying": 8,
  "resumed a destroy": 3,
  "a call found its domain dying": 1,
  "set up management": 15,
  "set up data": 8,
  "pmem added by dom0": 40,
  "pmem released": 1,
  "leaves of 2 MiB": 50,
  "label pages read or written": 1,
  "refused for want of privilege": 200,
  "a dump judged": 60,
} as const;
type Reached = keyof typeof MUST_REACH;

Deno.test("no sequence of hypercalls breaks an invariant", () => {
  const reached = new Map<string, number>();
  const mark = (what: Reached, when = true) => when && reached.set(what, (reached.get(what) ?? 0) + 1);
  fc.assert(
    fc.property(fc.constantFrom("xen", "dom0"), attacks, (management, list) => {
      const m = fork(HOSTS[management as keyof typeof HOSTS]);
      // Calls that were preempted; the next one to be left unfinished goes on with the oldest first.
      const preempted: (Pick<Attack, "caller" | "number" | "what"> & { readonly frame: Uint8Array })[] = [];
      for (const attack of list) {
        if (attack.bad !== undefined) m.xen.machineCheck(attack.bad * 4096);
        if (!m.xen.domain(attack.caller)) continue;
        const resumed = attack.once ? preempted.shift() : undefined;
        const { caller, number, frame, what } = resumed ?? { ...attack, frame: attack.frame(m) };
        if (!m.xen.domain(caller)) continue;
        const before = snapshot(m);
        const enter = (bytes: Uint8Array) => m.xen.enter(domid(caller), number, bytes, m.buffers);
        let outcome = enter(frame);
        const toTheEnd = resumed ? attack.toTheEnd : !attack.once;
        while (toTheEnd && outcome.kind === "again") outcome = enter(outcome.frame);
        if (outcome.kind === "again") preempted.push({ caller, number, what, frame: outcome.frame });
        if (outcome.kind === "failed" && what === "populate" && !resumed) {
          assert.deepEqual(snapshot(m), before, "a failed populate leaves no trace");
        }
        record(m, { what, frame, resumed: resumed !== undefined, outcome, before });
        assert.deepEqual(m.xen.violations(), [], what);
        if (caller !== 0) onlyItself(caller, before, snapshot(m));
      }
      // What a domain has is what the layout of its mappings says, and all of it comes back at its end.
      for (const { domid: id, tablePages, pool, life } of m.xen.domains()) {
        // A dying domain has no tables any more, though its pool may have been filled again.
        if (pool.length > 0 && life !== "dying") {
          const made = layout([...m.xen.mappings(id)], { style: xenStyle() })._unsafeUnwrap();
          assert.equal(made.counts.tables, tablePages);
          mark("leaves of 2 MiB", made.counts.leaf2m > 0);
          dumpsItsFrames(m, id, made);
          mark("a dump judged", id !== 0);
        }
        if (id !== 0) assert.equal(m.call(36, raw.domctl(2, id)), 0);
      }
      assert.deepEqual([...m.xen.owned()].filter((r) => r.owner !== 0), []);
      assert.deepEqual(m.xen.violations(), []);
    }),
    { numRuns: 800 },
  );
  for (const [what, least] of Object.entries(MUST_REACH)) {
    assert.ok((reached.get(what) ?? 0) >= least, `${what}: ${reached.get(what) ?? 0} times, not ${least}`);
  }

  interface Made {
    readonly what: string;
    readonly frame: Uint8Array;
    readonly resumed: boolean;
    readonly outcome: Outcome;
    readonly before: Snapshot;
  }
  function record(m: Machine, { what, frame, resumed, outcome, before }: Made): void {
    const { kind } = outcome;
    const errno = kind === "failed" ? outcome.errno : undefined;
    const ok = kind === "done";
    const grew = (list: "mgmt" | "data") =>
      m.xen.regions(list).length > before.regions[list === "mgmt" ? 1 : 2]!.length;
    mark("refused for want of privilege", errno === "EPERM");
    if (what === "populate") {
      const isLabel = raw.u32At(frame, 36) === 1;
      mark("populated data", ok && !isLabel);
      mark("populated label pages", ok && isLabel);
      mark("preempted while populating", kind === "again");
      mark("resumed a populate", resumed && kind !== "failed");
      mark("rolled back pages of earlier entries", resumed && errno === "EBUSY");
      mark("populate met a page in use", errno === "EBUSY");
      const start = Number(raw.u64At(frame, 16));
      const end = start + raw.u32At(frame, 32);
      mark("a broken frame in the way", errno === "EBUSY" && m.xen.broken.some((r) => r.start < end && start < r.end));
      const target = m.xen.domain(raw.u16At(frame, 8));
      mark("a call found its domain dying", kind === "failed" && target?.life === "dying");
    }
    if (what === "destroy") {
      mark("preempted while destroying", kind === "again");
      mark("resumed a destroy", resumed && ok);
    }
    mark("set up management", what === "setup mgmt" && ok && grew("mgmt"));
    mark("set up data", what === "setup data" && ok && grew("data"));
    mark("pmem added by dom0", what === "pmem_add" && ok);
    mark("pmem released", what === "pmem_release" && ok);
    mark("label pages read or written", what === "pmem_rw" && ok);
  }
});

/** The frame table's word of what a domain has mapped, against the dump of its second-level tables, by the independent walker. */
function dumpsItsFrames(m: Machine, id: number, made: Layout): void {
  const files = dump(made, { image: "x.img", extents: "x.extents" });
  const sidecar = JSON.parse(compactJson(files.sidecar));
  // The frame table does not remember in which steps pages were mapped.
  sidecar.checks.min_leaves = false;
  const hexText = (frames: number) => `0x${(frames * 4096).toString(16)}`;
  const lines = [...m.xen.owned()].filter(({ owner, gfn }) => owner === id && gfn !== undefined).map((r) =>
    `${hexText(r.gfn!)} ${hexText(r.end - r.start)} ${hexText(r.start)}\n`
  );
  const report = judge(sidecar, imageOf(made), lines);
  assert.deepEqual([...report.findings], [], report.examples.join("\n"));
}
interface Snapshot {
  readonly domains: readonly unknown[];
  readonly owned: readonly { readonly owner: number }[];
  /** Raw, management, data. */
  readonly regions: readonly (readonly unknown[])[];
}
const snapshot = (m: Machine): Snapshot => ({
  domains: m.xen.domains(),
  owned: [...m.xen.owned()],
  regions: [m.xen.regions("raw"), m.xen.regions("mgmt"), m.xen.regions("data")],
});

/** A guest can give itself RAM within its limit and stop itself; nothing of anybody else moves, and no pmem. */
function onlyItself(caller: number, before: Snapshot, after: Snapshot): void {
  assert.deepEqual(after.regions, before.regions);
  const others = ({ domains }: Snapshot) => domains.filter((d) => (d as { domid: number }).domid !== caller);
  assert.deepEqual(others(after), others(before));
  const notRam = ({ owned }: Snapshot) =>
    owned.filter((r) => r.owner !== caller || (r as { kind?: string }).kind !== "ram");
  assert.deepEqual(notRam(after), notRam(before));
}
