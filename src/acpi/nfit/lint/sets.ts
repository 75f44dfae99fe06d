/** Interleave sets: as many DIMMs as they say, sizes that add up, lines that tile the range. */
import { interleaveMember, interleaveSet } from "../interleave.ts";
import { explainInterleave, type InterleaveFault } from "../interleave_fault.ts";
import { atField, type LintFinding, type Numbered } from "./finding.ts";
import { indexed, type Tables } from "./tables.ts";

const MAX_MAPPINGS = 32; // Linux's ND_MAX_MAPPINGS
/** Lines looked at in one table; a sound machine has a few dozen. Keeps a hostile table from costing seconds. */
const LINE_BUDGET = 1 << 22;

export function* setFindings(tables: Tables): Generator<LintFinding> {
  const byRange = Map.groupBy(tables.mappings, (mapping) => mapping.record.rangeIndex);
  const lines = indexed(tables.interleaves, (interleave) => interleave.record.interleaveIndex);
  let budget = LINE_BUDGET;
  for (const spa of indexed(tables.spaRanges, (range) => range.record.rangeIndex).values()) {
    const mappings = spa.record.rangeIndex === 0 ? [] : byRange.get(spa.record.rangeIndex) ?? [];
    if (mappings.length === 0) continue;
    const ways = [...wayFindings(mappings)];
    yield* ways;
    if (ways.length > 0) continue; // lines are dealt out by ways
    if (mappings.length > MAX_MAPPINGS) {
      const message = `${mappings.length} DIMMs map this range; Linux takes ${MAX_MAPPINGS}`;
      yield atField("error", spa, "rangeIndex", message);
      continue;
    }
    const cost = mappings.reduce(
      (sum, { record }) => sum + 1 + (lines.get(record.interleaveIndex)?.record.lineOffsets.length ?? 0),
      0,
    );
    budget -= cost;
    if (budget < 0) {
      yield atField("warning", spa, "rangeIndex", "not checked: the table describes more lines than are looked at");
      return;
    }
    const finding = tilingFinding(spa, mappings, lines);
    if (finding) yield finding;
  }
}

/** Ways of a set: the same in every mapping, and as many as there are mappings. */
function* wayFindings(mappings: readonly Numbered<"regionMapping">[]): Generator<LintFinding> {
  for (const mapping of mappings) {
    const ways = mapping.record.interleaveWays;
    if (ways === mappings.length || ways === 0 || ways === 1) continue;
    const message = `${ways} ways, but ${mappings.length} mappings of range ${mapping.record.rangeIndex}`;
    yield atField("error", mapping, "interleaveWays", message);
  }
}

function tilingFinding(
  spa: Numbered<"spaRange">,
  mappings: readonly Numbered<"regionMapping">[],
  lines: ReadonlyMap<number, Numbered<"interleave">>,
): LintFinding | undefined {
  const members = [];
  for (const [i, { record }] of mappings.entries()) {
    const member = interleaveMember(record, lines.get(record.interleaveIndex)?.record, i);
    if (member.isErr()) return setFinding(spa, mappings, member.error);
    members.push(member.value);
  }
  return interleaveSet(spa.record, members).match(() => undefined, (fault) => setFinding(spa, mappings, fault));
}

/** The fault as a finding, at the field that a fix would change. */
function setFinding(
  spa: Numbered<"spaRange">,
  mappings: readonly Numbered<"regionMapping">[],
  fault: InterleaveFault,
): LintFinding {
  const { what } = explainInterleave(fault);
  const member = "member" in fault && fault.member !== undefined ? mappings[fault.member] : undefined;
  if (member === undefined) return atField("error", spa, "rangeLength", what);
  if (fault.kind === "twice-mapped") return atField("error", member, "handle", what);
  if (fault.kind === "ragged" || fault.kind === "too-large") return atField("error", member, "regionSize", what);
  if (fault.kind === "doubled" || fault.kind === "stray") return atField("error", member, "regionOffset", what);
  return atField("error", member, "interleaveIndex", what);
}
