/** Any declared structure as a node of fields: names, places and meanings come from its declaration. */
import { hexText } from "../../base/bytes.ts";
import { type Fields, type FieldView, type Structure } from "../../base/structure.ts";
import { hex } from "../../base/units.ts";
import { type FieldNode } from "../language/console_host.ts";
import { hexPreview, quotedText } from "./field_text.ts";

/** A table taken apart. */
export interface DecodedTree {
  readonly tree: readonly FieldNode[];
  /** What is odd about the table as a whole, one sentence each. */
  readonly notes: readonly string[];
}

export interface StructureHeading {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
}

/** `record` as `declaration` reads it at `offset`; `length` is the structure's own. */
export function structureNode(
  declaration: Structure<Fields>,
  record: object,
  offset: number,
  length: number,
  heading: StructureHeading,
): FieldNode {
  const id = String(offset);
  const fields = declaration.view(record as never, offset);
  return {
    id,
    ...heading,
    note: heading.note,
    offset,
    length,
    fault: undefined,
    children: fields.map((field) => fieldNode(id, field)),
  };
}

/** Bytes that no structure claims. */
export const restNode = (bytes: Uint8Array, offset: number): FieldNode => ({
  id: String(offset),
  name: "Unclaimed bytes",
  value: hexPreview(hexText(bytes)),
  note: undefined,
  offset,
  length: bytes.length,
  fault: undefined,
  children: [],
});

function fieldNode(parent: string, field: FieldView): FieldNode {
  const { name, offset, length, meaning } = field;
  return {
    id: `${parent}/${offset}`,
    name: meaning?.title ?? name,
    value: valueText(field),
    note: meaningText(field),
    offset,
    length,
    fault: undefined,
    children: [],
  };
}

/** Identifiers are text in a field of bytes. */
const IDENTIFIER = /ID$/;

function valueText({ value, meaning }: FieldView): string {
  if (value instanceof Uint8Array) {
    return IDENTIFIER.test(meaning?.title ?? "")
      ? quotedText(String.fromCharCode(...value))
      : hexPreview(hexText(value));
  }
  if (typeof value === "number" || typeof value === "bigint") return hex(value);
  return typeof value === "string" ? value : value.map((item) => hex(item)).join(", ");
}

/** The bits that are set, or the name that the value has. */
function meaningText({ value, meaning }: FieldView): string | undefined {
  const named = meaning?.values?.[String(value)];
  if (named !== undefined || !meaning?.bits || (typeof value !== "number" && typeof value !== "bigint")) return named;
  const set = Object.entries(meaning.bits).filter(([, bit]) => ((BigInt(value) >> BigInt(bit)) & 1n) === 1n);
  return set.length === 0 ? undefined : set.map(([word]) => word).join(", ");
}
