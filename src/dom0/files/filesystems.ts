/** Filesystems on devices: making one, finding the one that a superblock names, and keeping the superblock up to date. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { range } from "../../base/range.ts";
import { KiB } from "../../base/units.ts";
import { type Dom0 } from "../dom0.ts";
import { type BlockDevice, readDevice, writeDevice, zeroerOf } from "./block_device.ts";
import { type Ext4Geometry, ext4Geometry } from "./ext4/geometry.ts";
import { Ext4Volume, geometryOf, makeExt4 } from "./ext4/ext4_volume.ts";
import { decodeExt4, encodeExt4, EXT4_OFFSET } from "./ext4/superblock.ts";
import { EXTENT_SCHEMA } from "./file_extents.ts";
import { FREE_SCHEMA } from "./free_space.ts";
import { type Dom0FilesState, type Filesystem, type FilesystemType } from "./state.ts";
import { forgetMap, mapKey, type Volume } from "./volume.ts";
import { XFS_BLOCK, type XfsGeometry, xfsGeometry } from "./xfs/geometry.ts";
import { decodeXfs, encodeXfs } from "./xfs/superblock.ts";
import { makeXfs, xfsGeometryOf, XfsVolume } from "./xfs/xfs_volume.ts";

/** What a device's start says. */
export interface FoundSuperblock {
  readonly type: FilesystemType;
  readonly uuid: string;
  readonly label: string;
  /** Seconds since the epoch and a directory; zero and empty where the superblock does not tell. */
  readonly made: number;
  readonly mounted: number;
  readonly lastMounted: string;
}

export interface MakeRequest {
  readonly type: FilesystemType;
  readonly label: string;
  readonly uuid: string | undefined;
  /** Bytes of the device to use; all of it where undefined. */
  readonly bytes: number | undefined;
  /** ext4 only; by size where undefined. */
  readonly blockSize: number | undefined;
  /** Of an ext4's blocks, how many are for the superuser. */
  readonly rootPercent: number;
  /** XFS only. */
  readonly reflink: boolean;
}

export type MakeFault =
  | { readonly kind: "too-small"; readonly bytes: number }
  | { readonly kind: "too-large"; readonly bytes: number }
  | { readonly kind: "device"; readonly errno: Errno };

/** The layout of a filesystem to be. */
export type Plan =
  | { readonly type: "ext4"; readonly geometry: Ext4Geometry }
  | { readonly type: "xfs"; readonly geometry: XfsGeometry };

export type Made = Plan & { readonly filesystem: Filesystem };

/** A superblock lies within the first 4 KiB of its device. */
const START_BYTES = 4 * KiB;

export class Filesystems {
  constructor(private readonly dom0: Dom0, private readonly state: Dom0FilesState) {}

  /** Seconds since the epoch. */
  get now(): number {
    return Number(this.dom0.kernel.parts.clock.now() / 1_000_000_000n);
  }

  /** The superblock at the start of a device, whoever wrote it. */
  superblock(device: BlockDevice): FoundSuperblock | undefined {
    const start = readDevice(this.dom0, device, 0, Math.min(START_BYTES, device.size)).unwrapOr(undefined);
    if (!start) return undefined;
    const ext4 = decodeExt4(start);
    if (ext4) return { type: "ext4", ...ext4 };
    const xfs = decodeXfs(start);
    return xfs && { type: "xfs", uuid: xfs.uuid, label: xfs.label, made: 0, mounted: 0, lastMounted: "" };
  }

  /** What is known of the filesystem on a device; undefined where there is none, or one that was not made here. */
  on(device: BlockDevice): Filesystem | undefined {
    const found = this.superblock(device);
    const filesystem = found && this.state.filesystems.get(found.uuid);
    return filesystem?.type === found?.type && filesystem !== undefined && filesystem.bytes <= device.size
      ? filesystem
      : undefined;
  }

  get(uuid: string): Filesystem | undefined {
    return this.state.filesystems.get(uuid);
  }

  /** Makes a filesystem on a device that nobody uses; what was there is gone. */
  make(device: BlockDevice, request: MakeRequest): Result<Made, MakeFault> {
    if (device.readOnly) return err({ kind: "device", errno: "EPERM" });
    const bytes = request.bytes ?? device.size;
    if (bytes > device.size) return err({ kind: "too-large", bytes });
    return planOf(bytes, request).andThen((plan) => {
      const old = this.on(device);
      if (old) this.losing(device, old);
      return this.wipe(device).mapErr((errno): MakeFault => ({ kind: "device", errno })).andThen(() => {
        if (old) this.forget(old.uuid);
        return this.#put(device, request, bytes, plan);
      });
    });
  }

