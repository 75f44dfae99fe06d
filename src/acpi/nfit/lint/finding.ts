/** What a lint rule reports, and how it names the place. */
import { type StructureOf } from "../nfit.ts";
import { declarationOf, type NfitKind, type NfitRecords } from "../structures.ts";

export interface LintFinding {
  /** `error`: the specification forbids it, or a consumer refuses it. `warning`: allowed, but hardly meant. */
  readonly severity: "error" | "warning";
  /** `structure 3 (NVDIMM Region Mapping)/Interleave Ways`, or `header/Checksum`. */
  readonly path: string;
  /** Bytes from the start of the table. */
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** A structure and its place in the list, counted from 0. */
export type Numbered<Kind extends NfitKind> = StructureOf<Kind> & { readonly number: number };

export const structurePath = (structure: Numbered<NfitKind>): string =>
  `structure ${structure.number} (${declarationOf(structure.kind, structure.raw.length).name})`;

/** A finding about one field of a structure. */
export function atField<Kind extends NfitKind>(
  severity: LintFinding["severity"],
  structure: Numbered<Kind>,
  field: string & keyof NfitRecords[Kind],
  message: string,
): LintFinding {
  const declared = declarationOf(structure.kind, structure.raw.length).fields[field]!;
  const length = declared.size || structure.raw.length - declared.offset;
  const path = `${structurePath(structure)}/${declared.meaning?.title ?? field}`;
  return { severity, path, offset: structure.offset + declared.offset, length, message };
}

/** A finding about a structure as a whole. */
export const atStructure = (
  severity: LintFinding["severity"],
  structure: Numbered<NfitKind>,
  message: string,
): LintFinding => ({
  severity,
  path: structurePath(structure),
  offset: structure.offset,
  length: structure.raw.length,
  message,
});
