import assert from "node:assert/strict";
import { type Spa } from "../../src/abi/address.ts";
import { type Step } from "../../src/abi/steps.ts";
import {
  clearErrorAnswer,
  clearErrorInput,
  decodeArsStatus,
  decodeNfit,
  DSM_UUID,
  injectErrorInput,
  labelReadAnswer,
  labelReadInput,
  labelSizeAnswer,
  labelWriteInput,
  readAsLinux,
  smartAnswer,
  startArsInput,
  statusOf,
} from "../../src/acpi/mod.ts";
import { BaseBlocks, Layer } from "../../src/base/blocks.ts";
import { type DimmFacts, HEALTHY, Machine, type MachineState } from "../../src/machine/mod.ts";

const FIXTURES = new URL("../../fixtures/hosts/", import.meta.url);

function machineOf(
  fixture: string,
  facts: Partial<DimmFacts> = {},
): { machine: Machine; steps: Step[]; state: MachineState } {
  const state: MachineState = {
    tables: new BaseBlocks([["NFIT", Deno.readFileSync(new URL(`${fixture}/nfit.bin`, FIXTURES))]]),
    facts: new BaseBlocks([["machine", {
      root: { dsmMask: 0x3bf, hasFit: true, clearErrorUnit: 256 },
      ram: [{ start: 0, end: 0x4000_0000 }],
      physicalAddressBits: 46,
      cpus: { count: 1, coresPerSocket: 1, threadsPerCore: 1, khz: 2000000, hwCaps: [] },
    }]]),
    dimms: new BaseBlocks([["1", {
      handle: 1,
      labelBytes: 131072,
      maxTransfer: 4076,
      families: [{ uuid: DSM_UUID.intel, mask: 0x60077 }],
      labelMethods: false,
      locked: false,
      smart: HEALTHY,
      injected: {},
      ...facts,
    }]]),
    media: new Layer(new BaseBlocks<Uint8Array>()),
    ram: new BaseBlocks(),
    poison: new BaseBlocks(),
  };
  const steps: Step[] = [];
  return { machine: new Machine(state, { step: (s) => steps.push(s), loss: () => {} }), steps, state };
}

Deno.test("bytes stored across an interleave boundary land on two DIMMs and read back", () => {
  const { machine, steps } = machineOf("iset-two-way");
  const start = (0x1_4000_0000 + 4096 - 2) as Spa;
  assert.ok(machine.store(start, Uint8Array.of(1, 2, 3, 4)).isOk());
  assert.deepEqual([...machine.load(start, 4)._unsafeUnwrap()], [1, 2, 3, 4]);
  const writes = steps.flatMap((
    step,
  ) => (step.kind === "medium-write" ? [[step.handle, step.offset, step.bytes.length]] : []));
  assert.deepEqual(writes, [[1, 4094, 2], [0x101, 0, 2]]);
});

Deno.test("RAM and pmem decode, what lies between does not", () => {
  const { machine } = machineOf("iset-two-way");
  assert.ok(machine.load(0 as Spa, 8).isOk());
  assert.deepEqual(machine.load(0x4000_0000 as Spa, 1)._unsafeUnwrapErr(), { kind: "unmapped", address: 0x4000_0000 });
  assert.deepEqual(machine.load(0x3fff_fffc as Spa, 8)._unsafeUnwrapErr(), { kind: "unmapped", address: 0x4000_0000 });
});

Deno.test("label functions guard size, transfer limit and lock", () => {
  const { machine, steps } = machineOf("carve-modes-v12");
  const call = (fn: number, input: Uint8Array = new Uint8Array()) =>
    machine.firmware.dsm(1, DSM_UUID.intel, 1, fn, input)!;
  const size = labelSizeAnswer.decode(call(4))._unsafeUnwrap();
  assert.deepEqual([size.status, size.areaSize, size.maxTransfer], [0, 131072, 4076]);
  assert.equal(statusOf(call(6, labelWriteInput.encode({ offset: 131070, length: 2, data: Uint8Array.of(5, 6) }))), 0);
  const back = labelReadAnswer.decode(call(5, labelReadInput.encode({ offset: 131070, length: 2 })))._unsafeUnwrap();
  assert.deepEqual([...back.data], [5, 6]);
  assert.equal(steps.length, 1);
  for (const [offset, length] of [[131071, 2], [0, 4077]] as const) {
    assert.equal(statusOf(call(5, labelReadInput.encode({ offset, length }))), 3);
  }
  const locked = machineOf("carve-modes-v12", { locked: true }).machine.firmware;
  assert.equal((statusOf(locked.dsm(1, DSM_UUID.intel, 1, 4, new Uint8Array())!) ?? 0) & 0x10000, 0x10000);
});

Deno.test("what no family answers is told as ACPI tells it", () => {
  const { firmware } = machineOf("carve-modes-v12").machine;
  assert.deepEqual(firmware.dsm(1, DSM_UUID.hpe1, 1, 0, new Uint8Array()), Uint8Array.of(0));
  assert.deepEqual(firmware.dsm(1, DSM_UUID.hpe1, 1, 4, new Uint8Array()), Uint8Array.of(1));
  assert.equal(firmware.dsm(9, DSM_UUID.intel, 1, 0, new Uint8Array()), undefined);
});

