/**
 * What Linux makes of an NFIT: which structures it takes, skips or stops at, what is fatal, and which DIMMs result
 * (`drivers/acpi/nfit/core.c` add_table, add_*, acpi_nfit_init, __nfit_mem_init; 6.1, with the two limits that 6.12 changed).
 */
import { viewOf } from "../../base/bytes.ts";
import { decodeStructures, HEAD_SIZE, type NfitStructure, type StructureList, type StructureOf } from "./nfit.ts";
import { declarationOf, NFIT_KINDS } from "./structures.ts";
import { rangeTypeOf } from "./range_type.ts";

/** A line of the kernel log, as data. `times` folds equal neighbours. */
export interface LinuxMessage {
  readonly level: "err" | "warn" | "info";
  readonly text: string;
  /** The structure it is about, in bytes from the start of the table or `_FIT` buffer. */
  readonly offset: number | undefined;
  readonly times: number;
}

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
export interface LinuxNfit {
  readonly status: "ok" | "failed";
  /** What acpi_nfit_init returned when it failed. */
  readonly errno?: "ENOMEM" | "ENODEV";
  /** Why, and where. */
  readonly reason?: string;
  readonly offset?: number;
  readonly spas: readonly StructureOf<"spaRange">[];
  readonly memdevs: readonly StructureOf<"regionMapping">[];
  readonly dcrs: readonly StructureOf<"controlRegion">[];
  readonly interleaves: readonly StructureOf<"interleave">[];
  readonly flushHints: readonly StructureOf<"flushHints">[];
  /** Platform capabilities of the last structure, masked to its valid bits; undefined where there is none. */
  readonly capabilities: number | undefined;
  /** In the order of their numbers nmem0, nmem1, …: ascending by handle. */
  readonly dimms: readonly LinuxDimm[];
  readonly messages: readonly LinuxMessage[];
}

/** 6.12 turned two one-element arrays of the C structures into flexible ones; 6.1 wants one element to be there. */
export type LinuxRelease = "6.1" | "6.12";
const MINIMUM = { "6.1": { interleave: 20, flushHints: 24 }, "6.12": { interleave: 16, flushHints: 16 } } as const;

/** The list as the driver reads it. Never fails: a refusal is a status. */
export function readAsLinux(list: StructureList, release: LinuxRelease = "6.1"): LinuxNfit {
  const reader = new Reader(release);
  reader.walk(list);
  return reader.refused() ?? reader.joined();
}

/** `acpi_nfit_init`, its two halves: take every structure, then join mappings and control regions to DIMMs. */
class Reader {
  readonly #spas: StructureOf<"spaRange">[] = [];
  readonly #memdevs: StructureOf<"regionMapping">[] = [];
  readonly #dcrs: StructureOf<"controlRegion">[] = [];
  readonly #interleaves: StructureOf<"interleave">[] = [];
  readonly #flushHints: StructureOf<"flushHints">[] = [];
  readonly #messages: LinuxMessage[] = [];
  #capabilities: number | undefined;
  #refusal: { errno: "ENOMEM" | "ENODEV"; reason: string; offset: number } | undefined;

  constructor(private readonly release: LinuxRelease) {}

