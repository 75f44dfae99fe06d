/** A guest as its own firmware and Linux see it, over real Xen, toolstack and device model. */
import assert from "node:assert/strict";
import { sameBytes } from "../../src/base/bytes.ts";
import { PAGE_SIZE } from "../../src/base/units.ts";
import { byteSum } from "../../src/base/checksum.ts";
import { parseVnvdimm } from "../../src/toolstack/mod.ts";
import { onNamespace, Running } from "./running.ts";

const LABELS = 32;
const onDevdax = (...settings: string[]): Running =>
  Running.on("server-two-socket", ["namespace0.2"], onNamespace("namespace0.2", LABELS), ...settings);

Deno.test("firmware's tables stand in the guest's memory, where the guest finds them", () => {
  const { guest } = onDevdax();
  const { tables, end } = guest.boot();
  assert.deepEqual(tables.map(({ signature }) => signature), ["SSDT", "NFIT"]);
  for (const { gpa, bytes } of tables) {
    assert.ok(sameBytes(guest.load(gpa, bytes.length)._unsafeUnwrap(), bytes));
    assert.equal(byteSum(bytes), 0);
    assert.ok(gpa + bytes.length <= end);
  }
  assert.ok(guest.memoryMap.some((entry) => entry.type === "ACPI NVS" && entry.end === end));
});

Deno.test("no vNVDIMM touches an entry of the memory map", () => {
  const { guest, record } = onDevdax();
  for (const { gpa, pages } of record.vnvdimms) {
    const end = gpa + pages * PAGE_SIZE;
    assert.deepEqual(guest.memoryMap.filter((entry) => entry.start < end && gpa < entry.end), []);
  }
});

Deno.test("the guest's Linux finds what was assigned: address, size, persistence, label area", () => {
  const setups: readonly (readonly [string, string])[] = [
    ["server-two-socket", "namespace0.2"],
    ["server-two-socket", "namespace1.3"],
    ["carve-raw-whole", "namespace0.0"],
    ["iset-two-way", "namespace0.2"],
  ];
  for (const [fixture, namespace] of setups) {
    const running = Running.on(fixture, [namespace], onNamespace(namespace, LABELS));
    const kernel = running.guest.kernel();
    const [vnvdimm] = running.record.vnvdimms;
    const [region, ...more] = kernel.regions();
    assert.deepEqual(more, [], fixture);
    assert.deepEqual([region!.start, region!.size], [vnvdimm!.gpa, vnvdimm!.pages * PAGE_SIZE], fixture);
    const host = running.fork.dom0.region(running.fork.dom0.namespace(namespace)!.region);
    assert.equal(region!.persistenceDomain, host.persistenceDomain, fixture);
    assert.equal(kernel.dimm(0).labelAreaSize()._unsafeUnwrap(), LABELS * PAGE_SIZE, fixture);
  }
});

Deno.test("without label pages the DIMM has no label commands, and its region one whole namespace", () => {
  const running = Running.on("server-two-socket", ["namespace0.2"], onNamespace("namespace0.2"));
  const kernel = running.guest.kernel();
  assert.equal(kernel.dimm(0).offers("get_data"), false);
  assert.deepEqual(kernel.namespaces().map(({ name, mode }) => [name, mode]), [["namespace0.0", "raw"]]);
});

Deno.test("profile nfit: the same region, no methods; profile nfit-bare: a table that nobody reads", () => {
  const nfit = onDevdax('nvdeck_acpi = "nfit"');
  assert.deepEqual(nfit.guest.kernel().regions().map(({ start }) => start), [nfit.record.vnvdimms[0]!.gpa]);
  assert.equal(nfit.guest.kernel().dimm(0).family, undefined);
  assert.equal(nfit.guest.kernel().dimm(0).offers("get_data"), false);

  const bare = onDevdax('nvdeck_acpi = "nfit-bare"');
  assert.equal(bare.guest.devices(), undefined);
  assert.ok(bare.guest.table("NFIT"));
  assert.equal(bare.guest.kernel().hasBus, false);
});

