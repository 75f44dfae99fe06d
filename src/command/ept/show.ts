/** `ept show`: the tables from the root down, what is uniform folded into one line. */
import { err, ok } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { parseInteger } from "../../base/units.ts";
import {
  type Level,
  LEVELS,
  outline,
  type OutlineRow,
  tableName,
  type TableRow,
  type TableView,
  viewTable,
} from "../../ept/mod.ts";
import { usageFault } from "../language/options.ts";
import { answer, domainVerb, JSON_OPTION } from "./domain_verb.ts";
import { type GuestEpt } from "./guest_ept.ts";
import { headline, outlineLines } from "./outline_text.ts";

interface ShowArgs {
  /** Tables from the root down. */
  readonly depth: number;
  /** Show the tables on the way to this address, each whole. */
  readonly at: number | undefined;
  readonly json: boolean;
}

export const eptShow = domainVerb<ShowArgs>({
  verb: "show",
  summary: "Show a guest's EPT level by level, uniform stretches folded",
  help:
    "Entries are Xen's, with its software bits. --at lists every entry of the tables that translate one address;\n" +
    "otherwise tables of a fragmented file are counted, not listed. Addresses of tables are the model's: one behind the\n" +
    "other in the domain's pool, where Xen takes each page as it comes.",
  options: {
    depth: { value: "N", help: "levels to show, all by default" },
    at: { value: "GPA", help: "the tables on the way to this guest-physical address, whole" },
    ...JSON_OPTION,
  },
  parse(parsed, usage) {
    const depth = parsed.get("depth");
    const levels = depth === undefined ? LEVELS.length : parseInteger(depth);
    if (levels === undefined || levels < 1) return err(usageFault(`--depth takes 1, 2, 3 …, not "${depth}"`, usage));
    const address = parsed.get("at");
    const at = address === undefined ? undefined : parseInteger(address);
    if (address !== undefined && at === undefined) return err(usageFault(`--at ${address} is no address`, usage));
    return ok({ depth: levels, at, json: parsed.has("json") });
  },
  run(ept, { depth, at, json }, _host, context) {
    const rows = at === undefined ? readableOutline(ept, depth) : tablesAt(ept, at, depth);
    const value: Json = { ...summaryJson(ept), rows: rows.map((row) => rowJson(ept, row)) };
    return answer(context, json, value, () => [headline(ept), "", ...outlineLines(ept, rows)]);
  },
});

/** More rows than these are a fragmented file: its tables are then counted together instead of listed. */
const MOST_ROWS = 500;

export function readableOutline({ layout }: GuestEpt, depth: number): OutlineRow[] {
  const rows: OutlineRow[] = [];
  for (const row of outline(layout, depth)) {
    rows.push(row);
    if (rows.length > MOST_ROWS) return [...outline(layout, depth, { foldMixed: true })];
  }
  return rows;
}

/** Every row of the tables that translate an address, from the root down to where they end. */
function tablesAt({ layout }: GuestEpt, gpa: number, limit: number): OutlineRow[] {
  const rows: OutlineRow[] = [];
  const open = (depth: number): void => {
    const table = viewTable(layout, (layout.levels - depth) as Level, gpa);
    for (const row of table?.rows ?? []) {
      if (row.kind === "empty") continue;
      rows.push({ depth, table: table!, row });
      const onTheWay = row.kind === "table" && row.gpa.start <= gpa && gpa < row.gpa.end;
      if (onTheWay && depth + 1 < limit) open(depth + 1);
    }
  };
  open(0);
  return rows;
}

const summaryJson = ({ name, layout }: GuestEpt) => ({
  domain: name,
  root: layout.eptp.root,
  levels: layout.levels,
  leaves: { "1G": layout.counts.leaf1g, "2M": layout.counts.leaf2m, "4K": layout.counts.leaf4k },
  tables: layout.counts.tables,
  table_bytes: layout.counts.tableBytes,
});

function rowJson({ names }: GuestEpt, { depth, table, row }: { depth: number; table: TableView; row: TableRow }): Json {
  const { level, kind, first, end, gpa, mpa, entry, below } = row;
  return {
    depth,
    level: tableName(level),
    table: table.address,
    kind,
    first,
    last: end - 1,
    entry: entry.raw,
    gpa: gpa.start,
    gpa_end: gpa.end,
    mpa: mpa ? mpa.start : null,
    backed_by: names.backs(gpa),
    ...(below
      ? { below: { "1G": below.leaf1g, "2M": below.leaf2m, "4K": below.leaf4k, tables: { ...below.tables } } }
      : {}),
  };
}
