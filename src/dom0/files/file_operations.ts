/**
 * What programs do with files on mounted filesystems, with the kernel's answers. Work that grows with the number of extents
 * is a generator and yields the blocks done so far. The journal has committed when an operation is over.
 * Source: Linux 6.1 `fs/namei.c`, `fs/open.c` vfs_fallocate, `fs/ext4/inode.c`, `fs/dax.c`.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Range, range } from "../../base/range.ts";
import { type Dom0 } from "../dom0.ts";
import { blockDevice, zeroerOf } from "./block_device.ts";
import { type Extent } from "./file_extents.ts";
import { FileTable } from "./file_table.ts";
import { type FileEntry, FileWork } from "./file_work.ts";
import { type Filesystems } from "./filesystems.ts";
import { type Mounts } from "./mounts.ts";
import { type Dom0FilesState, type Filesystem, type Mount, type StoredFile } from "./state.ts";
import { mapKey, type OpenBlocks } from "./volume.ts";

export interface DirectoryEntry {
  readonly kind: "directory";
  readonly path: string;
  readonly mount: Mount;
  readonly filesystem: Filesystem;
  readonly isRoot: boolean;
}

export type Entry = FileEntry | DirectoryEntry;

/** What an operation of many steps ends with. */
export type Steps<T> = Generator<number, Result<T, Errno>>;

const LONGEST_NAME = 255;
/** Logical blocks have 32 bits. */
const MOST_BLOCKS = 2 ** 32 - 1;

export class FileOperations {
  readonly #tables = new Map<string, FileTable>();

  constructor(
    private readonly dom0: Dom0,
    private readonly state: Dom0FilesState,
    private readonly filesystems: Filesystems,
    private readonly mounts: Mounts,
  ) {}

  /** -ENOENT where there is nothing, or no filesystem that is modeled; -ENOTDIR below a file. */
  lookup(path: string): Result<Entry, Errno> {
    const place = this.mounts.place(path);
    if (!place) return err("ENOENT");
    const { mount, name, deeper } = place;
    const filesystem = this.filesystems.get(mount.uuid)!;
    const directory = { kind: "directory", path, mount, filesystem } as const;
    if (name === "") return ok({ ...directory, isRoot: true });
    if (hasLostFound(filesystem) && name === LOST_FOUND) {
      return deeper ? err("ENOENT") : ok({ ...directory, isRoot: false });
    }
    const file = this.#table(filesystem).get(name);
    if (!file) return err("ENOENT");
    return deeper || path.endsWith("/") ? err("ENOTDIR") : ok({ kind: "file", path, mount, filesystem, file });
  }

  /** Files of a directory in order of name. */
  list({ filesystem, isRoot }: DirectoryEntry): StoredFile[] {
    return isRoot ? this.#table(filesystem).all() : [];
  }

  /** A file's extents, and the bytes in one of its blocks. */
  extents({ filesystem, file }: FileEntry): { readonly blockSize: number; readonly list: Iterable<Extent> } {
    const { extents } = this.filesystems.volume(filesystem).open(file);
    return { blockSize: filesystem.blockSize, list: extents.map.entries() };
  }

  /** Opens for writing, and makes the file where asked. -EROFS, -EPERM for what must not change, -EISDIR. */
  openToWrite(path: string, create: boolean): Result<FileEntry, Errno> {
    const found = this.lookup(path);
    if (found.isErr()) return create && found.error === "ENOENT" ? this.#create(path) : err(found.error);
    const entry = found.value;
    if (entry.kind === "directory") return err("EISDIR");
    if (entry.mount.readOnly) return err("EROFS");
    return this.#mayChange(entry) ? ok(entry) : err("EPERM");
  }

