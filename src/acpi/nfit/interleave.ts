/**
 * Where the lines of an interleave set lie: DIMM physical addresses to system physical addresses and back. The forward
 * walk is that of Linux 4.x's block windows (`drivers/acpi/nfit.c` to_interleave_offset), the only public one; the
 * inverse follows from it once every line has exactly one owner, which `interleaveSet` checks.
 */
import { err, ok, type Result } from "neverthrow";
import { exactNumber } from "../../base/quantity.ts";
import { overlaps, range } from "../../base/range.ts";
import { type InterleaveFault } from "./interleave_fault.ts";
import { type Interleave, type RegionMapping, type SpaRange } from "./structures.ts";

/** One DIMM's part of a set. Addresses, offsets and sizes are bytes; line offsets count lines. */
export interface InterleaveMember {
  readonly handle: number;
  /** From the start of the SPA range to this DIMM's first line. */
  readonly regionOffset: number;
  /** DIMM physical address of the region's first byte. */
  readonly regionBase: number;
  readonly regionSize: number;
  /** Undefined: the DIMM's part is one linear piece. */
  readonly lines: { readonly ways: number; readonly size: number; readonly offsets: readonly number[] } | undefined;
}

/** A checked set: each byte of the range belongs to exactly one member. */
export interface InterleaveSet {
  readonly base: number;
  readonly length: number;
  readonly members: readonly InterleaveMember[];
  /** Present when lines are interleaved: who owns each line of one period, by place. */
  readonly table: LineTable | undefined;
}

interface LineTable {
  readonly lineSize: number;
  /** Bytes after which the pattern repeats. */
  readonly period: number;
  readonly owner: Int32Array;
  /** Which of the owner's lines it is. */
  readonly index: Int32Array;
  /** Place of each member's lines within the period, in lines. */
  readonly places: readonly (readonly number[])[];
}

/** Where a byte is, and how many bytes from there on are contiguous on both sides. */
export interface Place {
  readonly handle: number;
  readonly dpa: number;
  readonly spa: number;
  readonly contiguous: number;
}

/** The member a mapping and its interleave structure describe. Fault: a value past 2^53, or an unusable table. */
export function interleaveMember(
  mapping: RegionMapping,
  lines: Interleave | undefined,
  member = 0,
): Result<InterleaveMember, InterleaveFault> {
  const values = [mapping.regionOffset, mapping.regionBase, mapping.regionSize].map(exactNumber);
  const [regionOffset, regionBase, regionSize] = values;
  if (regionOffset === undefined || regionBase === undefined || regionSize === undefined) {
    const field = ["region offset", "region base", "region size"][values.indexOf(undefined)]!;
    return err({ kind: "too-large", field, member });
  }
  const linear = { handle: mapping.handle, regionOffset, regionBase, regionSize, lines: undefined };
  if (mapping.interleaveIndex === 0 || lines === undefined || mapping.interleaveWays === 1) return ok(linear);
  if (lines.lineSize === 0 || lines.lineCount === 0 || mapping.interleaveWays === 0) {
    return err({ kind: "empty-lines", member });
  }
  if (lines.lineOffsets.length < lines.lineCount) return err({ kind: "empty-lines", member });
  const offsets = lines.lineOffsets.slice(0, lines.lineCount);
  return ok({ ...linear, lines: { ways: mapping.interleaveWays, size: lines.lineSize, offsets } });
}

/** A range with its members, checked: lines tile the range, sizes add up. */
export function interleaveSet(
  spa: Pick<SpaRange, "rangeBase" | "rangeLength">,
  members: readonly InterleaveMember[],
): Result<InterleaveSet, InterleaveFault> {
  const base = exactNumber(spa.rangeBase);
  const length = exactNumber(spa.rangeLength);
  if (base === undefined || length === undefined || !Number.isSafeInteger(base + length)) {
    return err({ kind: "too-large", field: "SPA range", member: undefined });
  }
  const twice = twiceMapped(members);
  if (twice) return err(twice);
  if (!members.some((member) => member.lines)) {
    return linearFault(members, length).map(() => ({ base, length, members, table: undefined }));
  }
  return lineTable(members).andThen((table) =>
    sizeFault(members, table, length).map(() => ({ base, length, members, table }))
  );
}

function twiceMapped(members: readonly InterleaveMember[]): InterleaveFault | undefined {
  const part = (member: InterleaveMember) => range(member.regionBase, member.regionSize);
  for (const [i, member] of members.entries()) {
    const other = members.slice(0, i).findIndex((m) => m.handle === member.handle && overlaps(part(m), part(member)));
    if (other >= 0) return { kind: "twice-mapped", member: i, other };
  }
  return undefined;
}

/** Every member holds the same number of whole periods, and together they are the range. */
function sizeFault(
  members: readonly InterleaveMember[],
  table: LineTable,
  length: number,
): Result<void, InterleaveFault> {
  const sum = members.reduce((total, member) => total + member.regionSize, 0);
  if (sum !== length) return err({ kind: "sum", range: length, members: sum });
  for (const [i, { regionSize, lines }] of members.entries()) {
    const step = lines!.offsets.length * table.lineSize;
    if (regionSize % step !== 0) return err({ kind: "ragged", member: i, size: regionSize, step });
    const rounds = regionSize / step;
    if (rounds !== length / table.period) return err({ kind: "unowned", at: rounds * table.period });
  }
  return ok();
}

