/** An SSDT as a tree: its header, then the objects it declares, each with the bytes that declare it. */
import {
  type AmlObject,
  type AmlOperand,
  type AmlTerm,
  type AmlValue,
  decodeAml,
  type DefinitionBlock,
  encodeAml,
  isOperation,
  objectTree,
  tableHeader,
} from "../../acpi/mod.ts";
import { hexText } from "../../base/bytes.ts";
import { hex } from "../../base/units.ts";
import { type FieldNode } from "../language/console_host.ts";
import { counted } from "../tables/counted.ts";
import { hexPreview, quotedText } from "../tables/field_text.ts";
import { type DecodedTree, restNode, structureNode } from "../tables/structure_tree.ts";

/** A table that cannot be read is one node of bytes and a note that says why. */
export function ssdtTree(bytes: Uint8Array): DecodedTree {
  return decodeAml(bytes).match((block): DecodedTree => {
    const { header, terms, beyond } = block;
    const head = { name: `${header.signature} header`, value: `${header.signature}, ${header.length} bytes` };
    const lengths = lengthsOf(block);
    return {
      tree: [
        structureNode(tableHeader, header, 0, tableHeader.size, head),
        ...objectTree(terms).map((object) => objectNode(object, lengths)),
        ...(beyond.length > 0 ? [restNode(beyond, header.length)] : []),
      ],
      notes: [],
    };
  }, ({ reason }) => ({ tree: [restNode(bytes, 0)], notes: [reason] }));
}

const objectNode = (object: AmlObject, lengths: ReadonlyMap<number, number>): FieldNode => ({
  id: `${object.offset}/${object.path}`,
  name: object.name,
  value: valueOf(object),
  note: noteOf(object),
  offset: object.offset,
  length: lengths.get(object.offset) ?? 0,
  fault: undefined,
  children: object.children.map((child) => objectNode(child, lengths)),
});

function valueOf({ operator, args, serialized, value }: AmlObject): string {
  if (args !== undefined) return `Method, ${counted(args, "argument")}${serialized ? ", serialized" : ""}`;
  return value === undefined ? operator : `${operator} ${textOf(value)}`;
}

function textOf(value: AmlValue): string {
  switch (value.kind) {
    case "integer":
      return hex(value.value);
    case "string":
      return quotedText(value.text);
    case "buffer":
      return hexPreview(hexText(value.bytes));
    case "package":
      return `of ${value.elements}`;
    case "region":
      return value.space === 0 ? "in memory" : value.space === 1 ? "in I/O space" : `in address space ${value.space}`;
    case "bits":
      return `${value.bits} bits at bit ${value.at}`;
  }
}

/** What the predefined names are for (ACPI 6.5 §9.20, §6.5.10). */
const PREDEFINED: Readonly<Record<string, string>> = {
  _HID: "hardware id",
  _ADR: "NFIT device handle",
  _DSM: "device-specific method",
  _FIT: "the NFIT's structures, as they are now",
  _LSI: "label storage: size",
  _LSR: "label storage: read",
  _LSW: "label storage: write",
  _STA: "status",
};

const noteOf = ({ name, value }: AmlObject): string | undefined =>
  name === "_HID" && value?.kind === "string" && value.text === "ACPI0012" ? "NVDIMM root device" : PREDEFINED[name];

/** Bytes of every operation outside methods, by its offset: an operation is as long as what it encodes to. */
function lengthsOf({ header, terms }: DefinitionBlock): Map<number, number> {
  const lengths = new Map<number, number>();
  const visit = (term: AmlOperand | AmlTerm): void => {
    if (!isOperation(term)) return;
    const bytes = encodeAml({ header, terms: [term], beyond: new Uint8Array() });
    lengths.set(term.offset, bytes.length - tableHeader.size);
    if (term.op.name !== "Method") term.terms?.forEach(visit);
  };
  terms.forEach(visit);
  return lengths;
}
