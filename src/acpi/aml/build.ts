/** Terms from ASL's words: what our own tables are written with. Names are given as ASL writes them, unpadded. */
import { guidBytes } from "../../base/guid.ts";
import { nameOf } from "./name.ts";
import { opNamed } from "./opcodes.ts";
import {
  type AmlFieldElement,
  type AmlInteger,
  type AmlOperand,
  type AmlOperation,
  type AmlTerm,
  type AmlVariable,
} from "./term.ts";

/** A term, a number for the shortest constant, or a name. */
export type Written = AmlTerm | number | string;

const term = (written: Written): AmlTerm =>
  typeof written === "number" ? integer(written) : typeof written === "string" ? nameOf(written) : written;

/** The shortest constant of a value below 2^32. */
export const integer = (value: number): AmlInteger => ({
  kind: "integer",
  value: BigInt(value),
  width: value <= 1 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : 4,
});

/** Always four bytes, so that firmware can patch it in place. */
export const dword = (value: number): AmlInteger => ({ kind: "integer", value: BigInt(value), width: 4 });
export const text = (value: string): AmlTerm => ({ kind: "string", text: value });

export const local = (index: number): AmlVariable => ({ kind: "local", index });
export const arg = (index: number): AmlVariable => ({ kind: "arg", index });

/** A call of a method declared elsewhere in the table. */
export const call = (method: string, ...args: Written[]): AmlTerm => ({
  kind: "call",
  method: nameOf(method),
  args: args.map(term),
});

/** An operator with its operands; targets that are none may be left out at the end. */
export function op(name: string, ...operands: Written[]): AmlOperation {
  const declared = opNamed(name);
  const full = [...operands.map(term)];
  while (full.length < declared.signature.length) full.push(nameOf(""));
  return { kind: "operation", op: declared, operands: full, offset: 0 };
}

function block(name: string, operands: readonly AmlOperand[], terms: readonly AmlTerm[]): AmlOperation {
  return { kind: "operation", op: opNamed(name), operands, terms, offset: 0 };
}

export const scope = (name: string, ...terms: AmlTerm[]): AmlTerm => block("Scope", [nameOf(name)], terms);
export const device = (name: string, ...terms: AmlTerm[]): AmlTerm => block("Device", [nameOf(name)], terms);
export const name = (path: string, value: AmlTerm): AmlTerm => ({ ...op("Name"), operands: [nameOf(path), value] });

const SERIALIZED = 8;
export const method = (path: string, args: number, serialized: boolean, ...terms: AmlTerm[]): AmlTerm =>
  block("Method", [nameOf(path), args | (serialized ? SERIALIZED : 0)], terms);

export const when = (condition: AmlTerm, ...terms: AmlTerm[]): AmlTerm => block("If", [condition], terms);
export const otherwise = (...terms: AmlTerm[]): AmlTerm => block("Else", [], terms);
export const loop = (condition: AmlTerm, ...terms: AmlTerm[]): AmlTerm => block("While", [condition], terms);

/** A buffer of `size` bytes, the first of them given. */
export const buffer = (size: number, bytes: Uint8Array = new Uint8Array(size)): AmlTerm => ({
  ...block("Buffer", [integer(size)], []),
  bytes,
});
export const uuid = (guid: string): AmlTerm => buffer(16, guidBytes(guid));
export const pack = (...elements: Written[]): AmlTerm => block("Package", [elements.length], elements.map(term));

/** Address spaces of operation regions. */
export const SPACE = { memory: 0, io: 1 } as const;
export const region = (path: string, space: number, offset: Written, length: Written): AmlTerm => ({
  ...op("OperationRegion"),
  operands: [nameOf(path), space, term(offset), term(length)],
});

const DWORD_ACCESS = 3; // no lock, other bits preserved
/** Named bits of a region, one behind the other, accessed in double words. */
export function fields(of: string, ...widths: readonly (readonly [name: string, bits: number])[]): AmlTerm {
  const list = widths.map(([name, bits]): AmlFieldElement => ({ kind: "named", name: nameOf(name).path, bits }));
  return { kind: "operation", op: opNamed("Field"), operands: [nameOf(of), DWORD_ACCESS], fields: list, offset: 0 };
}
