/** The same host, with its firmware saying otherwise of one DIMM. */
import assert from "node:assert/strict";
import { decodeNfit } from "../../src/acpi/mod.ts";
import { byteSum } from "../../src/base/checksum.ts";
import { type HostImage } from "../../src/host/mod.ts";

/** Offset of the state flags in a memory device mapping structure (ACPI 6.5, table 5.143). */
const STATE_FLAGS = 44;
/** Of a table's checksum byte. */
const CHECKSUM = 9;

export function withDimmFlags(image: HostImage, handle: number, flags: number): HostImage {
  const nfit = image.tables.get("NFIT")!.slice();
  const view = new DataView(nfit.buffer);
  let found = 0;
  for (const structure of decodeNfit(nfit)._unsafeUnwrap().structures) {
    if (structure.type !== 1 || view.getUint32(structure.offset + 4, true) !== handle) continue;
    view.setUint16(structure.offset + STATE_FLAGS, flags, true);
    found += 1;
  }
  assert.notEqual(found, 0, "no such DIMM");
  nfit[CHECKSUM] = (nfit[CHECKSUM]! - byteSum(nfit)) & 0xff;
  return { ...image, tables: new Map([...image.tables, ["NFIT", nfit]]) };
}
