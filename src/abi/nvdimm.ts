/**
 * Structures of the vNVDIMM series: RFC v1's XENPF_pmem_add, RFC v4's XEN_SYSCTL_nvdimm_op and XENMEM_populate_pmem_map
 * (with the label series' type). x86-64 layouts of reference/xen-vnvdimm.md 3.2, 4.4 and 4.14. Frame numbers are raw
 * u64.
 */
import { bytes, reserved, structure, u16, u32, u64, u8 } from "../base/structure.ts";
import { NVDIMM_OP, PMEM_REGION_TYPE } from "./hypercalls.ts";

const named = (table: Readonly<Record<string, number>>) => ({
  values: Object.fromEntries(Object.entries(table).map(([name, value]) => [value, name])),
});

/** RFC v1: ranges are [start, end) in frames. */
export const pmemAdd = structure("xenpf_pmem_add", 48, {
  spfn: u64(0),
  epfn: u64(8),
  rsvSpfn: u64(16),
  rsvEpfn: u64(24),
  dataSpfn: u64(32),
  dataEpfn: u64(40),
});

/** ext. */
export const pmemAddRaw = structure("xenpf_pmem_add_raw", 16, {
  spfn: u64(0),
  epfn: u64(8),
});

/** ext: on EBUSY the range that stands in the way is left in `busySpfn`, `busyEpfn`. */
export const pmemRelease = structure("xenpf_pmem_release", 32, {
  spfn: u64(0),
  epfn: u64(8),
  busySpfn: u64(16),
  busyEpfn: u64(24),
});

export const nvdimmOp = structure("xen_sysctl_nvdimm_op", 48, {
  cmd: u32(0, named(NVDIMM_OP)),
  err: u32(4),
  u: bytes(8, 40),
});

export const nvdimmRegionsNr = structure("xen_sysctl_nvdimm_pmem_regions_nr", 8, {
  type: u8(0, named(PMEM_REGION_TYPE)),
  pad: reserved(1, 3),
  numRegions: u32(4),
});

export const nvdimmRegions = structure("xen_sysctl_nvdimm_pmem_regions", 16, {
  type: u8(0, named(PMEM_REGION_TYPE)),
  pad: reserved(1, 3),
  numRegions: u32(4),
  buffer: u64(8),
});

export const nvdimmSetup = structure("xen_sysctl_nvdimm_pmem_setup", 40, {
  smfn: u64(0),
  emfn: u64(8),
  mgmtSmfn: u64(16),
  mgmtEmfn: u64(24),
  type: u8(32, named(PMEM_REGION_TYPE)),
  pad: reserved(33, 7),
});

/** ext. */
export const nvdimmSanitize = structure("xen_sysctl_nvdimm_pmem_sanitize", 24, {
  smfn: u64(0),
  emfn: u64(8),
  done: u64(16),
});

export const rawRegion = structure("xen_sysctl_nvdimm_pmem_raw_region", 24, {
  smfn: u64(0),
  emfn: u64(8),
  pxm: u32(16),
  pad: reserved(20, 4),
});

export const mgmtRegion = structure("xen_sysctl_nvdimm_pmem_mgmt_region", 24, {
  smfn: u64(0),
  emfn: u64(8),
  usedMfns: u64(16),
});

export const dataRegion = structure("xen_sysctl_nvdimm_pmem_data_region", 32, {
  smfn: u64(0),
  emfn: u64(8),
  mgmtSmfn: u64(16),
  mgmtEmfn: u64(24),
});

/** What populate_pmem_map's pages become: mapped data, or label pages that are owned but not mapped (label series). */
export const PMEM_MAP_TYPE = { data: 0, label: 1 } as const;

export const pmemMap = structure("xen_pmem_map", 32, {
  domid: u16(0),
  pad: reserved(2, 6),
  mfn: u64(8),
  gfn: u64(16),
  nrMfns: u32(24),
  type: u32(28, named(PMEM_MAP_TYPE)),
});
