/**
 * A DIMM that comes while the machine runs (design v2 4.2.6): firmware tells of it in `_FIT` alone. At the machine's next
 * start firmware finds it like any other, and its tables tell of it too.
 */
import { err, ok, type Result } from "neverthrow";
import {
  buildFit,
  buildNfit,
  decodeNfit,
  decodeSrat,
  decodeStructures,
  DSM_UUID,
  memoryRanges,
  NFIT_HEADER_SIZE,
  type NfitStructure,
  nfitStructure,
  QEMU_MAKER,
  RANGE_TYPE,
  resealTable,
  STATE_FLAG,
  type StructureOf,
  withMemoryRange,
} from "../acpi/mod.ts";
import { concat } from "../base/bytes.ts";
import { alignUp } from "../base/quantity.ts";
import { contains, overlaps, type Range, range } from "../base/range.ts";
import { GiB, KiB } from "../base/units.ts";
import { type DimmFacts, HEALTHY, type MachineState } from "./state.ts";

export interface NewDimm {
  /** Bytes of persistent memory, label area aside. */
  readonly size: number;
  /** Proximity domain. */
  readonly node: number;
  /** Bytes of label storage, zero for none; as the other DIMMs have, unless given. */
  readonly labelBytes?: number | undefined;
  /** Behind all others unless given: kernels number DIMMs by handle, and then nobody's number ever changes. */
  readonly handle?: number | undefined;
  /** Writes to it may not persist: its region is read-only. */
  readonly unarmed?: boolean;
  /** Host address; behind everything that the memory controllers decode unless given. */
  readonly base?: number | undefined;
}

export interface PluggedDimm {
  readonly handle: number;
  readonly spa: Range;
}

export type PlugFault =
  /** Firmware has no `_FIT`, so nothing could tell an operating system. */
  | { readonly kind: "no-fit" }
  | { readonly kind: "handle-taken"; readonly handle: number }
  | { readonly kind: "place-taken"; readonly spa: Range; readonly by: Range }
  /** No address is left for it. */
  | { readonly kind: "no-room"; readonly bits: number };

/** What a DIMM has where the machine has none to take after. */
const PLAIN_DIMM: Omit<DimmFacts, "handle"> = {
  labelBytes: 128 * KiB,
  maxTransfer: 4 * KiB,
  families: [{ uuid: DSM_UUID.intel, mask: 0x71 }],
  labelMethods: false,
  locked: false,
  smart: HEALTHY,
  injected: {},
};

/** The DIMM is there, blank, and in `_FIT`; no operating system has been notified yet. */
export function plugDimm(state: MachineState, dimm: NewDimm): Result<PluggedDimm, PlugFault> {
  const { root, ram, physicalAddressBits } = state.facts.get("machine")!;
  if (!root.hasFit) return err({ kind: "no-fit" });
  const fit = state.tables.get("FIT") ?? state.tables.get("NFIT")?.subarray(NFIT_HEADER_SIZE) ?? new Uint8Array();
  const { structures } = decodeStructures(fit);
  const taken: readonly Range[] = [...ram, ...rangesOf(structures)];
  const behind = alignUp(Math.max(4 * GiB, ...taken.map(({ end }) => end)), GiB);
  const spa = range(dimm.base ?? behind, dimm.size);
  if (spa.end > 2 ** physicalAddressBits) return err({ kind: "no-room", bits: physicalAddressBits });
  const by = taken.find((known) => overlaps(known, spa));
  if (by) return err({ kind: "place-taken", spa, by });

  const handles = [...state.dimms.ids()].map(Number);
  const handle = dimm.handle ?? Math.max(0, ...handles) + 1;
  if (handles.includes(handle)) return err({ kind: "handle-taken", handle });
  state.tables.set("FIT", concat(fit, buildFit(structuresOf(structures, handle, spa, dimm))));
  state.dimms.set(String(handle), factsOf(state, handles, handle, dimm.labelBytes));
  return ok({ handle, spa });
}

/** Label functions of Intel's family: 4, 5 and 6. */
const LABEL_FUNCTIONS = 0x70;

/** What firmware says of the new DIMM: the same as of the last that is there. */
function factsOf(
  state: MachineState,
  handles: readonly number[],
  handle: number,
  labelBytes: number | undefined,
): DimmFacts {
  const like = handles.length === 0 ? PLAIN_DIMM : state.dimms.get(String(Math.max(...handles)))!;
  const fresh = { ...like, locked: false, smart: HEALTHY, injected: {}, handle };
  if (labelBytes === undefined) return fresh;
  if (labelBytes > 0) {
    const reach = like.labelBytes > 0 ? like : PLAIN_DIMM;
    const { families, labelMethods, maxTransfer } = reach;
    return { ...fresh, families, labelMethods, maxTransfer, labelBytes };
  }
  const families = like.families.map(({ uuid, mask }) => ({
    uuid,
    mask: uuid === DSM_UUID.intel ? mask & ~LABEL_FUNCTIONS : mask,
  }));
  return { ...fresh, labelBytes, labelMethods: false, families: families.filter(({ mask }) => mask !== QUERY_ALONE) };
}

