/** Dividing a disk: a new GUID partition table, with partitions that start where large pages of a guest can start. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { alignDown, alignUp } from "../../base/quantity.ts";
import { MiB } from "../../base/units.ts";
import { type Dom0 } from "../dom0.ts";
import {
  type BlockDevice,
  holderOfDevice,
  partitionDevice,
  partitionsOf,
  shapeOf,
  writeDevice,
} from "./block_device.ts";
import { type Filesystems } from "./filesystems.ts";
import { gptWrites, type Partition, reservedSectors } from "./gpt.ts";

/** Bytes, or all that is left. */
export type PartitionSize = number | "rest";

export type PartitionFault =
  | { readonly kind: "not-a-disk" }
  | { readonly kind: "busy"; readonly who: string }
  | { readonly kind: "no-room"; readonly number: number; readonly wanted: number; readonly left: number }
  | { readonly kind: "device"; readonly errno: Errno };

/** Partitions start and end on whole 2 MiB of the disk. */
const ALIGNMENT = 2 * MiB;

/** Replaces whatever table the disk had. */
export function partitionDisk(
  dom0: Dom0,
  filesystems: Filesystems,
  disk: BlockDevice,
  sizes: readonly PartitionSize[],
): Result<Partition[], PartitionFault> {
  if (disk.partition !== undefined) return err({ kind: "not-a-disk" });
  const who = holderOfDevice(dom0, disk);
  if (who !== undefined) return err({ kind: "busy", who });
  if (disk.readOnly) return err({ kind: "device", errno: "EPERM" });
  return layout(disk, sizes).andThen((partitions) => {
    const old = [disk, ...partitionsOf(dom0, disk).map((partition) => partitionDevice(disk, partition))];
    for (const device of old) {
      const filesystem = filesystems.on(device);
      if (filesystem) filesystems.losing(device, filesystem);
    }
    const whole = filesystems.on(disk);
    const written = filesystems.wipe(disk).andThen(() => {
      if (whole) filesystems.forget(whole.uuid);
      return putTable(dom0, disk, partitions);
    });
    if (written.isErr()) return err<Partition[], PartitionFault>({ kind: "device", errno: written.error });
    dom0.kernel.acted("partition", disk.name);
    return ok(partitions);
  });
}

function putTable(dom0: Dom0, disk: BlockDevice, partitions: readonly Partition[]): Result<void, Errno> {
  for (const { offset, bytes, note } of gptWrites(shapeOf(disk), partitions, () => dom0.newUuid())) {
    const written = writeDevice(dom0, disk, offset, bytes, note);
    if (written.isErr()) return written;
  }
  return ok();
}

function layout({ size, sector }: BlockDevice, sizes: readonly PartitionSize[]): Result<Partition[], PartitionFault> {
  const { back } = reservedSectors(sector);
  const end = alignDown(size - back * sector, ALIGNMENT);
  const partitions: Partition[] = [];
  let at = ALIGNMENT;
  for (const [i, wanted] of sizes.entries()) {
    const bytes = wanted === "rest" ? end - at : alignUp(wanted, ALIGNMENT);
    if (bytes <= 0 || at + bytes > end) {
      return err({ kind: "no-room", number: i + 1, wanted: Math.max(bytes, 0), left: Math.max(end - at, 0) });
    }
    partitions.push({ number: i + 1, start: at, size: bytes });
    at += bytes;
  }
  return ok(partitions);
}
