import assert from "node:assert/strict";
import { viewCall } from "../../src/abi/mod.ts";
import * as raw from "../xen/raw_encoder.ts";

/** `name offset=value` of every field that is not reserved. */
const fields = (number: number, frame: Uint8Array): string[] =>
  viewCall(number, frame).structures.flatMap(({ name, fields }) =>
    fields.filter((f) => !f.meaning?.reserved).map((f) => `${name}.${f.name}@${f.offset}=${f.value}`)
  );

Deno.test("a memory op shows its registers and its structure", () => {
  const view = viewCall(12, raw.pmemMap(3, 0x400000, 0x100000, 5, 1, 7));
  assert.equal(view.name, "XENMEM_populate_pmem_map");
  assert.deepEqual(view.registers, [{ name: "cmd", value: 28n }, { name: "done", value: 7n }]);
  assert.deepEqual(fields(12, raw.pmemMap(3, 0x400000, 0x100000, 5, 1, 7)), [
    "xen_pmem_map.domid@8=3",
    "xen_pmem_map.mfn@16=4194304",
    "xen_pmem_map.gfn@24=1048576",
    "xen_pmem_map.nrMfns@32=5",
    "xen_pmem_map.type@36=1",
  ]);
});

Deno.test("an operation of operations shows all three structures, each field once, where it lies", () => {
  assert.equal(viewCall(35, raw.regionsNr(2)).name, "XEN_SYSCTL_nvdimm_op get_regions_nr");
  assert.deepEqual(fields(35, raw.regionsNr(2)), [
    "xen_sysctl.cmd@0=29",
    "xen_sysctl.interfaceVersion@4=17",
    "xen_sysctl_nvdimm_op.cmd@8=0",
    "xen_sysctl_nvdimm_op.err@12=0",
    "xen_sysctl_nvdimm_pmem_regions_nr.type@16=2",
    "xen_sysctl_nvdimm_pmem_regions_nr.numRegions@20=0",
  ]);
});

Deno.test("platform ops, domctls, sched ops and dm ops have their names and fields", () => {
  assert.deepEqual(fields(7, raw.pmemRelease([5, 6])).slice(2, 4), [
    "xenpf_pmem_release.spfn@8=5",
    "xenpf_pmem_release.epfn@16=6",
  ]);
  assert.equal(viewCall(36, raw.createDomain()).name, "XEN_DOMCTL_createdomain");
  assert.ok(fields(36, raw.createDomain()).includes("xen_domctl_createdomain.maxVcpus@44=2"));
  assert.deepEqual(fields(29, raw.shutdown(1)), ["sched_shutdown.reason@8=1"]);
  assert.deepEqual(viewCall(41, raw.dm(4, [[0x10n, 40]])).registers, [
    { name: "domid", value: 4n },
    { name: "nr_bufs", value: 1n },
  ]);
  assert.deepEqual(fields(41, raw.dm(4, [[0x10n, 40]])), ["xen_dm_op_buf.handle@16=16", "xen_dm_op_buf.size@24=40"]);
});

Deno.test("unknown numbers and short frames are shown as far as they go", () => {
  assert.equal(viewCall(99, new Uint8Array()).name, "hypercall 99");
  assert.equal(viewCall(36, raw.domctl(77, 1)).name, "XEN_DOMCTL_77");
  for (const number of [7, 12, 29, 35, 36, 41]) {
    for (const length of [0, 3, 7, 8, 9, 15, 17, 60]) {
      assert.deepEqual(viewCall(number, new Uint8Array(length)).structures.length <= 2, true);
    }
  }
});
