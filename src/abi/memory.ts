/** Structures of memory_op, Xen 4.17 (`public/memory.h`, x86-64). */
import { reserved, structure, u16, u32, u64 } from "../base/structure.ts";

/** Extents of 2^extentOrder frames each; `extentStart` points to their first frame numbers, a u64 each. */
export const memoryReservation = structure("xen_memory_reservation", 32, {
  extentStart: u64(0),
  nrExtents: u64(8),
  extentOrder: u32(16),
  memFlags: u32(20),
  domid: u16(24),
  pad: reserved(26, 6),
});

/** XENMEMF_*: what an allocation asks for. */
export const XENMEMF = {
  addressBits: 0xff,
  node: 0xff00,
  populate_on_demand: 1 << 16,
  exact_node: 1 << 17,
  vnode: 1 << 18,
};
