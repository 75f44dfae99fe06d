/** The bytes of a namespace as drivers reach them (`nvdimm_read_bytes`, `nvdimm_write_bytes`): offsets count from its start. */
import { err, ok, type Result } from "neverthrow";
import { type Spa } from "../abi/address.ts";
import { type Errno } from "../abi/errno.ts";
import { type PhysicalMemory } from "../abi/ports.ts";
import { isZero } from "../base/bytes.ts";
import { type Range } from "../base/range.ts";
import { MiB } from "../base/units.ts";
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

const ZEROES = new Uint8Array(MiB);

/** Fills with zeroes what is not zero yet: fresh media stay untouched, and so does the list of steps. */
export function zeroRange(memory: PhysicalMemory, start: number, length: number, note: string): Result<void, Errno> {
  for (let at = start; at < start + length; at += MiB) {
    const size = Math.min(MiB, start + length - at);
    const there = memory.load(at as Spa, size);
    if (there.isOk() && isZero(there.value)) continue;
    const done = memory.store(at as Spa, ZEROES.subarray(0, size), note);
    if (done.isErr()) return err("EIO");
  }
  return ok();
}
