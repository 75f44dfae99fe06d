/**
 * Dom0's filesystems on pmem disks: devices, mounts, files, /etc/fstab. An object is a view with caches over the state; a
 * fork makes its own. It is also what the toolstack needs of them, that files lie still while a guest has them.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Dom0 } from "../dom0.ts";
import {
  allBlockDevices,
  type BlockDevice,
  blockDevice,
  holderOfDevice,
  partitionsOf,
  readDevice,
  spaOf,
  zeroerOf,
} from "./block_device.ts";
import { FileOperations } from "./file_operations.ts";
import { type FileEntry } from "./file_work.ts";
import { Filesystems } from "./filesystems.ts";
import { type Partition } from "./gpt.ts";
import { mountOptions } from "./mount_options.ts";
import { type MountFault, Mounts } from "./mounts.ts";
import { partitionDisk, type PartitionFault, type PartitionSize } from "./partitioning.ts";
import { type Dom0FilesState, type FilesystemType, type FstabEntry, type Mount } from "./state.ts";
import { mapKey } from "./volume.ts";

/** An extent in bytes; `physical` counts from the start of the disk, partition included. */
export interface DiskExtent {
  readonly logical: number;
  readonly physical: number;
  readonly length: number;
  readonly flags: readonly "unwritten"[];
}

/** A file as a guest's backend: its disk, and where on it the bytes are. */
export interface FileOnDisk {
  readonly path: string;
  readonly device: string;
  readonly size: number;
  readonly extents: readonly DiskExtent[];
}

export class Dom0Files {
  readonly filesystems: Filesystems;
  readonly mounts: Mounts;
  readonly operations: FileOperations;

  constructor(private readonly dom0: Dom0, private readonly state: Dom0FilesState) {
    this.filesystems = new Filesystems(dom0, state);
    this.mounts = new Mounts(dom0, state, this.filesystems);
    this.operations = new FileOperations(dom0, state, this.filesystems, this.mounts);
  }

  /** By path or name. -ENOENT where there is no such disk or partition. */
  device(path: string): Result<BlockDevice, Errno> {
    return blockDevice(this.dom0, path);
  }
  devices(): BlockDevice[] {
    return allBlockDevices(this.dom0);
  }
  /** Who uses the device, its disk, or a part of it, in words. */
  holderOf(device: BlockDevice): string | undefined {
    return holderOfDevice(this.dom0, device);
  }
  /** SPA of a device's first byte; undefined where addresses say nothing about places (sector mode). */
  spaOf(device: BlockDevice): number | undefined {
    return spaOf(this.dom0, device);
  }
  partitions(disk: BlockDevice): Partition[] {
    return partitionsOf(this.dom0, disk);
  }
  partition(disk: BlockDevice, sizes: readonly PartitionSize[]): Result<Partition[], PartitionFault> {
    return partitionDisk(this.dom0, this.filesystems, disk, sizes);
  }

  /** Zeroes bytes of a device itself, whatever is on it. Tells what goes with a filesystem's start. */
  zeroDevice(device: BlockDevice, offset: number, length: number): Result<void, Errno> {
    const filesystem = this.filesystems.on(device);
    if (filesystem && length > 0) this.filesystems.losing(device, filesystem);
    return zeroerOf(this.dom0, device)({ start: offset, end: offset + length }, `zeroes on ${device.name}`);
  }
  readDevice(device: BlockDevice, offset: number, length: number): Result<Uint8Array, Errno> {
    return readDevice(this.dom0, device, offset, length);
  }

  /** The lines of /etc/fstab that are about these filesystems. */
  get fstab(): readonly FstabEntry[] {
    return this.state.fstab.get("entries") ?? [];
  }
  setFstab(entries: readonly FstabEntry[]): void {
    this.state.fstab.set("entries", entries);
  }

  /** The device that fstab or mount names by path, `UUID=` or `LABEL=`. */
  deviceOf(spec: string): BlockDevice | undefined {
    const [, key, value] = /^(UUID|LABEL)=(.*)$/.exec(spec) ?? [];
    if (key === undefined) return this.device(spec).unwrapOr(undefined);
    return this.devices().find((device) => {
      const found = this.filesystems.superblock(device);
      return found !== undefined && (key === "UUID" ? found.uuid === value!.toLowerCase() : found.label === value);
    });
  }

  /** Mounts one line of fstab; what is mounted already stays. */
  mountEntry(
    { spec, directory, type, options }: FstabEntry,
  ): Result<Mount, MountFault | { readonly kind: "no-device" }> {
    const device = this.deviceOf(spec);
    if (!device) return err({ kind: "no-device" });
    return this.mounts.mount({
      device,
      directory,
      type: type === "ext4" || type === "xfs" ? type satisfies FilesystemType : undefined,
      options: mountOptions([options]),
    });
  }

  /** At boot: every line of fstab without `noauto`; what could not be mounted, a sentence each. */
  boot(): string[] {
    const wanted = this.fstab.filter(({ options }) => !options.split(",").includes("noauto"));
    return wanted.flatMap((entry) => {
      const mounted = this.mountEntry(entry);
      if (mounted.isOk()) return [];
      const { error } = mounted;
      const why = error.kind === "no-device" ? "no such device" : error.kind === "refused" ? error.why : error.kind;
      return [`${entry.directory} was not mounted from ${entry.spec}: ${why}`];
    });
  }

  /** What the toolstack asks: the mount on a disk or on a partition of it. */
  mountOf(disk: string): { readonly directory: string; readonly dax: boolean } | undefined {
    const mount = this.mounts.ofDisk(disk);
    return mount && { directory: mount.directory, dax: mount.dax === "always" };
  }

  /** Where a file's bytes are. -ENOENT without such a file, -EINVAL for a directory. */
  lookup(path: string): Result<FileOnDisk, Errno> {
    return this.#file(path).map((entry) => {
      const { blockSize, list } = this.operations.extents(entry);
      const device = this.device(entry.mount.device)._unsafeUnwrap();
      const extents = Array.from(list, ({ start, end, block, unwritten }): DiskExtent => ({
        logical: start * blockSize,
        physical: device.start + block * blockSize,
        length: (end - start) * blockSize,
        flags: unwritten === 1 ? ["unwritten"] : [],
      }));
      return { path, device: device.disk, size: entry.file.size, extents };
    });
  }

  /** Holds a file open and unchangeable. -EBUSY where somebody else does. */
  pin(path: string, who: string): Result<void, Errno> {
    return this.#file(path).andThen((entry) => {
      const key = keyOf(entry);
      const holder = this.state.pins.get(key)?.who;
      if (holder !== undefined && holder !== who) return err<void, Errno>("EBUSY");
      this.state.pins.set(key, { who });
      return ok<void, Errno>(undefined);
    });
  }
  unpin(path: string): void {
    const found = this.#file(path);
    if (found.isOk()) this.state.pins.delete(keyOf(found.value));
  }
  /** Who holds a file, in words. */
  pinOf(entry: FileEntry): string | undefined {
    return this.state.pins.get(keyOf(entry))?.who;
  }

  #file(path: string): Result<FileEntry, Errno> {
    return this.operations.lookup(path).andThen((entry) =>
      entry.kind === "file" ? ok(entry) : err<FileEntry, Errno>("EINVAL")
    );
  }
}

const keyOf = ({ filesystem, file }: FileEntry): string => mapKey(filesystem.uuid, file.inode);
