/**
 * What a filesystem does with the blocks of one open file, whichever filesystem it is. Blocks are numbered in the file
 * (logical) and in the filesystem; work that grows with the number of extents yields what it has done so far.
 */
import { type Range } from "../../base/range.ts";
import { type FileExtents } from "./file_extents.ts";

/** Blocks of the filesystem that must read as zeroes from now on. */
export type Zeroed = Range;

export interface FileBlocks {
  readonly extents: FileExtents;

  /**
   * Gives `[start, end)` blocks where it has none, unwritten. False where the filesystem is full: what was found stays.
   * `size`: bytes of the file when all is done; undefined: it keeps its size.
   */
  reserve(start: number, end: number, size: number | undefined): Generator<number, boolean>;

  /** The same in so many pieces that do not touch each other: fragmentation, on request. */
  reserveApart(start: number, end: number, pieces: number): Generator<number, boolean>;

  /**
   * Makes every block of `[start, end)` a written one, as a row of writes of `call` blocks each would. Yields the blocks
   * that are new or were unwritten: they hold whatever the medium held. Returns the block that found no room, if any.
   */
  write(start: number, end: number, call: number): Generator<Zeroed, number | undefined>;

  /** Takes `[start, end)` out of the file and gives the blocks back. */
  remove(start: number, end: number): void;

  /** The file is closed: what was set aside for it is free again. */
  close(): void;
}
