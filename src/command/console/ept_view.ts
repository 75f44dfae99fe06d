/** A guest's EPT for the console: tables on demand, one walk, advice. */
import { type Result } from "neverthrow";
import { mfnOfSpa } from "../../abi/mod.ts";
import { hex } from "../../base/units.ts";
import {
  entryAt,
  explainEnd,
  firstEndingAfter,
  type Layout,
  type Level,
  spanOf,
  tableName,
  type TableRow,
  viewTable,
  walk,
  type WalkStep,
} from "../../ept/mod.ts";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { pmemAdvice } from "../ept/advice_text.ts";
import { type GuestEpt, guestEpt } from "../ept/guest_ept.ts";
import { leafName } from "../ept/leaf_text.ts";
import { type EptRow, type EptView, type LeafCount, type WalkView } from "../language/console_host.ts";
import { leafCountsOf } from "./forecast.ts";

export const eptViewOf = (fork: Fork, domain: string): Result<EptView, Explanation> =>
  guestEpt(fork, domain).map((ept) => new View(fork, ept));

class View implements EptView {
  readonly #rows = new Map<string | undefined, readonly EptRow[]>();
  #advice: readonly string[] | undefined;

  constructor(private readonly fork: Fork, private readonly ept: GuestEpt) {}

  get rootMfn(): number {
    return mfnOfSpa(this.ept.layout.eptp.root);
  }
  get levels(): 4 | 5 {
    return this.ept.layout.levels;
  }
  get leaves(): readonly LeafCount[] {
    return leafCountsOf(this.ept.layout.counts);
  }
  get tables(): number {
    return this.ept.layout.counts.tables;
  }
  get tableBytes(): number {
    return this.ept.layout.counts.tableBytes;
  }
  get advice(): readonly string[] {
    return this.#advice ??= pmemAdvice(this.fork, this.ept).flatMap(({ pmem, causes, remedies }) =>
      remedies.map((remedy) => `${pmem.name}: ${[...causes.slice(0, 1), remedy].join("; ")}`)
    );
  }

  rows(parent: string | undefined): readonly EptRow[] {
    let rows = this.#rows.get(parent);
    if (!rows) this.#rows.set(parent, rows = this.#make(parent));
    return rows;
  }

  walk(gpa: number): WalkView {
    return walkView(this.ept, gpa);
  }

  #make(parent: string | undefined): EptRow[] {
    const { layout } = this.ept;
    if (parent === undefined) return this.#table(layout.levels, 0);
    const { level, startGpa, count } = placeOf(parent);
    if (level === 1) return [];
    if (count === 1) return this.#table((level - 1) as Level, startGpa);
    // Pointers that were folded: one row each, so that every table can be opened.
    const span = spanOf(level);
    const gpas = Array.from({ length: count }, (_, i) => startGpa + i * span);
    const table = viewTable(layout, level, startGpa)!;
    const folded = table.rows.find(({ gpa }) => gpa.start <= startGpa && startGpa < gpa.end)!;
    return gpas.map((gpa) => rowView(this.ept, onePointer(layout, folded, gpa)));
  }

  #table(level: Level, gpa: number): EptRow[] {
    return viewTable(this.ept.layout, level, gpa)?.rows.map((row) => rowView(this.ept, partOf(row))) ?? [];
  }
}

/** What a row of the view needs of a table's row. */
type Part = Pick<TableRow, "level" | "kind" | "first" | "end" | "gpa"> & {
  readonly entry: bigint;
  readonly mpa: number | undefined;
  readonly leaves: readonly LeafCount[];
};

function partOf({ level, kind, first, end, gpa, entry, mpa, below }: TableRow): Part {
  const span = spanOf(level);
  const leaves = kind === "leaf" ? [{ sizeBytes: span, count: end - first }] : below ? leafCountsOf(below) : [];
  return { level, kind, first, end, gpa, entry: entry.raw, mpa: mpa?.start, leaves };
}

/** One of the pointers of a uniform row: each has an equal share of what lies below them. */
function onePointer(layout: Layout, row: TableRow, gpa: number): Part {
  const { level, kind, gpa: whole, mpa } = row;
  const span = spanOf(level);
  const count = row.end - row.first;
  const first = row.first + (gpa - whole.start) / span;
  return {
    level,
    kind,
    first,
    end: first + 1,
    gpa: { start: gpa, end: gpa + span },
    entry: entryAt(layout, level, gpa),
    mpa: mpa && mpa.start + (gpa - whole.start),
    leaves: partOf(row).leaves.map((leaf) => ({ ...leaf, count: leaf.count / count })),
  };
}

const rowView = ({ layout, names }: GuestEpt, part: Part): EptRow => {
  const { level, kind, first, end, gpa, entry, leaves } = part;
  return {
    id: `${level}:${hex(gpa.start)}+${end - first}`,
    level: tableName(level),
    firstIndex: first,
    lastIndex: end - 1,
    kind,
    entry,
    spanBytes: spanOf(level),
    leaves,
    startGpa: gpa.start,
    endGpa: gpa.end,
    startMpa: part.mpa ?? (kind === "table" ? firstMpa(layout, gpa.start) : undefined),
    backs: kind === "empty" ? "" : names.backs(gpa),
  };
};

/** Machine address behind the first leaf at or above a guest address. */
function firstMpa({ extents }: Layout, gpa: number): number | undefined {
  const i = firstEndingAfter(extents, gpa);
  return i < extents.count ? extents.mpa[i]! + Math.max(0, gpa - extents.gpa[i]!) : undefined;
}

/** An id back into what it names: `3:0x240000000+23`. */
function placeOf(id: string): { level: Level; startGpa: number; count: number } {
  const [, level, gpa, count] = /^([1-5]):(0x[0-9a-f]+)\+([0-9]+)$/.exec(id) ?? [];
  if (level === undefined) throw new Error(`"${id}" is no row of an EPT`);
  return { level: Number(level) as Level, startGpa: Number(gpa), count: Number(count) };
}

/** The processor's walk for a read, each entry's bits in words. */
export function walkView({ layout, names }: GuestEpt, gpa: number): WalkView {
  const { steps, end, access } = walk(layout, gpa);
  return {
    gpa,
    steps: steps.map(({ table, index, entry }, i) => ({
      level: table,
      index,
      entry: entry.raw,
      meaning: [...kindWords(entry.kind, entry.span, steps[i + 1]), ...entry.words],
    })),
    outcome: end.kind === "mapped"
      ? { kind: "mapped", spa: end.mpa, leafBytes: end.size, place: names.place(end.mpa) }
      : { kind: "fault", what: explainEnd(end, access) },
  };
}

const kindWords = (kind: TableRow["kind"], span: number, next: WalkStep | undefined): string[] =>
  kind === "leaf" ? [`leaf ${leafName(span)}`] : kind === "table" && next ? [`→ ${next.table}`] : [];
