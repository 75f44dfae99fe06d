/** libxl's arithmetic of a guest's memory. */
import assert from "node:assert/strict";
import { lengthOf } from "../../../src/base/range.ts";
import { GiB, KiB, MiB } from "../../../src/base/units.ts";
import { parseConfig } from "../../../src/toolstack/config/parse_config.ts";
import { planMemory } from "../../../src/toolstack/domain/memory_plan.ts";

const plan = (settings: string) => {
  const text = `name = 'n'\nkernel = '/k'\n${settings}\n`;
  return planMemory(parseConfig(text, { source: "n.cfg", uuid: () => "", cpus: 1 })._unsafeUnwrap().config);
};

Deno.test("an HVM guest's video memory comes out of its memory", () => {
  const { ram, videoMemkb, maxMemkb } = plan("type='hvm'\nmemory=512");
  assert.deepEqual([ram, videoMemkb, maxMemkb], [504 * MiB, 8192, 512 * 1024]);
  assert.equal(plan("type='hvm'\nmemory=512\nstdvga=1").ram, 496 * MiB);
  assert.equal(plan("type='hvm'\nmemory=512\nvideoram=32").ram, 480 * MiB);
  assert.equal(plan("type='pvh'\nmemory=512").ram, 512 * MiB);
});

Deno.test("RAM ends at 0xf0000000 and goes on at 4 GiB; mmio_hole lowers the end", () => {
  const { layout } = plan("type='hvm'\nmemory=8192");
  assert.deepEqual(layout.low, { start: 0, end: 0xf0000000 });
  assert.deepEqual(layout.high, { start: 4 * GiB, end: 4 * GiB + 8184 * MiB - 0xf0000000 });
  assert.equal(plan("type='hvm'\nmemory=8192\nmmio_hole=1024").layout.low.end, 3 * GiB);
  assert.equal(plan("type='hvm'\nmemory=8192\nmmio_hole=256").layout.low.end, 0xf0000000);
});

Deno.test("the table pool is 256 pages a vCPU that the file names and one a MiB, or what shadow_memory says; pmem is not in it", () => {
  assert.equal(plan("type='hvm'\nmemory=16384\nvcpus=8").poolMemkb, 73728);
  assert.equal(plan("type='hvm'\nmemory=512\nvnvdimms=['/dev/pmem0']").poolMemkb, 4 * 512);
  assert.equal(plan("type='hvm'\nmemory=512\nshadow_memory=64").poolMemkb, 64 * 1024);
  assert.equal(plan("type='pv'\nmemory=512\nvcpus=2").poolMemkb, 4 * 512);
});

Deno.test("memory for the device model's tables is 2 MiB if there are vNVDIMMs, or what dm_acpi_size says", () => {
  const limit = (settings: string) => plan(`type='hvm'\nmemory=512\n${settings}`).limitMemkb - 512 * 1024;
  assert.equal(limit(""), 1024);
  assert.equal(limit("vnvdimms=['/dev/pmem0']"), 1024 + 2048);
  assert.equal(limit("nvdeck_vnvdimm_slots=1"), 1024 + 2048);
  assert.equal(limit("dm_acpi_size=1025\nvnvdimms=['/dev/pmem0']"), 1024 + 2);
});

Deno.test("a file that says nothing of memory gets 32 MiB; more than maxmem is cut to it", () => {
  assert.equal(plan("type='pvh'").ram, 32 * MiB);
  assert.equal(plan("type='pvh'\nmemory=512\nmaxmem=256").targetMemkb, 256 * 1024);
});

Deno.test("what is populated: RAM without the VGA hole up to memory, tables, Xen's own pages", () => {
  const { populated } = plan("type='hvm'\nmemory=256\nmaxmem=1024");
  const below = populated.filter(({ end }) => end <= 2 * GiB);
  assert.deepEqual(below[0], { start: 0, end: 0xa0000 });
  assert.equal(below[1]!.start, 0xc0000);
  assert.equal(below[1]!.end, 248 * MiB);
  assert.ok(populated.some(({ start }) => start === 0xfeff8000));
  assert.equal(lengthOf(plan("type='pvh'\nmemory=64").populated[0]!), 64 * MiB);
  assert.equal(lengthOf(plan("type='hvm'\nmemory=8192").populated[2]!), 8184 * MiB - 0xf0000000);
  assert.equal(plan("type='hvm'\nmemory=64").ram % (4 * KiB), 0);
});
