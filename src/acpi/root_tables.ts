/** RSDP and RSDT of ACPI 1.0: where an operating system begins to look (ACPI 6.5 §5.2.5.3, §5.2.7). Addresses of 32 bits. */
import { byteSum } from "../base/checksum.ts";
import { viewOf } from "../base/bytes.ts";
import { type FormatFault, structure, u32Tail } from "../base/structure.ts";
import { ascii, bytes, u32, u8 } from "../base/structure.ts";
import { type Result } from "neverthrow";
import { identifier, sealTable, TABLE_HEADER_SIZE, type TableMaker } from "./table_header.ts";

export const RSDP_SIZE = 20;
/** Offset of the RSDT's address in the RSDP, and of the checksums of both. */
export const RSDP_ADDRESS_OFFSET = 16;
export const RSDP_CHECKSUM_OFFSET = 8;
export const TABLE_CHECKSUM_OFFSET = 9;

const rsdp = structure("RSDP", RSDP_SIZE, {
  signature: ascii(0, 8),
  checksum: u8(8),
  oemId: bytes(9, 6),
  revision: u8(15),
  rsdtAddress: u32(16),
});
const rsdt = structure("RSDT", TABLE_HEADER_SIZE, { header: bytes(0, TABLE_HEADER_SIZE), tables: u32Tail(36) });

export function buildRsdp(rsdtAddress: number, oemId: string): Uint8Array {
  const table = rsdp.write({
    signature: "RSD PTR ",
    checksum: 0,
    oemId: identifier(oemId, 6),
    revision: 0,
    rsdtAddress,
  });
  table[RSDP_CHECKSUM_OFFSET] = -byteSum(table) & 0xff;
  return table;
}

export const buildRsdt = (tables: readonly number[], maker: TableMaker): Uint8Array =>
  sealTable(rsdt.write({ header: new Uint8Array(TABLE_HEADER_SIZE), tables }), "RSDT", 1, maker);

export const rsdtAddressOf = (table: Uint8Array): Result<number, FormatFault> =>
  rsdp.read(viewOf(table)).map(({ rsdtAddress }) => rsdtAddress);

/** Addresses of the tables an RSDT lists. */
export const tablesOf = (table: Uint8Array): Result<readonly number[], FormatFault> =>
  rsdt.read(viewOf(table)).map(({ tables }) => tables);
