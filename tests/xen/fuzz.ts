/**
 * One round of fuzzing for hypercalls: sound frames of every kind, spoilt, first looked at (views, structures), then made
 * on a Xen with regions and guests. Random sequences that follow a story are in `hostile_property_test.ts`.
 */
import assert from "node:assert/strict";
import * as abi from "../../src/abi/mod.ts";
import { sameBytes, viewOf } from "../../src/base/bytes.ts";
import { type Fields, type Structure } from "../../src/base/structure.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { mutate, type Random } from "../fuzz/mutate.ts";
import { domid, fork, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";
import { nfit } from "./raw_tables.ts";

const STRUCTURES = Object.values(abi).flatMap((value) =>
  typeof value === "object" && "coverage" in value ? [value as Structure<Fields>] : []
);
const frames = (bytes: number): number => bytes / 4096;
const GIB = frames(GiB);
const MGMT = [PMEM, PMEM + frames(128 * MiB)] as const;
const DATA = PMEM + GIB;

type Buffers = Machine["buffers"];
/** A sound frame of each operation, with the memory that it points to. */
const CALLS: readonly (readonly [number, (buffers: Buffers) => Uint8Array])[] = [
  [7, () => raw.pmemAdd([DATA, DATA + GIB, DATA + 512, DATA + 8192, DATA + 8192, DATA + GIB])],
  [7, () => raw.pmemAddRaw([DATA, DATA + GIB])],
  [7, () => raw.pmemRelease([DATA, DATA + GIB])],
  [12, () => raw.pmemMap(1, DATA, 0x100000, 700)],
  [12, (buffers) => raw.physmap(1, buffers.place(new Uint8Array(64)), 8, 0)],
  [29, () => raw.shutdown(1)],
  [35, () => raw.regionsNr(2)],
  [35, (buffers) => raw.regions(1, 4, buffers.place(new Uint8Array(96)))],
  [35, () => raw.setupMgmt(...MGMT)],
  [35, () => raw.setupData(DATA, DATA + GIB, ...MGMT)],
  [35, () => raw.sanitize(DATA, DATA + 512)],
  [35, () => raw.sysctl(16)],
  [35, (buffers) => raw.sysctl(6, [[0, 2, 0], [4, 4, 4], [8, 8, buffers.place(new Uint8Array(448))]])],
  [35, (buffers) => raw.sysctl(1, [[8, 8, buffers.place(new Uint8Array(256))], [16, 4, 256]])],
  [36, () => raw.createDomain()],
  ...[2, 3, 4, 5, 10, 11, 15, 85, 86].map((cmd): (typeof CALLS)[number] => [
    36,
    () => raw.domctl(cmd, 1, [[0, 8, 0x40000]]),
  ]),
  [41, (buffers) => {
    const op = buffers.place(raw.pmemRw(DATA * 4096, 64, 0));
    return raw.dm(1, [[op, 40], [buffers.place(new Uint8Array(64)), 64]]);
  }],
];

/** Any bytes: what a trace shows of them lies inside them, and every structure gives back what it read. */
export function fuzzFrame(rng: Random): void {
  const [number, make] = CALLS[rng(CALLS.length)]!;
  const frame = mutate(make(new abi.CallerBuffers()), rng);
  for (const { fields } of abi.viewCall(number, frame).structures) {
    for (const { offset, length } of fields) assert.ok(offset >= 0 && offset + length <= frame.length);
  }
  const structure = STRUCTURES[rng(STRUCTURES.length)]!;
  const at = rng(frame.length + 1);
  const read = structure.read(viewOf(frame), at);
  assert.equal(read.isOk(), at + structure.size <= frame.length);
  if (read.isOk()) assert.ok(sameBytes(structure.write(read.value), frame.subarray(at, at + structure.size)));
}

/** 8 GiB of pmem of which one is data, a domain with RAM and pmem, and one that has nothing. */
function host(): Machine {
  const m = machine({
    management: "xen",
    preemptPages: 500,
    tables: { nfit: nfit([{ base: 16 * GiB, length: 8 * GiB, flags: 0 }]) },
  });
  assert.equal(m.call(35, raw.setupMgmt(...MGMT)), 0);
  assert.equal(m.call(35, raw.setupData(DATA, DATA + GIB, ...MGMT)), 0);
  for (const flags of [3, 0]) m.reply(36, raw.createDomain(0, flags, flags === 0 ? 0 : 0x3ff));
  for (const id of [1, 2]) assert.equal(m.call(36, raw.domctl(11, id, [[0, 8, 262144]])), 0);
  assert.equal(m.call(12, raw.pmemMap(1, DATA + 4096, 0x200000, 2000)), 0);
  return m;
}
let built: Machine | undefined;

/** A few calls in a row on one fork; what they leave holds every invariant. */
export function fuzzHypercalls(rng: Random): void {
  built ??= host();
  const m = fork(built);
  built.steps.length = 0;
  for (let calls = 1 + rng(4); calls > 0; calls--) {
    const caller = [0, 0, 0, 1, 2][rng(5)]!;
    if (!m.xen.domain(caller)) continue;
    const [number, make] = CALLS[rng(CALLS.length)]!;
    m.xen.hypercall(domid(caller), number, mutate(make(m.buffers), rng), m.buffers);
  }
  assert.deepEqual(m.xen.violations(), []);
}