  #put(
    device: BlockDevice,
    { type, label, uuid, rootPercent, reflink }: MakeRequest,
    bytes: number,
    plan: Plan,
  ): Result<Made, MakeFault> {
    const id = uuid ?? this.dom0.newUuid();
    this.forget(id);
    const { maps } = this.state;
    const filesystem: Filesystem = {
      type,
      uuid: id,
      label,
      bytes,
      blockSize: plan.type === "ext4" ? plan.geometry.blockSize : XFS_BLOCK,
      rootPercent,
      reflink: type === "xfs" && reflink,
      made: this.now,
      mounted: 0,
      mountCount: 0,
      lastMounted: "",
      freeBlocks: plan.type === "ext4" ? makeExt4(maps, id, plan.geometry) : makeXfs(maps, id, plan.geometry),
      files: 0,
      shared: [],
    };
    this.dom0.kernel.acted(`mkfs.${type}`, device.name);
    return this.write(device, filesystem, false)
      .map(() => ({ ...plan, filesystem }))
      .mapErr((errno): MakeFault => ({ kind: "device", errno }));
  }

  /** Keeps the record, and its superblock on the device. */
  write(device: BlockDevice, filesystem: Filesystem, mounted: boolean): Result<void, Errno> {
    const { type, uuid, label, freeBlocks, files } = filesystem;
    const bytes = type === "ext4"
      ? encodeExt4(geometryOf(filesystem), { ...filesystem, written: this.now, needsRecovery: mounted })
      : encodeXfs(xfsGeometryOf(filesystem), { uuid, label, freeBlocks, files });
    const at = type === "ext4" ? EXT4_OFFSET : 0;
    return writeDevice(this.dom0, device, at, bytes, `${type} superblock`).map(() => this.keep(filesystem));
  }

  keep(filesystem: Filesystem): void {
    this.state.filesystems.set(filesystem.uuid, filesystem);
  }

  volume(filesystem: Filesystem): Volume {
    return filesystem.type === "ext4" ? new Ext4Volume(this.state, filesystem) : new XfsVolume(this.state, filesystem);
  }

  /** Old superblocks and partition tables would be found again. */
  wipe(device: BlockDevice): Result<void, Errno> {
    const zero = zeroerOf(this.dom0, device);
    return zero(range(0, Math.min(WIPED_BYTES, device.size)), "wipe").andThen(() =>
      device.size >= 2 * WIPED_BYTES ? zero(range(device.size - WIPED_BYTES, WIPED_BYTES), "wipe") : ok()
    );
  }

  /** Tells what data goes with a filesystem. */
  losing({ name }: BlockDevice, { uuid, type, label, lastMounted, files }: Filesystem): void {
    const bytes = this.filesOf(uuid).reduce(
      (sum, inode) => sum + (this.state.files.get(mapKey(uuid, inode))?.size ?? 0),
      0,
    );
    if (bytes === 0) return;
    const called = label === "" ? lastMounted : label;
    this.dom0.losing({
      object: `/dev/${name} (${type}, ${files} file${files === 1 ? "" : "s"})`,
      owner: called === "" ? undefined : called,
      bytes,
      identity: uuid,
    });
  }

  /** Forgets all that is known of a filesystem. */
  forget(uuid: string): void {
    if (!this.state.filesystems.get(uuid)) return;
    for (const inode of this.filesOf(uuid)) {
      forgetMap(EXTENT_SCHEMA, this.state.maps, mapKey(uuid, inode));
      this.state.files.delete(mapKey(uuid, inode));
    }
    for (const map of ["free", "touched"]) forgetMap(FREE_SCHEMA, this.state.maps, mapKey(uuid, map));
    this.state.memory.delete(uuid);
    this.state.filesystems.delete(uuid);
  }

  /** Inodes of the files, in no particular order. */
  filesOf(uuid: string): number[] {
    return [...this.state.files.ids()].filter((id) => id.startsWith(`${uuid}/`)).map((id) => Number(id.slice(37)));
  }
}

function planOf(bytes: number, { type, blockSize, rootPercent, reflink }: MakeRequest): Result<Plan, MakeFault> {
  return type === "ext4"
    ? ext4Geometry(bytes, { blockSize, rootPercent }).map((geometry): Plan => ({ type: "ext4", geometry }))
    : xfsGeometry(bytes, { reflink }).map((geometry): Plan => ({ type: "xfs", geometry }));
}

/** mkfs zeroes the first and the last 64 KiB of a device. */
const WIPED_BYTES = 64 * KiB;
