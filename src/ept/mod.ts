/**
 * Guest second-level page tables: entries of Intel EPT (and AMD NPT) bit by bit, and whole hierarchies as pure functions
 * of mapping runs and options. Nothing here knows a domain, a hypervisor or a file. Addresses and sizes are bytes, ranges
 * half-open; expected failures are Results, worded by `explain.ts`.
 *
 * A hierarchy:
 *
 *     const made = layout(runs, { style: xenStyle(), maxOrder: 18 });   // Result<Layout, LayoutFault>
 *     made.counts                       // leaves and tables by size; costs what the runs cost, not the pages
 *     viewTable(made, 3, gpa)           // one table as folded rows; outline(made, depth) walks the tree
 *     walk(made, gpa, "write")          // step by step, every bit named, to the MPA or the exit
 *     stats(made)                       // shares, walk references, TLB reach, what the p2m pool pays
 *     advise(made, range)               // why these leaves, and what would save some, as data
 *     dump(made, names)                 // ept-dump/1: sidecar, image in 1 MiB chunks, extents in text pieces
 *
 * A run is `{ gpa, mpa, length, type?, maxOrder? }`, sorted by GPA. Neighbours that continue each other are joined, and
 * each extent is cut into the largest aligned leaves that its addresses, its type's and its order's limits, and the
 * processor allow. Tables are numbered from the root (page 0) down, each level in order of GPA, from `tableBase` on.
 *
 * An entry: `encodeLeaf`, `encodeTable`, `encodeXenLeaf`, `encodeXenTable`, `encodeNptLeaf`; `splitEntry`/`joinEntry`
 * keep all 64 bits; `viewEntry` names them; `misconfiguration` judges them as the processor does.
 */

// Levels, processor, single entries.
export * from "./level.ts";
export * from "./capabilities.ts";
export * from "./permissions.ts";
export * from "./memory_type.ts";
export * from "./entry.ts";
export * from "./bit_layout.ts";
export * from "./misconfiguration.ts";
export * from "./entry_view.ts";
export * from "./xen_entry.ts";
export * from "./npt.ts";
export * from "./eptp.ts";
export * from "./violation.ts";

// Hierarchies.
export * from "./style.ts";
export { type Extents, firstEndingAfter, type MappingKind, type MappingRun, type RunFault } from "./extents.ts";
export {
  type Counts,
  eptpOf,
  type Layout,
  layout,
  type LayoutFault,
  type LayoutOptions,
  tableAddress,
} from "./layout.ts";
export * from "./walk.ts";
export * from "./table_view.ts";
export * from "./stats.ts";
export * from "./advise.ts";
export { type BytesBySize, type Cause } from "./advice_causes.ts";
export { type Change } from "./advice_changes.ts";
export { type Cost, costOf, runsIn } from "./advice_cost.ts";

// Bytes.
export { createFiller, FILL_BYTES, type Filler } from "./fill.ts";
export * from "./image.ts";
export { type Dump, dump, type DumpNames } from "./dump.ts";

export * from "./explain.ts";
