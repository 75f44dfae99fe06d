/** What differs between two NFITs by meaning: structures are matched by what they name, not by where they stand. */
import { sameBytes } from "../../base/bytes.ts";
import { hex } from "../../base/units.ts";
import {
  type DescribedField,
  type DescribedStructure,
  describeHeader,
  describeStructure,
  restOf,
} from "./describe_nfit.ts";
import { decodeLoosely, type NfitStructure } from "./nfit.ts";
import { NFIT_HEADER_SIZE } from "./structures.ts";

export interface FieldDifference {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export type NfitDifference =
  | { readonly kind: "removed" | "added"; readonly key: string; readonly structure: DescribedStructure }
  | { readonly kind: "changed"; readonly key: string; readonly fields: readonly FieldDifference[] }
  /** The same structures, not all in the same order. */
  | { readonly kind: "order"; readonly key: string };

/** Empty: the tables say the same. Length and checksum of the header are consequences and not reported. */
export function diffNfit(before: Uint8Array, after: Uint8Array): NfitDifference[] {
  const [a, b] = [keyed(before), keyed(after)];
  const differences: NfitDifference[] = [];
  for (const [key, part] of a) {
    const other = b.get(key);
    if (other === undefined) differences.push({ kind: "removed", key, structure: part.describe() });
    else if (!sameBytes(part.bytes, other.bytes)) {
      const fields = fieldDifferences(part.describe(), other.describe());
      if (fields.length > 0) differences.push({ kind: "changed", key, fields });
    }
  }
  for (const [key, part] of b) if (!a.has(key)) differences.push({ kind: "added", key, structure: part.describe() });
  const shared = [...a.keys()].filter((key) => b.has(key));
  const order = [...b.keys()].filter((key) => a.has(key));
  const moved = shared.findIndex((key, i) => key !== order[i]);
  if (moved >= 0) differences.push({ kind: "order", key: order[moved]! });
  return differences;
}

/** Consequences of other differences. */
const DERIVED = new Set(["Checksum", "Length"]);

function fieldDifferences(a: DescribedStructure, b: DescribedStructure): FieldDifference[] {
  const names = new Set([...a.fields, ...b.fields].map((field) => field.name));
  return [...names].flatMap((name) => {
    if (a.kind === "header" && DERIVED.has(name)) return [];
    const [before, after] = [textOf(a.fields, name), textOf(b.fields, name)];
    return before === after ? [] : [{ name, before, after }];
  });
}

/** All fields of this name: a structure may have two that are reserved. */
const textOf = (fields: readonly DescribedField[], name: string): string =>
  fields.filter((field) => field.name === name).map((field) => field.text || field.hex).join(" ");

/** A part of a table, described only where it differs. */
interface Part {
  readonly bytes: Uint8Array;
  describe(): DescribedStructure;
}

/** Parts by what they name; those that name the same are told apart by their order. */
function keyed(bytes: Uint8Array): Map<string, Part> {
  const { header, structures, rest, end, beyond } = decodeLoosely(bytes);
  const parts = new Map<string, Part>();
  const counts = new Map<string, number>();
  const add = (key: string, part: Part) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    parts.set(count === 1 ? key : `${key} (${count})`, part);
  };
  if (header) {
    add("header", {
      bytes: bytes.subarray(0, NFIT_HEADER_SIZE),
      describe: () => describeHeader(bytes, header),
    });
  }
  structures.forEach((structure, i) =>
    add(keyOf(structure), { bytes: structure.raw, describe: () => describeStructure(structure, i) })
  );
  for (const [left, at] of [[rest, end], [beyond, bytes.length - beyond.length]] as const) {
    for (const described of restOf(left, at)) add("unclaimed bytes", { bytes: left, describe: () => described });
  }
  return parts;
}

function keyOf(structure: NfitStructure): string {
  switch (structure.kind) {
    case "spaRange":
      return `SPA range ${structure.record.rangeIndex}`;
    case "regionMapping":
      return `DIMM ${hex(structure.record.handle)} in range ${structure.record.rangeIndex}`;
    case "interleave":
      return `interleave ${structure.record.interleaveIndex}`;
    case "controlRegion":
      return `control region ${structure.record.controlRegionIndex}`;
    case "blockWindow":
      return `block data window of control region ${structure.record.controlRegionIndex}`;
    case "flushHints":
      return `flush hints of DIMM ${hex(structure.record.handle)}`;
    case "capabilities":
      return "platform capabilities";
    case "smbios":
      return "SMBIOS information";
    default:
      return `type ${structure.type}`;
  }
}
