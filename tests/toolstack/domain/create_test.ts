/** Making a domain: which hypercalls, in which order, and what is left when one of them fails. */
import assert from "node:assert/strict";
import { err } from "neverthrow";
import { type Hypercall, type Qmp } from "../../../src/abi/mod.ts";
import { type Json } from "../../../src/base/json.ts";
import { create, refusedFor } from "../guests.ts";
import { bootedHost, join } from "../joined.ts";
import { Story } from "../story.ts";

const SERVER = "server-two-socket";
const SPECS = ["namespace1.3", "type=namespace, backend=namespace0.0, nr_label_pages=32"];

function prepared() {
  const host = bootedHost(SERVER);
  const fork = host.fork();
  for (const namespace of ["namespace1.3", "namespace0.0"]) {
    join(fork).toolstack.setup({ namespace, mgmt: undefined, align: 2 ** 24 })._unsafeUnwrap();
  }
  return fork;
}

Deno.test("a domain is made in libxl's order, each step a hypercall", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  const calls = story.calls(() => story.start(1, ["namespace1.3"]));
  const names = calls.map((call) => call.replace(/ -?\d+$/, ""));
  const once = names.filter((name, i) => names.indexOf(name) === i && !/^XEN_SYSCTL|getdomaininfo/.test(name));
  assert.deepEqual(once, [
    "XEN_DOMCTL_createdomain",
    "XEN_DOMCTL_max_vcpus",
    "XEN_DOMCTL_max_mem",
    "XEN_DOMCTL_set_paging_mempool_size",
    "XENMEM_populate_physmap",
    "XENMEM_populate_pmem_map",
    "XEN_DOMCTL_unpausedomain",
  ]);
  story.sound();
});

/** Fails the call of this number, and counts them all. */
function failing(at: number, count: { calls: number }) {
  return (real: Hypercall): Hypercall => (caller, number, bytes, buffers) =>
    ++count.calls === at ? err("ENOMEM") : real(caller, number, bytes, buffers);
}

Deno.test("whichever hypercall fails, nothing is left but a used number", () => {
  const fork = prepared();
  const count = { calls: 0 };
  const whole = join(prepared(), { hypercall: failing(0, count) });
  create(whole.toolstack, 1, { vnvdimms: SPECS })._unsafeUnwrap();
  const needed = count.calls;
  assert.ok(needed > 10);

  const before = fork.xen.domain(0);
  let failures = 0;
  for (let at = 1; at <= needed; at++) {
    count.calls = 0;
    const { toolstack } = join(fork, { hypercall: failing(at, count) });
    const made = create(toolstack, 1, { vnvdimms: SPECS });
    if (made.isOk()) {
      // Not all of them matter: a batch that fell short is tried again in smaller extents.
      toolstack.destroy(made.value.domid);
      toolstack.assignments().forEach((each) => each.forget());
    } else {
      failures += 1;
      assert.deepEqual(toolstack.assignments(), [], `call ${at}`);
    }
    assert.deepEqual(toolstack.records(), [], `call ${at}`);
    assert.deepEqual(toolstack.tools.domains.list()._unsafeUnwrap().map(({ domid }) => domid), [0], `call ${at}`);
    assert.deepEqual(fork.xen.violations(), [], `call ${at}`);
    assert.deepEqual([...fork.state.deviceModel.processes.ids()], [], `call ${at}`);
  }
  assert.ok(failures >= 6);
  assert.deepEqual(fork.xen.domain(0), before);
  create(join(fork).toolstack, 1, { vnvdimms: SPECS, handover: "keep" })._unsafeUnwrap();
  assert.deepEqual(fork.xen.violations(), []);
});

/** `query-memory-devices` with its first device changed; null takes the answer away altogether. */
const answering = (change: { readonly [key: string]: Json } | null) => (real: Qmp): Qmp => (domid, command, args) => {
  if (command !== "query-memory-devices") return real(domid, command, args);
  if (change === null) return err({ class: "GenericError", desc: "gone" });
  return real(domid, command, args).map((answer) => {
    const [first, ...others] = answer as { type: string; data: { [key: string]: Json } }[];
    return [{ ...first!, data: { ...first!.data, ...change } }, ...others];
  });
};

