/**
 * A hypercall's bytes in words: its name, its registers, its structures field by field. Works on the call frame alone,
 * for traces and for the console; offsets count from the start of the frame.
 */
import { viewOf } from "../base/bytes.ts";
import { type Fields, type FieldView, type Structure } from "../base/structure.ts";
import { COMMAND_FRAME_HEAD, DM_FRAME_HEAD } from "./call_frame.ts";
import { dmOpBuffer } from "./dm.ts";
import { createDomain, domainInfo, domctl, maxMem, maxVcpus, pagingMempool, pmemOrder, shadowOp } from "./domctl.ts";
import { DOMCTL, HYPERCALL, NVDIMM_OP, SCHEDOP, splitMemoryCommand, SYSCTL, XENMEM, XENPF } from "./hypercalls.ts";
import { memoryReservation } from "./memory.ts";
import {
  nvdimmOp,
  nvdimmRegions,
  nvdimmRegionsNr,
  nvdimmSanitize,
  nvdimmSetup,
  pmemAdd,
  pmemAddRaw,
  pmemMap,
  pmemRelease,
} from "./nvdimm.ts";
import { platformOp } from "./platform.ts";
import { schedRemoteShutdown, schedShutdown } from "./sched.ts";
import { getDomainInfoList, numaInfo, physinfo, readConsole, sysctl } from "./sysctl.ts";

export interface CallView {
  readonly name: string;
  readonly registers: readonly { readonly name: string; readonly value: bigint }[];
  /** Outermost first; what the frame is too short for is left out. */
  readonly structures: readonly { readonly name: string; readonly fields: readonly FieldView[] }[];
}

type Known = Readonly<Record<number, Structure<Fields>>>;

const PLATFORM: Known = {
  [XENPF.pmem_add]: pmemAdd,
  [XENPF.pmem_add_raw]: pmemAddRaw,
  [XENPF.pmem_release]: pmemRelease,
};
const SYSCTLS: Known = {
  [SYSCTL.readconsole]: readConsole,
  [SYSCTL.physinfo]: physinfo,
  [SYSCTL.getdomaininfolist]: getDomainInfoList,
  [SYSCTL.numainfo]: numaInfo,
  [SYSCTL.nvdimm_op]: nvdimmOp,
};
const NVDIMM: Known = {
  [NVDIMM_OP.get_regions_nr]: nvdimmRegionsNr,
  [NVDIMM_OP.get_regions]: nvdimmRegions,
  [NVDIMM_OP.setup]: nvdimmSetup,
  [NVDIMM_OP.sanitize]: nvdimmSanitize,
};
const DOMCTLS: Known = {
  [DOMCTL.createdomain]: createDomain,
  [DOMCTL.getdomaininfo]: domainInfo,
  [DOMCTL.shadow_op]: shadowOp,
  [DOMCTL.max_mem]: maxMem,
  [DOMCTL.max_vcpus]: maxVcpus,
  [DOMCTL.get_paging_mempool_size]: pagingMempool,
  [DOMCTL.set_paging_mempool_size]: pagingMempool,
  [DOMCTL.set_pmem_order]: pmemOrder,
};
const MEMORY: Known = {
  [XENMEM.populate_physmap]: memoryReservation,
  [XENMEM.populate_pmem_map]: pmemMap,
};
const SCHED: Known = {
  [SCHEDOP.shutdown]: schedShutdown,
  [SCHEDOP.remote_shutdown]: schedRemoteShutdown,
};

