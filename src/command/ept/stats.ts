/** `ept stats`: leaves per size, bytes of tables, what the p2m pool pays, how long walks are and how far a TLB reaches. */
import { ok } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { grouped, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { type Stats, stats } from "../../ept/mod.ts";
import { columns } from "../tables/columns.ts";
import { answer, domainVerb, JSON_OPTION } from "./domain_verb.ts";
import { type GuestEpt } from "./guest_ept.ts";
import { leafName } from "./leaf_text.ts";
import { headline } from "./outline_text.ts";

export const eptStats = domainVerb<{ readonly json: boolean }>({
  verb: "stats",
  summary: "Count a guest's EPT: leaves per size, tables, pool, walks",
  help:
    "WALK is the memory references of a two-dimensional walk that misses everywhere (four levels in the guest); REACH\n" +
    "is what a second-level TLB of 1536 entries (16 for 1 GiB pages) covers with leaves of that size.",
  options: JSON_OPTION,
  parse: (parsed) => ok({ json: parsed.has("json") }),
  run(ept, { json }, _host, context) {
    const made = stats(ept.layout);
    return answer(context, json, statsJson(ept, made), () => statsLines(ept, made));
  },
});

const TABLE_NAMES = ["pml5", "pml4", "pdpt", "pd", "pt"] as const;

export function statsLines(ept: GuestEpt, { counts, sizes, types, extents, averageWalkReferences }: Stats): string[] {
  const rows = sizes.map(({ size, leaves, bytes, share, walkReferences, tlbReach }) => [
    leafName(size),
    grouped(leaves),
    shortSize(bytes),
    `${(100 * share).toFixed(1)} %`,
    String(walkReferences),
    shortSize(tlbReach),
  ]);
  const tables = TABLE_NAMES.filter((name) => counts[name] > 0).map((name) =>
    `${grouped(counts[name])} ${name.toUpperCase()}`
  );
  const used = `${grouped(counts.tables)} of ${grouped(ept.poolPages)} pages`;
  const twice = `with an IOMMU that does not share them twice as many, ${shortSize(2 * counts.tables * PAGE_SIZE)}`;
  return [
    headline(ept),
    "",
    ...columns([["SIZE", "LEAVES", "MEMORY", "SHARE", "WALK", "REACH"], ...rows], [0, 1, 2, 3, 4, 5]),
    "",
    `tables   ${tables.join(", ")}`,
    `pool     ${used}; ${twice}`,
    `extents  ${grouped(extents)}: ${types.map(({ type, bytes }) => `${shortSize(bytes)} ${type}`).join(", ")}`,
    `walks    ${averageWalkReferences.toFixed(1)} references on average, when everything misses`,
  ];
}

const statsJson = ({ name, poolPages }: GuestEpt, made: Stats): Json => ({
  domain: name,
  mapped_bytes: made.counts.mappedBytes,
  extents: made.extents,
  leaves: { "1G": made.counts.leaf1g, "2M": made.counts.leaf2m, "4K": made.counts.leaf4k },
  tables: Object.fromEntries(TABLE_NAMES.map((name) => [name, made.counts[name]])),
  table_pages: made.counts.tables,
  table_bytes: made.counts.tableBytes,
  pool_pages: poolPages,
  sizes: made.sizes.map(({ size, leaves, bytes, walkReferences, tlbReach }) => ({
    size,
    leaves,
    bytes,
    walk_references: walkReferences,
    tlb_reach: tlbReach,
  })),
  types: made.types.map((type) => ({ ...type })),
});
