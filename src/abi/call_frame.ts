/**
 * The argument bytes of a hypercall as the `Hypercall` port carries them: the register arguments that are not the
 * pointer, as u64 each in their order, then what the pointer argument points to. So
 *
 * - platform_op, sysctl, domctl: the structure alone;
 * - memory_op, sched_op: command register, structure;
 * - dm_op: domid, number of buffers, the array of buffer descriptors.
 *
 * The reply's bytes have the same shape. A frame shorter than its structure is what a copy-in fault looks like.
 */
import { concat } from "../base/bytes.ts";
import { dmOpBuffer } from "./dm.ts";
import { memoryCommand } from "./hypercalls.ts";

export function memoryFrame(op: number, argument: Uint8Array, done = 0): Uint8Array {
  return concat(word(memoryCommand(op, done)), argument);
}

export const schedFrame = (op: number, argument: Uint8Array): Uint8Array => concat(word(BigInt(op)), argument);

/** A buffer that a dm_op hands over: where it lies and how many of its bytes. */
export interface DmBuffer {
  readonly handle: bigint;
  readonly size: bigint;
}

export function dmFrame(domid: number, buffers: readonly DmBuffer[]): Uint8Array {
  return concat(word(BigInt(domid)), word(BigInt(buffers.length)), ...buffers.map((b) => dmOpBuffer.write(b)));
}

/** Bytes before the pointed-to part. */
export const COMMAND_FRAME_HEAD = 8;
export const DM_FRAME_HEAD = 16;

function word(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
