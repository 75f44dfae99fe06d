/** Structures of domctl, Xen 4.17 (`public/domctl.h`, `public/arch-x86/xen.h`, x86-64). */
import { bytes, reserved, structure, u16, u32, u64, u8, uuid } from "../base/structure.ts";
import { CDF, DOMINF } from "./hypercalls.ts";

/** The common frame; the operation's own structure lies at the start of `u`. */
export const domctl = structure("xen_domctl", 144, {
  cmd: u32(0),
  interfaceVersion: u32(4),
  domain: u16(8),
  pad: reserved(10, 6),
  u: bytes(16, 128),
});

export const createDomain = structure("xen_domctl_createdomain", 64, {
  ssidref: u32(0),
  handle: uuid(4),
  flags: u32(20, { bits: bitNumbers(CDF) }),
  iommuOpts: u32(24),
  maxVcpus: u32(28),
  maxEvtchnPort: u32(32),
  maxGrantFrames: u32(36),
  maxMaptrackFrames: u32(40),
  grantOpts: u32(44),
  vmtraceSize: u32(48),
  cpupoolId: u32(52),
  /** XEN_X86_EMU_*: devices that Xen emulates; none but the local APIC for PVH. */
  emulationFlags: u32(56),
  miscFlags: u32(60),
});

/** XEN_X86_EMU_*: what libxl asks for an HVM domain (all but vPCI) and for a PVH one (the local APIC). */
export const X86_EMU = { hvm: 0x3ff, pvh: 0x1 } as const;

export const domainInfo = structure("xen_domctl_getdomaininfo", 112, {
  domain: u16(0),
  pad1: reserved(2, 2),
  flags: u32(4, { bits: bitNumbers(DOMINF) }),
  totPages: u64(8),
  maxPages: u64(16),
  outstandingPages: u64(24),
  shrPages: u64(32),
  pagedPages: u64(40),
  sharedInfoFrame: u64(48),
  cpuTime: u64(56),
  nrOnlineVcpus: u32(64),
  maxVcpuId: u32(68),
  ssidref: u32(72),
  handle: uuid(76),
  cpupool: u32(92),
  gpaddrBits: u8(96),
  pad2: reserved(97, 7),
  emulationFlags: u32(104),
  miscFlags: u32(108),
});

export const maxMem = structure("xen_domctl_max_mem", 8, { maxMemkb: u64(0) });

export const maxVcpus = structure("xen_domctl_max_vcpus", 4, { max: u32(0) });

export const shadowOp = structure("xen_domctl_shadow_op", 40, {
  op: u32(0),
  mode: u32(4),
  mb: u32(8),
  pad: reserved(12, 4),
  dirtyBitmap: u64(16),
  pages: u64(24),
  stats: bytes(32, 8),
});

/** Bytes of the pool that second-level tables are taken from. */
export const pagingMempool = structure("xen_domctl_paging_mempool", 8, { size: u64(0) });

/** ext: 0, 9 or 18. */
export const pmemOrder = structure("xen_domctl_pmem_order", 4, { order: u32(0) });

function bitNumbers(table: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(table).map(([name, mask]) => [name, Math.log2(mask)]));
}
