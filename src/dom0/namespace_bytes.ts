/** The bytes of a namespace as drivers reach them (`nvdimm_read_bytes`, `nvdimm_write_bytes`): offsets count from its start. */
import { err, ok, type Result } from "neverthrow";
import { type Spa } from "../abi/address.ts";
import { type Errno } from "../abi/errno.ts";
import { type PhysicalMemory } from "../abi/ports.ts";
import { type Range } from "../base/range.ts";
import { type NotedWrite, type NotedZeroes } from "../label/mod.ts";

/** -EIO for an error in the medium, for memory that Xen has taken away, and for none at all. */
export function readBytes(
  memory: PhysicalMemory,
  extent: Range,
  offset: number,
  length: number,
): Result<Uint8Array, Errno> {
  if (offset + length > extent.end - extent.start) return err("EFAULT");
  return memory.load((extent.start + offset) as Spa, length).mapErr((): Errno => "EIO");
}

/** Carries the writes out in order; stops at the first that fails. */
export function writeAll(
  memory: PhysicalMemory,
  extent: Range,
  writes: readonly (NotedWrite | NotedZeroes)[],
): Result<void, Errno> {
  for (const write of writes) {
    const at = extent.start + write.offset;
    const done = "bytes" in write
      ? memory.store(at as Spa, write.bytes, write.note).mapErr((): Errno => "EIO")
      : zeroRange(memory, at, write.length, write.note);
    if (done.isErr()) return done;
  }
  return ok();
}

/** Fills with zeroes what is not zero yet: fresh media stay untouched, and so does the list of steps. */
export const zeroRange = (memory: PhysicalMemory, start: number, length: number, note: string): Result<void, Errno> =>
  memory.zero(start as Spa, length, note).mapErr((): Errno => "EIO");
