/** What dom0's kernel makes of a machine when it starts. */
import assert from "node:assert/strict";
import { type Spa } from "../../src/abi/address.ts";
import { buildNfit, DSM_UUID, nfitStructure, QEMU_MAKER, RANGE_TYPE } from "../../src/acpi/mod.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { SYSFS_ROOT } from "../../src/dom0/mod.ts";
import { type Fork, importTables } from "../../src/host/mod.ts";
import { LABELS, madeHost } from "../command/ndctl/made_host.ts";
import { hostFrom, imageFrom } from "../support/session.ts";

/** Changes the machine on a fork, boots dom0 there, and gives the fork. */
async function rebooted(change: (fork: Fork) => void, ...lines: readonly string[]): Promise<Fork> {
  const host = madeHost();
  await host.all(...LABELS, ...lines);
  const fork = host.host.fork();
  change(fork);
  fork.forgetModels();
  fork.dom0.boot();
  return fork;
}

Deno.test("errors that were in the medium before are known from the start", async () => {
  const { dom0 } = await rebooted(
    ({ machine }) => machine.damage({ start: 4 * GiB + 3 * MiB, length: 256 }),
    "ndctl create-namespace -m raw -s 64M",
  );
  assert.deepEqual(dom0.badblocks(0), [{ sector: 3 * MiB / 512, sectors: 1 }]);
  assert.deepEqual(dom0.scrub(), { active: false, count: 1 });
});

Deno.test("a locked DIMM takes its regions with it", async () => {
  const { dom0 } = await rebooted(({ state }) => {
    const facts = state.machine.dimms.get("1")!;
    state.machine.dimms.set("1", { ...facts, locked: true });
  });
  const [dimm] = dom0.dimms();
  assert.deepEqual([dimm!.enabled, dimm!.locked], [false, true]);
  assert.equal(dom0.region(0).enabled, false);
});

Deno.test("a damaged label area leaves one label-less namespace; the info block names another and is not honoured", async () => {
  const { dom0 } = await rebooted(({ state }) => {
    for (const id of [...state.machine.media.ids()]) if (id.startsWith("1:l:")) state.machine.media.delete(id);
  }, "ndctl create-namespace -m fsdax -s 64M");
  assert.equal(dom0.dimms()[0]!.labelling, false);
  assert.deepEqual(dom0.namespaces(0).map(({ labelled, size, mode }) => [labelled, size, mode]), [
    [false, 512 * MiB, "raw"],
  ]);
});

Deno.test("an info block of another namespace is not honoured", async () => {
  const { dom0 } = await rebooted(
    ({ machine, dom0 }) => {
      const from = dom0.namespace("namespace0.0")!.extent.start + 4096;
      const block = machine.load(from as Spa, 4096)._unsafeUnwrap();
      machine.store(dom0.namespace("namespace0.1")!.extent.start + 4096 as Spa, block)._unsafeUnwrap();
    },
    "ndctl create-namespace -m fsdax -s 64M",
    "ndctl create-namespace -m raw -s 64M",
  );
  assert.deepEqual(dom0.namespaces(0).filter((n) => n.size > 0).map(({ mode }) => mode), ["memory", "raw"]);
});

Deno.test("without an NFIT there is no bus, and every list is empty", async () => {
  const host = madeHost();
  const fork = host.host.fork();
  fork.state.machine.tables.delete("NFIT");
  fork.state.machine.tables.delete("FIT");
  fork.forgetModels();
  fork.dom0.boot();
  assert.equal(fork.dom0.hasBus, false);
  assert.deepEqual([fork.dom0.dimms(), fork.dom0.regions(), fork.dom0.sysfs.devices()], [[], [], []]);
  await Promise.resolve();
});

