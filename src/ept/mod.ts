/**
 * Guest second-level page tables: entries of Intel EPT (and AMD NPT) bit by bit, and whole hierarchies as pure functions
 * of mapping runs and options. Nothing here knows a domain, a hypervisor or a file.
 */
export * from "./bit_layout.ts";
export * from "./capabilities.ts";
export * from "./dump.ts";
export * from "./entry.ts";
export * from "./entry_view.ts";
export * from "./eptp.ts";
export * from "./extents.ts";
export * from "./fill.ts";
export * from "./image.ts";
export * from "./layout.ts";
export * from "./level.ts";
export * from "./memory_type.ts";
export * from "./misconfiguration.ts";
export * from "./npt.ts";
export * from "./permissions.ts";
export * from "./style.ts";
export * from "./table_view.ts";
export * from "./violation.ts";
export * from "./walk.ts";
export * from "./xen_entry.ts";
