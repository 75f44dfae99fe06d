/** A file opened for writing: its blocks, the free space they come from, and the medium under them. */
import { type Errno } from "../../abi/errno.ts";
import { type Range } from "../../base/range.ts";
import { type Dom0 } from "../dom0.ts";
import { type Filesystem, type Mount, type StoredFile } from "./state.ts";
import { type OpenBlocks, type Volume } from "./volume.ts";
import { type Zeroer } from "./zero_disk.ts";

/** A file found by its path. */
export interface FileEntry {
  readonly kind: "file";
  readonly path: string;
  readonly mount: Mount;
  readonly filesystem: Filesystem;
  readonly file: StoredFile;
}

/** Bytes of the file, and how far from there they lie on the device. */
interface WrittenPart {
  readonly bytes: Range;
  readonly shift: number;
}

export class FileWork {
  constructor(
    readonly entry: FileEntry,
    readonly volume: Volume,
    readonly blocks: OpenBlocks,
    private readonly zeroer: Zeroer,
  ) {}

  /** Makes blocks of the filesystem read as zeroes. */
  zero({ start, end }: Range): Errno | undefined {
    const { blockSize } = this.entry.filesystem;
    return this.#zeroBytes(start * blockSize, end * blockSize);
  }

  /** Zeroes what of a range of the file's bytes is written. */
  zeroWritten(offset: number, end: number): Errno | undefined {
    for (const { bytes, shift } of this.#written(offset, end)) {
      const failed = this.#zeroBytes(bytes.start + shift, bytes.end + shift);
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  /** Tells what written data a change of these bytes costs. */
  losing(dom0: Dom0, offset: number, end: number): void {
    const { path, filesystem: { uuid, label }, file } = this.entry;
    let lost = 0;
    for (const { bytes } of this.#written(offset, end)) lost += bytes.end - bytes.start;
    if (lost === 0) return;
    dom0.losing({
      object: path,
      owner: label === "" ? undefined : label,
      bytes: lost,
      identity: `${uuid}/${file.inode}`,
    });
  }

  *#written(offset: number, end: number): Generator<WrittenPart> {
    const { blockSize } = this.entry.filesystem;
    for (const extent of this.blocks.extents.window(Math.floor(offset / blockSize), Math.ceil(end / blockSize))) {
      if (extent.unwritten === 1) continue;
      const bytes = {
        start: Math.max(extent.start * blockSize, offset),
        end: Math.min(extent.end * blockSize, end),
      };
      if (bytes.end > bytes.start) yield { bytes, shift: (extent.block - extent.start) * blockSize };
    }
  }

  #zeroBytes(start: number, end: number): Errno | undefined {
    const done = this.zeroer({ start, end }, `data of ${this.entry.file.name}`);
    return done.isErr() ? done.error : undefined;
  }
}
