/** How inputs and outputs of `_DSM` functions are read and written: declared structures, with the first word a status. */
import { viewOf } from "../../base/bytes.ts";
import { type Result } from "neverthrow";
import { type Fields, type FormatFault, type RecordOf, type Structure } from "../../base/structure.ts";

export interface Payload<F extends Fields> {
  readonly size: number;
  decode(bytes: Uint8Array): Result<RecordOf<F>, FormatFault>;
  /** Fields not given are zero. */
  encode(record: Partial<RecordOf<F>>): Uint8Array;
}

export const payload = <F extends Fields>(declaration: Structure<F>): Payload<F> => ({
  size: declaration.size,
  decode: (bytes) => declaration.read(viewOf(bytes)),
  encode: (record) => declaration.write({ ...declaration.blank(), ...record }),
});

/** The status alone: what most functions answer, and all of them on an error. */
export function statusOnly(status: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, status, true);
  return bytes;
}

/** The first word of an answer; undefined where it is too short to hold one. */
export const statusOf = (answer: Uint8Array): number | undefined =>
  answer.length < 4 ? undefined : viewOf(answer).getUint32(0, true);
