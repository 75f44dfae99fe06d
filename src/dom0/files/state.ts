/**
 * What dom0's filesystems keep. A filesystem's own metadata (which file lies where, what is free) stands here instead of on
 * the medium, under the UUID of the superblock; the superblock itself is on the medium, so that whatever overwrites the
 * start of the device takes the filesystem with it.
 */
import { type Blocks } from "../../base/blocks.ts";
import { type Range } from "../../base/range.ts";
import { type MballocMemory } from "./ext4/mballoc.ts";

export type FilesystemType = "ext4" | "xfs";

/** Times in seconds since the epoch. */
export interface Filesystem {
  readonly type: FilesystemType;
  readonly uuid: string;
  readonly label: string;
  /** Bytes that it was made for; layout follows from that and the options below. */
  readonly bytes: number;
  readonly blockSize: number;
  /** ext4 only: blocks for the superuser. */
  readonly rootPercent: number;
  /** XFS only. */
  readonly reflink: boolean;
  readonly made: number;
  readonly mounted: number;
  readonly mountCount: number;
  readonly lastMounted: string;
  readonly freeBlocks: number;
  readonly files: number;
  /** Blocks that ext4 set aside for small files, out of the free ones: theirs while it is mounted. */
  readonly shared: readonly Range[];
}

export interface StoredFile {
  readonly name: string;
  readonly inode: number;
  /** Bytes. */
  readonly size: number;
  /** `chattr +i`. */
  readonly immutable: boolean;
  /** Blocks of its extent tree. */
  readonly tree: readonly number[];
  /** Seconds since the epoch. */
  readonly changed: number;
}

export interface Mount {
  /** Mounts are undone in the opposite order. */
  readonly order: number;
  readonly directory: string;
  /** `pmem0p1`. */
  readonly device: string;
  readonly uuid: string;
  readonly type: FilesystemType;
  /** As asked for; undefined: by the inode, which here means not at all. */
  readonly dax: "always" | "never" | "inode" | undefined;
  readonly readOnly: boolean;
  /** As `mount` lists them. */
  readonly options: string;
}

/** A file held open and unchangeable. */
export interface Pin {
  readonly who: string;
}

/** A line of /etc/fstab. */
export interface FstabEntry {
  /** `/dev/pmem0`, `UUID=…`, `LABEL=…`. */
  readonly spec: string;
  readonly directory: string;
  readonly type: string;
  readonly options: string;
}

export interface Dom0FilesState {
  /** By UUID. Durable. */
  readonly filesystems: Blocks<Filesystem>;
  /** By `UUID/INODE`. Durable. */
  readonly files: Blocks<StoredFile>;
  /** Range maps: free space under `UUID/free`, groups in use under `UUID/touched`, extents under `UUID/INODE`. Durable. */
  readonly maps: Blocks<Uint8Array>;
  /** One block, `entries`. Durable. */
  readonly fstab: Blocks<readonly FstabEntry[]>;
  /** By number. Volatile. */
  readonly mounts: Blocks<Mount>;
  /** What the allocator of a mounted ext4 remembers, by UUID. Volatile. */
  readonly memory: Blocks<MballocMemory>;
  /** By `UUID/INODE`. Volatile. */
  readonly pins: Blocks<Pin>;
}
