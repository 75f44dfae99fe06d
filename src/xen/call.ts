/** One entry of a hypercall: what a handler is given and what it answers. */
import { type Errno } from "../abi/errno.ts";
import { type HYPERCALL } from "../abi/hypercalls.ts";
import { type GuestBuffers } from "../abi/ports.ts";
import { type Fields, type Structure } from "../base/structure.ts";
import { type CheckText } from "./check.ts";
import { type Domain } from "./domain.ts";

export interface Call {
  readonly caller: Domain;
  /** Registers, then the pointed-to structure (`abi/call_frame.ts`). */
  readonly frame: Uint8Array;
  readonly buffers: GuestBuffers | undefined;
  /** Pages this entry may handle before it is preempted. */
  readonly budget: number;
}

/** `pages`: how many were handled, so that restarts can be counted; a call that cannot be preempted handles none. */
export type Outcome =
  | { readonly kind: "done"; readonly value: number; readonly frame: Uint8Array; readonly pages: number }
  | { readonly kind: "failed"; readonly errno: Errno; readonly frame: Uint8Array; readonly pages: number }
  /** Preempted: the caller's registers and structure are such that the same call goes on. */
  | { readonly kind: "again"; readonly frame: Uint8Array; readonly pages: number };

export const done = (frame: Uint8Array, value = 0, pages = 0): Outcome => ({ kind: "done", value, frame, pages });
export const failed = (errno: Errno, frame: Uint8Array, pages = 0): Outcome => ({
  kind: "failed",
  errno,
  frame,
  pages,
});
export const again = (frame: Uint8Array, pages: number): Outcome => ({ kind: "again", frame, pages });

/** Where an operation comes from; `ext` is in no real series. */
export type Origin = "Xen 4.17" | "RFC v1" | "RFC v4" | "label series" | "ext";

/** An operation as `help hypercalls` and `trace` know it. */
export interface Operation {
  readonly name: string;
  readonly hypercall: keyof typeof HYPERCALL;
  /** The operation's number in that hypercall. */
  readonly op: number;
  /** Of an operation of operations. */
  readonly sub?: number;
  readonly origin: Origin;
  readonly summary: string;
  readonly structures: readonly Structure<Fields>[];
  /** In the order they are made. */
  readonly checks: readonly CheckText[];
}
