/**
 * Structures of dm_op (`public/hvm/dm_op.h`, x86-64) with the label series' pmem_rw (reference/xen-vnvdimm.md 4.14).
 */
import { bytes, structure, u32, u64, u8 } from "../base/structure.ts";

/** One of the buffers that a call hands over; the first holds `dmOp`. */
export const dmOpBuffer = structure("xen_dm_op_buf", 16, {
  handle: u64(0),
  size: u64(8),
});

export const dmOp = structure("xen_dm_op", 8, {
  op: u32(0),
  pad: u32(4),
});

/** Follows `dmOp` in the first buffer. Reads or writes label pages by SPA; buffer 1 holds the data. */
export const dmOpPmemRw = structure("xen_dm_op_pmem_rw", 32, {
  paddr: u64(0),
  length: u64(8),
  done: u64(16),
  isWrite: u8(24),
  pad: bytes(25, 7),
});