/** QEMU's DIMMs without label storage do not even answer the query. */
const QUERY_ALONE = 1;

/** The NFIT that firmware would publish if the machine started now; undefined where it has no NVDIMMs. */
export function nfitNow(state: MachineState): Uint8Array | undefined {
  const [table, fit] = [state.tables.get("NFIT"), state.tables.get("FIT")];
  if (!fit) return table;
  return table
    ? resealTable(concat(table.subarray(0, NFIT_HEADER_SIZE), fit))
    : buildNfit(QEMU_MAKER, decodeStructures(fit).structures);
}

/** Firmware starts: what `_FIT` told of is in its tables from now on. */
export function selfTest(state: MachineState): void {
  const fit = state.tables.get("FIT");
  if (!fit) return;
  const before = state.tables.get("NFIT");
  const known = before ? decodeNfit(before).map(({ structures }) => rangesOf(structures)).unwrapOr([]) : [];
  const added = rangesOf(decodeStructures(fit).structures).filter((r) => !known.some((k) => k.start === r.start));
  state.tables.set("NFIT", nfitNow(state)!);
  state.tables.delete("FIT");
  for (const spa of added) addToSrat(state, spa);
}

type NodeRange = Range & { readonly node: number };

function addToSrat(state: MachineState, { start, end, node }: NodeRange): void {
  const table = state.tables.get("SRAT");
  const srat = table && decodeSrat(table).unwrapOr(undefined);
  if (!srat || memoryRanges(srat).some((known) => contains(known, { start, end }))) return;
  const memory = { start, end, proximityDomain: node, hotPluggable: false, nonVolatile: true };
  state.tables.set("SRAT", withMemoryRange(table!, srat, memory));
}

type Kind = NfitStructure["kind"];
const ofKind = <K extends Kind>(structures: readonly NfitStructure[], kind: K): StructureOf<K>[] =>
  structures.filter((s) => s.kind === kind) as StructureOf<K>[];

const rangesOf = (structures: readonly NfitStructure[]): NodeRange[] =>
  ofKind(structures, "spaRange").map(({ record }) => ({
    ...range(Number(record.rangeBase), Number(record.rangeLength)),
    node: record.proximityDomain,
  }));

const HOT_ADDED_AND_PROXIMITY_VALID = 3;
const WRITE_BACK_AND_NON_VOLATILE = 0x8008n;
/** Of QEMU's DIMMs, where no other is there to take after. */
const PLAIN_CONTROL_REGION = {
  length: 80,
  vendorId: 0x8086,
  deviceId: 1,
  revisionId: 1,
  interfaceCode: 0x0301,
  windowCount: 0,
};
const FIRST_SERIAL = 0x123456;

/** Range, mapping and control region of a DIMM by itself, of the make of the others. */
function structuresOf(
  there: readonly NfitStructure[],
  handle: number,
  spa: Range,
  { node, unarmed = false }: NewDimm,
): NfitStructure[] {
  const regions = ofKind(there, "controlRegion");
  const like = regions.at(-1)?.record ?? PLAIN_CONTROL_REGION;
  const controlRegionBytes = regions.at(-1)?.raw.length ?? PLAIN_CONTROL_REGION.length;
  const indices = [
    ...ofKind(there, "spaRange").map(({ record }) => record.rangeIndex),
    ...regions.map(({ record }) => record.controlRegionIndex),
  ];
  // As QEMU numbers them: the range even, its control region behind it.
  const rangeIndex = alignUp(Math.max(0, ...indices) + 1, 2);
  const length = BigInt(spa.end - spa.start);
  return [
    nfitStructure("spaRange", {
      rangeIndex,
      flags: HOT_ADDED_AND_PROXIMITY_VALID,
      proximityDomain: node,
      rangeType: RANGE_TYPE.pmem,
      rangeBase: BigInt(spa.start),
      rangeLength: length,
      attribute: WRITE_BACK_AND_NON_VOLATILE,
    }),
    nfitStructure("regionMapping", {
      handle,
      rangeIndex,
      controlRegionIndex: rangeIndex + 1,
      regionSize: length,
      interleaveWays: 1,
      stateFlags: unarmed ? STATE_FLAG.notArmed : 0,
    }),
    nfitStructure("controlRegion", {
      ...like,
      controlRegionIndex: rangeIndex + 1,
      serialNumber: FIRST_SERIAL + handle - 1,
    }, controlRegionBytes),
  ];
}
