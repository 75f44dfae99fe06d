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
