/**
 * GUID partition tables, and the older table of the boot sector. Source: UEFI 2.10 chapter 5; Linux 6.1
 * `block/partitions/efi.c` is_gpt_valid, `msdos.c`.
 */
import { concat, viewOf } from "../../base/bytes.ts";
import { crc32 } from "../../base/checksum.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { exactNumber } from "../../base/quantity.ts";
import { bytes, guid, structure, u32, u64, u8 } from "../../base/structure.ts";

/** `0FC63DAF-…`: Linux filesystem data. */
const LINUX_DATA = "0fc63daf-8483-4772-8e79-3d69d8477de4";
const SIGNATURE = 0x5452415020494645n; // "EFI PART"
const ENTRIES = 128;
const ENTRY_BYTES = 128;
const BOOT_SIGNATURE = 0xaa55;
const PROTECTIVE = 0xee;

const header = structure("GPT header", 92, {
  signature: u64(0),
  revision: u32(8),
  headerSize: u32(12),
  headerChecksum: u32(16),
  reserved: u32(20, { reserved: true }),
  myLba: u64(24),
  alternateLba: u64(32),
  firstUsableLba: u64(40),
  lastUsableLba: u64(48),
  diskGuid: guid(56),
  entriesLba: u64(72),
  entries: u32(80),
  entryBytes: u32(84),
  entriesChecksum: u32(88),
});

const entry = structure("GPT entry", ENTRY_BYTES, {
  type: guid(0),
  unique: guid(16),
  firstLba: u64(32),
  lastLba: u64(40),
  attributes: u64(48),
  name: bytes(56, 72),
});

const bootRecord = structure("boot record entry", 16, {
  status: u8(0),
  firstChs: bytes(1, 3),
  type: u8(4),
  lastChs: bytes(5, 3),
  firstLba: u32(8),
  sectors: u32(12),
});

/** A partition, in bytes from the start of the disk. */
export interface Partition {
  readonly number: number;
  readonly start: number;
  readonly size: number;
}

/** Reads bytes of the disk; undefined where they cannot be read. */
export type ReadDisk = (offset: number, length: number) => Uint8Array | undefined;

export interface DiskShape {
  readonly size: number;
  /** Bytes of a logical sector. */
  readonly sector: number;
}

/** The partitions a disk's table tells; none where there is no valid table. The copy at the end counts where the first is broken. */
export function readPartitions(read: ReadDisk, disk: DiskShape): Partition[] {
  const boot = read(0, 512);
  if (!boot || viewOf(boot).getUint16(510, true) !== BOOT_SIGNATURE) return [];
  const records = [0, 1, 2, 3].map((i) => bootRecord.read(viewOf(boot), 446 + 16 * i)._unsafeUnwrap());
  if (!records.some(({ type }) => type === PROTECTIVE)) {
    return records.flatMap(({ type, firstLba, sectors }, i) =>
      type === 0 || sectors === 0
        ? []
        : inside(disk, { number: i + 1, start: firstLba * disk.sector, size: sectors * disk.sector })
    );
  }
  const last = Math.floor(disk.size / disk.sector) - 1;
  return readGpt(read, disk, 1) ?? readGpt(read, disk, last) ?? [];
}

function readGpt(read: ReadDisk, disk: DiskShape, lba: number): Partition[] | undefined {
  const sector = read(lba * disk.sector, 512);
  const found = sector && header.read(viewOf(sector)).unwrapOr(undefined);
  if (!found || found.signature !== SIGNATURE || found.myLba !== BigInt(lba)) return undefined;
  if (found.headerSize < header.size || found.headerSize > 512) return undefined;
  const zeroed = sector.slice(0, found.headerSize);
  viewOf(zeroed).setUint32(16, 0, true);
  if (crc32(zeroed) !== found.headerChecksum) return undefined;
  const at = exactNumber(found.entriesLba);
  const length = found.entries * found.entryBytes;
  if (at === undefined || found.entryBytes < ENTRY_BYTES || length > MOST_ENTRY_BYTES) return undefined;
  const table = read(at * disk.sector, length);
  if (!table || crc32(table) !== found.entriesChecksum) return undefined;
  return Array.from({ length: found.entries }, (_, i) => i).flatMap((i) => {
    const { type, firstLba, lastLba } = entry.read(viewOf(table), i * found.entryBytes)._unsafeUnwrap();
    const [first, end] = [exactNumber(firstLba), exactNumber(lastLba)];
    if (type === NIL_UUID || first === undefined || end === undefined || end < first) return [];
    return inside(disk, { number: i + 1, start: first * disk.sector, size: (end + 1 - first) * disk.sector });
  });
}

