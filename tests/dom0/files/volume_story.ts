/** A filesystem without a disk under it, for stories of what a real kernel allocated. Only for tests. */
import { BaseBlocks } from "../../../src/base/blocks.ts";
import { EXTENT_SCHEMA, FileExtents } from "../../../src/dom0/files/file_extents.ts";
import { Ext4Volume, geometryOf, makeExt4 } from "../../../src/dom0/files/ext4/ext4_volume.ts";
import {
  type Dom0FilesState,
  type Filesystem,
  type FilesystemType,
  type StoredFile,
} from "../../../src/dom0/files/state.ts";
import { forgetMap, mapKey, type OpenBlocks, openMap, type Volume } from "../../../src/dom0/files/volume.ts";
import { makeXfs, xfsGeometryOf, XfsVolume } from "../../../src/dom0/files/xfs/xfs_volume.ts";

const UUID = "11111111-2222-3333-4444-555555555555";
const MOST_BLOCKS = 2 ** 32 - 1;

export const emptyFilesState = (): Dom0FilesState => ({
  filesystems: new BaseBlocks(),
  files: new BaseBlocks(),
  maps: new BaseBlocks(),
  fstab: new BaseBlocks(),
  mounts: new BaseBlocks(),
  memory: new BaseBlocks(),
  pins: new BaseBlocks(),
});

/** Logical start, length, block, and whether it was never written. */
export type StoryExtent = readonly [number, number, number, boolean];

export class VolumeStory {
  readonly state = emptyFilesState();
  readonly #files = new Map<string, StoredFile>();
  #filesystem: Filesystem;

  constructor(type: FilesystemType, bytes: number, private readonly firstInode = type === "ext4" ? 12 : 131) {
    const made: Filesystem = {
      type,
      uuid: UUID,
      label: "",
      bytes,
      blockSize: 4096,
      rootPercent: 5,
      reflink: true,
      made: 0,
      mounted: 0,
      mountCount: 0,
      lastMounted: "",
      freeBlocks: 0,
      files: 0,
      shared: [],
    };
    const freeBlocks = type === "ext4"
      ? makeExt4(this.state.maps, UUID, geometryOf(made))
      : makeXfs(this.state.maps, UUID, xfsGeometryOf(made));
    this.#filesystem = { ...made, freeBlocks };
  }

  get freeBlocks(): number {
    return this.#filesystem.freeBlocks;
  }
  get filesystem(): Filesystem {
    return this.#filesystem;
  }

  /** Whether there was room. */
  fallocate(name: string, bytes: number): boolean {
    return this.#change(name, (blocks, file) => {
      const done = last(blocks.reserve(0, Math.ceil(bytes / 4096), bytes));
      return [done, done ? Math.max(file.size, bytes) : file.size];
    });
  }

  dd(name: string, blockSize: number, count: number, seek: number, truncate: boolean): boolean {
    return this.#change(name, (blocks, file) => {
      const [start, end] = [seek * blockSize, (seek + count) * blockSize];
      if (truncate) blocks.remove(Math.ceil(start / 4096), MOST_BLOCKS);
      const stop = last(blocks.write(start / 4096, Math.ceil(end / 4096), blockSize / 4096));
      return [stop === undefined, Math.max(truncate ? 0 : file.size, end)];
    }, truncate ? seek * blockSize : undefined);
  }

  truncate(name: string, bytes: number): void {
    this.#change(name, (blocks) => {
      blocks.remove(Math.ceil(bytes / 4096), MOST_BLOCKS);
      return [undefined, bytes];
    });
  }

  rm(name: string): void {
    this.truncate(name, 0);
    forgetMap(EXTENT_SCHEMA, this.state.maps, mapKey(UUID, this.#file(name).inode));
    this.#files.delete(name);
  }

  remount(): void {
    const volume = this.#open();
    volume.settle();
    this.#filesystem = volume.save();
    this.state.memory.delete(UUID);
  }

  names(): string[] {
    return [...this.#files.keys()];
  }

  tree(name: string): readonly number[] {
    return this.#file(name).tree;
  }

  extents(name: string): StoryExtent[] {
    const map = openMap(EXTENT_SCHEMA, this.state.maps, mapKey(UUID, this.#file(name).inode));
    return Array.from(
      new FileExtents(map, () => 1).map.entries(),
      (e) => [e.start, e.end - e.start, e.block, e.unwritten === 1],
    );
  }

  #open(): Volume {
    return this.#filesystem.type === "ext4"
      ? new Ext4Volume(this.state, this.#filesystem)
      : new XfsVolume(this.state, this.#filesystem);
  }

  #file(name: string): StoredFile {
    const there = this.#files.get(name);
    if (there) return there;
    const used = new Set(Array.from(this.#files.values(), ({ inode }) => inode));
    let inode = this.firstInode;
    while (used.has(inode)) inode++;
    const file = { name, inode, size: 0, immutable: false, tree: [], changed: 0 };
    this.#files.set(name, file);
    return file;
  }

  #change<T>(name: string, act: (blocks: OpenBlocks, file: StoredFile) => [T, number], size?: number): T {
    const file = this.#file(name);
    const volume = this.#open();
    const blocks = volume.open(size === undefined ? file : { ...file, size });
    const [result, newSize] = act(blocks, file);
    blocks.close();
    blocks.extents.map.save(this.state.maps, mapKey(UUID, file.inode));
    this.#files.set(name, { ...file, size: newSize, tree: [...blocks.tree] });
    this.#filesystem = volume.save();
    return result;
  }
}

function last<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
