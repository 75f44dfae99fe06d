/**
 * A recorded hypercall's bytes by the structures that it declares, with the names that Xen's public headers give the
 * fields: addresses, frames and bit masks in hex, counts in decimal.
 */
import { type CallView, viewCall } from "../../abi/mod.ts";
import { hexText } from "../../base/bytes.ts";
import { type FieldView } from "../../base/structure.ts";
import { type Step } from "../../abi/steps.ts";
import { hex } from "../../base/units.ts";

export type CallStep = Extract<Step, { readonly kind: "hypercall" }>;

export interface DecodedField {
  /** The C name of the structure's field, or of a register. */
  readonly name: string;
  readonly value: string;
}

/** Arguments in order, registers first. What the call's own name says (cmd, interface version) is left out. */
export const decodedFields = (call: Pick<CallStep, "number" | "input">): DecodedField[] =>
  fieldsOf(viewCall(call.number, call.input));

/** The fields that Xen wrote: those that are others in the output than in the input. */
export function answeredFields(call: Pick<CallStep, "number" | "input" | "output">): DecodedField[] {
  const asked = decodedFields(call);
  return fieldsOf(viewCall(call.number, call.output)).filter(({ name, value }, i) =>
    asked[i]?.name !== name || asked[i]?.value !== value
  );
}

const SAID_BY_NAME: ReadonlySet<string> = new Set(["cmd", "interface_version"]);

function fieldsOf({ registers, structures }: CallView): DecodedField[] {
  const inRegisters = registers.map(({ name, value }) => ({ name, value: numberText(name, value) }));
  const inMemory = structures.flatMap(({ fields }) => fields).filter(({ meaning }) => !meaning?.reserved).map(
    fieldText,
  );
  return [...inRegisters, ...inMemory].filter(({ name }) => !SAID_BY_NAME.has(name));
}

function fieldText({ name, value, meaning }: FieldView): DecodedField {
  const c = meaning?.title ?? cName(name);
  if (value instanceof Uint8Array) return { name: c, value: hexText(value) };
  if (typeof value !== "number" && typeof value !== "bigint") return { name: c, value: String(value) };
  const word = meaning?.values?.[String(value)] ?? bitWords(value, meaning?.bits);
  return { name: c, value: word ? `${numberText(c, value)} ${word}` : numberText(c, value) };
}

/** The declarations write `nrMfns` for the header's `nr_mfns`. */
export const cName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Words of C names that hold a place or a mask rather than a count. */
const IN_HEX = /(^|_)(mfn|gfn|[se]?pfn|[se]mfn|start|frame|buffer|bitmap|flags|opts|capabilities|cap|mask|order_mask)$/;

const numberText = (name: string, value: number | bigint): string => IN_HEX.test(name) ? hex(value) : String(value);

function bitWords(value: number | bigint, bits: Readonly<Record<string, number>> | undefined): string {
  const set = Object.entries(bits ?? {}).filter(([, bit]) => ((BigInt(value) >> BigInt(bit)) & 1n) === 1n);
  return set.map(([name]) => name).join(" ");
}
