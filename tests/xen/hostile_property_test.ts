/**
 * Random hypercalls, valid and hostile, from dom0, from a guest and from an unprivileged domain, whole and entry by
 * entry: every invariant holds after each, a guest changes nothing that is not its own, and a failed populate leaves no
 * trace.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { layout } from "../../src/ept/mod.ts";
import { GiB, MiB } from "../../src/base/units.ts";
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
  /** One entry only, so that the call is left preempted. */
  readonly once: boolean;
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
/** Where data is, or soon will be. */
const dataFrame = fc.oneof(fc.nat(2 * GIB - 1), fc.nat(63).map((n) => n * 8192)).map((n) => PMEM + GIB + n);

const calls = fc.oneof(
  call(
    5,
    12,
    "populate",
    fc.tuple(
      fc.constantFrom(1, 1, 3),
      dataFrame,
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
    fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 3, max: 40 })).map(
      ([slot, size, r]) => () => {
        const at = PMEM + 8 * GIB + slot * 98304;
        return raw.pmemAdd([at, at + size * 65536, at + 512, at + 512 * r, at + 512 * r, at + size * 65536]);
      },
    ),
  ),
  call(
    2,
    7,
    "pmem_release",
    fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 3 })).map(([slot, size]) => () => {
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
  call(2, 36, "destroy", target.map((t) => () => raw.domctl(2, t))),
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
    1,
    41,
    "pmem_rw",
    fc.tuple(fc.constantFrom(1, 3), dataFrame, fc.nat(9000), fc.nat(1), fc.nat(100)).map(
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
  fc.record({ caller: fc.constantFrom(0, 0, 0, 0, 1, 2), call: calls, once: fc.nat(4).map((n) => n === 0) })
    .map(({ caller, call, once }) => ({ caller, once, ...call })),
  { minLength: 1, maxLength: 25 },
);

/** Management xen, 8 GiB of pmem, a management region, some data; domain 1 HVM with RAM and pmem, 2 PV. */
function host(): Machine {
  const m = machine({
    management: "xen",
    preemptPages: 500,
    tables: { nfit: nfit([{ base: 16 * GiB, length: 8 * GiB, flags: 0 }]) },
  });
  assert.equal(m.call(35, raw.setupMgmt(...MGMT)), 0);
  assert.equal(m.call(35, raw.setupData(PMEM + GIB, PMEM + 3 * GIB, ...MGMT)), 0);
  m.reply(36, raw.createDomain());
  m.reply(36, raw.createDomain(0, 0, 0));
  for (const id of [1, 2]) assert.equal(m.call(36, raw.domctl(11, id, [[0, 8, 262144]])), 0);
  assert.equal(m.call(12, raw.pmemMap(1, PMEM + GIB, 0x100000, 5000)), 0);
  return m;
}
const HOST = host();

Deno.test("no sequence of hypercalls breaks an invariant", () => {
  fc.assert(
    fc.property(attacks, (list) => {
      const m = fork(HOST);
      // Calls that were preempted; the next one to be left unfinished goes on with the oldest first.
      const preempted: { readonly caller: number; readonly number: number; readonly frame: Uint8Array }[] = [];
      for (const attack of list) {
        if (!m.xen.domain(attack.caller)) continue;
        const resumed = attack.once ? preempted.shift() : undefined;
        const { caller, number, frame } = resumed ?? { ...attack, frame: attack.frame(m) };
        if (!m.xen.domain(caller)) continue;
        const before = snapshot(m);
        if (attack.once) {
          const outcome = m.xen.enter(domid(caller), number, frame, m.buffers);
          if (outcome.kind === "again") preempted.push({ caller, number, frame: outcome.frame });
        } else if (m.xen.hypercall(domid(caller), number, frame, m.buffers).isErr() && attack.what === "populate") {
          assert.deepEqual(snapshot(m), before, "a failed populate leaves no trace");
        }
        assert.deepEqual(m.xen.violations(), [], attack.what);
        if (caller !== 0) onlyItself(caller, before, snapshot(m));
      }
      // What a domain has is what the layout of its mappings says, and all of it comes back at its end.
      for (const { domid: id, tablePages, pool } of m.xen.domains()) {
        if (pool.length > 0) assert.equal(layout([...m.xen.mappings(id)])._unsafeUnwrap().counts.tables, tablePages);
        if (id !== 0) assert.equal(m.call(36, raw.domctl(2, id)), 0);
      }
      assert.deepEqual([...m.xen.owned()].filter((r) => r.owner !== 0), []);
      assert.deepEqual(m.xen.violations(), []);
    }),
    { numRuns: 400 },
  );
});

interface Snapshot {
  readonly domains: readonly unknown[];
  readonly owned: readonly { readonly owner: number }[];
  readonly regions: readonly unknown[];
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
