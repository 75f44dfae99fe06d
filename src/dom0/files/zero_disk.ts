/** Zeroing part of a disk: what is zero already stays untouched, and bad sectors are cleared first, as by any write. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { intersection, type Range, range } from "../../base/range.ts";
import { badSectors, SECTOR } from "../badblocks.ts";
import { type Kernel } from "../kernel.ts";
import { zeroRange } from "../namespace_bytes.ts";
import { clearError } from "../scrub.ts";

/** Zeroes bytes of the disk that `extent` (SPA) is. -EIO for errors that cannot be cleared and for memory that is not dom0's. */
export function zeroDisk(kernel: Kernel, extent: Range, part: Range, note: string): Result<void, Errno> {
  if (part.end > extent.end - extent.start) return err("ENOSPC");
  for (const { sector, sectors } of badSectors(kernel, extent)) {
    const bad = intersection(range(sector * SECTOR, sectors * SECTOR), part);
    if (!bad) continue;
    if (clearError(kernel, range(extent.start + bad.start, bad.end - bad.start)).isErr()) return err("EIO");
  }
  return part.end > part.start
    ? zeroRange(kernel.parts.memory, extent.start + part.start, part.end - part.start, note)
    : ok();
}
