/** Address ranges: not empty, not past the end of the address space, not on top of each other. */
import { ADDRESS_LIMIT } from "../../../base/quantity.ts";
import { hex, PAGE_SIZE } from "../../../base/units.ts";
import { RANGE_TYPE_TITLES, type RangeType, rangeTypeOf } from "../range_type.ts";
import { atField, type LintFinding, type Numbered } from "./finding.ts";
import { type Tables } from "./tables.ts";

const PAGE = BigInt(PAGE_SIZE);
const LIMIT = BigInt(ADDRESS_LIMIT);
/** Registers and windows may have any size. */
const NOT_MEMORY: ReadonlySet<RangeType> = new Set(["controlRegion", "blockWindow"]);

export function* rangeFindings({ spaRanges, mappings }: Tables): Generator<LintFinding> {
  const mapped = new Set(mappings.map((mapping) => mapping.record.rangeIndex));
  for (const spa of spaRanges) {
    const { rangeBase, rangeLength, rangeType, rangeIndex } = spa.record;
    if (rangeLength === 0n) yield atField("error", spa, "rangeLength", "the range has no bytes");
    if (rangeBase + rangeLength > LIMIT) {
      yield atField(
        "error",
        spa,
        "rangeLength",
        `the range ends at ${hex(rangeBase + rangeLength)}, past 52 address bits`,
      );
    }
    for (const field of ["rangeBase", "rangeLength"] as const) {
      const type = rangeTypeOf(rangeType);
      if (type === undefined || NOT_MEMORY.has(type) || spa.record[field] % PAGE === 0n) continue;
      yield atField("warning", spa, field, `${hex(spa.record[field])} is no multiple of ${PAGE_SIZE}`);
    }
    if (RANGE_TYPE_TITLES[rangeType] === undefined) {
      yield atField(
        "warning",
        spa,
        "rangeType",
        `${rangeType} is no type the specification defines; Linux makes no region`,
      );
    }
    if (rangeIndex !== 0 && !mapped.has(rangeIndex)) {
      yield atField("warning", spa, "rangeIndex", "no DIMM maps this range: Linux makes a label-less region of it");
    }
  }
  yield* overlapFindings(
    spaRanges,
    (spa) => [spa.record.rangeBase, spa.record.rangeLength],
    (spa, other) => atField("error", spa, "rangeBase", `the range overlaps that of structure ${other.number}`),
  );
  for (const mapping of mappings) yield* mappingFindings(mapping);
  for (const list of Map.groupBy(mappings, (mapping) => mapping.record.handle).values()) {
    yield* overlapFindings(
      list,
      (mapping) => [mapping.record.regionBase, mapping.record.regionSize],
      (mapping, other) =>
        atField("error", mapping, "regionBase", `the DIMM's bytes are mapped by structure ${other.number} as well`),
    );
  }
}

function* mappingFindings(mapping: Numbered<"regionMapping">): Generator<LintFinding> {
  const { regionBase, regionSize, rangeIndex } = mapping.record;
  if (rangeIndex === 0) return;
  if (regionSize === 0n) yield atField("error", mapping, "regionSize", "the mapping has no bytes");
  if (regionBase + regionSize > LIMIT) {
    yield atField("error", mapping, "regionSize", "the mapping ends past 52 address bits");
  }
  for (const field of ["regionBase", "regionSize"] as const) {
    if (mapping.record[field] % PAGE === 0n) continue;
    const message = `${hex(mapping.record[field])} is no multiple of ${PAGE_SIZE}; Linux makes no region`;
    yield atField("warning", mapping, field, message);
  }
}

/** Neighbours by start that overlap: of n ranges at most n - 1 findings. */
function* overlapFindings<T>(
  list: readonly T[],
  extent: (item: T) => readonly [base: bigint, length: bigint],
  report: (item: T, other: T) => LintFinding,
): Generator<LintFinding> {
  const extents = list.map((item) => ({ item, base: extent(item)[0], end: extent(item)[0] + extent(item)[1] }));
  const sorted = extents.filter(({ base, end }) => end > base)
    .sort((a, b) => (a.base < b.base ? -1 : a.base > b.base ? 1 : 0));
  let furthest = sorted[0];
  for (const next of sorted.slice(1)) {
    if (next.base < furthest!.end) yield report(next.item, furthest!.item);
    if (next.end > furthest!.end) furthest = next;
  }
}
