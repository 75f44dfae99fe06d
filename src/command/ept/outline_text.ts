/** A guest's EPT as lines: one entry or one stretch of entries each, indented by level. */
import { grouped, hex, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { type Level, type OutlineRow, spanOf, tableName, type TableRow } from "../../ept/mod.ts";
import { leafCountsOf } from "../console/forecast.ts";
import { columns } from "../tables/columns.ts";
import { counted } from "../tables/counted.ts";
import { type GuestEpt } from "./guest_ept.ts";
import { leafName, leavesText } from "./leaf_text.ts";

/** `EPT of web1: root 0x7e000, 4 levels; 12 095 × 2 MiB; 25 tables, 100.00 KiB`. */
export function headline({ name, layout, poolPages }: GuestEpt): string {
  const { counts, eptp, levels } = layout;
  const tables = `${grouped(counts.tables)} ${counts.tables === 1 ? "table" : "tables"}, ${
    shortSize(counts.tableBytes)
  }`;
  const pool = `pool ${shortSize(poolPages * PAGE_SIZE)}`;
  return `EPT of ${name}: root ${hex(eptp.root)}, ${levels} levels; ${
    leavesText(leafCountsOf(counts))
  }; ${tables}; ${pool}`;
}

const HEADINGS = ["ENTRY", "RAW", "MAPS", "GPA", "MPA", "BACKED BY"];

/** What is below a table that is listed itself is not said twice. */
export function outlineLines({ names }: GuestEpt, rows: readonly OutlineRow[]): string[] {
  if (rows.length === 0) return ["nothing is mapped"];
  const digits = rows.reduce((most, { row }) => Math.max(most, row.gpa.end.toString(16).length), 0);
  const machine = rows.reduce((most, { row }) => Math.max(most, (row.mpa?.end ?? 0).toString(16).length), 0);
  const cells = rows.map(({ depth, row }, i) => {
    const opened = (rows[i + 1]?.depth ?? 0) > depth;
    return [
      `${"  ".repeat(depth)}${tableName(row.level)}[${indexText(row)}]`,
      hex(row.entry.raw, 16),
      opened ? pointerText(row) : mapsText(row),
      `${hex(row.gpa.start, digits)} – ${hex(row.gpa.end, digits)}`,
      row.mpa && !opened ? hex(row.mpa.start, machine) : "",
      opened ? "" : names.backs(row.gpa),
    ];
  });
  return columns([HEADINGS, ...cells], [], "");
}

const indexText = ({ first, end }: TableRow): string => end - first === 1 ? String(first) : `${first}–${end - 1}`;

/** `→ PD`, `→ 23 PDs`. */
function pointerText({ level, first, end }: TableRow): string {
  const child = tableName((level - 1) as Level);
  return end - first === 1 ? `→ ${child}` : `→ ${counted(end - first, child)}`;
}

function mapsText(row: TableRow): string {
  const { kind, level, first, end, uniform, below } = row;
  const count = end - first;
  if (kind === "leaf") return `${grouped(count)} × ${leafName(spanOf(level))}`;
  if (!below) return pointerText(row);
  const leaves = leafCountsOf(below);
  if (!uniform || count === 1) return `${pointerText(row)}, ${leavesText(leaves)}`;
  return `${pointerText(row)} of ${leavesText(leaves.map((leaf) => ({ ...leaf, count: leaf.count / count })))}`;
}
