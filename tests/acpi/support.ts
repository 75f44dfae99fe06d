/** What the tests of this folder share: captured tables, digests, and quick ways to spoil a table. */
import { createHash } from "node:crypto";
import { byteSum } from "../../src/base/checksum.ts";
import { viewOf } from "../../src/base/bytes.ts";
import { captured, capturedFiles } from "../label/captures.ts";

export { captured, capturedFiles, capturedText } from "../label/captures.ts";

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export interface CapturedTable {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Every captured table of one kind: `nfit`, `ssdt`, `srat`. */
export const capturedTables = (kind: "nfit" | "ssdt" | "srat"): CapturedTable[] =>
  capturedFiles(new RegExp(`/${kind}\\.bin$`)).map((path) => ({ path, bytes: captured(path) }));

/** A copy with the checksum of the table header set right. */
export function sealed(table: Uint8Array): Uint8Array {
  const copy = table.slice();
  copy[9] = 0;
  copy[9] = -byteSum(copy) & 0xff;
  return copy;
}

/** A copy with a little-endian number of `width` bytes at `offset` replaced, checksum set right. */
export function patched(table: Uint8Array, offset: number, width: 1 | 2 | 4 | 8, value: number | bigint): Uint8Array {
  const copy = table.slice();
  for (let i = 0; i < width; i++) copy[offset + i] = Number((BigInt(value) >> BigInt(8 * i)) & 0xffn);
  return sealed(copy);
}

/** The table with `extra` behind its last structure, length and checksum set right. */
export function withAppended(table: Uint8Array, extra: Uint8Array): Uint8Array {
  const copy = new Uint8Array(table.length + extra.length);
  copy.set(table);
  copy.set(extra, table.length);
  viewOf(copy).setUint32(4, copy.length, true);
  return sealed(copy);
}
