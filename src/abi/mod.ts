/** What crosses walls: hypercall numbers, structures, errno; the ports; the kinds of step. */
export * from "./address.ts";
export * from "./buffers.ts";
export * from "./call_frame.ts";
export * from "./call_view.ts";
export * from "./dm.ts";
export * from "./domctl.ts";
export * from "./errno.ts";
export * from "./hvm_layout.ts";
export * from "./hypercalls.ts";
export * from "./memory.ts";
export * from "./nvdimm.ts";
export * from "./platform.ts";
export * from "./ports.ts";
export * from "./steps.ts";
export * from "./sched.ts";
export * from "./structure_cost.ts";
export * from "./sysctl.ts";