  /** Blocks for `[offset, offset + length)`, unwritten where there were none. -ENOSPC leaves what was found. */
  *reserve(entry: FileEntry, offset: number, length: number, keepSize: boolean, pieces?: number): Steps<void> {
    const { filesystem: { blockSize }, file } = entry;
    const [start, end] = [Math.floor(offset / blockSize), Math.ceil((offset + length) / blockSize)];
    if (end > MOST_BLOCKS) return err("EFBIG");
    const size = keepSize ? undefined : offset + length;
    const work = this.#open(entry);
    const blocks = work.blocks;
    const done = yield* pieces === undefined
      ? blocks.reserve(start, end, size)
      : blocks.reserveApart(start, end, pieces);
    const reached = done ? offset + length : this.#mapped(blocks, start, end) * blockSize;
    this.#finish(work, keepSize ? file.size : Math.max(file.size, Math.min(reached, offset + length)));
    return done ? ok() : err("ENOSPC");
  }

  /**
   * Writes zeroes to `[offset, offset + length)` in calls of `call` bytes each; the bytes written, and why no more were.
   * Unwritten extents become written ones where they are; holes get blocks.
   */
  *writeZeroes(
    entry: FileEntry,
    offset: number,
    length: number,
    call: number,
    truncate: boolean,
  ): Generator<number, { readonly written: number; readonly errno?: Errno }> {
    const { filesystem: { blockSize }, file } = entry;
    // Truncation goes before, so that the allocator knows the file by the size it has then.
    const work = this.#open(truncate ? { ...entry, file: { ...file, size: offset } } : entry);
    const most = (MOST_BLOCKS - 1) * blockSize;
    const end = Math.min(offset + length, most);
    const [start, endBlock] = [Math.floor(offset / blockSize), Math.ceil(end / blockSize)];
    if (truncate) this.#cut(work, offset, file.size);
    let errno: Errno | undefined;
    let stop: number | undefined;
    if (end > offset) {
      work.losing(this.dom0, offset, Math.min(end, work.entry.file.size));
      errno = work.zeroWritten(offset, end);
      const steps = work.blocks.write(start, endBlock, Math.max(1, Math.floor(call / blockSize)));
      let fresh: Range | undefined;
      for (let at = 0; errno === undefined;) {
        const step = steps.next();
        const next = step.done ? undefined : step.value;
        // Pieces that follow each other are zeroed as one.
        if (fresh && next && next.start === fresh.end) {
          fresh = { start: fresh.start, end: next.end };
        } else {
          errno = fresh && work.zero(fresh);
          fresh = next;
        }
        if (step.done) {
          stop = step.value;
          break;
        }
        at += step.value.end - step.value.start;
        yield at;
      }
    }
    const reached = stop === undefined ? end : Math.max(Math.min(stop * blockSize, end), offset);
    const written = errno === undefined ? reached - offset : 0;
    this.#finish(work, Math.max(work.entry.file.size, written > 0 ? offset + written : 0));
    const why = errno ?? (stop !== undefined ? "ENOSPC" : end < offset + length ? "EFBIG" : undefined);
    return why === undefined ? { written } : { written, errno: why };
  }

  /** Sets the size: blocks behind it go, a longer file gets a hole. */
  truncate(entry: FileEntry, size: number): Result<void, Errno> {
    if (size > MOST_BLOCKS * entry.filesystem.blockSize) return err("EFBIG");
    const work = this.#open(entry);
    if (size < entry.file.size) this.#cut(work, size, entry.file.size);
    this.#finish(work, size);
    return ok();
  }

  /** Takes the blocks of `[offset, offset + length)` out; blocks that are in it only in part are zeroed there. */
  punch(entry: FileEntry, offset: number, length: number): Result<void, Errno> {
    const { filesystem: { blockSize }, file } = entry;
    const work = this.#open(entry);
    const end = offset + length;
    const [start, endBlock] = [Math.ceil(offset / blockSize), Math.floor(end / blockSize)];
    work.losing(this.dom0, offset, end);
    const edges = endBlock < start ? [range(offset, length)] : [
      { start: offset, end: start * blockSize },
      { start: endBlock * blockSize, end },
    ];
    for (const { start: from, end: to } of edges) {
      const failed = to > from ? work.zeroWritten(from, to) : undefined;
      if (failed !== undefined) return err(failed);
    }
    if (endBlock > start) work.blocks.remove(start, endBlock);
    this.#finish(work, file.size);
    return ok();
  }

