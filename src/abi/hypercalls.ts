/**
 * Hypercall numbers, operation numbers and interface versions.
 *
 * Two editions of the ABI live side by side: what the toolstack needs of Xen 4.17
 * (`public/{xen,sysctl,domctl,memory}.h`), and the vNVDIMM series on top of it with the numbers it was posted with (RFC
 * v1 2016, RFC v4 2017, label series 2018; reference/xen-vnvdimm.md 4.3). Three of the latter were given to other calls
 * since: sysctl 29, memory op 28 and device model op 17. None of those others is modeled; sysctl tells the editions
 * apart by its interface version.
 */

export const HYPERCALL = {
  platform_op: 7,
  memory_op: 12,
  sched_op: 29,
  sysctl: 35,
  domctl: 36,
  dm_op: 41,
} as const;

export const XENPF = {
  /** RFC v1: dom0's driver reports a range (whole, reserved, data). */
  pmem_add: 64,
  /** ext: reports a range without dividing it, for sysctl's setup to divide. */
  pmem_add_raw: 65,
  /** ext: takes a reported range back. */
  pmem_release: 66,
} as const;
export const XENPF_INTERFACE_VERSION = 0x03000001;

export const SYSCTL = {
  readconsole: 1,
  physinfo: 3,
  getdomaininfolist: 6,
  numainfo: 17,
  /** RFC v4, interface version 0x11. */
  nvdimm_op: 29,
} as const;
export const SYSCTL_INTERFACE_VERSION = 0x15;
/**
 * Real Xen has one version for all of sysctl: 0x11 in the series' tree, 0x15 in 4.17. Here the operation keeps the version it
 * was posted with, so that the series' own libxc and 4.17's are both understood, byte for byte; the one number that the two
 * trees use differently, 29, is told apart by it.
 */
export const SYSCTL_NVDIMM_INTERFACE_VERSION = 0x11;

export const NVDIMM_OP = {
  get_regions_nr: 0,
  get_regions: 1,
  setup: 2,
  /** ext: zeroes free data frames. */
  sanitize: 3,
} as const;

/** PMEM_REGION_TYPE_* of RFC v4. */
export const PMEM_REGION_TYPE = { raw: 0, mgmt: 1, data: 2 } as const;
export type PmemRegionType = keyof typeof PMEM_REGION_TYPE;

export const DOMCTL = {
  createdomain: 1,
  destroydomain: 2,
  pausedomain: 3,
  unpausedomain: 4,
  getdomaininfo: 5,
  shadow_op: 10,
  max_mem: 11,
  max_vcpus: 15,
  get_paging_mempool_size: 85,
  set_paging_mempool_size: 86,
  /** ext: the largest leaf that pmem of this domain is mapped with. "nv" in ASCII, far from any real number. */
  set_pmem_order: 0x6e76,
} as const;
export const DOMCTL_INTERFACE_VERSION = 0x15;

export const SHADOW_OP = { off: 0, get_allocation: 30, set_allocation: 31 } as const;

/** XEN_DOMCTL_CDF_*: what a domain is created as. */
export const CDF = {
  hvm: 1,
  hap: 2,
  s3_integrity: 4,
  oos_off: 8,
  xs_domain: 16,
  iommu: 32,
  nested_virt: 64,
  vpmu: 128,
} as const;

/** XEN_DOMINF_*: what getdomaininfo says of a domain. */
export const DOMINF = {
  dying: 1,
  hvm_guest: 2,
  shutdown: 4,
  paused: 8,
  blocked: 16,
  running: 32,
  debugged: 64,
  xs_domain: 128,
  hap: 256,
} as const;
export const DOMINF_SHUTDOWN_SHIFT = 16;
export const DOMINF_SHUTDOWN_MASK = 255;

export const SCHEDOP = {
  /** A domain stops itself. */
  shutdown: 2,
  remote_shutdown: 4,
} as const;

/** SHUTDOWN_* of sched.h: why a domain stopped; 255 while it has not. */
export const SHUTDOWN_REASON = { poweroff: 0, reboot: 1, suspend: 2, crash: 3, watchdog: 4, soft_reset: 5 } as const;
export type ShutdownReason = keyof typeof SHUTDOWN_REASON;

export const XENMEM = {
  populate_physmap: 6,
  /** RFC v4. */
  populate_pmem_map: 28,
} as const;
/** A memory op's progress stands above its number in the command register: `cmd | done << 6`. */
export const MEMOP_EXTENT_SHIFT = 6;
export const MEMOP_CMD_MASK = (1 << MEMOP_EXTENT_SHIFT) - 1;

export const DMOP = {
  /** Label series. */
  pmem_rw: 17,
} as const;

export const DOMID = {
  first_reserved: 0x7ff0,
  self: 0x7ff0,
  io: 0x7ff1,
  xen: 0x7ff2,
  cow: 0x7ff3,
  invalid: 0x7ff4,
} as const;

/** The command register of a memory op that has done `done` entries. */
export const memoryCommand = (op: number, done = 0): bigint =>
  BigInt(op) | (BigInt(done) << BigInt(MEMOP_EXTENT_SHIFT));

/** A command register taken apart; `done` is as the caller claims. */
export const splitMemoryCommand = (command: bigint): { readonly op: number; readonly done: bigint } => ({
  op: Number(command & BigInt(MEMOP_CMD_MASK)),
  done: command >> BigInt(MEMOP_EXTENT_SHIFT),
});