  walk(list: StructureList): void {
    for (const structure of list.structures) if (!this.#take(structure)) return;
    // What our decoder leaves is where Linux may still go on: only a length of zero stops it.
    let { rest, end } = list;
    while (rest.length > 0) {
      const head = new Uint8Array(HEAD_SIZE);
      head.set(rest.subarray(0, HEAD_SIZE));
      const type = viewOf(head).getUint16(0, true);
      const length = viewOf(head).getUint16(2, true);
      if (length === 0) return this.#say("warn", `found a zero length table '${type}' parsing nfit`, end);
      const kind = NFIT_KINDS[type];
      if (kind === undefined) this.#say("err", `unknown table '${type}' parsing nfit`, end);
      else if (kind !== "smbios" && kind !== "capabilities") {
        return this.#refuse("ENOMEM", `${declarationOf(kind, 0).name} structure of ${length} bytes`, end);
      }
      const next = decodeStructures(rest, length);
      for (const structure of next.structures) {
        if (!this.#take({ ...structure, offset: end + structure.offset })) return;
      }
      end += next.end;
      rest = next.rest;
    }
  }

  /** `add_table`: false where it gives up. */
  #take(found: NfitStructure): boolean {
    const length = found.record.length;
    const known = NFIT_KINDS[found.type];
    const fatal = known === undefined ? undefined : this.#lengthFault(found, length);
    if (fatal) {
      this.#refuse("ENOMEM", fatal, found.offset);
      return false;
    }
    const whole = completed(found, length);
    switch (whole.kind) {
      case "spaRange":
        this.#spas.push(whole);
        return true;
      case "regionMapping":
        this.#memdevs.push(whole);
        return true;
      case "controlRegion":
        this.#dcrs.push(whole);
        return true;
      case "interleave":
        this.#interleaves.push(whole);
        return true;
      case "flushHints":
        this.#flushHints.push(whole);
        return true;
      case "capabilities":
        this.#capabilities = maskedCapabilities(whole.record.highestValid, whole.record.capabilities);
        return true;
      case "unknown":
        this.#say("err", `unknown table '${whole.type}' parsing nfit`, whole.offset);
        return true;
      case "smbios": // skipped
      case "blockWindow": // read, then never used
      case "short": // SMBIOS information without its own fields: skipped as well
        return true;
    }
  }

  /** Why `add_spa` and its like refuse a structure; they look at the claimed length only, not at what is there. */
  #lengthFault(found: NfitStructure, length: number): string | undefined {
    const minimum = MINIMUM[this.release];
    switch (NFIT_KINDS[found.type]) {
      case "spaRange": {
        const wanted = found.kind === "spaRange" && (found.record.flags & COOKIE_VALID) !== 0 ? 64 : 56;
        return length === wanted ? undefined : `SPA range of ${length} bytes, ${wanted} expected`;
      }
      case "regionMapping":
        return length === 48 ? undefined : `region mapping of ${length} bytes, 48 expected`;
      case "blockWindow":
        return length === 40 ? undefined : `block data window region of ${length} bytes, 40 expected`;
      case "controlRegion":
        return length >= 32 ? undefined : `control region of ${length} bytes, at least 32 expected`;
      case "interleave":
        return length >= minimum.interleave
          ? undefined
          : `interleave structure of ${length} bytes, at least ${minimum.interleave} expected`;
      case "flushHints":
        return length >= minimum.flushHints
          ? undefined
          : `flush hint structure of ${length} bytes, at least ${minimum.flushHints} expected`;
      default:
        return undefined;
    }
  }

