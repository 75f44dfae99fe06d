/** What mke2fs 1.47.0 makes of devices of every kind of size, as dumpe2fs lists it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { GiB, KiB, MiB, TiB } from "../../../src/base/units.ts";
import { ext4Geometry, groupOf, hasBackup } from "../../../src/dom0/files/ext4/geometry.ts";
import { ext4Layout } from "../../../src/dom0/files/ext4/layout.ts";
import { freeIn } from "../../../src/dom0/files/free_space.ts";

/** Size and block size asked for; blocks, inodes and reserved descriptor blocks a group, free blocks, the first free run. */
type Row = readonly [number, number | undefined, number, number, number, number, string];

const MADE: readonly Row[] = [
  [4225761280, 4096, 1031680, 8064, 503, 995058, "8607-32767"],
  [8455716864, undefined, 2064384, 8192, 1007, 2006531, "9239-32767"],
  [1071644672, undefined, 261632, 8176, 127, 252781, "4239-32767"],
  [266338304, undefined, 260096, 2032, 256, 237593, "7926-8192"],
  [266338304, 4096, 65024, 32512, 31, 56788, "4107-32767"],
  [512 * GiB, undefined, 134217728, 8192, 1024, 131830631, "9319-32767"],
  [6 * TiB, undefined, 1610612736, 4096, 1024, 1597629923, "5927-32767"],
];

for (const [bytes, blockSize, blocks, inodes, reserved, free, first] of MADE) {
  Deno.test(`ext4 on ${bytes} bytes${blockSize ? ` in blocks of ${blockSize}` : ""} is laid out as mke2fs does`, () => {
    const g = ext4Geometry(bytes, { blockSize })._unsafeUnwrap();
    assert.deepEqual([g.blocks, g.inodesPerGroup, g.reservedDescriptorBlocks], [blocks, inodes, reserved]);
    const { free: space } = ext4Layout(g);
    const [run] = space.window(g.firstDataBlock, g.firstDataBlock + g.blocksPerGroup);
    assert.equal(`${run!.start}-${run!.end - 1}`, first);
    assert.equal(freeIn(space, 0, g.blocks), free);
  });
}

Deno.test("a journal of more extents than an inode holds has its tree's block before it", () => {
  const g = ext4Geometry(512 * GiB)._unsafeUnwrap();
  const { free } = ext4Layout(g);
  assert.equal(free.find(67141630)!.end, 67141631);
  assert.equal(free.find(67141632), undefined);
  assert.equal(free.find(67403776)!.start, 67403776);
});

Deno.test("block size and inodes change with the size of the device, at both sides of each limit", () => {
  const made = (bytes: number): [number, number] => {
    const g = ext4Geometry(bytes)._unsafeUnwrap();
    return [g.blockSize, Math.round((g.blocks * g.blockSize) / (g.inodesPerGroup * g.groups) / KiB)];
  };
  assert.deepEqual(made(512 * MiB - 4 * KiB), [1024, 4]);
  assert.deepEqual(made(512 * MiB), [4096, 16]);
  assert.deepEqual(made(4 * TiB - 4 * KiB), [4096, 16]);
  assert.deepEqual(made(4 * TiB), [4096, 32]);
  assert.deepEqual(made(16 * TiB), [4096, 64]);
});

Deno.test("journals grow with the filesystem, and small ones have none", () => {
  const journal = (blocks: number): number =>
    ext4Geometry(blocks * 4096, { blockSize: 4096 })._unsafeUnwrap().journalBlocks;
  assert.equal(journal(2047), 0);
  assert.equal(journal(2048), 1024);
  assert.equal(journal(32767), 1024);
  assert.equal(journal(32768), 4096);
  assert.equal(journal(4 * 2 ** 20 - 4), 16384);
  assert.equal(journal(4 * 2 ** 20), 32768);
  assert.equal(journal(32 * 2 ** 20), 262144);
});

Deno.test("a device too small for its own tables is refused", () => {
  for (const bytes of [0, 1024, 4096]) assert.equal(ext4Geometry(bytes).isErr(), true, String(bytes));
});

Deno.test("backups stand in groups 0 and 1 and the powers of 3, 5 and 7", () => {
  const with100 = Array.from({ length: 130 }, (_, group) => group).filter(hasBackup);
  assert.deepEqual(with100, [0, 1, 3, 5, 7, 9, 25, 27, 49, 81, 125]);
});

Deno.test("whatever the size, nothing of the filesystem lies outside it, and groups that something lies in are touched", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 8 * MiB, max: 64 * GiB }),
      fc.constantFrom(undefined, 1024, 2048, 4096),
      (bytes, blockSize) => {
        const made = ext4Geometry(bytes, { blockSize });
        if (made.isErr()) return;
        const g = made.value;
        const { free, touched } = ext4Layout(g);
        assert.ok(g.blocks * g.blockSize <= bytes);
        for (const { start, end } of free.entries()) assert.ok(start >= g.firstDataBlock && end <= g.blocks);
        assert.ok([...touched].every((group) => group < g.groups));
        assert.ok(touched.has(groupOf(g, g.blocks - 1)));
      },
    ),
    { numRuns: 60 },
  );
});
