/** What `nfit show` prints: the table in one line, its ranges and whose they are, then every structure field by field. */
import {
  decodeLoosely,
  describeNfit,
  type LintFinding,
  lintNfit,
  type LooseNfit,
  rangeTypeOf,
} from "../../acpi/mod.ts";
import { hexDump } from "../../base/bytes.ts";
import { byteSum } from "../../base/checksum.ts";
import { hex, shortSize } from "../../base/units.ts";
import { counted } from "../tables/counted.ts";
import { treeText } from "../tables/tree_text.ts";
import { type FoundTable } from "../tables/source.ts";
import { nfitTree } from "./nfit_tree.ts";

export function nfitText({ title, bytes, frames }: FoundTable): string {
  const findings = lintNfit(bytes);
  const loose = decodeLoosely(bytes);
  const ranges = rangeLines(loose);
  const lines = [
    headline(title, bytes, loose, findings),
    ...(ranges.length > 0 ? ["", ...ranges] : []),
    "",
    ...treeText(nfitTree(bytes, { findings, frames })),
  ];
  return `${lines.join("\n")}\n`;
}

/** Every structure as bytes, 16 a line, below its name. */
export function nfitHex(bytes: Uint8Array): string {
  const { header, structures, rest } = describeNfit(bytes);
  const parts = [...(header ? [header] : []), ...structures, ...rest];
  const lines = parts.flatMap(({ number, title, summary, offset, length }, i) => [
    ...(i === 0 ? [] : [""]),
    `${number === undefined ? "" : `#${number} `}${title}   ${summary}`,
    ...hexDump(bytes.subarray(offset, offset + length), offset),
  ]);
  return `${lines.join("\n")}\n`;
}

function headline(
  title: string,
  bytes: Uint8Array,
  { header, structures }: LooseNfit,
  findings: readonly LintFinding[],
) {
  const sum = header && checksumHolds(bytes) ? "sum ok" : "sum wrong";
  return `${title}: ${counted(bytes.length, "byte")}, ${counted(structures.length, "structure")}, ${sum}, ${
    findingsText(findings)
  }`;
}

/** All bytes up to the length that the header gives sum to zero. */
export function checksumHolds(bytes: Uint8Array): boolean {
  const length = decodeLoosely(bytes).header?.length ?? 0;
  return length > 0 && length <= bytes.length && byteSum(bytes.subarray(0, length)) === 0;
}

/** `2 errors, 1 warning`, or `no faults`. */
export function findingsText(findings: readonly LintFinding[]): string {
  const of = (severity: LintFinding["severity"]) => findings.filter((finding) => finding.severity === severity).length;
  const counts = [counted(of("error"), "error"), counted(of("warning"), "warning")].filter((text) =>
    !text.startsWith("0 ")
  );
  return counts.join(", ") || "no faults";
}

/** One line a range: where, how large, of what type, in which domain, and the handles of its DIMMs. */
function rangeLines({ structures }: LooseNfit): string[] {
  const handles = new Map<number, string[]>();
  for (const structure of structures) {
    if (structure.kind !== "regionMapping" || structure.record.rangeIndex === 0) continue;
    const { rangeIndex, handle } = structure.record;
    const list = handles.get(rangeIndex);
    if (list) list.push(hex(handle));
    else handles.set(rangeIndex, [hex(handle)]);
  }
  return structures.flatMap((structure): string[] => {
    if (structure.kind !== "spaRange") return [];
    const { rangeIndex, rangeBase, rangeLength, rangeType, flags, proximityDomain } = structure.record;
    const dimms = handles.get(rangeIndex) ?? [];
    return [[
      `${hex(rangeBase, 12)} – ${hex(rangeBase + rangeLength, 12)}`,
      shortSize(Number(rangeLength)).padStart(10),
      TYPE_WORD[rangeTypeOf(rangeType) ?? "unknown"],
      (flags & PROXIMITY_VALID) !== 0 ? `PXM ${proximityDomain}` : "no PXM",
      dimmsText(dimms),
    ].join("  ")];
  });
}

/** As many as Linux takes into one region. */
const MOST_DIMMS = 32;

function dimmsText(handles: readonly string[]): string {
  if (handles.length === 0) return "no DIMMs";
  const shown = handles.slice(0, MOST_DIMMS).join(" ");
  const more = handles.length > MOST_DIMMS ? ` … ${handles.length} in all` : "";
  return `DIMM${handles.length > 1 ? "s" : ""} ${shown}${more}`;
}

const PROXIMITY_VALID = 1 << 1;

const TYPE_WORD = {
  volatile: "volatile",
  pmem: "pmem",
  controlRegion: "control region",
  blockWindow: "block window",
  volatileDisk: "volatile disk",
  volatileCd: "volatile CD",
  persistentDisk: "persistent disk",
  persistentCd: "persistent CD",
  unknown: "unknown type",
} as const;
