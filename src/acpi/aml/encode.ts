/** Terms to AML bytes: the inverse of `decode.ts`, byte for byte. */
import { nameBytes } from "./name.ts";
import { ARG0, EXTENDED, INTEGER_PREFIX, LOCAL0, ONE, ONES, STRING, ZERO } from "./opcodes.ts";
import { type AmlFieldElement, type AmlOperand, type AmlOperation, type AmlTerm } from "./term.ts";

export const encodeTerms = (terms: readonly AmlTerm[]): Uint8Array => Uint8Array.from(terms.flatMap(termBytes));

function termBytes(term: AmlTerm): number[] {
  switch (term.kind) {
    case "integer":
      if (term.width !== 0) return [INTEGER_PREFIX[term.width], ...littleEndian(term.value, term.width)];
      return [term.value === 0n ? ZERO : term.value === 1n ? ONE : ONES];
    case "string":
      return [STRING, ...Array.from(term.text, (c) => c.charCodeAt(0)), 0];
    case "name":
      return nameBytes(term);
    case "call":
      return [...nameBytes(term.method), ...term.args.flatMap(termBytes)];
    case "local":
      return [LOCAL0 + term.index];
    case "arg":
      return [ARG0 + term.index];
    case "operation":
      return operationBytes(term);
  }
}

function operationBytes(operation: AmlOperation): number[] {
  const { op, operands } = operation;
  const opcode = op.code > 0xff ? [EXTENDED, op.code & 0xff] : [op.code];
  const widths = op.signature.replace(/[P*bef]/g, "");
  const content = operands.flatMap((operand, i) => operandBytes(operand, widths[i]!));
  for (const term of operation.terms ?? []) append(content, termBytes(term));
  for (const field of operation.fields ?? []) append(content, fieldBytes(field));
  append(content, operation.bytes ?? []);
  if (!op.signature.startsWith("P")) return [...opcode, ...content];
  const size = operation.lengthBytes ?? packageLengthBytes(content.length);
  return [...opcode, ...lengthBytes(content.length + size, size), ...content];
}

/** `push(...)` would put a large body on the call stack. */
function append(to: number[], bytes: Iterable<number>): void {
  for (const byte of bytes) to.push(byte);
}

const operandBytes = (operand: AmlOperand, letter: string): number[] =>
  typeof operand === "number" ? littleEndian(BigInt(operand), Number(letter)) : termBytes(operand);

function fieldBytes(field: AmlFieldElement): number[] {
  switch (field.kind) {
    case "named":
      return [...nameBytes({ kind: "name", path: field.name }), ...fieldLength(field)];
    case "skipped":
      return [0, ...fieldLength(field)];
    case "access":
      return [1, field.type, field.attribute];
    case "extended-access":
      return [3, field.type, field.attribute, field.length];
  }
}

const fieldLength = ({ bits, lengthBytes: size }: { bits: number; lengthBytes?: number }): number[] =>
  lengthBytes(bits, size ?? fieldLengthBytes(bits));

/** Bytes that the length of a field needs (§20.2.4): one byte of six bits, or four bits and one to three bytes. */
export function fieldLengthBytes(bits: number): number {
  let size = 1;
  while (size < 4 && bits >= capacity(size)) size++;
  return size;
}

/** Bytes that the length of a package needs, which counts itself. */
export function packageLengthBytes(content: number): number {
  let size = 1;
  while (size < 4 && content + size >= capacity(size)) size++;
  return size;
}

const capacity = (size: number): number => (size === 1 ? 0x40 : 2 ** (8 * size - 4));

function lengthBytes(value: number, size: number): number[] {
  if (value >= capacity(size)) throw new Error(`${value} does not fit into ${size} bytes of an AML length`);
  if (size === 1) return [value];
  const bytes = [((size - 1) << 6) | (value & 0x0f)];
  for (let i = 0; i < size - 1; i++) bytes.push(Math.floor(value / 2 ** (4 + 8 * i)) & 0xff);
  return bytes;
}

function littleEndian(value: bigint, width: number): number[] {
  return Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
