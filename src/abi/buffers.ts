/** A caller's memory as far as hypercalls can see it: buffers at made-up page-aligned addresses. */
import { alignUp } from "../base/quantity.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type GuestBuffers } from "./ports.ts";

/** Where a 64-bit Linux process has its anonymous mappings, so that a handle in a trace looks like one. */
const FIRST_ADDRESS = 0x7f0000000000;

export class CallerBuffers implements GuestBuffers {
  readonly #placed: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  #next = FIRST_ADDRESS;

  place(bytes: Uint8Array): bigint {
    const start = this.#next;
    this.#placed.push({ start, bytes });
    // One page stays unmapped behind each buffer: running over its end faults, as with a guard page.
    this.#next = alignUp(start + Math.max(bytes.length, 1), PAGE_SIZE) + PAGE_SIZE;
    return BigInt(start);
  }

  at(handle: bigint): Uint8Array | undefined {
    const address = Number(handle);
    const found = this.#placed.find(({ start, bytes }) => start <= address && address < start + bytes.length);
    return found?.bytes.subarray(address - found.start);
  }
}
