/**
 * What Linux makes of an NFIT: the structures it keeps, and the DIMMs that mappings and control regions join to
 * (`drivers/acpi/nfit/core.c` acpi_nfit_init, nfit_mem_init, __nfit_mem_init).
 */
import { type StructureList, type StructureOf } from "./nfit.ts";
import {
  type LinuxMessage,
  type LinuxRefusal,
  type LinuxRelease,
  type LinuxTables,
  takeTables,
} from "./linux_tables.ts";
import { rangeTypeOf } from "./range_type.ts";

/** One DIMM as `nfit_mem` holds it. */
export interface LinuxDimm {
  readonly handle: number;
  /** The mapping that speaks for the DIMM: its control or unmapped one if there is one, else the last pmem one. */
  readonly memdev: StructureOf<"regionMapping">;
  readonly dcr: StructureOf<"controlRegion"> | undefined;
  readonly flush: StructureOf<"flushHints"> | undefined;
  /** Some pmem range maps it: `nfit/formats` is 1. */
  readonly hasPmem: boolean;
  /** State flags of all mappings of this handle, ORed. */
  readonly stateFlags: number;
}

/** Everything the driver keeps. On failure the bus has no devices; the lists hold what was read until then. */
export interface LinuxNfit extends LinuxTables, Partial<LinuxRefusal> {
  readonly status: "ok" | "failed";
  /** In the order of their numbers nmem0, nmem1, …: ascending by handle. */
  readonly dimms: readonly LinuxDimm[];
}

/** The list as the driver reads it. Never fails: a refusal is a status. */
export function readAsLinux(list: StructureList, release: LinuxRelease = "6.1"): LinuxNfit {
  const { tables, refusal } = takeTables(list, release);
  const kept = { ...tables, messages: [...tables.messages] };
  if (refusal) return { ...kept, ...refusal, status: "failed", dimms: [] };
  const joined = joinDimms(tables);
  if (!("missing" in joined)) return { ...kept, status: "ok", dimms: joined.dimms };
  const { offset, record } = joined.missing;
  const text = `SPA ${record.rangeIndex} missing DCR ${record.controlRegionIndex}`;
  const message: LinuxMessage = { level: "err", text, offset, times: 1 };
  const reason = `a mapping refers to control region ${record.controlRegionIndex}, which is not there`;
  return {
    ...kept,
    messages: [...kept.messages, message],
    status: "failed",
    errno: "ENODEV",
    reason,
    offset,
    dimms: [],
  };
}

interface Joining {
  control: StructureOf<"regionMapping"> | undefined;
  pmem: StructureOf<"regionMapping"> | undefined;
  dcr: StructureOf<"controlRegion"> | undefined;
  flush: StructureOf<"flushHints"> | undefined;
}

/** `nfit_mem_init`: ranges in table order, then the mappings that no range claims. Or the mapping that lacks its DCR. */
function joinDimms(tables: LinuxTables): { dimms: LinuxDimm[] } | { missing: StructureOf<"regionMapping"> } {
  const joining = new Map<number, Joining>();
  const dcrs = firstBy(tables.dcrs, (dcr) => dcr.record.controlRegionIndex);
  const flushes = firstBy(tables.flushHints, (flush) => flush.record.handle);

  for (const { memdev, use } of mappingsInOrder(tables)) {
    const { handle, controlRegionIndex } = memdev.record;
    const dimm = joining.get(handle) ?? { control: undefined, pmem: undefined, dcr: undefined, flush: undefined };
    joining.set(handle, dimm);
    const dcr = dcrs.get(controlRegionIndex);
    // ACPI 6.1 has separate control regions for pmem and block windows: the one with windows tells more.
    if (dcr && (!dimm.dcr || (dimm.dcr.record.windowCount === 0 && dcr.record.windowCount !== 0))) dimm.dcr = dcr;
    dimm.flush ??= flushes.get(handle);
    if (controlRegionIndex !== 0 && !dimm.dcr) return { missing: memdev };
    dimm[use] = memdev;
  }

  const flags = new Map<number, number>();
  for (const { record } of tables.memdevs) {
    flags.set(record.handle, (flags.get(record.handle) ?? 0) | record.stateFlags);
  }
  const dimms = [...joining].map(([handle, { control, pmem, dcr, flush }]): LinuxDimm => ({
    handle,
    memdev: (control ?? pmem)!,
    dcr,
    flush,
    hasPmem: pmem !== undefined,
    stateFlags: flags.get(handle) ?? 0,
  }));
  return { dimms: dimms.sort((a, b) => a.handle - b.handle) };
}

/** The mappings `__nfit_mem_init` comes by, each with what its range makes of it. Range 0 matches unmapped ones too. */
function* mappingsInOrder({ spas, memdevs }: LinuxTables): Generator<
  { memdev: StructureOf<"regionMapping">; use: "pmem" | "control" }
> {
  const byRange = Map.groupBy(memdevs, (memdev) => memdev.record.rangeIndex);
  const seen = new Set<string>();
  for (const spa of spas) {
    const type = rangeTypeOf(spa.record.rangeType);
    if (type !== "pmem" && type !== "controlRegion") continue;
    const key = `${type} ${spa.record.rangeIndex}`; // a duplicate would join the same mappings again, at any cost
    if (seen.has(key)) continue;
    seen.add(key);
    const use = type === "pmem" ? "pmem" : "control";
    for (const memdev of byRange.get(spa.record.rangeIndex) ?? []) yield { memdev, use };
  }
  for (const memdev of byRange.get(0) ?? []) yield { memdev, use: "control" };
}

function firstBy<T>(list: readonly T[], key: (item: T) => number): Map<number, T> {
  const map = new Map<number, T>();
  for (const item of list) if (!map.has(key(item))) map.set(key(item), item);
  return map;
}

/** How far a power loss reaches, as `regionX/persistence_domain` prints it; undefined: the attribute is absent. */
export function persistenceDomain(capabilities: number | undefined): "cpu_cache" | "memory_controller" | undefined {
  if (capabilities === undefined) return undefined;
  if ((capabilities & 1) !== 0) return "cpu_cache";
  return (capabilities & 2) !== 0 ? "memory_controller" : undefined;
}
