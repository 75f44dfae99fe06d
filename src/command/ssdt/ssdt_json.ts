/** `ssdt show --json`: the table's header and the objects it declares, as a tree. */
import { type AmlObject, type AmlValue, type DefinitionBlock, objectTree } from "../../acpi/mod.ts";
import { hexText, printable } from "../../base/bytes.ts";
import { type Json } from "../../base/json.ts";

export const ssdtJson = ({ header, terms }: DefinitionBlock): Json => ({
  signature: header.signature,
  length: header.length,
  revision: header.revision,
  oem_id: printable(header.oemId),
  oem_table_id: printable(header.oemTableId),
  oem_revision: header.oemRevision,
  creator_id: printable(header.creatorId),
  creator_revision: header.creatorRevision,
  objects: objectTree(terms).map(objectJson),
});

const objectJson = ({ path, kind, operator, offset, args, serialized, value, children }: AmlObject): Json => ({
  path,
  kind,
  operator,
  offset,
  ...(args === undefined ? {} : { args }),
  ...(serialized === undefined ? {} : { serialized }),
  ...(value === undefined ? {} : { value: valueJson(value) }),
  ...(children.length === 0 ? {} : { children: children.map(objectJson) }),
});

function valueJson(value: AmlValue): Json {
  switch (value.kind) {
    case "integer":
      return value.value;
    case "string":
      return value.text;
    case "buffer":
      return hexText(value.bytes);
    case "package":
      return { package: value.elements };
    case "region":
      return { address_space: value.space };
    case "bits":
      return { at_bit: value.at, bits: value.bits };
  }
}
