/** Zeroing part of a disk: what is zero already stays untouched, and bad sectors are cleared first, as by any write. */
import { err, ok, type Result } from "neverthrow";
import { type Spa } from "../../abi/address.ts";
import { type Errno } from "../../abi/errno.ts";
import { intersection, type Range, range } from "../../base/range.ts";
import { badSectors, SECTOR } from "../badblocks.ts";
import { type Kernel } from "../kernel.ts";
import { clearError } from "../scrub.ts";

/** Zeroes a range of bytes of a disk. -EIO for errors that cannot be cleared and for memory that is not dom0's. */
export type Zeroer = (part: Range, note: string) => Result<void, Errno>;

/** For many ranges of one disk, the one that lies at these SPAs. */
export function zeroer(kernel: Kernel, extent: Range): Zeroer {
  const bad = badSectors(kernel, extent).map(({ sector, sectors }) => range(sector * SECTOR, sectors * SECTOR));
  const { memory } = kernel.parts;
  return (part, note) => {
    if (part.end > extent.end - extent.start) return err("ENOSPC");
    for (const error of bad) {
      const inside = intersection(error, part);
      if (!inside) continue;
      if (clearError(kernel, range(extent.start + inside.start, inside.end - inside.start)).isErr()) return err("EIO");
    }
    const [start, length] = [extent.start + part.start, part.end - part.start];
    return length === 0 ? ok() : memory.zero(start as Spa, length, note).mapErr((): Errno => "EIO");
  };
}
