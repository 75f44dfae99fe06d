import assert from "node:assert/strict";
import * as abi from "../../src/abi/mod.ts";
import { type Fields, type Structure } from "../../src/base/structure.ts";

interface Layout {
  readonly sizeof: number;
  readonly fields: Readonly<Record<string, { readonly offset: number; readonly size: number }>>;
}
interface Headers {
  readonly values: Readonly<Record<string, number>>;
  readonly structs: Readonly<Record<string, Layout>>;
}

/** Layouts and values out of the compiled headers of Xen 4.17 (DWARF). */
const headers: Headers = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/xen/abi-4.17.json", import.meta.url)),
);

const FROM_HEADERS: readonly Structure<Fields>[] = [
  abi.domctl,
  abi.createDomain,
  abi.domainInfo,
  abi.maxMem,
  abi.shadowOp,
  abi.memoryReservation,
  abi.sysctl,
  abi.physinfo,
  abi.getDomainInfoList,
  abi.numaInfo,
  abi.nodeMemory,
  abi.platformOp,
];

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`).replace("cpuid", "cpu_id");

for (const structure of FROM_HEADERS) {
  Deno.test(`${structure.name} lies as the compiled headers of Xen 4.17 say`, () => {
    const layout = headers.structs[structure.name]!;
    assert.equal(structure.size, layout.sizeof);
    for (const [name, field] of Object.entries(structure.fields)) {
      if (/^(pad\d?|tail)$/.test(name)) continue;
      const found = layout.fields[snake(name)] ??
        (/Flags$/.test(name) ? archConfig(layout, snake(name)) : undefined);
      assert.ok(found, `${structure.name}.${name}`);
      assert.deepEqual([field.offset, field.size], [found.offset, found.size], `${structure.name}.${name}`);
    }
  });
}

/** emulation_flags and misc_flags lie in a structure of their own inside. */
function archConfig(layout: Layout, name: string) {
  const inner = headers.structs["xen_arch_domainconfig"]!.fields[name];
  const outer = layout.fields["arch"] ?? layout.fields["arch_config"];
  return inner && outer && { offset: outer.offset + inner.offset, size: inner.size };
}

/** [structure, size, [field, offset, bytes]…] of reference/xen-vnvdimm.md 3.2, 4.4 and 4.14. */
const SERIES: readonly (readonly [Structure<Fields>, number, readonly (readonly [string, number, number])[]])[] = [
  [abi.pmemAdd, 48, [["spfn", 0, 8], ["epfn", 8, 8], ["rsvSpfn", 16, 8], ["rsvEpfn", 24, 8], ["dataSpfn", 32, 8], [
    "dataEpfn",
    40,
    8,
  ]]],
  [abi.nvdimmOp, 48, [["cmd", 0, 4], ["err", 4, 4], ["u", 8, 40]]],
  [abi.nvdimmRegionsNr, 8, [["type", 0, 1], ["numRegions", 4, 4]]],
  [abi.nvdimmRegions, 16, [["type", 0, 1], ["numRegions", 4, 4], ["buffer", 8, 8]]],
  [abi.nvdimmSetup, 40, [["smfn", 0, 8], ["emfn", 8, 8], ["mgmtSmfn", 16, 8], ["mgmtEmfn", 24, 8], ["type", 32, 1]]],
  [abi.rawRegion, 24, [["smfn", 0, 8], ["emfn", 8, 8], ["pxm", 16, 4]]],
  [abi.mgmtRegion, 24, [["smfn", 0, 8], ["emfn", 8, 8], ["usedMfns", 16, 8]]],
  [abi.dataRegion, 32, [["smfn", 0, 8], ["emfn", 8, 8], ["mgmtSmfn", 16, 8], ["mgmtEmfn", 24, 8]]],
  [abi.pmemMap, 32, [["domid", 0, 2], ["mfn", 8, 8], ["gfn", 16, 8], ["nrMfns", 24, 4], ["type", 28, 4]]],
  [abi.dmOpPmemRw, 32, [["paddr", 0, 8], ["length", 8, 8], ["done", 16, 8], ["isWrite", 24, 1], ["pad", 25, 7]]],
  [abi.readConsole, 24, [["clear", 0, 1], ["incremental", 1, 1], ["index", 4, 4], ["buffer", 8, 8], ["count", 16, 4]]],
  [abi.dmOp, 8, [["op", 0, 4], ["pad", 4, 4]]],
  [abi.dmOpBuffer, 16, [["handle", 0, 8], ["size", 8, 8]]],
  [abi.schedShutdown, 4, [["reason", 0, 4]]],
  [abi.schedRemoteShutdown, 8, [["domid", 0, 2], ["reason", 4, 4]]],
  [abi.pagingMempool, 8, [["size", 0, 8]]],
  [abi.maxVcpus, 4, [["max", 0, 4]]],
];

for (const [structure, size, fields] of SERIES) {
  Deno.test(`${structure.name} has the reference's layout`, () => {
    assert.equal(structure.size, size);
    for (const [name, offset, bytes] of fields) {
      assert.deepEqual([structure.fields[name]!.offset, structure.fields[name]!.size], [offset, bytes], name);
    }
  });
}

Deno.test("numbers are those of the headers", () => {
  const { values } = headers;
  for (const [name, number] of Object.entries(abi.HYPERCALL)) {
    assert.equal(number, values[`__HYPERVISOR_${name}`], name);
  }
  for (const [name, number] of Object.entries(abi.DOMCTL)) {
    if (name !== "set_pmem_order") assert.equal(number, values[`XEN_DOMCTL_${name}`], name);
  }
  for (const name of ["readconsole", "physinfo", "getdomaininfolist", "numainfo"] as const) {
    assert.equal(abi.SYSCTL[name], values[`XEN_SYSCTL_${name}`]);
  }
  for (const [name, bit] of Object.entries(abi.CDF)) assert.equal(bit, values[`XEN_DOMCTL_CDF_${name}`], name);
  for (const [name, bit] of Object.entries(abi.DOMINF)) assert.equal(bit, values[`XEN_DOMINF_${name}`], name);
  for (const [name, bit] of Object.entries(abi.PHYSCAP)) assert.equal(bit, values[`XEN_SYSCTL_PHYSCAP_${name}`], name);
  for (const [name, id] of Object.entries(abi.DOMID)) assert.equal(id, values[`DOMID_${name.toUpperCase()}`], name);
  assert.equal(abi.XENMEM.populate_physmap, values["XENMEM_populate_physmap"]);
  assert.equal(abi.SHADOW_OP.set_allocation, values["XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION"]);
  assert.equal(abi.SHADOW_OP.get_allocation, values["XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION"]);
  assert.equal(abi.DOMCTL_INTERFACE_VERSION, values["XEN_DOMCTL_INTERFACE_VERSION"]);
  assert.equal(abi.SYSCTL_INTERFACE_VERSION, values["XEN_SYSCTL_INTERFACE_VERSION"]);
  assert.equal(abi.XENPF_INTERFACE_VERSION, values["XENPF_INTERFACE_VERSION"]);
});

Deno.test("the series' numbers are those it was posted with", () => {
  assert.equal(abi.XENPF.pmem_add, 64);
  assert.equal(abi.SYSCTL.nvdimm_op, 29);
  assert.equal(abi.SYSCTL_NVDIMM_INTERFACE_VERSION, 0x11);
  assert.equal(abi.XENMEM.populate_pmem_map, 28);
  assert.equal(abi.DMOP.pmem_rw, 17);
});
