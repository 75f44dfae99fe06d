/** `nfit show --json`: raw records by the specification's fields, each with its place and bytes. */
import { decodeLoosely, type DescribedStructure, describeNfit } from "../../acpi/mod.ts";
import { hexText } from "../../base/bytes.ts";
import { type Json } from "../../base/json.ts";
import { checksumHolds } from "./nfit_text.ts";

export function nfitJson(bytes: Uint8Array): Json {
  const loose = decodeLoosely(bytes);
  const described = describeNfit(bytes);
  return {
    bytes: bytes.length,
    checksum_ok: checksumHolds(bytes),
    header: described.header && loose.header ? structureJson(described.header, loose.header) : null,
    structures: described.structures.map((structure, i) => structureJson(structure, loose.structures[i]!.record)),
    unclaimed: described.rest.map(({ offset, length, fields }) => ({ offset, length, hex: fields[0]?.hex ?? "" })),
  };
}

const structureJson = ({ number, title, offset, length, fields }: DescribedStructure, record: object): Json => ({
  ...(number === undefined ? {} : { number }),
  name: title,
  offset,
  length,
  record: recordJson(record),
  fields: fields.map(({ name, offset, length, hex, text, refersTo }) => ({
    name,
    offset,
    length,
    hex,
    text,
    ...(refersTo ? { refers_to: refersTo } : {}),
  })),
});

/** Keys as ndctl writes them: `rangeIndex` is `range_index`. Bytes are hex text. */
const recordJson = (record: object): Json =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]): [string, Json] => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value instanceof Uint8Array ? hexText(value) : value as Json,
    ]),
  );