/** No real table is larger; a hostile one is not read. */
const MOST_ENTRY_BYTES = 1024 * ENTRY_BYTES;

const inside = (disk: DiskShape, partition: Partition): Partition[] =>
  partition.start + partition.size <= disk.size ? [partition] : [];

/** Sectors at either end of the disk that a table takes: boot sector or nothing, header, entries. */
export const reservedSectors = (sector: number): { readonly front: number; readonly back: number } => {
  const entries = Math.ceil((ENTRIES * ENTRY_BYTES) / sector);
  return { front: 2 + entries, back: 1 + entries };
};

export interface GptWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly note: string;
}

/** The writes that put a new table on a disk: first the copy at its end, then the one that counts. */
export function gptWrites(disk: DiskShape, partitions: readonly Partition[], newGuid: () => string): GptWrite[] {
  const { sector } = disk;
  const sectors = Math.floor(disk.size / sector);
  const { front, back } = reservedSectors(sector);
  const table = concat(
    ...Array.from({ length: ENTRIES }, (_, i) => {
      const partition = partitions.find(({ number }) => number === i + 1);
      return partition === undefined ? new Uint8Array(ENTRY_BYTES) : entry.write({
        ...entry.blank(),
        type: LINUX_DATA,
        unique: newGuid(),
        firstLba: BigInt(partition.start / sector),
        lastLba: BigInt((partition.start + partition.size) / sector - 1),
      });
    }),
  );
  const diskGuid = newGuid();
  const headerAt = (lba: number, other: number, entriesLba: number): Uint8Array => {
    const made = header.write({
      signature: SIGNATURE,
      revision: 0x10000,
      headerSize: header.size,
      headerChecksum: 0,
      reserved: 0,
      myLba: BigInt(lba),
      alternateLba: BigInt(other),
      firstUsableLba: BigInt(front),
      lastUsableLba: BigInt(sectors - back - 1),
      diskGuid,
      entriesLba: BigInt(entriesLba),
      entries: ENTRIES,
      entryBytes: ENTRY_BYTES,
      entriesChecksum: crc32(table),
    });
    viewOf(made).setUint32(16, crc32(made), true);
    return made;
  };
  const copy = sectors - back;
  return [
    { offset: copy * sector, bytes: table, note: "GPT entries, copy" },
    { offset: (sectors - 1) * sector, bytes: headerAt(sectors - 1, 1, copy), note: "GPT header, copy" },
    { offset: 2 * sector, bytes: table, note: "GPT entries" },
    { offset: sector, bytes: headerAt(1, sectors - 1, 2), note: "GPT header" },
    { offset: 0, bytes: protectiveRecord(sectors), note: "protective boot record" },
  ];
}

/** A boot sector that shows older tools one partition over everything (UEFI 2.10 §5.2.3). */
function protectiveRecord(sectors: number): Uint8Array {
  const boot = new Uint8Array(512);
  boot.set(
    bootRecord.write({
      status: 0,
      firstChs: Uint8Array.of(0, 2, 0),
      type: PROTECTIVE,
      lastChs: Uint8Array.of(0xff, 0xff, 0xff),
      firstLba: 1,
      sectors: Math.min(sectors - 1, 0xffffffff),
    }),
    446,
  );
  viewOf(boot).setUint16(510, BOOT_SIGNATURE, true);
  return boot;
}