Deno.test("a kernel's devices are kept while its domain runs, and gone with it", () => {
  const running = onDevdax();
  running.guest.kernel().unbind("namespace0.0")._unsafeUnwrap();
  assert.equal(running.guest.kernel().namespace("namespace0.0")!.active, false, "another look, the same kernel");
  running.reboot();
  assert.equal(running.guest.kernel().namespace("namespace0.0")!.active, true);

  const { state, toolstack } = running.fork;
  const left = () =>
    [state.guest.boots, state.guest.devices, state.guest.holders].flatMap((blocks) => [...blocks.ids()]);
  assert.ok(left().length > 0);
  toolstack.destroy(running.domid)._unsafeUnwrap();
  assert.deepEqual(left(), []);
  assert.equal(running.fork.guest(running.domid), undefined);
});

Deno.test("a device plugged in while the guest runs is announced through _FIT; its NFIT stays as it was", () => {
  const settings = ["shadow_memory = 32", "nvdeck_vnvdimm_slots = 1", "nvdeck_vnvdimm_reserve = '8G'"];
  for (const first of [true, false]) {
    const boots = first ? onNamespace("namespace0.2", LABELS) : "vnvdimms = []";
    const running = Running.on("server-two-socket", ["namespace0.2", "namespace1.3"], boots, ...settings);
    const before = running.guest.kernel().dimms().length;
    assert.equal(before, first ? 1 : 0);
    if (first) running.guest.kernel().unbind("namespace0.0")._unsafeUnwrap();
    const nfit = running.guest.table("NFIT")?.bytes;

    const spec = parseVnvdimm("namespace1.3")._unsafeUnwrap();
    running.fork.toolstack.attach(running.domid, spec, { volatile: false, handover: undefined })._unsafeUnwrap();
    const kernel = running.guest.kernel();
    assert.deepEqual(kernel.dimms().map(({ handle }) => handle), first ? [1, 2] : [1]);
    const { gpa, pages } = running.record.vnvdimms.at(-1)!;
    const region = kernel.regions().at(-1)!;
    assert.deepEqual([region.start, region.size, region.enabled], [gpa, pages * PAGE_SIZE, true]);
    if (first) assert.equal(kernel.namespace("namespace0.0")!.active, false, "what the kernel had stays as it was");
    assert.equal(running.guest.table("NFIT")?.bytes, nfit);
  }
});

Deno.test("a machine check in the vNVDIMM is a bad block of the guest's at once", () => {
  const running = onDevdax();
  const { gpa } = running.record.vnvdimms[0]!;
  const { mfn } = running.record.vnvdimms[0]!.runs[0]!;
  assert.deepEqual(running.guest.kernel().badblocks(0), []);
  running.fork.machine.damage({ start: mfn * PAGE_SIZE + 3 * PAGE_SIZE, length: 256 });
  assert.deepEqual(running.guest.load(gpa + 3 * PAGE_SIZE, 8)._unsafeUnwrapErr(), {
    kind: "poison",
    address: gpa + 3 * PAGE_SIZE,
  });
  assert.deepEqual(running.guest.kernel().badblocks(0), [{ sector: 24, sectors: 1 }]);
});

Deno.test("PVH and PV domains have no inside to look at", () => {
  const { fork } = onDevdax();
  const text = 'name = "pv1"\ntype = "pvh"\nmemory = 96\nkernel = "/boot/vmlinuz"\n';
  const { config } = fork.toolstack.parseConfig(text, "pv1.cfg")._unsafeUnwrap();
  const { domid } = fork.toolstack.create({ config, text, source: "pv1.cfg" })._unsafeUnwrap();
  assert.ok(fork.toolstack.record(domid));
  assert.equal(fork.guest(domid), undefined);
  assert.equal(fork.guest(0), undefined);
});
