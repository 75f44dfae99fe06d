/** Superblocks and partition tables as real tools wrote them, and ours as real tools would read them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { viewOf } from "../../../src/base/bytes.ts";
import { crc32, crc32c } from "../../../src/base/checksum.ts";
import { MiB } from "../../../src/base/units.ts";
import { ext4Geometry } from "../../../src/dom0/files/ext4/geometry.ts";
import { decodeExt4, encodeExt4, EXT4_OFFSET, ext4Superblock } from "../../../src/dom0/files/ext4/superblock.ts";
import { gptWrites, type Partition, readPartitions } from "../../../src/dom0/files/gpt.ts";
import { freeIn } from "../../../src/dom0/files/free_space.ts";
import { xfsGeometry, xfsLayout } from "../../../src/dom0/files/xfs/geometry.ts";
import { decodeXfs, encodeXfs, XFS_SECTOR, xfsSuperblock } from "../../../src/dom0/files/xfs/superblock.ts";

const real = (name: string): Uint8Array =>
  Deno.readFileSync(new URL(`../../../fixtures/filesystems/${name}`, import.meta.url));

/** The device that the real superblocks were made on. */
const BYTES = 4225761280;

Deno.test("the checksums give the known values", () => {
  const digits = new TextEncoder().encode("123456789");
  assert.equal(crc32(digits), 0xcbf43926);
  assert.equal((crc32c(0xffffffff, digits) ^ 0xffffffff) >>> 0, 0xe3069283);
});

Deno.test("mke2fs's superblock is read, and ours says the same", () => {
  const written = real("ext4-superblock.bin");
  const start = new Uint8Array(4096);
  start.set(written, EXT4_OFFSET);
  const found = decodeExt4(start)!;
  assert.equal(found.label, "data");
  const theirs = ext4Superblock.read(viewOf(written))._unsafeUnwrap();
  const g = ext4Geometry(BYTES, { blockSize: 4096 })._unsafeUnwrap();
  const ours = ext4Superblock.read(viewOf(encodeExt4(g, {
    uuid: found.uuid,
    label: "data",
    made: theirs.makeTime,
    mounted: 0,
    written: theirs.writeTime,
    mountCount: 0,
    lastMounted: "",
    needsRecovery: false,
    freeBlocks: theirs.freeBlocksCountLow,
    files: 0,
  })))._unsafeUnwrap();
  // The seed of hashed directories is a random number of its own; the journal's blocks and what follows are not modeled.
  const left = ["hashSeed", "journalBackupType", "journalBlocks", "kilobytesWritten", "rest", "checksum"];
  for (const key of Object.keys(theirs) as (keyof typeof theirs)[]) {
    if (!left.includes(key)) assert.deepEqual(ours[key], theirs[key], key);
  }
});

Deno.test("mkfs.xfs's superblock is ours, byte for byte", () => {
  const written = real("xfs-superblock.bin");
  const sector = new Uint8Array(XFS_SECTOR);
  sector.set(written);
  const found = decodeXfs(sector)!;
  assert.deepEqual([found.label, found.reflink], ["data", true]);
  const g = xfsGeometry(BYTES, { reflink: true })._unsafeUnwrap();
  const freeBlocks = freeIn(xfsLayout(g), 0, g.blocks);
  const ours = encodeXfs(g, { uuid: found.uuid, label: "data", freeBlocks, files: 0 });
  assert.deepEqual(ours.subarray(0, xfsSuperblock.size), written);
});

Deno.test("a superblock with one bit wrong is none", () => {
  const g = ext4Geometry(BYTES)._unsafeUnwrap();
  const life = {
    uuid: "11111111-2222-3333-4444-555555555555",
    label: "",
    made: 1,
    mounted: 2,
    written: 3,
    mountCount: 1,
    lastMounted: "/mnt",
    needsRecovery: true,
    freeBlocks: 7,
    files: 1,
  };
  const ext4 = new Uint8Array(4096);
  ext4.set(encodeExt4(g, life), EXT4_OFFSET);
  const xfs = encodeXfs(xfsGeometry(BYTES, { reflink: false })._unsafeUnwrap(), life);
  assert.equal(decodeExt4(ext4)?.lastMounted, "/mnt");
  assert.equal(decodeXfs(xfs)?.reflink, false);
  fc.assert(fc.property(fc.integer({ min: 0, max: 8 * 1024 - 1 }), (bit) => {
    const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
      const copy = bytes.slice();
      copy[at + (bit >> 3)]! ^= 1 << (bit & 7);
      return copy;
    };
    assert.equal(decodeExt4(flipped(ext4, EXT4_OFFSET)), undefined);
    assert.equal(decodeXfs(flipped(xfs, 0)), undefined);
  }));
});

Deno.test("no bytes make reading a superblock or a partition table throw", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 0, maxLength: 4096 }), (bytes) => {
    const start = new Uint8Array(4096);
    start.set(bytes);
    decodeExt4(start);
    decodeXfs(start);
    start.set([0x55, 0xaa], 510);
    const read = (offset: number, length: number) =>
      start.subarray(offset % 2048, (offset % 2048) + Math.min(length, 2048));
    readPartitions(read, { size: 2 ** 30, sector: 512 });
  }));
});

/** A disk of zeroes with some bytes on it. */
function diskOf(pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[]) {
  return (offset: number, length: number): Uint8Array => {
    const out = new Uint8Array(length);
    for (const { offset: at, bytes } of pieces) {
      for (let i = 0; i < bytes.length; i++) {
        const to = at + i - offset;
        if (to >= 0 && to < length) out[to] = bytes[i]!;
      }
    }
    return out;
  };
}

Deno.test("sfdisk's partition table is read", () => {
  const read = diskOf([{ offset: 0, bytes: real("gpt.bin") }]);
  assert.deepEqual(readPartitions(read, { size: 256 * MiB, sector: 512 }), [
    { number: 1, start: MiB, size: 100 * MiB },
    { number: 2, start: 101 * MiB, size: 50 * MiB },
    { number: 3, start: 151 * MiB, size: 104 * MiB },
  ]);
});

Deno.test("the copy at the end of the disk counts where the first table is broken", () => {
  for (const sector of [512, 4096]) {
    const disk = { size: 64 * MiB, sector };
    const partitions: Partition[] = [{ number: 1, start: 2 * MiB, size: 4 * MiB }, {
      number: 2,
      start: 8 * MiB,
      size: MiB,
    }];
    let count = 0;
    const writes = gptWrites(disk, partitions, () => `dddddddd-0000-4000-8000-${String(count++).padStart(12, "0")}`);
    assert.deepEqual(readPartitions(diskOf(writes), disk), partitions);
    const broken = writes.map((write) => write.offset === sector ? { ...write, bytes: new Uint8Array(92) } : write);
    assert.deepEqual(readPartitions(diskOf(broken), disk), partitions);
    const noCopy = broken.filter(({ note }) => note !== "GPT header, copy");
    assert.deepEqual(readPartitions(diskOf(noCopy), disk), []);
  }
});
