/** The structures of a list by kind and by index, for rules that follow references. */
import { type NfitStructure } from "../nfit.ts";
import { type NfitKind } from "../structures.ts";
import { type Numbered } from "./finding.ts";

export type NumberedStructure = { [Kind in NfitKind]: Numbered<Kind> }[NfitKind];

export interface Tables {
  readonly all: readonly NumberedStructure[];
  readonly spaRanges: readonly Numbered<"spaRange">[];
  readonly mappings: readonly Numbered<"regionMapping">[];
  readonly interleaves: readonly Numbered<"interleave">[];
  readonly controlRegions: readonly Numbered<"controlRegion">[];
  readonly blockWindows: readonly Numbered<"blockWindow">[];
  readonly flushHints: readonly Numbered<"flushHints">[];
  readonly capabilities: readonly Numbered<"capabilities">[];
}

export function tablesOf(structures: readonly NfitStructure[]): Tables {
  const all = structures.map((structure, number) => ({ ...structure, number }) as NumberedStructure);
  const of = <Kind extends NfitKind>(kind: Kind): Numbered<Kind>[] =>
    all.filter((structure): structure is Numbered<Kind> & NumberedStructure => structure.kind === kind);
  return {
    all,
    spaRanges: of("spaRange"),
    mappings: of("regionMapping"),
    interleaves: of("interleave"),
    controlRegions: of("controlRegion"),
    blockWindows: of("blockWindow"),
    flushHints: of("flushHints"),
    capabilities: of("capabilities"),
  };
}

/** The first structure of each index; what consumers find when they search the list. */
export function indexed<T>(list: readonly T[], index: (item: T) => number): Map<number, T> {
  const map = new Map<number, T>();
  for (const item of list) if (!map.has(index(item))) map.set(index(item), item);
  return map;
}
