/** What differs between two NFITs by meaning: structures are matched by what they name, not by where they stand. */
import { hex } from "../../base/units.ts";
import { type DescribedField, type DescribedStructure, describeNfit } from "./describe_nfit.ts";
import { decodeLoosely, type NfitStructure } from "./nfit.ts";

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

/** Empty: the tables say the same. Lengths and checksum of the header are consequences and not reported. */
export function diffNfit(before: Uint8Array, after: Uint8Array): NfitDifference[] {
  const [a, b] = [keyed(before), keyed(after)];
  const differences: NfitDifference[] = [];
  for (const [key, structure] of a) {
    const other = b.get(key);
    if (other === undefined) differences.push({ kind: "removed", key, structure });
    else {
      const fields = fieldDifferences(structure, other);
      if (fields.length > 0) differences.push({ kind: "changed", key, fields });
    }
  }
  for (const [key, structure] of b) if (!a.has(key)) differences.push({ kind: "added", key, structure });
  const shared = [...a.keys()].filter((key) => b.has(key));
  const order = [...b.keys()].filter((key) => a.has(key));
  const moved = shared.findIndex((key, i) => key !== order[i]);
  if (moved >= 0) differences.push({ kind: "order", key: order[moved]! });
  return differences;
}

/** Consequences of other differences, or of a place in the table. */
const DERIVED = new Set(["Checksum"]);

function fieldDifferences(a: DescribedStructure, b: DescribedStructure): FieldDifference[] {
  const differences: FieldDifference[] = [];
  const names = new Set([...a.fields, ...b.fields].map((field) => field.name));
  for (const name of names) {
    if (DERIVED.has(name) || (a.kind === "header" && name === "Length")) continue;
    const [was, is] = [textOf(a.fields, name), textOf(b.fields, name)];
    if (was !== is) differences.push({ name, before: was, after: is });
  }
  return differences;
}

/** All fields of this name: a structure may have two that are reserved. */
const textOf = (fields: readonly DescribedField[], name: string): string =>
  fields.filter((field) => field.name === name).map((field) => field.text || field.hex).join(" ");

/** Structures by what they name; those that name the same are told apart by their order. */
function keyed(bytes: Uint8Array): Map<string, DescribedStructure> {
  const { header, structures, rest } = describeNfit(bytes);
  const map = new Map<string, DescribedStructure>();
  const counts = new Map<string, number>();
  const add = (key: string, structure: DescribedStructure) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    map.set(count === 1 ? key : `${key} (${count})`, structure);
  };
  if (header) add("header", header);
  const list = decodeLoosely(bytes).structures;
  structures.forEach((structure, i) => add(keyOf(list[i]!), structure));
  for (const structure of rest) add("unclaimed bytes", structure);
  return map;
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
