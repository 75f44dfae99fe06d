import assert from "node:assert/strict";
import { guestSsdt } from "../../src/acpi/mod.ts";
import { acpiDevices } from "../../src/guest/mod.ts";
import { captured } from "../label/captures.ts";

Deno.test("QEMU's own table declares the root device, a child per slot, and the page", () => {
  const devices = acpiDevices([captured("host-four-mixed/ssdt.bin")])!;
  assert.deepEqual([...devices.root], ["NCAL", "_DSM", "RFIT", "_FIT"]);
  assert.deepEqual([...devices.children.keys()], [1, 2, 3, 4]);
  assert.deepEqual([...devices.children.get(1)!], ["_LSI", "_LSR", "_LSW", "_DSM"]);
  assert.equal(devices.page! % 4096, 0);
});

Deno.test("the device may stand in any of several SSDTs; without it there are no devices", () => {
  const ssdt = guestSsdt("full", { slots: 1, page: 0x5000 })!;
  const other = guestSsdt("nfit", { slots: 0 })!;
  assert.equal(acpiDevices([]), undefined);
  assert.deepEqual([...acpiDevices([other])!.children], []);
  assert.equal(acpiDevices([ssdt])!.page, 0x5000);
  assert.equal(acpiDevices([guestSsdt("full", { slots: 1 })!])!.page, undefined, "MEMA is zero until it is patched");
});

Deno.test("bytes that are no table declare nothing", () => {
  assert.equal(acpiDevices([new Uint8Array(), new Uint8Array(40).fill(0xff)]), undefined);
});
