/**
 * The memory controllers' address decoder: which DIMM, and where in it, a system physical address is. Built once from the
 * NFIT's ranges, mappings and interleave tables.
 */
import {
  decodeNfit,
  decodeStructures,
  interleaveMember,
  type InterleaveSet,
  interleaveSet,
  readAsLinux,
  spaToDpa,
} from "../acpi/mod.ts";
import { exactNumber } from "../base/quantity.ts";
import { holds, type Range, range } from "../base/range.ts";
import { type MachineState } from "./state.ts";

/** Where a byte lies, and how many bytes from there on lie one behind the other. */
export interface Location {
  /** Device handle; zero for a range whose DIMMs the table does not tell. */
  readonly handle: number;
  readonly dpa: number;
  readonly run: number;
  /** Names the medium's pages. */
  readonly medium: string;
}

interface DecodedRange {
  readonly index: number;
  readonly window: Range;
  readonly set: InterleaveSet | undefined;
}

export interface SpaDecoder {
  readonly ranges: readonly DecodedRange[];
}

/** Tables are immutable blocks, so the decoder of one table is the same for every fork that shares it. */
const cache = new WeakMap<Uint8Array, SpaDecoder>();

export function decoderOf(state: MachineState): SpaDecoder {
  const fit = state.tables.get("FIT");
  const table = fit ?? state.tables.get("NFIT");
  if (!table) return { ranges: [] };
  let decoder = cache.get(table);
  if (!decoder) {
    const nfit = fit ? undefined : decodeNfit(table);
    const list = nfit?.isOk() ? nfit.value : decodeStructures(table, fit ? 0 : 40);
    cache.set(table, decoder = build(list));
  }
  return decoder;
}

function build(list: ReturnType<typeof decodeStructures>): SpaDecoder {
  const { spas, memdevs, interleaves } = readAsLinux(list);
  const ranges: DecodedRange[] = [];
  for (const { record: spa } of spas) {
    const base = exactNumber(spa.rangeBase);
    const length = exactNumber(spa.rangeLength);
    if (base === undefined || length === undefined || length === 0) continue;
    const members = memdevs.filter(({ record }) => record.rangeIndex === spa.rangeIndex).map(({ record }) =>
      interleaveMember(record, interleaves.find((i) => i.record.interleaveIndex === record.interleaveIndex)?.record)
    );
    const sound = members.flatMap((member) => (member.isOk() ? [member.value] : []));
    const set = sound.length === members.length && sound.length > 0 ? interleaveSet(spa, sound) : undefined;
    ranges.push({ index: spa.rangeIndex, window: range(base, length), set: set?.isOk() ? set.value : undefined });
  }
  return { ranges };
}

/**
 * Undefined where no range decodes the address. A range that names no DIMMs, or whose interleave does not tile, is a medium
 * of its own: bytes are kept, but nobody can say on which DIMM.
 */
export function locate(decoder: SpaDecoder, spa: number): Location | undefined {
  const found = decoder.ranges.find(({ window }) => holds(window, spa));
  if (!found) return undefined;
  const place = found.set && spaToDpa(found.set, spa);
  if (place) return { handle: place.handle, dpa: place.dpa, run: place.contiguous, medium: String(place.handle) };
  const offset = spa - found.window.start;
  return { handle: 0, dpa: offset, run: found.window.end - spa, medium: `spa${found.index}` };
}
