/** Definition blocks (SSDT, DSDT): a table header and terms. */
import { err, type Result } from "neverthrow";
import { concat, viewOf } from "../../base/bytes.ts";
import { type FormatFault, formatFault } from "../../base/structure.ts";
import { sealTable, TABLE_HEADER_SIZE, type TableHeader, tableHeader, type TableMaker } from "../table_header.ts";
import { decodeTerms } from "./decode.ts";
import { encodeTerms } from "./encode.ts";
import { type AmlTerm } from "./term.ts";

export interface DefinitionBlock {
  readonly header: TableHeader;
  readonly terms: readonly AmlTerm[];
  /** Bytes of the input behind the length that the header gives. */
  readonly beyond: Uint8Array;
}

/** Any table that holds AML; offsets in terms and faults count from its first byte. */
export function decodeAml(bytes: Uint8Array): Result<DefinitionBlock, FormatFault> {
  return tableHeader.read(viewOf(bytes), 0, Math.min(TABLE_HEADER_SIZE, bytes.length)).andThen((header) => {
    if (header.signature !== "SSDT" && header.signature !== "DSDT") {
      return err(formatFault("header/signature", 0, 4, `${JSON.stringify(header.signature)} is no table of AML`));
    }
    if (header.length < TABLE_HEADER_SIZE || header.length > bytes.length) {
      const reason = `the header says ${header.length} bytes, ${bytes.length} are there`;
      return err(formatFault("header/length", 4, 4, reason));
    }
    return decodeTerms(bytes.subarray(0, header.length), TABLE_HEADER_SIZE).map((terms) => (
      { header, terms, beyond: bytes.subarray(header.length) }
    ));
  });
}

/** The table's bytes as they were, checksum included. */
export const encodeAml = ({ header, terms, beyond }: DefinitionBlock): Uint8Array =>
  concat(tableHeader.write(header), encodeTerms(terms), beyond);

/** A new SSDT; revision 1 tables have 32-bit integers. */
export const buildSsdt = (maker: TableMaker, revision: number, terms: readonly AmlTerm[]): Uint8Array =>
  sealTable(concat(new Uint8Array(TABLE_HEADER_SIZE), encodeTerms(terms)), "SSDT", revision, maker);