/** Linear members lie one behind the other, in any order. */
function linearFault(members: readonly InterleaveMember[], length: number): Result<void, InterleaveFault> {
  const order = members.map((member, i) => ({ member, i })).sort((a, b) =>
    a.member.regionOffset - b.member.regionOffset
  );
  let at = 0;
  for (const [n, { member, i }] of order.entries()) {
    if (member.regionOffset > at) return err({ kind: "unowned", at });
    if (member.regionOffset < at) {
      return err({ kind: "doubled", member: i, line: 0, other: order[n - 1]!.i, at: member.regionOffset });
    }
    at += member.regionSize;
  }
  return at === length || members.length === 0 ? ok() : err({ kind: "sum", range: length, members: at });
}

/** One period of the set, each line with its owner. Bounded by the lines that the tables hold. */
function lineTable(members: readonly InterleaveMember[]): Result<LineTable, InterleaveFault> {
  const first = members.find((member) => member.lines)!.lines!;
  const lineSize = first.size;
  const period = first.offsets.length * first.ways * lineSize;
  const linear = members.findIndex((member) => member.lines === undefined);
  if (linear >= 0) return err({ kind: "unlike", member: linear, field: "period" });
  const total = members.reduce((count, member) => count + member.lines!.offsets.length, 0);
  const count = first.offsets.length * first.ways;
  if (total < count) return err({ kind: "too-few-lines", needed: count, present: total }); // before anything is allocated

  const owner = new Int32Array(count).fill(-1);
  const index = new Int32Array(count);
  const places: number[][] = [];
  for (const [m, member] of members.entries()) {
    const lines = member.lines!;
    if (lines.offsets.length * lines.ways * lines.size !== period) {
      return err({ kind: "unlike", member: m, field: "period" });
    }
    if (lines.size !== lineSize) return err({ kind: "unlike", member: m, field: "line size" });
    const own: number[] = [];
    for (const [line, offset] of lines.offsets.entries()) {
      const place = member.regionOffset / lineSize + offset;
      if (!Number.isInteger(place) || place >= count) {
        return err({ kind: "stray", member: m, line, at: place * lineSize });
      }
      if (owner[place] !== -1) {
        return err({ kind: "doubled", member: m, line, other: owner[place]!, at: place * lineSize });
      }
      owner[place] = m;
      index[place] = line;
      own.push(place);
    }
    places.push(own);
  }
  const hole = owner.indexOf(-1);
  return hole < 0 ? ok({ lineSize, period, owner, index, places }) : err({ kind: "unowned", at: hole * lineSize });
}

/** Where the byte at `spa` is stored; undefined outside the range. */
export function spaToDpa(set: InterleaveSet, spa: number): Place | undefined {
  const offset = spa - set.base;
  if (offset < 0 || offset >= set.length) return undefined;
  const table = set.table;
  if (table === undefined) {
    const member = set.members.find((m) => offset >= m.regionOffset && offset < m.regionOffset + m.regionSize);
    if (member === undefined) return undefined;
    const into = offset - member.regionOffset;
    return { handle: member.handle, dpa: member.regionBase + into, spa, contiguous: member.regionSize - into };
  }
  const round = Math.floor(offset / table.period);
  const place = Math.floor((offset % table.period) / table.lineSize);
  const into = offset % table.lineSize;
  const member = set.members[table.owner[place]!]!;
  const line = round * member.lines!.offsets.length + table.index[place]!;
  const dpa = member.regionBase + line * table.lineSize + into;
  return { handle: member.handle, dpa, spa, contiguous: table.lineSize - into };
}

/** Where the byte at `dpa` of a DIMM appears; undefined where the set does not map it. */
export function dpaToSpa(set: InterleaveSet, handle: number, dpa: number): Place | undefined {
  const m = set.members.findIndex((member) =>
    member.handle === handle && dpa >= member.regionBase && dpa < member.regionBase + member.regionSize
  );
  const member = set.members[m];
  if (member === undefined) return undefined;
  const offset = dpa - member.regionBase;
  const table = set.table;
  if (table === undefined) {
    const spa = set.base + member.regionOffset + offset;
    return { handle, dpa, spa, contiguous: member.regionSize - offset };
  }
  const line = Math.floor(offset / table.lineSize);
  const into = offset % table.lineSize;
  const lines = table.places[m]!;
  const place = lines[line % lines.length]!;
  const spa = set.base + Math.floor(line / lines.length) * table.period + place * table.lineSize + into;
  return { handle, dpa, spa, contiguous: table.lineSize - into };
}

/**
 * The walk as Linux wrote it, for one DIMM of a set that need not be whole: the offset from the range's base at which
 * the byte `offset` of the DIMM's region appears.
 */
export function spaOffsetOf(member: InterleaveMember, offset: number): number {
  const lines = member.lines;
  if (lines === undefined) return member.regionOffset + offset;
  const count = lines.offsets.length;
  const line = Math.floor(offset / lines.size);
  const rounds = Math.floor(line / count) * count * lines.ways * lines.size;
  return member.regionOffset + lines.offsets[line % count]! * lines.size + rounds + (offset % lines.size);
}
