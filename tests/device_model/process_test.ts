/** How a QEMU takes its memory arguments, and where it puts NVDIMMs (reference/xen-vnvdimm.md 4.12, ept.md 3). */
import assert from "node:assert/strict";
import { ok } from "neverthrow";
import { HYPERCALL } from "../../src/abi/mod.ts";
import { BaseBlocks } from "../../src/base/blocks.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import { DeviceModels, startProcess } from "../../src/device_model/mod.ts";
import { videoBytes } from "../../src/device_model/video_ram.ts";
import { argv, DeviceModelHost, DOMAIN } from "./device_model_host.ts";

const start = (...args: Parameters<typeof argv>) => startProcess(7, argv(...args));
const places = (...args: Parameters<typeof argv>) => start(...args)._unsafeUnwrap().devices.map(({ gpa }) => gpa);
const fault = (...args: Parameters<typeof argv>) => start(...args)._unsafeUnwrapErr();

Deno.test("the first vNVDIMM lies at the first whole GiB above all RAM", () => {
  assert.deepEqual(places(512, [{ size: GiB }]), [4 * GiB]);
  assert.deepEqual(places(2048, [{ size: GiB }]), [4 * GiB]);
  assert.deepEqual(places(3840, [{ size: GiB }]), [4 * GiB], "all of it below 0xf0000000");
  assert.deepEqual(places(3841, [{ size: GiB }]), [5 * GiB], "one MiB above 4 GiB");
  assert.deepEqual(places(8192, [{ size: GiB }]), [9 * GiB], "4.25 GiB above the hole");
});

Deno.test("devices stack in order, without their label areas", () => {
  const label = ",label-size=131072";
  assert.deepEqual(places(2048, [{ size: 4 * GiB }, { size: GiB }]), [4 * GiB, 8 * GiB]);
  assert.deepEqual(places(2048, [{ size: GiB, more: label }, { size: GiB }]), [4 * GiB, 5 * GiB - 128 * 1024]);
});

Deno.test("an address that is asked for is taken if it is free and inside the window", () => {
  const at = (address: string) => [{ size: GiB, more: `,addr=${address}` }];
  assert.deepEqual(places(2048, at("0x140000000")), [5 * GiB]);
  assert.match(fault(2048, at("0x140000800")), /aligned to 0x1000/);
  assert.match(fault(2048, at("0xc0000000")), /usable range is \[0x100000000:/);
  assert.match(fault(2048, at("0x10000000000")), /usable range is/);
  assert.match(fault(2048, [{ size: GiB }, { size: GiB, more: ",addr=0x100000000" }]), /conflicts/);
  assert.deepEqual(
    places(2048, [{ size: GiB, more: ",addr=0x140000000" }, { size: GiB }, { size: GiB }]),
    [5 * GiB, 4 * GiB, 6 * GiB],
    "the others go around it",
  );
});

Deno.test("sizes and slots have bounds", () => {
  assert.match(fault(2048, [{ size: GiB }], { spareSlots: -1 }), /slots were not specified/);
  assert.equal(start(2048, [], { spareSlots: 256 }).isOk(), true);
  assert.match(fault(2048, [], { spareSlots: 257 }), /at most 256/);
  assert.match(fault(2048, [{ size: 4096 * 3 + 1 }]), /multiple of/);
  assert.match(fault(2048, [{ size: 0 }]), /size 0/);
  assert.match(fault(2048, [{ size: GiB, more: ",label-size=131071" }]), /should be at least 0x20000/);
  assert.match(fault(2048, [{ size: 131072, more: ",label-size=131072" }]), /too small to contain nvdimm label/);
  assert.match(fault(2048, [{ size: GiB }], { spareBytes: -PAGE }), /not enough space/);
});
const PAGE = 4096;

Deno.test("a slot that is asked for is taken if there is one of that number, and free", () => {
  const slots = (...more: string[]) =>
    start(2048, more.map((each) => ({ size: GiB, more: each }))).map(({ devices }) => devices.map(({ slot }) => slot));
  assert.deepEqual(slots(",slot=2", "", "")._unsafeUnwrap(), [2, 0, 1]);
  assert.match(slots(",slot=1", ",slot=1")._unsafeUnwrapErr(), /slot 1 is busy/);
  for (const wrong of ["2", "-1", "one"]) {
    assert.match(slots(`,slot=${wrong}`)._unsafeUnwrapErr(), /invalid slot number .*, valid range is \[0-1\]/);
  }
});

Deno.test("the adapter's memory is taken from Xen when QEMU starts, or it does not start", () => {
  const cirrus = ["-device", "cirrus-vga,vgamem_mb=8"];
  assert.equal(videoBytes([...argv(512, []), ...cirrus]), 8 * MiB);
  assert.equal(videoBytes(argv(512, [])), 0);
  const host = new DeviceModelHost();
  assert.ok(host.models.spawn(DOMAIN, [...argv(512, []), ...cirrus]).isOk());
  assert.deepEqual(host.calls, [HYPERCALL.memory_op]);
  const full = new DeviceModels({
    state: { processes: new BaseBlocks() },
    memory: host.memory,
    hypercall: (_caller, _number, bytes) => ok({ value: 2047, bytes }),
  });
  assert.equal(
    full.spawn(DOMAIN, [...argv(512, []), ...cirrus])._unsafeUnwrapErr(),
    "xen: failed to populate ram at 0xf0000000",
  );
  assert.equal(full.process(DOMAIN), undefined);
});

Deno.test("devices need the machine option, a backend and names of their own", () => {
  const base = argv(2048, [{ size: GiB }]);
  const without = base.map((word) => word.replace(",nvdimm", ""));
  assert.match(startProcess(7, without)._unsafeUnwrapErr(), /nvdimm is not enabled/);
  const other = base.map((word) => word.replace("memdev=mem1", "memdev=mem9"));
  assert.match(startProcess(7, other)._unsafeUnwrapErr(), /requires a memory-backend-xen: mem9/);
  const twice = argv(2048, [{ size: MiB }, { size: MiB }]).map((word) => word.replace("xen_nvdimm2", "xen_nvdimm1"));
  assert.match(startProcess(7, twice)._unsafeUnwrapErr(), /Duplicate device ID/);
});

Deno.test("machine options of our own are checked", () => {
  assert.match(fault(512, [], { machine: ",x-nvdimm-acpi=some" }), /unsupported option/);
  assert.match(fault(512, [], { machine: ",nvdimm-persistence=none" }), /unsupported option/);
  const nfit = start(512, [], { machine: ",x-nvdimm-acpi=nfit,nvdimm-persistence=mem-ctrl" })._unsafeUnwrap();
  assert.deepEqual([nfit.profile, nfit.persistence], ["nfit", "mem-ctrl"]);
});
