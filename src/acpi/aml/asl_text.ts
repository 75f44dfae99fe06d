/** Terms as ACPI Source Language, in its functional spelling, which iasl compiles (ACPI 6.5 §19). */
import { guidText } from "../../base/guid.ts";
import { type DefinitionBlock } from "./ssdt.ts";
import { aslName } from "./name.ts";
import { type AmlFieldElement, type AmlOperand, type AmlOperation, type AmlTerm, isOperation } from "./term.ts";
import { printable } from "../../base/bytes.ts";

/** The whole table, one line each, four blanks a level. */
export function aslText(block: DefinitionBlock): string[] {
  const { signature, revision, oemId, oemTableId, oemRevision } = block.header;
  const text = (bytes: Uint8Array) => `"${printable(bytes).replace(/\.+$/, "")}"`;
  const head = `DefinitionBlock ("", "${signature}", ${revision}, ${text(oemId)}, ${text(oemTableId)}, ${
    number(oemRevision)
  })`;
  return [head, "{", ...statements(block.terms).map(indented), "}"];
}

const indented = (line: string): string => (line === "" ? line : `    ${line}`);
const number = (value: number | bigint): string => `0x${value.toString(16).toUpperCase().padStart(2, "0")}`;
const statements = (terms: readonly AmlTerm[]): string[] => terms.flatMap(statement);

/** A term that stands by itself, with its block where it has one. */
function statement(term: AmlTerm): string[] {
  if (!isOperation(term)) return [expression(term)];
  const { op, operands } = term;
  if (op.name === "External") return [`// External (${operands.map(operandText).join(", ")})`];
  if (term.fields) return [`${op.name} (${fieldHead(term)})`, "{", ...term.fields.map(fieldText).map(indented), "}"];
  if (op.signature.endsWith("*")) {
    const head = op.name === "Else" ? "Else" : `${op.name} (${blockHead(term)})`;
    return [head, "{", ...statements(term.terms ?? []).map(indented), "}"];
  }
  return [expression(term)];
}

/** A term on one line. */
function expression(term: AmlTerm): string {
  switch (term.kind) {
    case "integer":
      if (term.width !== 0) return number(term.value);
      return term.value === 0n ? "Zero" : term.value === 1n ? "One" : "Ones";
    case "string":
      return `"${escaped(term.text)}"`;
    case "name":
      return aslName(term.path);
    case "call":
      return `${aslName(term.method.path)} (${term.args.map(expression).join(", ")})`;
    case "local":
      return `Local${term.index}`;
    case "arg":
      return `Arg${term.index}`;
    case "operation":
      return operationText(term);
  }
}

function operationText(operation: AmlOperation): string {
  const { op, operands, terms = [] } = operation;
  switch (op.name) {
    case "Buffer":
      return bufferText(operation);
    case "Package":
    case "VarPackage":
      return `Package (${operandText(operands[0]!)}) { ${terms.map(expression).join(", ")} }`;
    case "OperationRegion": {
      const [name, space, ...extent] = operands;
      const where = SPACES[space as number] ?? number(space as number);
      return `OperationRegion (${[operandText(name!), where, ...extent.map(operandText)].join(", ")})`;
    }
    case "Match":
      return `Match (${
        operands.map((o) => typeof o === "number" ? MATCHES[o] ?? number(o) : expression(o)).join(", ")
      })`;
    default: {
      const texts = operands.map(operandText);
      while (texts.at(-1) === "") texts.pop(); // targets that are none
      return op.signature === "" ? op.name : `${op.name} (${texts.join(", ")})`;
    }
  }
}

const operandText = (operand: AmlOperand): string =>
  typeof operand === "number" ? number(operand) : expression(operand);

/** The parenthesis of Scope, Device, Method, If, While and their like. */
function blockHead({ op, operands }: AmlOperation): string {
  if (op.name !== "Method") return operands.map(operandText).join(", ");
  const flags = operands[1] as number;
  const serialized = (flags & 8) !== 0 ? "Serialized" : "NotSerialized";
  const sync = flags >> 4;
  return [operandText(operands[0]!), flags & 7, serialized, ...(sync ? [number(sync)] : [])].join(", ");
}

const SPACES = [
  "SystemMemory",
  "SystemIO",
  "PCI_Config",
  "EmbeddedControl",
  "SMBus",
  "SystemCMOS",
  "PciBarTarget",
  "IPMI",
  "GeneralPurposeIo",
  "GenericSerialBus",
  "PCC",
];
const ACCESS = ["AnyAcc", "ByteAcc", "WordAcc", "DWordAcc", "QWordAcc", "BufferAcc"];
const UPDATE = ["Preserve", "WriteAsOnes", "WriteAsZeros"];
const MATCHES = ["MTR", "MEQ", "MLE", "MLT", "MGE", "MGT"];

function fieldHead({ operands }: AmlOperation): string {
  const flags = operands.at(-1) as number;
  const access = ACCESS[flags & 0x0f] ?? number(flags & 0x0f);
  const lock = (flags & 0x10) !== 0 ? "Lock" : "NoLock";
  const update = UPDATE[(flags >> 5) & 3] ?? number((flags >> 5) & 3);
  return [...operands.slice(0, -1).map(operandText), access, lock, update].join(", ");
}

function fieldText(field: AmlFieldElement): string {
  switch (field.kind) {
    case "named":
      return `${aslName(field.name)}, ${field.bits},`;
    case "skipped":
      return `, ${field.bits},`;
    case "access":
      return `AccessAs (${ACCESS[field.type & 0x0f] ?? number(field.type)}, ${number(field.attribute)}),`;
    case "extended-access":
      return `AccessAs (${ACCESS[field.type & 0x0f] ?? number(field.type)}, ${
        number(field.attribute)
      } (${field.length})),`;
  }
}

/** 16 bytes in a buffer of 16 are a UUID, nearly always; iasl makes the same bytes of it. */
function bufferText({ operands, bytes = new Uint8Array() }: AmlOperation): string {
  const size = operands[0]!;
  if (
    bytes.length === 16 && typeof size === "object" && size.kind === "integer" && size.value === 16n && size.width === 1
  ) {
    if (bytes.some((byte) => byte !== 0)) return `ToUUID ("${guidText(bytes)}")`;
  }
  if (bytes.length === 0) return `Buffer (${operandText(size)}) {}`;
  return `Buffer (${operandText(size)}) { ${Array.from(bytes, number).join(", ")} }`;
}

const escaped = (text: string): string =>
  text.replace(/[\\"]/g, "\\$&").replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