/** `XENMEM_populate_pmem_map`, `XEN_SYSCTL_nvdimm_op setup`; a number stands where it is no known operation. */
export function callName(number: number, frame: Uint8Array): string {
  const cmd = wordAt(frame, 0);
  switch (number) {
    case HYPERCALL.platform_op:
      return `XENPF_${nameIn(XENPF, cmd)}`;
    case HYPERCALL.domctl:
      return `XEN_DOMCTL_${nameIn(DOMCTL, cmd)}`;
    case HYPERCALL.sysctl: {
      const sub = cmd === SYSCTL.nvdimm_op ? ` ${nameIn(NVDIMM_OP, wordAt(frame, sysctl.fields.u.offset))}` : "";
      return `XEN_SYSCTL_${nameIn(SYSCTL, cmd)}${sub}`;
    }
    case HYPERCALL.memory_op:
      return `XENMEM_${nameIn(XENMEM, splitMemoryCommand(registerOf(frame, 0)).op)}`;
    case HYPERCALL.sched_op:
      return `SCHEDOP_${nameIn(SCHEDOP, cmd)}`;
    case HYPERCALL.dm_op:
      // Which operation it is stands in a buffer of the caller.
      return "dm_op";
    default:
      return `hypercall ${number}`;
  }
}

/** `frame`: input or output of a call (`call_frame.ts`). */
export function viewCall(number: number, frame: Uint8Array): CallView {
  return {
    name: callName(number, frame),
    registers: registersOf(number, frame),
    structures: structuresOf(number, frame),
  };
}

function registersOf(number: number, frame: Uint8Array): CallView["registers"] {
  switch (number) {
    case HYPERCALL.memory_op: {
      const { op, done } = splitMemoryCommand(registerOf(frame, 0));
      return [{ name: "cmd", value: BigInt(op) }, { name: "done", value: done }];
    }
    case HYPERCALL.sched_op:
      return [{ name: "cmd", value: registerOf(frame, 0) }];
    case HYPERCALL.dm_op:
      return [{ name: "domid", value: registerOf(frame, 0) }, { name: "nr_bufs", value: registerOf(frame, 1) }];
    default:
      return [];
  }
}

function structuresOf(number: number, frame: Uint8Array): CallView["structures"] {
  const cmd = wordAt(frame, 0);
  switch (number) {
    case HYPERCALL.platform_op:
      return [...part(frame, 0, platformOp), ...part(frame, platformOp.fields.u.offset, PLATFORM[cmd])];
    case HYPERCALL.domctl:
      return [...part(frame, 0, domctl), ...part(frame, domctl.fields.u.offset, DOMCTLS[cmd])];
    case HYPERCALL.sysctl: {
      const union = sysctl.fields.u.offset;
      const sub = cmd === SYSCTL.nvdimm_op ? NVDIMM[wordAt(frame, union)] : undefined;
      const within = [...part(frame, union, SYSCTLS[cmd]), ...part(frame, union + nvdimmOp.fields.u.offset, sub)];
      return [...part(frame, 0, sysctl), ...within];
    }
    case HYPERCALL.memory_op:
      return part(frame, COMMAND_FRAME_HEAD, MEMORY[splitMemoryCommand(registerOf(frame, 0)).op]);
    case HYPERCALL.sched_op:
      return part(frame, COMMAND_FRAME_HEAD, SCHED[cmd]);
    case HYPERCALL.dm_op: {
      const count = Math.max(0, Math.floor((frame.length - DM_FRAME_HEAD) / dmOpBuffer.size));
      return Array.from({ length: count }, (_, i) => part(frame, DM_FRAME_HEAD + i * dmOpBuffer.size, dmOpBuffer))
        .flat();
    }
    default:
      return [];
  }
}

/** A structure in the frame, its union left out: what lies there follows as a structure of its own. */
function part(frame: Uint8Array, at: number, structure: Structure<Fields> | undefined): CallView["structures"] {
  if (!structure || frame.length < at + structure.size) return [];
  const record = structure.read(viewOf(frame), at, structure.size)._unsafeUnwrap();
  return [{ name: structure.name, fields: structure.view(record, at).filter((field) => field.name !== "u") }];
}

const nameIn = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(table).find((name) => table[name] === value) ?? String(value);
const wordAt = (frame: Uint8Array, at: number): number =>
  frame.length >= at + 4 ? viewOf(frame).getUint32(at, true) : -1;
const registerOf = (frame: Uint8Array, index: number): bigint =>
  frame.length >= 8 * (index + 1) ? viewOf(frame).getBigUint64(8 * index, true) : 0n;
