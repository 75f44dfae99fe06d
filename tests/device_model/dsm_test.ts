/** _DSM through the page and the port, byte for byte (reference/dsm.md 6, 8; nfit.md 7). */
import assert from "node:assert/strict";
import { DSM_PORT, encodeRequest } from "../../src/acpi/mod.ts";
import { hexText } from "../../src/base/bytes.ts";
import { GiB, PAGE_SIZE } from "../../src/base/units.ts";
import { argv, DeviceModelHost, DOMAIN, PAGE } from "./device_model_host.ts";

const LABEL_PAGES = ",x-label-extents=4096:65536+131072:65536";

function guest(labels = true): DeviceModelHost {
  const host = new DeviceModelHost();
  const device = labels ? { size: GiB, more: ",label-size=131072", backend: LABEL_PAGES } : { size: GiB };
  host.models.spawn(DOMAIN, argv(512, [device], { spareSlots: 2, spareBytes: GiB }))._unsafeUnwrap();
  host.pages.set(PAGE, new Uint8Array(PAGE_SIZE));
  return host;
}

/** The answer as it stands in the page, its length first. */
function ask(host: DeviceModelHost, handle: number, fn: number, argument: number[] = [], revision = 1): string {
  const page = host.pages.get(PAGE)!;
  page.set(encodeRequest(handle, revision, fn, Uint8Array.from(argument)));
  host.models.out(DOMAIN, DSM_PORT, PAGE);
  return hexText(page.subarray(0, page[0]! | (page[1]! << 8)));
}
const u32 = (...values: number[]): number[] => [...new Uint8Array(Uint32Array.from(values).buffer)];

Deno.test("D1, D3: functions and size of the label area", () => {
  assert.equal(ask(guest(), 1, 0), "0800000071000000");
  assert.equal(ask(guest(false), 1, 0), "0800000000000000");
  assert.equal(ask(guest(), 1, 4), "100000000000000000000200ec0f0000");
  assert.equal(ask(guest(), 0x10000, 0), "0800000003000000");
  assert.equal(ask(guest(), 0, 0), "0800000000000000");
});

Deno.test("labels are written and read across extents of the host's memory", () => {
  const host = guest();
  const data = [1, 2, 3, 4, 5, 6, 7, 8];
  assert.equal(ask(host, 1, 6, [...u32(65532, 8), ...data]), "0800000000000000");
  assert.deepEqual([...host.host.subarray(4096 + 65532, 4096 + 65536)], [1, 2, 3, 4]);
  assert.deepEqual([...host.host.subarray(131072, 131076)], [5, 6, 7, 8]);
  assert.equal(ask(host, 1, 5, u32(65532, 8)), "1000000000000000" + "0102030405060708");
});

Deno.test("what is past the end, too long or overflows is invalid input", () => {
  const host = guest();
  assert.equal(ask(host, 1, 5, u32(131072 - 8, 8)).slice(8, 16), "00000000");
  assert.equal(ask(host, 1, 5, u32(131072 - 7, 8)), "0800000003000000");
  assert.equal(ask(host, 1, 5, u32(0xffffffff, 8)), "0800000003000000");
  assert.equal(ask(host, 1, 5, u32(0, 4076)).length, 2 * (8 + 4076));
  assert.equal(ask(host, 1, 5, u32(0, 4077)), "0800000003000000");
  assert.equal(ask(host, 1, 6, u32(131072, 1)), "0800000003000000");
});

Deno.test("unknown devices, functions and revisions", () => {
  assert.equal(ask(guest(), 2, 0), "0800000000000000", "a slot without a device");
  assert.equal(ask(guest(), 2, 4), "0800000002000000");
  assert.equal(ask(guest(false), 1, 4), "0800000001000000", "no labels");
  assert.equal(ask(guest(), 1, 7), "0800000001000000");
  assert.equal(ask(guest(), 1, 4, [], 2), "0800000001000000");
  assert.equal(ask(guest(), 0, 1), "0800000001000000");
  assert.equal(ask(guest(), 0x10000, 2), "0800000001000000");
});

Deno.test("a label page that Xen will not reach is an unsupported request to the guest", () => {
  const host = guest();
  host.pmemFault = "EFAULT";
  assert.equal(ask(host, 1, 5, u32(0, 8)), "0800000001000000");
  assert.equal(ask(host, 1, 6, u32(0, 8)), "0800000001000000");
});

Deno.test("D4: Read FIT gives the structures, then nothing; a change in between starts it over", () => {
  const host = guest(false);
  const first = ask(host, 0x10000, 1, u32(0));
  assert.equal(first.slice(0, 16), "c000000000000000");
  assert.equal(first.length, 2 * (8 + 184));
  assert.equal(ask(host, 0x10000, 1, u32(184)), "0800000000000000");
  assert.equal(ask(host, 0x10000, 1, u32(185)), "0800000003000000");
  host.models.qmp(DOMAIN, "device_add", {
    driver: "nvdimm",
    id: "xen_nvdimm2",
    memdev: "mem2",
    "x-backend": { "qom-type": "memory-backend-xen", size: GiB },
  })._unsafeUnwrap();
  assert.equal(ask(host, 0x10000, 1, u32(184)), "0800000000010000");
  assert.equal(ask(host, 0x10000, 1, u32(0)).length, 2 * (8 + 368));
  assert.equal(ask(host, 0x10000, 1, u32(368)), "0800000000000000");
});

Deno.test("other ports, a page that is not there and a dead domain change nothing", () => {
  const host = guest();
  const before = host.pages.get(PAGE)!.slice();
  host.models.out(DOMAIN, 0x80, PAGE);
  host.models.out(DOMAIN, DSM_PORT, PAGE + 1);
  host.models.out(DOMAIN, DSM_PORT, 0x1000);
  host.models.kill(DOMAIN);
  host.models.out(DOMAIN, DSM_PORT, PAGE);
  assert.deepEqual(host.pages.get(PAGE), before);
});
