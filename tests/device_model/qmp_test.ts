/** What libxl asks a QEMU, and what it is told. */
import assert from "node:assert/strict";
import { type Domid } from "../../src/abi/address.ts";
import { GiB } from "../../src/base/units.ts";
import { argv, DeviceModelHost, DOMAIN } from "./device_model_host.ts";

const started = (...args: Parameters<typeof argv>) => {
  const host = new DeviceModelHost();
  host.models.spawn(DOMAIN, argv(...args))._unsafeUnwrap();
  return host.models;
};

Deno.test("query-memory-devices has address, slot and size without labels", () => {
  const models = started(2048, [{ size: GiB, more: ",label-size=131072" }]);
  assert.deepEqual(models.qmp(DOMAIN, "query-memory-devices", {})._unsafeUnwrap(), [{
    type: "nvdimm",
    data: {
      id: "xen_nvdimm1",
      addr: 4 * GiB,
      size: GiB - 131072,
      slot: 0,
      node: 0,
      memdev: "/objects/mem1",
      hotplugged: false,
      hotpluggable: true,
    },
  }]);
});

Deno.test("a device is added into a free slot and announced through _FIT alone", () => {
  const models = started(512, [{ size: GiB }], { spareSlots: 2, spareBytes: GiB });
  const boot = models.tables(DOMAIN).nfit!;
  const add = () =>
    models.qmp(DOMAIN, "device_add", {
      driver: "nvdimm",
      id: "xen_nvdimm2",
      memdev: "mem2",
      "x-backend": { "qom-type": "memory-backend-xen", id: "mem2", size: GiB },
    });
  assert.equal(add().isOk(), true);
  const process = models.process(DOMAIN)!;
  assert.deepEqual(process.devices.map(({ slot, gpa, hotplugged }) => [slot, gpa, hotplugged]), [
    [0, 4 * GiB, false],
    [1, 5 * GiB, true],
  ]);
  assert.equal(process.fitDirty, true);
  assert.deepEqual(models.tables(DOMAIN).nfit, boot);
  assert.match(add()._unsafeUnwrapErr().desc, /Duplicate device ID/);
});

Deno.test("what QEMU refuses: no slot, no _FIT, unplugging, unknown commands, no process", () => {
  const models = started(512, [{ size: GiB }], { spareSlots: 0, spareBytes: GiB });
  const device = {
    driver: "nvdimm",
    id: "x",
    memdev: "m",
    "x-backend": { "qom-type": "memory-backend-xen", size: GiB },
  };
  assert.match(models.qmp(DOMAIN, "device_add", device)._unsafeUnwrapErr().desc, /no free memory slots/);
  assert.match(
    models.qmp(DOMAIN, "device_add", { ...device, driver: "e1000" })._unsafeUnwrapErr().desc,
    /'e1000' is not a valid/,
  );
  assert.match(
    models.qmp(DOMAIN, "device_del", { id: "xen_nvdimm1" })._unsafeUnwrapErr().desc,
    /unplug is not supported/,
  );
  assert.equal(models.qmp(DOMAIN, "device_del", { id: "none" })._unsafeUnwrapErr().class, "DeviceNotFound");
  assert.equal(models.qmp(DOMAIN, "toString", {})._unsafeUnwrapErr().class, "CommandNotFound");
  assert.match(models.qmp(8 as Domid, "query-status", {})._unsafeUnwrapErr().desc, /no device model for domain 8/);

  const bare = started(512, [], { spareSlots: 2, spareBytes: GiB, machine: ",x-nvdimm-acpi=nfit" });
  assert.match(bare.qmp(DOMAIN, "device_add", device)._unsafeUnwrapErr().desc, /needs _FIT/);
});

Deno.test("a killed device model answers no more", () => {
  const models = started(512, []);
  models.kill(DOMAIN);
  assert.equal(models.process(DOMAIN), undefined);
  assert.equal(models.file(DOMAIN, "etc/acpi/tables"), undefined);
});
