/** What the toolstack needs of dom0's filesystems: where a file's bytes lie, and that they stay there while a guest has them. */
import { err, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";

/** One extent as FIEMAP tells it. Bytes; `physical` counts from the start of the block device. */
export interface FileExtent {
  readonly logical: number;
  readonly physical: number;
  readonly length: number;
  /** FIEMAP flags other than "last". */
  readonly flags: readonly ("unwritten" | "shared" | "inline" | "unaligned" | "encoded" | "delayed")[];
}

export interface DaxFile {
  readonly path: string;
  /** The block device that its filesystem is on, `pmem0`. */
  readonly device: string;
  readonly size: number;
  readonly extents: readonly FileExtent[];
}

export interface MountedOn {
  readonly directory: string;
  readonly dax: boolean;
}

export interface DaxFiles {
  mountOf(device: string): MountedOn | undefined;
  /** -ENOENT without such a file; -EINVAL for what is no regular file on a DAX mount. */
  lookup(path: string): Result<DaxFile, Errno>;
  /** Holds the file open and makes it immutable: it can be neither truncated nor removed, nor its filesystem unmounted. */
  pin(path: string, who: string): Result<void, Errno>;
  unpin(path: string): void;
}

/** A dom0 without mounted DAX filesystems. */
export const NO_FILES: DaxFiles = {
  mountOf: () => undefined,
  lookup: () => err("ENOENT"),
  pin: () => err("ENOENT"),
  unpin: () => {},
};
