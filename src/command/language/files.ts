/** The port to the operator's own disk: the only way a command touches it. Implemented in `cli/`. */
import { type Result } from "neverthrow";

export interface FileFault {
  readonly path: string;
  /** `No such file or directory`, `Permission denied` … */
  readonly reason: string;
}

export interface Files {
  /** The whole file. Relative paths are taken from where the operator called nvdeck. */
  read(path: string): Result<Uint8Array, FileFault>;
  /** Replaces the file, chunk by chunk. */
  write(path: string, chunks: Iterable<Uint8Array>): Result<void, FileFault>;
  /**
   * The same a step a chunk, yielding the bytes written so far, for what takes long. Left before its end it leaves the old
   * file alone.
   */
  writing(path: string, chunks: Iterable<Uint8Array>): Generator<number, Result<void, FileFault>, void>;
  /** Names in a folder, sorted; a fault where it is none. */
  list(path: string): Result<string[], FileFault>;
  makeFolder(path: string): Result<void, FileFault>;
  /** What gzip packed; `path` is for the fault. */
  gunzip(path: string, bytes: Uint8Array): Result<Uint8Array, FileFault>;
}
