/**
 * Reading and writing a namespace's block device. Sectors known to be bad cannot be read; writing them whole clears the error
 * first. Source: Linux 6.1 `drivers/nvdimm/pmem.c` pmem_do_read, pmem_do_write, pmem_clear_poison.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { intersection, type Range, range } from "../base/range.ts";
import { badSectors, SECTOR } from "./badblocks.ts";
import { type Kernel } from "./kernel.ts";
import { readBytes, writeAll } from "./namespace_bytes.ts";
import { diskName, extentOf } from "./namespace_device.ts";
import { clearError } from "./scrub.ts";

/** The SPA range of a disk's content: of a raw namespace all of it, of fsdax the data. Undefined for a BTT, or for no disk. */
export function diskExtent(kernel: Kernel, disk: string): Range | undefined {
  for (const { number } of kernel.regions) {
    for (const namespace of kernel.devices.namespaces(number)) {
      if (diskName(namespace) !== disk) continue;
      const holder = namespace.claim === undefined ? undefined : kernel.devices.personality(namespace.claim);
      if (holder?.kind === "pfn" && holder.bound) return range(holder.bound.start, holder.bound.size);
      if (namespace.enabled) return extentOf(kernel, kernel.region(number), namespace);
    }
  }
  return undefined;
}

/** -ENXIO without such a disk, -EIO for bad sectors and for memory that is not dom0's. */
export function readDisk(kernel: Kernel, disk: string, offset: number, length: number): Result<Uint8Array, Errno> {
  const extent = diskExtent(kernel, disk);
  if (!extent) return err("ENXIO");
  if (badIn(kernel, extent, offset, length).length > 0) return err("EIO");
  return readBytes(kernel.memory, extent, offset, length);
}

export function writeDisk(
  kernel: Kernel,
  disk: string,
  offset: number,
  bytes: Uint8Array,
  note: string,
): Result<void, Errno> {
  const extent = diskExtent(kernel, disk);
  if (!extent) return err("ENXIO");
  if (offset + bytes.length > extent.end - extent.start) return err("ENOSPC");
  for (const { start, end } of badIn(kernel, extent, offset, bytes.length)) {
    const cleared = clearError(kernel, range(extent.start + start, end - start));
    if (cleared.isErr()) return err("EIO");
  }
  return writeAll(kernel.memory, extent, [{ offset, bytes, note }]).andThen(() => ok());
}

/** Bad sectors that touch part of a disk, as byte ranges of the disk. */
function badIn(kernel: Kernel, extent: Range, offset: number, length: number): Range[] {
  return badSectors(kernel, extent)
    .map(({ sector, sectors }) => range(sector * SECTOR, sectors * SECTOR))
    .filter((bad) => intersection(bad, range(offset, length)));
}
