/** Giving a domain RAM: XENMEM_populate_physmap (Xen 4.17 `public/memory.h`). */
import { type Result } from "neverthrow";
import { CallerBuffers, type Errno, memoryReservation, XENMEM } from "../../abi/mod.ts";
import { type Caller } from "./caller.ts";

/** Populates extents of 2^order frames at these frame numbers; how many were done, which may be fewer. */
export function populatePhysmap(
  caller: Caller,
  domid: number,
  gfns: readonly number[],
  order: number,
): Result<number, Errno> {
  const buffers = new CallerBuffers();
  const list = new Uint8Array(BigUint64Array.from(gfns, BigInt).buffer);
  const reservation = memoryReservation.write({
    extentStart: buffers.place(list),
    nrExtents: BigInt(gfns.length),
    extentOrder: order,
    memFlags: 0,
    domid,
    pad: new Uint8Array(6),
  });
  return caller.memory(XENMEM.populate_physmap, reservation, buffers);
}