  joined(): LinuxNfit {
    const dimms = new Map<number, Joining>();
    const dcrs = firstBy(this.#dcrs, (dcr) => dcr.record.controlRegionIndex);
    const flushes = firstBy(this.#flushHints, (flush) => flush.record.handle);
    const byRange = groupedBy(this.#memdevs, (memdev) => memdev.record.rangeIndex);

    const join = (memdev: StructureOf<"regionMapping">, use: "pmem" | "control"): boolean => {
      const { handle, controlRegionIndex, rangeIndex } = memdev.record;
      const dimm = dimms.get(handle) ??
        { handle, control: undefined, pmem: undefined, dcr: undefined, flush: undefined };
      dimms.set(handle, dimm);
      const dcr = dcrs.get(controlRegionIndex);
      if (dcr && (!dimm.dcr || (dimm.dcr.record.windowCount === 0 && dcr.record.windowCount !== 0))) dimm.dcr = dcr;
      dimm.flush ??= flushes.get(handle);
      if (controlRegionIndex !== 0 && !dimm.dcr) {
        this.#say("err", `SPA ${rangeIndex} missing DCR ${controlRegionIndex}`, memdev.offset);
        this.#refuse(
          "ENODEV",
          `mapping refers to control region ${controlRegionIndex}, which is not there`,
          memdev.offset,
        );
        return false;
      }
      dimm[use] = memdev;
      return true;
    };

    // Ranges in table order, then the mappings that no range claims (`nfit_mem_init`). Range 0 matches unmapped DIMMs too.
    const joined = new Set<string>();
    for (const spa of this.#spas) {
      const type = rangeTypeOf(spa.record.rangeType);
      if (type !== "pmem" && type !== "controlRegion") continue;
      const key = `${type} ${spa.record.rangeIndex}`; // a duplicate would join the same mappings again, at any cost
      if (joined.has(key)) continue;
      joined.add(key);
      for (const memdev of byRange.get(spa.record.rangeIndex) ?? []) {
        if (!join(memdev, type === "pmem" ? "pmem" : "control")) return this.refused()!;
      }
    }
    for (const memdev of byRange.get(0) ?? []) if (!join(memdev, "control")) return this.refused()!;

    const flags = new Map<number, number>();
    for (const { record } of this.#memdevs) {
      flags.set(record.handle, (flags.get(record.handle) ?? 0) | record.stateFlags);
    }
    const sorted = [...dimms.values()].sort((a, b) => a.handle - b.handle).map((dimm): LinuxDimm => ({
      handle: dimm.handle,
      memdev: (dimm.control ?? dimm.pmem)!,
      dcr: dimm.dcr,
      flush: dimm.flush,
      hasPmem: dimm.pmem !== undefined,
      stateFlags: flags.get(dimm.handle) ?? 0,
    }));
    return { status: "ok", ...this.#tables(), dimms: sorted };
  }

  refused(): LinuxNfit | undefined {
    return this.#refusal && { status: "failed", ...this.#refusal, ...this.#tables(), dimms: [] };
  }

  #tables() {
    return {
      spas: this.#spas,
      memdevs: this.#memdevs,
      dcrs: this.#dcrs,
      interleaves: this.#interleaves,
      flushHints: this.#flushHints,
      capabilities: this.#capabilities,
      messages: this.#messages,
    };
  }

  #refuse(errno: "ENOMEM" | "ENODEV", reason: string, offset: number): void {
    this.#refusal = { errno, reason, offset };
  }

  #say(level: LinuxMessage["level"], text: string, offset: number | undefined): void {
    const last = this.#messages.at(-1);
    if (last?.text === text) this.#messages[this.#messages.length - 1] = { ...last, times: last.times + 1 };
    else this.#messages.push({ level, text, offset, times: 1 });
  }
}

const COOKIE_VALID = 1 << 2;

interface Joining {
  readonly handle: number;
  control: StructureOf<"regionMapping"> | undefined;
  pmem: StructureOf<"regionMapping"> | undefined;
  dcr: StructureOf<"controlRegion"> | undefined;
  flush: StructureOf<"flushHints"> | undefined;
}

/**
 * The structure as the driver reads it, which never compares a length with the end of the table. What lies behind the
 * table is unknown; zeros stand in for it.
 */
function completed(found: NfitStructure, length: number): NfitStructure {
  if (found.raw.length >= length || found.kind === "unknown") return found;
  const padded = new Uint8Array(Math.max(length, declarationOf(NFIT_KINDS[found.type]!, length).size));
  padded.set(found.raw);
  return { ...decodeStructures(padded).structures[0]!, offset: found.offset };
}

/** `add_platform_cap`: C's `(1 << (highest + 1)) - 1`, with x86's shift, which takes the count modulo 32. */
const maskedCapabilities = (highest: number, capabilities: number): number =>
  (capabilities & ((1 << (highest + 1)) - 1)) >>> 0;

/** How far a power loss reaches, as `regionX/persistence_domain` prints it; undefined: the attribute is absent. */
export const persistenceDomain = (
  capabilities: number | undefined,
): "cpu_cache" | "memory_controller" | undefined =>
  capabilities === undefined
    ? undefined
    : (capabilities & 1) !== 0
    ? "cpu_cache"
    : (capabilities & 2) !== 0
    ? "memory_controller"
    : undefined;

function firstBy<T>(list: readonly T[], key: (item: T) => number): Map<number, T> {
  const map = new Map<number, T>();
  for (const item of list) if (!map.has(key(item))) map.set(key(item), item);
  return map;
}

function groupedBy<T>(list: readonly T[], key: (item: T) => number): Map<number, T[]> {
  const map = new Map<number, T[]>();
  for (const item of list) {
    const group = map.get(key(item));
    if (group) group.push(item);
    else map.set(key(item), [item]);
  }
  return map;
}
