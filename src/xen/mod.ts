/** The hypervisor: one entry point, `Xen.hypercall`, and what the host and the screens may ask. */
export { Xen } from "./xen.ts";
export {
  type CpuFacts,
  DEFAULT_PREEMPT_PAGES,
  type Dom0Facts,
  type LeafOrder,
  type MachineFacts,
  type Management,
  type XenOptions,
} from "./options.ts";
export { OPERATIONS } from "./operations.ts";
export { type Operation, type Origin, type Outcome } from "./call.ts";
export { type CheckText } from "./check.ts";
export { type Difference, DIFFERENCES } from "./differences.ts";
export { type Domain, type DomainLife, type DomainType } from "./domain.ts";
export { type OwnedRange, type PageKind } from "./frame_table.ts";
export { type Violation } from "./invariants.ts";
export { type MachineCheckReport } from "./machine_check.ts";
export { type PageInfo, type PageUse } from "./page_info.ts";
export { type DataRegion, type MgmtRegion, type RawRegion, type RegionList, type StructureRun } from "./regions.ts";