  /** -EPERM for what must not change, -EISDIR for a directory. */
  remove(entry: Entry): Result<void, Errno> {
    if (entry.mount.readOnly) return err("EROFS");
    if (entry.kind === "directory") return err("EISDIR");
    if (!this.#mayChange(entry)) return err("EPERM");
    const work = this.#open(entry);
    work.losing(this.dom0, 0, entry.file.size);
    work.blocks.remove(0, MOST_BLOCKS);
    this.#table(entry.filesystem).delete(entry.file);
    this.#keep(work);
    this.dom0.kernel.acted("remove", entry.path);
    return ok();
  }

  /** `chattr +i`, `-i`. -EPERM while somebody holds the file. */
  setImmutable({ mount, filesystem, file }: FileEntry, immutable: boolean): Result<void, Errno> {
    if (mount.readOnly) return err("EROFS");
    if (this.#isPinned(filesystem, file)) return err("EPERM");
    this.#table(filesystem).put({ ...file, immutable, changed: this.filesystems.now });
    return ok();
  }

  #create(path: string): Result<FileEntry, Errno> {
    const place = this.mounts.place(path);
    // Dom0's own root is not modeled: nothing can be put there.
    if (!place) return err("EROFS");
    const { mount, name, deeper } = place;
    if (deeper) return err("ENOENT");
    if (mount.readOnly) return err("EROFS");
    if (path.endsWith("/")) return err("EISDIR");
    if (new TextEncoder().encode(name).length > LONGEST_NAME) return err("ENAMETOOLONG");
    const filesystem = this.filesystems.get(mount.uuid)!;
    const table = this.#table(filesystem);
    const file = table.create(name, this.filesystems.now);
    const counted = { ...filesystem, files: table.count };
    this.filesystems.keep(counted);
    this.dom0.kernel.acted("create", path);
    return ok({ kind: "file", path, mount, filesystem: counted, file });
  }

  #table(filesystem: Filesystem): FileTable {
    let table = this.#tables.get(filesystem.uuid);
    if (!table) this.#tables.set(filesystem.uuid, table = new FileTable(this.state, filesystem));
    return table;
  }

  #mayChange({ filesystem, file }: FileEntry): boolean {
    return !file.immutable && !this.#isPinned(filesystem, file);
  }

  #isPinned({ uuid }: Filesystem, { inode }: StoredFile): boolean {
    return this.state.pins.get(mapKey(uuid, inode)) !== undefined;
  }

  #open(entry: FileEntry): FileWork {
    const volume = this.filesystems.volume(entry.filesystem);
    const device = blockDevice(this.dom0, entry.mount.device)._unsafeUnwrap();
    return new FileWork(entry, volume, volume.open(entry.file), zeroerOf(this.dom0, device));
  }

  #finish(work: FileWork, size: number): void {
    work.blocks.close();
    const { entry: { path, filesystem, file }, blocks } = work;
    blocks.extents.map.save(this.state.maps, mapKey(filesystem.uuid, file.inode));
    this.#table(filesystem).put({ ...file, size, tree: [...blocks.tree], changed: this.filesystems.now });
    this.#keep(work);
    this.dom0.kernel.acted("write", path);
  }

  #keep({ volume, entry: { filesystem } }: FileWork): void {
    this.filesystems.keep({ ...volume.save(), files: this.#table(filesystem).count });
  }

  /** Gives up what lies behind `size`; the rest of its last block reads as zeroes. */
  #cut(work: FileWork, size: number, old: number): void {
    const { blockSize } = work.entry.filesystem;
    work.losing(this.dom0, size, old);
    const end = Math.ceil(size / blockSize);
    if (size % blockSize !== 0) work.zeroWritten(size, end * blockSize);
    work.blocks.remove(end, MOST_BLOCKS);
  }

  /** First block of `[start, end)` that is a hole. */
  #mapped(blocks: OpenBlocks, start: number, end: number): number {
    return blocks.extents.gap(start, end)?.start ?? end;
  }
}

const LOST_FOUND = "lost+found";
const hasLostFound = ({ type }: Filesystem): boolean => type === "ext4";
