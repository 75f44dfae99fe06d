/**
 * The block devices that filesystems are made on: disks of namespaces, and partitions of them, which are always read from
 * the medium. Source: Linux 6.1 `drivers/nvdimm/pmem.c` pmem_attach_disk; `drivers/dax/super.c` fs_dax_get_by_bdev.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Range, range } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Dom0 } from "../dom0.ts";
import { diskExtent } from "../disk.ts";
import { diskName, extentOf } from "../namespace_device.ts";
import { type DiskShape, type Partition, readPartitions } from "./gpt.ts";
import { type Zeroer, zeroer } from "./zero_disk.ts";

export interface BlockDevice {
  /** `pmem0`, `pmem0.1p2`. */
  readonly name: string;
  readonly disk: string;
  /** Undefined for a whole disk. */
  readonly partition: number | undefined;
  /** Bytes from the start of the disk. */
  readonly start: number;
  /** Bytes. */
  readonly size: number;
  /** Bytes of a logical sector. */
  readonly sector: number;
  /** Whether loads and stores may go past the block layer: fsdax namespaces do, raw and sector ones do not. */
  readonly dax: boolean;
  readonly readOnly: boolean;
  /** A BTT: what is stored where is its map's business. */
  readonly sectorMode: boolean;
  readonly namespace: string;
}

const DEVICE = /^(?:\/dev\/)?((pmem\d+(?:\.\d+)?s?)(?:p(\d+))?)$/;

/** A device by name or path. -ENOENT where there is none. */
export function blockDevice(dom0: Dom0, path: string): Result<BlockDevice, Errno> {
  const match = DEVICE.exec(path);
  const disk = match && wholeDisk(dom0, match[2]!);
  if (!disk) return err("ENOENT");
  if (match[3] === undefined) return ok(disk);
  const partition = partitionsOf(dom0, disk).find(({ number }) => number === Number(match[3]));
  return partition ? ok(partitionDevice(disk, partition)) : err("ENOENT");
}

export const partitionDevice = (disk: BlockDevice, { number, start, size }: Partition): BlockDevice => ({
  ...disk,
  name: `${disk.name}p${number}`,
  partition: number,
  start,
  size,
  // DAX maps whole pages of the disk.
  dax: disk.dax && start % PAGE_SIZE === 0 && size % PAGE_SIZE === 0,
});

export const shapeOf = ({ size, sector }: BlockDevice): DiskShape => ({ size, sector });

/** In order of number; none of a partition, or of what cannot be read. */
export function partitionsOf(dom0: Dom0, disk: BlockDevice): Partition[] {
  if (disk.partition !== undefined || disk.sectorMode) return [];
  const read = (offset: number, length: number) => dom0.readDisk(disk.disk, offset, length).unwrapOr(undefined);
  return readPartitions(read, shapeOf(disk));
}

/** Every disk and partition, by name. */
export function allBlockDevices(dom0: Dom0): BlockDevice[] {
  return dom0.namespaces().flatMap(({ name }) => {
    const namespace = dom0.kernel.devices.namespace(name);
    const disk = namespace && wholeDisk(dom0, diskName(namespace));
    return disk ? [disk, ...partitionsOf(dom0, disk).map((partition) => partitionDevice(disk, partition))] : [];
  });
}

/** Who has the device open exclusively, the disk that it is a part of, or a part of it. */
export const holderOfDevice = (dom0: Dom0, { name, disk }: BlockDevice): string | undefined =>
  dom0.holderOf(name) ?? dom0.kernel.parts.state.holders.get(disk)?.who;

/** SPA of the device's first byte; undefined for a BTT. */
export function spaOf(dom0: Dom0, { disk, start }: BlockDevice): number | undefined {
  const extent = diskExtent(dom0.kernel, disk);
  return extent && extent.start + start;
}

export const readDevice = (
  dom0: Dom0,
  { disk, start, size }: BlockDevice,
  offset: number,
  length: number,
): Result<Uint8Array, Errno> => offset + length > size ? err("EIO") : dom0.readDisk(disk, start + offset, length);

export const writeDevice = (
  dom0: Dom0,
  { disk, start, size, readOnly }: BlockDevice,
  offset: number,
  bytes: Uint8Array,
  note: string,
): Result<void, Errno> =>
  readOnly
    ? err("EPERM")
    : offset + bytes.length > size
    ? err("ENOSPC")
    : dom0.writeDisk(disk, start + offset, bytes, note);

/** Makes bytes of the device read as zeroes. */
export function zeroerOf(dom0: Dom0, { disk, start, size, readOnly }: BlockDevice): Zeroer {
  const extent = diskExtent(dom0.kernel, disk);
  if (!extent) return () => err("ENXIO");
  const zero = zeroer(dom0.kernel, extent);
  return (part, note) => {
    if (readOnly) return err("EPERM");
    if (part.end > size) return err("ENOSPC");
    return zero(range(start + part.start, part.end - part.start), note);
  };
}

function wholeDisk(dom0: Dom0, name: string): BlockDevice | undefined {
  const { kernel } = dom0;
  for (const region of kernel.regions) {
    for (const namespace of kernel.devices.namespaces(region.number)) {
      if (diskName(namespace) !== name) continue;
      const holder = namespace.claim === undefined ? undefined : kernel.devices.personality(namespace.claim);
      const bound = holder?.kind === "dax" ? undefined : holder?.bound;
      const size = bound?.size ?? (namespace.enabled ? rawSize(extentOf(kernel, region, namespace)) : undefined);
      if (size === undefined) continue;
      return {
        name,
        disk: name,
        partition: undefined,
        start: 0,
        size,
        sector: (holder?.kind === "btt" ? holder.lbaSize : namespace.lbaSize) >= 4096 ? 4096 : 512,
        dax: holder?.kind === "pfn",
        readOnly: kernel.devices.region(region.number)?.readOnly ?? false,
        sectorMode: holder?.kind === "btt",
        namespace: `namespace${namespace.region}.${namespace.id}`,
      };
    }
  }
  return undefined;
}

const rawSize = ({ start, end }: Range): number => end - start;