Deno.test("an injected error is found by a scrub, faults loads, and clearing ends it", () => {
  const { machine } = machineOf("carve-modes-v12");
  const root = (fn: number, input: Uint8Array = new Uint8Array()) =>
    machine.firmware.dsm(0, DSM_UUID.root, 1, fn, input)!;
  const area = { address: 0x1_0000_1000n, length: 512n };
  machine.store(0x1_0000_1000 as Spa, new Uint8Array(1024).fill(7));
  assert.equal(statusOf(root(7, injectErrorInput.encode(area))), 0);
  assert.equal(machine.load(0x1_0000_1000 as Spa, 1)._unsafeUnwrapErr().kind, "poison");
  root(2, startArsInput.encode({ address: 0x1_0000_0000n, length: 0x3ffe_0000n, type: 2, flags: 0 }));
  const found = decodeArsStatus(root(3))._unsafeUnwrap();
  assert.deepEqual(found.records, [{ handle: 1, ...area }]);
  assert.equal(statusOf(root(4, clearErrorInput.encode({ address: 0x1_0000_1001n, length: 256n }))), 3);
  assert.equal(clearErrorAnswer.decode(root(4, clearErrorInput.encode(area)))._unsafeUnwrap().cleared, 512n);
  // What could not be read is zero now; its neighbours are as they were.
  const bytes = machine.load(0x1_0000_1000 as Spa, 1024)._unsafeUnwrap();
  assert.ok(bytes.subarray(0, 512).every((byte) => byte === 0) && bytes.subarray(512).every((byte) => byte === 7));
});

Deno.test("injected SMART readings stand over the real ones until they are taken back", () => {
  const { machine } = machineOf("carve-modes-v12");
  const inject = new Uint8Array(15);
  new DataView(inject.buffer).setBigUint64(0, 1n, true);
  inject[8] = 1;
  new DataView(inject.buffer).setUint16(9, 50 * 16, true);
  const call = (fn: number, input: Uint8Array) => machine.firmware.dsm(1, DSM_UUID.intel, 1, fn, input)!;
  assert.equal(statusOf(call(18, inject)), 0);
  const hot = smartAnswer.decode(call(1, new Uint8Array()))._unsafeUnwrap();
  assert.deepEqual([hot.mediaTemperature, hot.alarms], [50 * 16, 2]);
  inject[8] = 0;
  call(18, inject);
  assert.equal(smartAnswer.decode(call(1, new Uint8Array()))._unsafeUnwrap().mediaTemperature, 23 * 16);
});

Deno.test("a page of zeros takes no room", () => {
  const { machine, state } = machineOf("carve-modes-v12");
  machine.store(0x1_0000_0000 as Spa, Uint8Array.of(1));
  assert.equal([...state.media.ids()].length, 1);
  machine.store(0x1_0000_0000 as Spa, Uint8Array.of(0));
  assert.equal([...state.media.ids()].length, 0);
});

for (const fixture of ["carve-modes-v12", "iset-two-way", "server-two-socket"]) {
  Deno.test(`${fixture}: zeroing clears a range, no byte beside it, and costs what there is`, () => {
    const { machine, steps, state } = machineOf(fixture);
    const { spas } = readAsLinux(decodeNfit(state.tables.get("NFIT")!)._unsafeUnwrap());
    const { rangeBase, rangeLength } = spas.find(({ record }) => record.rangeLength > 0n)!.record;
    const [base, length] = [Number(rangeBase), Number(rangeLength)];
    const [start, end] = [base + 12345, base + Math.floor(length / 2) + 77];
    const places = [base, start - 1, start, start + 4096, end - 1, end, base + length - 1];
    // Some in every part of the range, on no particular boundary.
    for (let i = 1; i < 50; i++) places.push(base + Math.floor(length * i / 50) + 61 * i);
    for (const place of places) machine.store(place as Spa, Uint8Array.of(0xff));
    const before = steps.length;
    machine.zero(start as Spa, end - start, "test")._unsafeUnwrap();
    for (const place of places) {
      const [byte] = machine.load(place as Spa, 1)._unsafeUnwrap();
      assert.equal(byte, place >= start && place < end ? 0 : 0xff, `at ${place - base}`);
    }
    const written = steps.length - before;
    machine.zero(start as Spa, end - start, "again")._unsafeUnwrap();
    assert.ok(steps.length - before - written <= 2, "only the pages at its ends hold anything still");
  });
}

Deno.test("zeroing fails where nothing answers and where the medium is bad", () => {
  const { machine } = machineOf("carve-modes-v12");
  const hole = machine.zero(0x9_0000_0000 as Spa, 4096);
  assert.deepEqual(hole._unsafeUnwrapErr(), { kind: "unmapped", address: 0x9_0000_0000 });
  machine.damage({ start: 0x1_0000_1000, length: 512 });
  assert.equal(machine.zero(0x1_0000_0000 as Spa, 8192)._unsafeUnwrapErr().kind, "poison");
  assert.ok(machine.zero(0x1_0000_0000 as Spa, 4096).isOk());
  assert.ok(machine.zero(0 as Spa, 0x4000_0000).isOk(), "RAM");
});
