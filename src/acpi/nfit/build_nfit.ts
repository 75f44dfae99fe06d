/** NFIT tables from structures: what the builders of guest and test tables share. */
import { concat } from "../../base/bytes.ts";
import { sealTable, type TableMaker } from "../table_header.ts";
import { type NfitStructure } from "./nfit.ts";
import { NFIT_HEADER_SIZE } from "./structures.ts";

const NFIT_REVISION = 1;

/** A table of these structures in this order, with its length and checksum set. Build the structures by `nfitStructure`. */
export function buildNfit(maker: TableMaker, structures: readonly NfitStructure[]): Uint8Array {
  return sealTable(concat(new Uint8Array(NFIT_HEADER_SIZE), buildFit(structures)), "NFIT", NFIT_REVISION, maker);
}

/** The same without a table header, as `_FIT` returns it. */
export const buildFit = (structures: readonly NfitStructure[]): Uint8Array =>
  concat(...structures.map((structure) => structure.raw));
