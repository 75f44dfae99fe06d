/** Copies between Xen and a caller's memory: what `copy_from_guest` and `copy_to_guest` do, faults included. */
import { type GuestBuffers } from "../abi/ports.ts";

/** The hypervisor's own part of the address space; a caller's buffer cannot lie there. */
const HOLE_START = 0x0000_8000_0000_0000n;
const HYPERVISOR_END = 0xffff_8800_0000_0000n;
const ADDRESSES = 1n << 64n;

/**
 * Xen's `guest_handle_okay`: the range of addresses is one a caller may have at all. Says nothing about it being
 * mapped.
 */
export function isRangeOkay(handle: bigint, length: number): boolean {
  const end = handle + BigInt(length);
  return end <= ADDRESSES && (end <= HOLE_START || handle >= HYPERVISOR_END);
}

/** `length` bytes at a handle; undefined where the copy faults. */
export function copyIn(buffers: GuestBuffers | undefined, handle: bigint, length: number): Uint8Array | undefined {
  if (length === 0) return new Uint8Array();
  const bytes = buffers?.at(handle);
  return bytes && bytes.length >= length ? bytes.slice(0, length) : undefined;
}

/** False where the copy faults; what lies before the fault is not written either. */
export function copyOut(buffers: GuestBuffers | undefined, handle: bigint, bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  const target = buffers?.at(handle);
  if (!target || target.length < bytes.length) return false;
  target.set(bytes);
  return true;
}
