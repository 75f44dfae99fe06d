/** The reference's vectors for regions: bad sectors (V6) and default alignment (V7). */
import assert from "node:assert/strict";
import { MiB } from "../../src/base/units.ts";
import { badSectors } from "../../src/dom0/badblocks.ts";
import { type Kernel } from "../../src/dom0/kernel.ts";
import { defaultAlign } from "../../src/dom0/region_driver.ts";
import { type RegionTopology } from "../../src/dom0/topology.ts";

Deno.test("V6: a bad range is the sectors of the device that it touches", () => {
  const device = { start: 0x100000000, end: 0x140000000 };
  const rows: readonly [number, number, number, number][] = [
    [0x100000210, 0x10, 1, 1],
    [0x1000001f0, 0x20, 0, 2],
    [0xffffff00, 0x400, 0, 2],
    [0x13ffffe00, 0x1000, 2097151, 1],
  ];
  const seen = (start: number, length: number) => {
    const bus = { badRanges: [{ start, end: start + length }], scrub: undefined };
    return badSectors({ devices: { bus } } as unknown as Kernel, device);
  };
  for (const [start, length, sector, sectors] of rows) assert.deepEqual(seen(start, length), [{ sector, sectors }]);
  assert.deepEqual(seen(device.start - 0x200, 0x200), [], "touching is not overlapping");
  assert.deepEqual(seen(device.end, 0x200), []);
});

Deno.test("V7: a region's alignment is 16 MiB, or a page below that, times what its ways need", () => {
  const align = (mappings: number, size: number) =>
    defaultAlign({ size, mappings: new Array(mappings) } as unknown as RegionTopology);
  for (const ways of [0, 1, 2, 4, 8, 16]) assert.equal(align(ways, 16 * MiB), 16 * MiB, `${ways} mappings`);
  assert.deepEqual([align(3, 48 * MiB), align(6, 96 * MiB)], [48 * MiB, 96 * MiB]);
  assert.deepEqual([align(1, 8 * MiB), align(3, 8 * MiB), align(1, 16 * MiB - 1)], [4096, 12288, 4096]);
});
