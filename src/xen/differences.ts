/**
 * Where the model departs from RFC v4 (or v1) and from Xen 4.17, as data for `help differences`. A corrected defect was
 * found in the series' code (reference/xen-vnvdimm.md 4.2, 4.6, 4.9); a choice settles what two versions say
 * differently.
 */

export interface Difference {
  readonly kind: "corrected" | "ext" | "choice" | "not modeled";
  /** Where the real thing is: `RFC v4`, `Xen 4.17`. */
  readonly of: string;
  readonly real: string;
  readonly here: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    kind: "corrected",
    of: "RFC v4",
    real: "the count of raw regions grows even when a region could not be registered",
    here: "only registered regions count",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "overlapping NFIT ranges are never noticed at boot",
    here: "the later one is refused and logged",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "an NFIT structure of length 0 loops forever",
    here: "the walk ends there, what came before counts",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "a new region that strictly contains an old one is not seen as overlapping",
    here: "any overlap is: EEXIST in its own list, EINVAL between management and data",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real:
      "hot-add tests by groups of 256 MiB whether memory is there: a region ending in another's group may be refused",
    here: "tested by frames; groups are shared and their frame table is built once",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "the chunk allocator wants more than 512 frames left where 512 do; where there are fewer, an assertion fails",
    here: "512 do; too few chunks are ENOMEM, before anything is built",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "a range that ends exactly where its SRAT block ends is refused",
    here: "it is accepted, as in the rebased series of 2018",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "a guest may name its own domid in populate_pmem_map and claim any free data page",
    here: "only the toolstack in dom0 may call it: EPERM",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "populate_pmem_map over a mapped gfn silently replaces that mapping's M2P entry",
    here: "EBUSY, and the pages of the call are taken back",
  },
  {
    kind: "corrected",
    of: "RFC v4",
    real: "a made-up progress in the command register makes an undo free pages that the call never populated",
    here: "progress must match pages that are the domain's at just these gfns, else EINVAL",
  },
  {
    kind: "corrected",
    of: "RFC v1",
    real: "the frame behind the reserved range is denied to dom0 too; setup is not undone when list insertion fails",
    here: "the range is exact, and all is checked before anything is done",
  },
  {
    kind: "corrected",
    of: "Xen 4.17",
    real: "populate_physmap leaks the extent that could not be mapped until the domain's end",
    here: "the extent goes back to the heap",
  },
  {
    kind: "ext",
    of: "RFC v4",
    real: "pmem is mapped by 4 KiB pages only",
    here:
      "the largest leaf that gfn, mfn and length allow; nvdeck_ept_order = 0 maps as the RFC (domctl set_pmem_order)",
  },
  {
    kind: "ext",
    of: "RFC v1",
    real: "a reported range stays Xen's until the host reboots",
    here: "XENPF_pmem_release gives it back when nothing of it is in use",
  },
  {
    kind: "ext",
    of: "RFC v1",
    real: "structures always lie inside the namespace they serve",
    here: "XENPF_pmem_add_raw reports a namespace undivided, so that another can hold its structures",
  },
  {
    kind: "ext",
    of: "RFC v4",
    real: "freed frames keep one owner's data for the next",
    here: "they do, unless nvdimm_op sanitize zeroes them",
  },
  {
    kind: "ext",
    of: "RFC v4",
    real: "machine checks on pmem are not handled",
    here: "the frame is marked broken and stays mapped, its owner gets a vMCE at the guest-physical address",
  },
  {
    kind: "choice",
    of: "Xen 4.17",
    real: "sysctl 29, memory op 28 and device model op 17 are get_cpu_policy, acquire_resource and relocate_memory",
    here: "they are the series' operations; nvdimm_op keeps its interface version 0x11, all other sysctls have 0x15",
  },
  {
    kind: "choice",
    of: "Xen 4.17",
    real: "an SRAT whose proximity domains interleave, or that leaves RAM out, is not used",
    here: "only contradicting overlaps make it unusable; then every range is PXM 0, with a warning",
  },
  {
    kind: "choice",
    of: "RFC v4",
    real: "empty second-level tables stay in the pool until the domain ends",
    here: "the pool counts the tables that the mappings need",
  },
  {
    kind: "choice",
    of: "Xen 4.17",
    real: "the heap hands out RAM from the top, in no promised order",
    here: "from the bottom, so that a guest's RAM is contiguous where it can be",
  },
  {
    kind: "not modeled",
    of: "Xen 4.17",
    real: "grants, foreign and MMIO mappings, populate on demand, paging, sharing, IOMMU, migration",
    here: "no operation makes any, so pmem cannot meet them",
  },
];
