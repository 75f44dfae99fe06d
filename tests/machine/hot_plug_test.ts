/** A DIMM that comes while the machine runs: in `_FIT` at once, in the tables from the next start on. */
import assert from "node:assert/strict";
import { decodeNfit, decodeSrat, lintNfit, memoryRanges, readAsLinux } from "../../src/acpi/mod.ts";
import { byteSum } from "../../src/base/checksum.ts";
import { GiB, TiB } from "../../src/base/units.ts";
import { BaseBlocks } from "../../src/base/blocks.ts";
import { type MachineState, plugDimm, selfTest } from "../../src/machine/mod.ts";
import { hostFrom, imageFrom } from "../support/session.ts";

const machineOf = (fixture: string): MachineState => hostFrom(imageFrom(fixture)).fork().state.machine;

for (const fixture of ["server-two-socket", "host-four-mixed", "host-hotplug-one", "xen-dom0-carved"]) {
  Deno.test(`${fixture}: one more DIMM is in _FIT, sound, behind all others, and in the NFIT after the next start`, () => {
    const state = machineOf(fixture);
    const before = state.tables.get("NFIT")!;
    const known = [...state.dimms.ids()].map(Number);
    const { handle, spa } = plugDimm(state, { size: 4 * GiB, node: 0 })._unsafeUnwrap();
    assert.ok(handle > Math.max(...known), "nobody's number changes");
    assert.deepEqual(state.tables.get("NFIT"), before, "the table is as it was");

    selfTest(state);
    assert.equal(state.tables.get("FIT"), undefined);
    const table = state.tables.get("NFIT")!;
    assert.equal(byteSum(table), 0);
    assert.deepEqual(lintNfit(table).filter(({ severity }) => severity === "error"), []);
    const { dimms, spas } = readAsLinux(decodeNfit(table)._unsafeUnwrap());
    assert.deepEqual(dimms.map((dimm) => dimm.handle), [...known, handle].sort((a, b) => a - b));
    assert.equal(spas.at(-1)!.record.rangeBase, BigInt(spa.start));
    const serials = dimms.map(({ dcr }) => dcr!.record.serialNumber);
    assert.equal(new Set(serials).size, serials.length);
  });
}

Deno.test("at the next start the SRAT has its memory, where no window had it before", () => {
  const state = machineOf("server-two-socket");
  const ranges = () => memoryRanges(decodeSrat(state.tables.get("SRAT")!)._unsafeUnwrap());
  const before = ranges();
  const { spa } = plugDimm(state, { size: 4 * GiB, node: 1 })._unsafeUnwrap();
  assert.deepEqual(ranges(), before);
  selfTest(state);
  assert.deepEqual(ranges(), [...before, { ...spa, proximityDomain: 1, hotPluggable: false, nonVolatile: true }]);
  assert.equal(byteSum(state.tables.get("SRAT")!), 0);

  // QEMU keeps a window for what is plugged: its table needs no more.
  const qemu = machineOf("host-four-mixed");
  const table = qemu.tables.get("SRAT");
  plugDimm(qemu, { size: 4 * GiB, node: 0 })._unsafeUnwrap();
  selfTest(qemu);
  assert.equal(qemu.tables.get("SRAT"), table);
});

Deno.test("where nothing came, a start changes no table", () => {
  const state = machineOf("server-two-socket");
  const [nfit, srat] = [state.tables.get("NFIT"), state.tables.get("SRAT")];
  selfTest(state);
  assert.equal(state.tables.get("NFIT"), nfit);
  assert.equal(state.tables.get("SRAT"), srat);
});

Deno.test("several come one behind the other", () => {
  const state = machineOf("server-two-socket");
  const first = plugDimm(state, { size: 4 * GiB, node: 0 })._unsafeUnwrap();
  const second = plugDimm(state, { size: GiB, node: 1 })._unsafeUnwrap();
  assert.equal(second.handle, first.handle + 1);
  assert.equal(second.spa.start, first.spa.end);
});

Deno.test("a machine without _FIT, or without addresses, takes none", () => {
  const state = machineOf("server-two-socket");
  const facts = state.facts.get("machine")!;
  const without = { ...facts, root: { ...facts.root, hasFit: false } };
  const fault = (machine: typeof facts, size: number) =>
    plugDimm({ ...state, facts: new BaseBlocks([["machine", machine]]) }, { size, node: 0 })._unsafeUnwrapErr();
  assert.deepEqual(fault(without, GiB), { kind: "no-fit" });
  assert.deepEqual(fault({ ...facts, physicalAddressBits: 39 }, 192 * GiB + 1), { kind: "no-room", bits: 39 });
  assert.ok(plugDimm(state, { size: TiB, node: 0 }).isOk());
});
