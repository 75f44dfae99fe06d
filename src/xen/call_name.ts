/** The name of a hypercall as traces print it, from its number and bytes alone. */
import {
  DM_FRAME_HEAD,
  DOMCTL,
  HYPERCALL,
  NVDIMM_OP,
  SCHEDOP,
  splitMemoryCommand,
  SYSCTL,
  XENMEM,
  XENPF,
} from "../abi/mod.ts";
import { viewOf } from "../base/bytes.ts";

const nameIn = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(table).find((name) => table[name] === value) ?? String(value);

/** Offset of nvdimm_op's sub-operation in a sysctl. */
const NVDIMM_CMD = 8;

/** `XENMEM_populate_pmem_map`, `XEN_SYSCTL_nvdimm_op setup`; a number where it is no known operation. */
export function callName(number: number, frame: Uint8Array): string {
  const view = viewOf(frame);
  const u32 = (offset: number) => (frame.length >= offset + 4 ? view.getUint32(offset, true) : -1);
  const register = frame.length >= 8 ? view.getBigUint64(0, true) : 0n;
  switch (number) {
    case HYPERCALL.platform_op:
      return `XENPF_${nameIn(XENPF, u32(0))}`;
    case HYPERCALL.sysctl: {
      const sub = u32(0) === SYSCTL.nvdimm_op ? ` ${nameIn(NVDIMM_OP, u32(NVDIMM_CMD))}` : "";
      return `XEN_SYSCTL_${nameIn(SYSCTL, u32(0))}${sub}`;
    }
    case HYPERCALL.domctl:
      return `XEN_DOMCTL_${nameIn(DOMCTL, u32(0))}`;
    case HYPERCALL.memory_op:
      return `XENMEM_${nameIn(XENMEM, splitMemoryCommand(register).op)}`;
    case HYPERCALL.sched_op:
      return `SCHEDOP_${nameIn(SCHEDOP, Number(register))}`;
    case HYPERCALL.dm_op:
      // The operation itself lies in a buffer of the caller.
      return frame.length >= DM_FRAME_HEAD ? `dm_op d${register}` : "dm_op";
    default:
      return `hypercall ${number}`;
  }
}
