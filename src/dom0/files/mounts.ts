/**
 * The mount table: what is mounted where, and what a path leads to. Any directory outside the mounted filesystems exists;
 * filesystems have no directories of their own but their root and `lost+found`.
 * Source: Linux 6.1 `fs/super.c` get_tree_bdev, `fs/ext4/super.c`, `fs/xfs/xfs_super.c` xfs_setup_dax_always.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Dom0 } from "../dom0.ts";
import { type BlockDevice, blockDevice, holderOfDevice } from "./block_device.ts";
import { type Filesystems } from "./filesystems.ts";
import { type MountOptions, shownOptions } from "./mount_options.ts";
import { type Dom0FilesState, type Filesystem, type FilesystemType, type Mount } from "./state.ts";

export interface MountRequest {
  readonly device: BlockDevice;
  readonly directory: string;
  readonly type: FilesystemType | undefined;
  readonly options: MountOptions;
}

export type MountFault =
  /** The very same mount is there already. */
  | { readonly kind: "mounted"; readonly directory: string }
  | { readonly kind: "busy" }
  /** No such filesystem there, or it cannot be mounted like that. */
  | { readonly kind: "refused"; readonly why: string };

/** Where a path leads. */
export interface Place {
  readonly mount: Mount;
  /** Empty for the root of the filesystem; a name without slashes otherwise, where `deeper` is false. */
  readonly name: string;
  /** The path goes on below the name. */
  readonly deeper: boolean;
}

export class Mounts {
  constructor(
    private readonly dom0: Dom0,
    private readonly state: Dom0FilesState,
    private readonly filesystems: Filesystems,
  ) {}

  /** In the order in which they were made. */
  list(): Mount[] {
    return [...this.state.mounts.ids()].map((id) => this.state.mounts.get(id)!).sort((a, b) => a.order - b.order);
  }