Deno.test("an answer of the device model that does not fit aborts the creation, and nothing is left", () => {
  const fork = prepared();
  const spoilt: readonly Parameters<typeof answering>[0][] = [
    null,
    { id: "xen_nvdimm9" },
    { slot: 1 },
    // v4 lets the slot behind the last one through.
    { slot: SPECS.length, id: `xen_nvdimm${SPECS.length + 1}` },
    { slot: -1 },
    { addr: 0x100000800 },
    { size: 4096 },
    { size: 2 ** 50 },
  ];
  for (const change of spoilt) {
    const { toolstack } = join(fork, { qmp: answering(change) });
    const fault = refusedFor(toolstack, 1, { vnvdimms: SPECS });
    assert.equal(fault.kind, change === null ? "qmp" : "unknown-device", JSON.stringify(change));
    assert.deepEqual([toolstack.records(), toolstack.assignments()], [[], []]);
    assert.deepEqual([...fork.xen.owned()].filter(({ owner }) => owner !== 0), []);
    assert.deepEqual(fork.xen.violations(), []);
  }
});

Deno.test("a slot that is refused undoes the slots before it", () => {
  const { toolstack, fork } = join(prepared());
  const fault = refusedFor(toolstack, 1, { vnvdimms: [...SPECS, "namespace0.2"] });
  assert.equal(fault.kind, "backend");
  assert.equal(fault.kind === "backend" && fault.slot, 2);
  assert.deepEqual(toolstack.assignments(), []);
  assert.equal(create(toolstack, 1, { vnvdimms: SPECS })._unsafeUnwrap().domid, 2);
  assert.deepEqual(fork.xen.violations(), []);
});

Deno.test("what no vNVDIMM can go with is refused before any memory is given", () => {
  const { toolstack } = join(prepared());
  const cases: [string, string][] = [
    ["type = 'pv'\nkernel = '/k'", "not-hvm"],
    ["type = 'pvh'\nkernel = '/k'", "not-hvm"],
    ["device_model_version = 'qemu-xen-traditional'", "device-model-version"],
    ["pci = [ '03:00.0' ]", "with-pci"],
    ["nvdeck_vnvdimm_slots = 255", "too-many-slots"],
  ];
  for (const [settings, kind] of cases) {
    assert.equal(refusedFor(toolstack, 1, { vnvdimms: ["namespace1.3"], settings }).kind, kind, settings);
  }
  const spare = "nvdeck_vnvdimm_slots = 254\nnvdeck_vnvdimm_reserve = '1G'";
  assert.ok(create(toolstack, 1, { vnvdimms: ["namespace1.3"], settings: spare }).isOk(), "255 in all are possible");
});

Deno.test("a name is one domain's", () => {
  const { toolstack } = join(prepared());
  create(toolstack, 1)._unsafeUnwrap();
  const failure = create(toolstack, 2, { settings: "name = 'g1'" })._unsafeUnwrapErr();
  assert.deepEqual(failure, { fault: { kind: "name-taken", name: "g1" }, domid: 2 });
});

Deno.test("too little memory says how much is missing and how much there is", () => {
  const { toolstack, fork } = join(prepared());
  const fault = refusedFor(toolstack, 1, { settings: "memory = 262144" });
  assert.ok(fault.kind === "no-memory" && fault.missing > 0 && fault.missing < fault.of && fault.free > 0);
  assert.deepEqual(fork.xen.violations(), []);
});

Deno.test("a pool too small for 4 KiB leaves is refused with the MiB to add, and that much is enough", () => {
  const small = "nvdeck_ept_order = 0\nshadow_memory = 2";
  const { toolstack } = join(prepared());
  const fault = refusedFor(toolstack, 1, { vnvdimms: ["namespace1.3"], settings: small });
  assert.ok(fault.kind === "table-pool");
  const enough = `nvdeck_ept_order = 0\nshadow_memory = ${2 + fault.addMiB}`;
  create(toolstack, 1, { vnvdimms: ["namespace1.3"], settings: enough })._unsafeUnwrap();
  const less = join(prepared()).toolstack;
  const almost = `nvdeck_ept_order = 0\nshadow_memory = ${fault.addMiB - 2}`;
  assert.equal(refusedFor(less, 1, { vnvdimms: ["namespace1.3"], settings: almost }).kind, "table-pool");
});

Deno.test("a guest without a uuid is the one that its memory is kept for, and xl says so", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.start(1, ["namespace1.3"]);
  story.ok("xl destroy g1");
  const { toolstack } = story.fork;
  const text = "name = 'g1'\ntype = 'hvm'\nmemory = 128\nvnvdimms = [ 'namespace1.3' ]\n";
  const { config } = toolstack.parseConfig(text, "g1.cfg")._unsafeUnwrap();
  const { domid, notes } = toolstack.create({ config, text, source: "g1.cfg" })._unsafeUnwrap();
  assert.match(notes.join(), /g1 names no uuid; it is 11111111-2222-4333-8444-000000000001/);
  assert.equal(toolstack.record(domid)?.uuid, "11111111-2222-4333-8444-000000000001");
});
