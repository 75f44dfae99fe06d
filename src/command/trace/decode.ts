/** A recorded hypercall's argument bytes by the structures that its operation declares. */
import { COMMAND_FRAME_HEAD } from "../../abi/mod.ts";
import { type Step } from "../../abi/steps.ts";
import { hexText, viewOf } from "../../base/bytes.ts";
import { type FieldView } from "../../base/structure.ts";
import { hex } from "../../base/units.ts";
import { OPERATIONS } from "../../xen/mod.ts";

export type CallStep = Extract<Step, { readonly kind: "hypercall" }>;

export interface DecodedField {
  readonly name: string;
  readonly value: string;
}

/** Where an operation's own structure begins in the frame: behind the common head of its hypercall (bytes). */
const PAYLOAD: Readonly<Record<string, number>> = {
  platform_op: 8,
  sysctl: 8,
  domctl: 16,
  memory_op: COMMAND_FRAME_HEAD,
  sched_op: COMMAND_FRAME_HEAD,
};
/** Behind sysctl's head, nvdimm_op has a head of its own: command and error. */
const NVDIMM_HEAD = 8;

/** Decoded arguments in order; empty where the bytes are cut short or the operation is not known. */
export function decodedFields(call: Pick<CallStep, "name" | "input">): DecodedField[] {
  const operation = OPERATIONS.find(({ name }) => name === call.name);
  const own = operation?.structures[0];
  const head = operation && PAYLOAD[operation.hypercall];
  if (!own || head === undefined) return [];
  const offset = head + (call.name.includes("nvdimm_op") ? NVDIMM_HEAD : 0);
  return own.read(viewOf(call.input), offset).match(
    (record) => own.view(record, offset).filter(({ meaning }) => !meaning?.reserved).map(fieldText),
    () => [],
  );
}

function fieldText({ name, value }: FieldView): DecodedField {
  if (value instanceof Uint8Array) return { name, value: hexText(value) };
  return { name, value: typeof value === "number" || typeof value === "bigint" ? hex(value) : String(value) };
}