  /** The mount that is on top of a directory, or the newest of a device. */
  find(target: string): Mount | undefined {
    const directory = plainPath(target);
    const device = target.replace(/^\/dev\//, "");
    const all = this.list().reverse();
    return all.find((mount) => mount.directory === directory) ??
      (target.startsWith("/dev/") ? all.find((mount) => mount.device === device) : undefined);
  }

  /** Of a disk or of a partition of it. */
  ofDisk(disk: string): Mount | undefined {
    return this.list().find(({ device }) => device === disk || /^p\d+$/.test(restOf(device, disk)));
  }

  ofDevice({ name }: BlockDevice): Mount | undefined {
    return this.list().find(({ device }) => device === name);
  }

  mount({ device, directory: path, type, options }: MountRequest): Result<Mount, MountFault> {
    const directory = plainPath(path);
    const already = this.ofDevice(device);
    if (already?.directory === directory) return err({ kind: "mounted", directory });
    if (!already && holderOfDevice(this.dom0, device) !== undefined) return err({ kind: "busy" });
    const filesystem = this.filesystems.on(device);
    const refusal = this.#refusal(device, filesystem, type, options);
    if (!filesystem || refusal !== undefined) {
      this.dom0.kernel.note(refusal ?? "");
      return err({ kind: "refused", why: refusal ?? "" });
    }

    // XFS goes on without DAX where the device has none.
    const used: MountOptions = {
      ...options,
      dax: options.dax === "always" && !device.dax ? "never" : options.dax,
      readOnly: options.readOnly || device.readOnly,
    };
    if (!already) this.#start(device, filesystem, directory, used.readOnly);
    const order = Math.max(0, ...this.list().map((mount) => mount.order)) + 1;
    const mount: Mount = {
      order,
      directory,
      device: device.name,
      uuid: filesystem.uuid,
      type: filesystem.type,
      dax: used.dax,
      readOnly: used.readOnly,
      options: shownOptions(filesystem.type, used),
    };
    this.state.mounts.set(String(order), mount);
    this.dom0.kernel.acted("mount", `/dev/${device.name} on ${directory}`);
    return ok(mount);
  }

  /** -EBUSY while a file is held open; the last mount of a device closes it. */
  unmount(mount: Mount): Result<void, Errno> {
    const others = this.list().filter(({ order, uuid }) => order !== mount.order && uuid === mount.uuid);
    if (others.length === 0 && this.#isPinned(mount.uuid)) return err("EBUSY");
    this.state.mounts.delete(String(mount.order));
    this.dom0.kernel.acted("umount", mount.directory);
    if (others.length > 0) return ok();
    this.dom0.closeExclusive(mount.device);
    this.dom0.kernel.note(`${kernelName(mount.type)} (${mount.device}): unmounting filesystem.`);
    return this.#settle(mount);
  }

  /** Undefined for a path in no mounted filesystem. */
  place(path: string): Place | undefined {
    const plain = plainPath(path);
    const [mount] = this.list().filter(({ directory }) => isWithin(plain, directory))
      .sort((a, b) => b.directory.length - a.directory.length || b.order - a.order);
    if (!mount) return undefined;
    const [name = "", ...rest] = plain.slice(mount.directory.length).split("/").filter((part) => part !== "");
    return { mount, name, deeper: rest.length > 0 };
  }

  #start(device: BlockDevice, filesystem: Filesystem, directory: string, readOnly: boolean): void {
    this.dom0.openExclusive(device.name, `mounted on ${directory}`);
    const mounted = { mounted: this.filesystems.now, mountCount: filesystem.mountCount + 1, lastMounted: directory };
    if (!readOnly) {
      // What was set aside when the power went belongs to nobody.
      const volume = this.filesystems.volume(filesystem);
      volume.settle();
      this.filesystems.write(device, { ...volume.save(), ...mounted }, true);
      this.state.memory.delete(filesystem.uuid);
    }
    const how = filesystem.type === "ext4"
      ? "mounted filesystem with ordered data mode. Quota mode: none."
      : "Ending clean mount";
    this.dom0.kernel.note(`${kernelName(filesystem.type)} (${device.name}): ${how}`);
  }

  #settle({ device, uuid, readOnly }: Mount): Result<void, Errno> {
    const filesystem = this.filesystems.get(uuid);
    const found = blockDevice(this.dom0, device).unwrapOr(undefined);
    if (readOnly || !filesystem || !found) return ok();
    const volume = this.filesystems.volume(filesystem);
    volume.settle();
    const done = volume.save();
    this.state.memory.delete(uuid);
    // Bytes written over the superblock meanwhile are not put right by unmounting a filesystem that is no longer there.
    return this.filesystems.superblock(found)?.uuid === uuid ? this.filesystems.write(found, done, false) : ok();
  }

  #isPinned(uuid: string): boolean {
    for (const id of this.state.pins.ids()) if (id.startsWith(`${uuid}/`)) return true;
    return false;
  }

  /** Why the kernel would not mount it, as its log says. */
  #refusal(
    device: BlockDevice,
    filesystem: Filesystem | undefined,
    type: FilesystemType | undefined,
    { dax, unknown }: MountOptions,
  ): string | undefined {
    const asked = type ?? filesystem?.type ?? "ext4";
    if (unknown.length > 0) return `${asked}: Unknown parameter '${unknown[0]}'`;
    if (!filesystem || filesystem.type !== asked) {
      return asked === "ext4"
        ? `EXT4-fs (${device.name}): VFS: Can't find ext4 filesystem`
        : `XFS (${device.name}): Invalid superblock magic number`;
    }
    if (dax !== "always") return undefined;
    if (filesystem.blockSize !== PAGE_SIZE) return `EXT4-fs (${device.name}): unsupported blocksize for DAX`;
    if (!device.dax) {
      return filesystem.type === "ext4" ? `EXT4-fs (${device.name}): DAX unsupported by block device.` : undefined;
    }
    return filesystem.reflink && device.partition !== undefined
      ? `XFS (${device.name}): DAX and reflink cannot work with multi-partitions!`
      : undefined;
  }
}

const kernelName = (type: FilesystemType): string => (type === "ext4" ? "EXT4-fs" : "XFS");

const restOf = (name: string, prefix: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : "");

const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);

/** Without `.`, `..`, doubled and trailing slashes; from the root where it was relative. */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}
