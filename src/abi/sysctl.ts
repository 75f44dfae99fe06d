/** Structures of sysctl, Xen 4.17 (`public/sysctl.h`, x86-64). */
import { bytes, reserved, structure, u16, u32, u64, u8 } from "../base/structure.ts";

/** The common frame; the operation's own structure lies at the start of `u`. */
export const sysctl = structure("xen_sysctl", 136, {
  cmd: u32(0),
  interfaceVersion: u32(4),
  u: bytes(8, 128),
});

export const readConsole = structure("xen_sysctl_readconsole", 24, {
  clear: u8(0),
  incremental: u8(1),
  pad: reserved(2, 2),
  index: u32(4),
  buffer: u64(8),
  count: u32(16),
  tail: reserved(20, 4),
});

/** XEN_SYSCTL_PHYSCAP_*. */
export const PHYSCAP = {
  hvm: 1,
  pv: 2,
  directio: 4,
  hap: 8,
  shadow: 16,
  iommu_hap_pt_share: 32,
  vmtrace: 64,
  vpmu: 128,
  gnttab_v1: 256,
  gnttab_v2: 512,
} as const;

export const physinfo = structure("xen_sysctl_physinfo", 112, {
  threadsPerCore: u32(0),
  coresPerSocket: u32(4),
  nrCpus: u32(8),
  maxCpuId: u32(12),
  nrNodes: u32(16),
  maxNodeId: u32(20),
  cpuKhz: u32(24),
  capabilities: u32(28),
  archCapabilities: u32(32),
  pad: reserved(36, 4),
  totalPages: u64(40),
  freePages: u64(48),
  scrubPages: u64(56),
  outstandingPages: u64(64),
  maxMfn: u64(72),
  hwCap: bytes(80, 32),
});

export const getDomainInfoList = structure("xen_sysctl_getdomaininfolist", 24, {
  firstDomain: u16(0),
  pad: reserved(2, 2),
  maxDomains: u32(4),
  buffer: u64(8),
  numDomains: u32(16),
  tail: reserved(20, 4),
});

export const numaInfo = structure("xen_sysctl_numainfo", 24, {
  numNodes: u32(0),
  pad: reserved(4, 4),
  meminfo: u64(8),
  distance: u64(16),
});

/** One node of numainfo, in bytes. */
export const nodeMemory = structure("xen_sysctl_meminfo", 16, {
  memsize: u64(0),
  memfree: u64(8),
});
