/** ACPI Machine Language as a tree: nothing is lost that the bytes say. */
import { type AmlOp } from "./opcodes.ts";

/** A name as it is written: `\_SB_.NVDR`, `^PRNT`, `MEMA`; the empty one is AML's null name. Segments have four letters. */
export interface AmlName {
  readonly kind: "name";
  readonly path: string;
  /** Written with a segment count where a shorter form would do. */
  readonly counted?: true;
}

export interface AmlInteger {
  readonly kind: "integer";
  readonly value: bigint;
  /** Bytes of the constant; 0 for the one-byte operators Zero, One and Ones. */
  readonly width: 0 | 1 | 2 | 4 | 8;
}

export interface AmlString {
  readonly kind: "string";
  readonly text: string;
}

/** A method call: as many arguments as its declaration says. */
export interface AmlCall {
  readonly kind: "call";
  readonly method: AmlName;
  readonly args: readonly AmlTerm[];
}

export interface AmlVariable {
  readonly kind: "local" | "arg";
  readonly index: number;
}

/** One piece of a Field: named bits, skipped bits, or a change of access. */
export type AmlFieldElement =
  | { readonly kind: "named"; readonly name: string; readonly bits: number; readonly lengthBytes?: number }
  | { readonly kind: "skipped"; readonly bits: number; readonly lengthBytes?: number }
  | { readonly kind: "access"; readonly type: number; readonly attribute: number }
  | { readonly kind: "extended-access"; readonly type: number; readonly attribute: number; readonly length: number };

/** An operator with its operands in the order of the bytes. */
export interface AmlOperation {
  readonly kind: "operation";
  readonly op: AmlOp;
  /** Terms, and plain numbers where the signature has `1`, `2` or `4`. */
  readonly operands: readonly AmlOperand[];
  /** What a package holds behind its operands, by the signature's last letter. */
  readonly terms?: readonly AmlTerm[];
  readonly bytes?: Uint8Array;
  readonly fields?: readonly AmlFieldElement[];
  /** Bytes of the package length where more than needed. */
  readonly lengthBytes?: number;
  /** Bytes from the start of the table; 0 for a term that was built. */
  readonly offset: number;
}

export type AmlTerm = AmlInteger | AmlString | AmlName | AmlCall | AmlVariable | AmlOperation;
export type AmlOperand = AmlTerm | number;

export const isOperation = (term: AmlOperand): term is AmlOperation =>
  typeof term === "object" && term.kind === "operation";
