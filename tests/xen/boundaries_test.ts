/** The last value that is accepted beside the first that is not, for every limit that a check draws. */
import assert from "node:assert/strict";
import { GiB, MiB, TiB } from "../../src/base/units.ts";
import { domid, fork, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";
import { nfit } from "./raw_tables.ts";

const frames = (bytes: number): number => bytes / 4096;
const DATA = PMEM + frames(128 * MiB);
const END = PMEM + frames(4 * GiB);
const SPARE = PMEM + frames(64 * GiB);

const dom0 = (() => {
  const m = machine();
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  m.reply(36, raw.createDomain());
  assert.equal(m.call(36, raw.domctl(15, 1, [[0, 4, 2]])), 0);
  assert.equal(m.call(36, raw.domctl(11, 1, [[0, 8, 4096]])), 0);
  return m;
})();
const xen = (() => {
  const m = machine({
    management: "xen",
    tables: {
      nfit: nfit([{ base: 16 * GiB, length: 8 * GiB, flags: 0 }, { base: 16 * TiB - GiB, length: 2 * GiB, flags: 0 }]),
    },
  });
  assert.equal(m.call(35, raw.setupMgmt(PMEM, PMEM + frames(256 * MiB))), 0);
  return m;
})();
/** First unused frame of that management region: 1 + 1 + 1 chunks are taken. */
const UNUSED = PMEM + 3 * 512;
const MGMT = [PMEM, PMEM + frames(256 * MiB)] as const;

interface Pair {
  readonly limit: string;
  readonly on: Machine;
  readonly number: number;
  readonly accepted: (m: Machine) => Uint8Array;
  readonly refused: (m: Machine) => Uint8Array;
  /** What the refused call gives: an errno, or how many extents were done. */
  readonly errno: string | number;
  /** What the accepted call returns. */
  readonly value?: number;
}

const spare = (at: number, length: number, reserved: number) =>
  raw.pmemAdd([at, at + length, at + 512, at + 512 + reserved, at + 512 + reserved, at + length]);
const divided = (reserved: readonly number[], data: readonly number[]) =>
  raw.pmemAdd([SPARE, SPARE + frames(GiB), ...reserved, ...data]);
/** RAM ends at 7 GiB, in the middle of a slot of compat M2P that serves 2 GiB: pmem behind it needs none of its own. */
const behindRam = (reserved: number) => spare(frames(7 * GiB), frames(GiB), reserved);
const mgmtOf = (mgmt: readonly [number, number]) => raw.setup(1, [frames(20 * GiB), frames(21 * GiB)], mgmt);
const data = (end: number) => raw.setupData(PMEM + frames(GiB), PMEM + frames(2 * GiB), MGMT[0], end);
/** A GiB over the end of a 2 GiB slot: four groups, two slots of M2P, one of compat M2P are new. */
const straddling = (end: number) => raw.setupData(frames(17.75 * GiB), frames(18.75 * GiB), MGMT[0], end);
const physmap = (order: number, count = 1) => (m: Machine) =>
  raw.physmap(
    1,
    m.buffers.place(
      new Uint8Array(BigUint64Array.from({ length: count }, (_, i) => BigInt(i) << BigInt(order)).buffer),
    ),
    count,
    order,
  );
const rw = (paddr: number, length: number, size: number, done = 0) => (m: Machine) => {
  m.call(12, raw.pmemMap(1, END - 32, 0, 32, 1));
  const op = raw.pmemRw(paddr, length, 0, done);
  return raw.dm(1, [[m.buffers.place(op), 40], [m.buffers.place(new Uint8Array(size)), size]]);
};

const PAIRS: readonly Pair[] = [
  {
    limit: "both ends on 2 MiB",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => spare(SPARE + 512, frames(GiB), 5120),
    refused: () => spare(SPARE + 511, frames(GiB), 5120),
  },
  {
    limit: "six chunks for 1 GiB",
    on: dom0,
    number: 7,
    errno: "ENOMEM",
    accepted: () => spare(SPARE, frames(GiB), 3072),
    refused: () => spare(SPARE, frames(GiB), 3071),
  },
  {
    limit: "reserved by the rule, 256 MiB in a slot that is there",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: (m) => {
      m.reply(7, spare(SPARE + frames(512 * MiB), frames(256 * MiB), 2048));
      return spare(SPARE, frames(256 * MiB), 640);
    },
    refused: (m) => {
      m.reply(7, spare(SPARE + frames(512 * MiB), frames(256 * MiB), 2048));
      return spare(SPARE, frames(256 * MiB), 639);
    },
  },
  {
    limit: "reserved and data touch, not overlap",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => spare(SPARE, frames(GiB), 4096),
    refused: () =>
      raw.pmemAdd([SPARE, SPARE + frames(GiB), SPARE + 512, SPARE + 4608, SPARE + 4607, SPARE + frames(GiB)]),
  },
  {
    limit: "the whole ends with a raw region's start",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => raw.pmemAddRaw([PMEM - 512, PMEM]),
    refused: () => raw.pmemAddRaw([PMEM - 512, PMEM + 1]),
  },
  {
    limit: "spfn below epfn",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => raw.pmemAddRaw([SPARE, SPARE + 1]),
    refused: () => raw.pmemAddRaw([SPARE, SPARE]),
  },
  {
    limit: "the reserved range starts with the whole",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => divided([SPARE, SPARE + 4096], [SPARE + 4096, SPARE + frames(GiB)]),
    refused: () => divided([SPARE - 1, SPARE + 4096], [SPARE + 4096, SPARE + frames(GiB)]),
  },
  {
    limit: "the reserved range ends with the whole",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => divided([SPARE + 4096, SPARE + frames(GiB)], [SPARE, SPARE + 4096]),
    refused: () => divided([SPARE + 4096, SPARE + frames(GiB) + 1], [SPARE, SPARE + 4096]),
  },
  {
    limit: "the data range starts with the whole",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => divided([SPARE + 4096, SPARE + frames(GiB)], [SPARE, SPARE + 4096]),
    refused: () => divided([SPARE + 4096, SPARE + frames(GiB)], [SPARE - 1, SPARE + 4096]),
  },
  {
    limit: "the data range ends with the whole",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => divided([SPARE, SPARE + 4096], [SPARE + 4096, SPARE + frames(GiB)]),
    refused: () => divided([SPARE, SPARE + 4096], [SPARE + 4096, SPARE + frames(GiB) + 1]),
  },
  {
    limit: "the whole starts where RAM ends",
    on: dom0,
    number: 7,
    errno: "EINVAL",
    accepted: () => raw.pmemAddRaw([frames(7 * GiB), frames(8 * GiB)]),
    refused: () => raw.pmemAddRaw([frames(7 * GiB) - 1, frames(8 * GiB)]),
  },
  {
    limit: "chunks that RAM has are not built again: five for 1 GiB",
    on: dom0,
    number: 7,
    errno: "ENOMEM",
    accepted: () => behindRam(5 * 512),
    // In a slot of its own the same GiB needs a sixth.
    refused: () => spare(frames(8 * GiB), frames(GiB), 5 * 512),
  },
  {
    limit: "mgmt_smfn is smfn",
    on: xen,
    number: 35,
    errno: "EINVAL",
    accepted: () => mgmtOf([frames(20 * GiB), frames(21 * GiB)]),
    refused: () => mgmtOf([frames(20 * GiB) + 1, frames(21 * GiB)]),
  },
  {
    limit: "mgmt_emfn is emfn",
    on: xen,
    number: 35,
    errno: "EINVAL",
    accepted: () => mgmtOf([frames(20 * GiB), frames(21 * GiB)]),
    refused: () => mgmtOf([frames(20 * GiB), frames(21 * GiB) - 1]),
  },
  {
    limit: "sanitize: done up to the frames",
    on: dom0,
    number: 35,
    errno: "EINVAL",
    accepted: () => raw.sanitize(DATA, DATA + 9, 9),
    refused: () => raw.sanitize(DATA, DATA + 9, 10),
  },
  {
    limit: "sanitize: the data region's last frame",
    on: dom0,
    number: 35,
    errno: "ENXIO",
    accepted: () => raw.sanitize(END - 1, END),
    refused: () => raw.sanitize(END - 1, END + 1),
  },
  {
    limit: "two buffers",
    on: dom0,
    number: 41,
    errno: "E2BIG",
    accepted: rw((END - 32) * 4096, 8, 8),
    refused: (m) => {
      const [op, data] = [m.buffers.place(raw.pmemRw(0, 8, 0)), m.buffers.place(new Uint8Array(8))];
      return raw.dm(1, [[op, 40], [data, 8], [data, 8]]);
    },
  },
  {
    limit: "progress up to nr_mfns",
    on: dom0,
    number: 12,
    errno: "EINVAL",
    accepted: (m) => {
      m.reply(12, raw.pmemMap(1, DATA, 1, 32));
      return raw.pmemMap(1, DATA, 1, 16, 0, 16);
    },
    refused: (m) => {
      m.reply(12, raw.pmemMap(1, DATA, 1, 32));
      return raw.pmemMap(1, DATA, 1, 16, 0, 17);
    },
  },
  {
    limit: "the frame table's end, 16 TiB",
    on: xen,
    number: 35,
    errno: "EINVAL",
    accepted: () => raw.setupMgmt(frames(16 * TiB - GiB), frames(16 * TiB)),
    refused: () => raw.setupMgmt(frames(16 * TiB - GiB), frames(16 * TiB) + 512),
  },
  {
    limit: "management of 6 MiB",
    on: xen,
    number: 35,
    errno: "EINVAL",
    accepted: () => raw.setupMgmt(frames(20 * GiB), frames(20 * GiB) + 1536),
    refused: () => raw.setupMgmt(frames(20 * GiB), frames(20 * GiB) + 1024),
  },
  {
    limit: "raw pmem's end",
    on: xen,
    number: 35,
    errno: "EINVAL",
    accepted: () => raw.setupMgmt(frames(23 * GiB), frames(24 * GiB)),
    refused: () => raw.setupMgmt(frames(23 * GiB), frames(24 * GiB) + 512),
  },
  {
    limit: "management regions touch",
    on: xen,
    number: 35,
    errno: "EEXIST",
    accepted: () => raw.setupMgmt(MGMT[1], MGMT[1] + 1536),
    refused: () => raw.setupMgmt(MGMT[1] - 512, MGMT[1] + 1536),
  },
  {
    limit: "slice: the rule's 2560 frames",
    on: xen,
    number: 35,
    errno: "ENOSPC",
    accepted: () => data(UNUSED + 5 * 512),
    refused: () => data(UNUSED + 2559),
  },
  {
    limit: "slice: seven chunks where the rule asks five",
    on: xen,
    number: 35,
    errno: "ENOMEM",
    accepted: () => straddling(UNUSED + 7 * 512),
    refused: () => straddling(UNUSED + 7 * 512 - 1),
  },
  {
    limit: "management region contains the slice",
    on: xen,
    number: 35,
    errno: "ENXIO",
    accepted: () => data(MGMT[1]),
    refused: () => data(MGMT[1] + 1),
  },
  {
    limit: "gfn 2^36 - 1",
    on: dom0,
    number: 12,
    errno: "EINVAL",
    accepted: () => raw.pmemMap(1, DATA, 2 ** 36 - 1, 1),
    refused: () => raw.pmemMap(1, DATA, 2 ** 36, 1),
  },
  {
    limit: "the data region's last frame",
    on: dom0,
    number: 12,
    errno: "ENXIO",
    accepted: () => raw.pmemMap(1, END - 1, 0, 1),
    refused: () => raw.pmemMap(1, END - 1, 0, 2),
  },
  {
    limit: "the data region's first frame",
    on: dom0,
    number: 12,
    errno: "ENXIO",
    accepted: () => raw.pmemMap(1, DATA, 0, 1),
    refused: () => raw.pmemMap(1, DATA - 1, 0, 1),
  },
  {
    limit: "one page at least",
    on: dom0,
    number: 12,
    errno: "ENXIO",
    accepted: () => raw.pmemMap(1, DATA, 0, 1),
    refused: () => raw.pmemMap(1, DATA, 0, 0),
  },
  {
    limit: "type 1",
    on: dom0,
    number: 12,
    errno: "EINVAL",
    accepted: () => raw.pmemMap(1, DATA, 0, 1, 1),
    refused: () => raw.pmemMap(1, DATA, 0, 1, 2),
  },
  {
    limit: "the pool's last page",
    on: dom0,
    number: 12,
    errno: "ENOMEM",
    accepted: (m) => {
      m.reply(36, raw.domctl(0x6e76, 1));
      return raw.pmemMap(1, DATA, 0, 253 * 512);
    },
    refused: (m) => {
      m.reply(36, raw.domctl(0x6e76, 1));
      return raw.pmemMap(1, DATA, 0, 253 * 512 + 1);
    },
  },
  {
    limit: "domid 0x7fef",
    on: dom0,
    number: 36,
    errno: "EINVAL",
    accepted: () => raw.createDomain(0x7fef),
    refused: () => raw.domctl(5, 0x7ff0),
  },
  {
    limit: "128 vCPUs",
    on: dom0,
    number: 36,
    errno: "EINVAL",
    accepted: () => raw.createDomain(0, 3, 0x3ff, 128),
    refused: () => raw.createDomain(0, 3, 0x3ff, 129),
  },
  {
    limit: "8192 vCPUs of PV",
    on: dom0,
    number: 36,
    errno: "EINVAL",
    accepted: () => raw.createDomain(0, 0, 0, 8192),
    refused: () => raw.createDomain(0, 0, 0, 8193),
  },
  {
    limit: "one vCPU",
    on: dom0,
    number: 36,
    errno: "EINVAL",
    accepted: () => raw.createDomain(0, 3, 0x3ff, 1),
    refused: () => raw.createDomain(0, 3, 0x3ff, 0),
  },
  {
    limit: "order 18",
    on: dom0,
    number: 36,
    errno: "EINVAL",
    accepted: () => raw.domctl(0x6e76, 1, [[0, 4, 18]]),
    refused: () => raw.domctl(0x6e76, 1, [[0, 4, 19]]),
  },
  {
    limit: "pool in whole pages",
    on: dom0,
    number: 36,
    errno: "EINVAL",
    accepted: () => raw.domctl(86, 1, [[0, 8, 4096]]),
    refused: () => raw.domctl(86, 1, [[0, 8, 4095]]),
  },
  {
    limit: "max_mem, 1024 pages",
    on: dom0,
    number: 12,
    errno: 2,
    accepted: physmap(9, 2),
    refused: physmap(9, 3),
    value: 2,
  },
  {
    limit: "length inside buffer 1",
    on: dom0,
    number: 41,
    errno: "EINVAL",
    accepted: rw((END - 32) * 4096, 8, 8),
    refused: rw((END - 32) * 4096, 9, 8),
  },
  {
    limit: "done up to length",
    on: dom0,
    number: 41,
    errno: "EINVAL",
    accepted: rw((END - 32) * 4096, 8, 8, 8),
    refused: rw((END - 32) * 4096, 8, 8, 9),
  },
  {
    limit: "the last label page",
    on: dom0,
    number: 41,
    errno: "EINVAL",
    accepted: rw(END * 4096 - 8, 8, 8),
    refused: rw(END * 4096 - 7, 8, 8),
  },
  {
    limit: "the first label page",
    on: dom0,
    number: 41,
    errno: "EINVAL",
    accepted: rw((END - 32) * 4096, 8, 8),
    refused: rw((END - 32) * 4096 - 1, 8, 8),
  },
];

for (const { limit, on, number, accepted, refused, errno, value = 0 } of PAIRS) {
  Deno.test(`limit: ${limit}`, () => {
    const [inside, outside] = [fork(on), fork(on)];
    assert.equal(inside.call(number, accepted(inside)), value);
    assert.equal(outside.call(number, refused(outside)), errno);
    assert.deepEqual(inside.xen.violations(), []);
    assert.deepEqual(outside.xen.violations(), []);
  });
}

Deno.test("limit: a handle may reach up to the end of the caller's addresses and not into the hole behind it", () => {
  const m = fork(dom0);
  const at = (handle: bigint) => m.call(35, raw.regions(0, 1, handle), domid(0));
  const [holeStart, hypervisorEnd] = [0x0000_8000_0000_0000n, 0xffff_8800_0000_0000n];
  assert.equal(at(holeStart - 24n), "EFAULT", "allowed, but nothing is mapped there");
  assert.equal(at(holeStart - 23n), "EINVAL");
  assert.equal(at(hypervisorEnd - 1n), "EINVAL");
  assert.equal(at(hypervisorEnd), "EFAULT");
  assert.equal(at((1n << 64n) - 24n), "EFAULT");
  assert.equal(at((1n << 64n) - 23n), "EINVAL");
});