Deno.test("a driver goes on with the labels it has read until it is bound anew", async () => {
  const host = madeHost();
  await host.all(...LABELS, "ndctl create-namespace -m raw -s 64M", "ndctl disable-region all");
  const { dom0 } = host.host.fork();
  const area = dom0.dimm(0).readLabelArea(0, 1024)._unsafeUnwrap();
  dom0.dimm(0).writeLabelArea(0, new Uint8Array(area.length), "zeroes")._unsafeUnwrap();
  dom0.bind("region0")._unsafeUnwrap();
  assert.equal(dom0.namespaces(0).filter((n) => n.size > 0).length, 1);
  assert.equal(dom0.dimm(0).writeLabelArea(0, area, "back")._unsafeUnwrapErr(), "EBUSY");
  dom0.unbind("region0")._unsafeUnwrap();
  dom0.unbind("nmem0")._unsafeUnwrap();
  dom0.bind("nmem0")._unsafeUnwrap();
  dom0.bind("region0")._unsafeUnwrap();
  assert.deepEqual(dom0.namespaces(0).map(({ size }) => size), [0]);
});

Deno.test("a range whose DIMM has no ACPI device fails the driver's probe: there is no bus at all", async () => {
  const { dom0 } = await rebooted(({ state }) => state.machine.dimms.delete("1"));
  assert.equal(dom0.hasBus, false);
  assert.deepEqual([dom0.dimms(), dom0.regions()], [[], []]);
});

/** The DIMM's labels behind `_LSI`, `_LSR` and `_LSW` instead of Intel's functions. */
const BEHIND_METHODS = { families: [{ uuid: DSM_UUID.microsoft, mask: 1 }], labelMethods: true };

Deno.test("label methods say that a DIMM is locked when they are read, and then its probe fails", async () => {
  const { dom0 } = await rebooted(({ state }) => {
    state.machine.dimms.set("1", { ...state.machine.dimms.get("1")!, ...BEHIND_METHODS, locked: true });
  });
  const [dimm] = dom0.dimms();
  assert.deepEqual([dimm!.enabled, dimm!.locked], [false, true]);
});

Deno.test("a DIMM whose label area has no size is not bound, and its region offers nothing", async () => {
  const { dom0 } = await rebooted(({ state }) => {
    state.machine.dimms.set("1", { ...state.machine.dimms.get("1")!, ...BEHIND_METHODS, labelBytes: 0 });
  });
  const [dimm] = dom0.dimms();
  assert.deepEqual([dimm!.enabled, dimm!.locked], [false, false]);
  assert.deepEqual(dom0.capacity(0), { available: 0, extent: 0 });
});

Deno.test("a range without DIMMs has the cookie zero", () => {
  const disk = nfitStructure("spaRange", { rangeType: RANGE_TYPE.volatile, rangeIndex: 1, rangeLength: BigInt(GiB) });
  const nfit = buildNfit(QEMU_MAKER, [disk]);
  const image = importTables({ nfit, srat: undefined, labels: new Map(), name: "bare" })._unsafeUnwrap();
  const { dom0 } = hostFrom(image).fork();
  assert.equal(dom0.setCookie(0), 0n);
  assert.equal(dom0.sysfs.read(`${SYSFS_ROOT}/region0/set_cookie`)._unsafeUnwrap(), "0x0");
});

Deno.test("a devdax namespace found at boot comes behind the region's seed, one that is enabled later before it", async () => {
  const { dom0 } = await rebooted(() => {}, "ndctl create-namespace -m devdax -s 64M");
  const claims = () => [
    dom0.namespace("namespace0.0")!.holder,
    dom0.sysfs.read(`${SYSFS_ROOT}/region0/dax_seed`)._unsafeUnwrap(),
  ];
  assert.deepEqual(claims(), ["dax0.1", "dax0.0"]);
  dom0.unbind("region0")._unsafeUnwrap();
  dom0.bind("region0")._unsafeUnwrap();
  assert.deepEqual(claims(), ["dax0.0", "dax0.1"]);
});

Deno.test("a DIMM whose labels are not at hand does not count in the largest extent, but leaves nothing available", () => {
  const { dom0 } = hostFrom(imageFrom("iset-two-way")).fork();
  const before = dom0.capacity(0);
  assert.ok(before.extent > 0);
  dom0.unbind("region0")._unsafeUnwrap();
  dom0.unbind("nmem1")._unsafeUnwrap();
  assert.deepEqual(dom0.capacity(0), { available: 0, extent: before.extent });
  dom0.unbind("nmem0")._unsafeUnwrap();
  assert.deepEqual(dom0.capacity(0), { available: 0, extent: 0 });
});
