/** The 36 bytes every ACPI table begins with, and its checksum (ACPI 6.5 §5.2.6; Linux `include/acpi/actbl.h`). */
import { byteSum } from "../base/checksum.ts";
import { viewOf } from "../base/bytes.ts";
import { ascii, bytes, type RecordOf, structure, u32, u8 } from "../base/structure.ts";

export const TABLE_HEADER_SIZE = 36;

export const tableHeaderFields = {
  signature: ascii(0, 4, { title: "Signature" }),
  length: u32(4, { title: "Length" }),
  revision: u8(8, { title: "Revision" }),
  checksum: u8(9, { title: "Checksum" }),
  oemId: bytes(10, 6, { title: "OEM ID" }),
  oemTableId: bytes(16, 8, { title: "OEM Table ID" }),
  oemRevision: u32(24, { title: "OEM Revision" }),
  creatorId: bytes(28, 4, { title: "Creator ID" }),
  creatorRevision: u32(32, { title: "Creator Revision" }),
} as const;

const CHECKSUM = tableHeaderFields.checksum.offset;

export const tableHeader = structure("table header", TABLE_HEADER_SIZE, tableHeaderFields);
export type TableHeader = RecordOf<typeof tableHeaderFields>;

/** Who made a table: what OEMs and hypervisors put into the header. Text is padded with NULs to the field's width. */
export interface TableMaker {
  readonly oemId: string | Uint8Array;
  readonly oemTableId: string | Uint8Array;
  readonly oemRevision: number;
  readonly creatorId: string | Uint8Array;
  readonly creatorRevision: number;
}

/** Bytes of a fixed-width identifier: text as Latin-1, cut or padded with NULs. */
export function identifier(text: string | Uint8Array, width: number): Uint8Array {
  const source = typeof text === "string" ? Uint8Array.from(text, (c) => c.charCodeAt(0)) : text;
  const field = new Uint8Array(width);
  field.set(source.subarray(0, width));
  return field;
}

/** Writes the header over the first bytes of `table` with its length, then sets the checksum so that all bytes sum to zero. */
export function sealTable(table: Uint8Array, signature: string, revision: number, maker: TableMaker): Uint8Array {
  tableHeader.put(viewOf(table), 0, {
    signature,
    length: table.length,
    revision,
    checksum: 0,
    oemId: identifier(maker.oemId, 6),
    oemTableId: identifier(maker.oemTableId, 8),
    oemRevision: maker.oemRevision,
    creatorId: identifier(maker.creatorId, 4),
    creatorRevision: maker.creatorRevision,
  });
  return resealTable(table);
}

/** Sets length and checksum of a table whose body has changed. */
export function resealTable(table: Uint8Array): Uint8Array {
  viewOf(table).setUint32(tableHeaderFields.length.offset, table.length, true);
  table[CHECKSUM] = 0;
  table[CHECKSUM] = -byteSum(table) & 0xff;
  return table;
}
