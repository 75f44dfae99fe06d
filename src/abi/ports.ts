/**
 * The ports: what crosses the walls of the real system, and nothing else. Implementations are joined in `host/`.
 */
import { type Result } from "neverthrow";
import { type Json } from "../base/json.ts";
import { type Domid, type Gpa, type Spa } from "./address.ts";
import { type Errno } from "./errno.ts";

/** A load or store that the machine could not do. Addresses are bytes. */
export type MemoryFault =
  /** No DIMM, no RAM: the bus answers nothing. */
  | { readonly kind: "unmapped"; readonly address: number }
  /** An uncorrectable error in the medium: machine check, EIO through a block device. */
  | { readonly kind: "poison"; readonly address: number }
  /** Xen has taken this frame away from dom0. */
  | { readonly kind: "denied"; readonly address: number };

/** dom0, xen, device_model -> machine: loads and stores by system physical address. */
export interface PhysicalMemory {
  load(spa: Spa, length: number): Result<Uint8Array, MemoryFault>;
  /** `note` says in words what the store is for (`PFN info block`); it goes into the step. */
  store(spa: Spa, bytes: Uint8Array, note?: string): Result<void, MemoryFault>;
  /**
   * Stores zeroes over any length. What holds nothing is left alone: media stay sparse, and a step tells a change. Unlike a
   * store it fails where the medium is bad: nobody could say that nothing is left there.
   */
  zero(spa: Spa, length: number, note?: string): Result<void, MemoryFault>;
}

/** The EPT's answer to an access that did not reach memory. */
export type GuestFault =
  | { readonly kind: "ept-violation"; readonly gpa: number; readonly qualification: number }
  | { readonly kind: "ept-misconfiguration"; readonly gpa: number; readonly reason: string }
  /** The frame behind the address is somebody else's, or nobody's: Xen's tables are wrong. */
  | { readonly kind: "not-owned"; readonly gpa: number; readonly mfn: number; readonly owner: number | undefined }
  | MemoryFault;

/** guest, device_model -> xen: loads and stores by guest-physical address through the p2m. */
export interface DomainMemory {
  load(domid: Domid, gpa: Gpa, length: number): Result<Uint8Array, GuestFault>;
  store(domid: Domid, gpa: Gpa, bytes: Uint8Array): Result<void, GuestFault>;
}

/**
 * A buffer in the caller's memory that a hypercall structure points to. The handle (a guest-virtual address) stands in
 * the structure's bytes; the buffer itself is what Xen's copy_from_guest and copy_to_guest reach.
 */
export interface GuestBuffers {
  /** Makes `bytes` reachable and returns its handle. */
  place(bytes: Uint8Array): bigint;
  /** The buffer behind a handle, or undefined where copy-in or copy-out would fault. */
  at(handle: bigint): Uint8Array | undefined;
}

export interface HypercallReply {
  /** Zero or positive result; a negative errno is the error side. */
  readonly value: number;
  /** The argument structure as Xen left it (copied back where the call copies back). */
  readonly bytes: Uint8Array;
}

/** dom0, toolstack, device_model, guest -> xen. Nothing else is known across this wall. */
export interface Hypercall {
  (caller: Domid, number: number, bytes: Uint8Array, buffers?: GuestBuffers): Result<HypercallReply, Errno>;
}

/** toolstack -> device_model: one QMP command, one reply. */
export interface Qmp {
  (
    domid: Domid,
    command: string,
    args: { readonly [key: string]: Json },
  ): Result<Json, { readonly class: string; readonly desc: string }>;
}

/** toolstack -> device_model: starting a QEMU with its arguments, and ending it. */
export interface DeviceModelProcesses {
  /** The error is what QEMU prints before it exits. */
  spawn(domid: Domid, argv: readonly string[]): Result<void, string>;
  kill(domid: Domid): void;
}

/** guest -> device_model: what firmware fetches through fw_cfg, and writes to I/O ports. */
export interface DeviceModelIo {
  /** A fw_cfg file, `etc/acpi/tables` and the like; undefined where the device model offers none of that name. */
  file(domid: Domid, name: string): Uint8Array | undefined;
  /** A write of four bytes. */
  out(domid: Domid, port: number, value: number): void;
}

/** ACPI's label storage methods of one NVDIMM (`_LSI`, `_LSR`, `_LSW`); status 0 is success, 3 locked. */
export interface LabelMethods {
  lsi(): { readonly status: number; readonly size: number; readonly maxTransfer: number };
  lsr(offset: number, length: number): { readonly status: number; readonly bytes: Uint8Array };
  /** Undefined where firmware offers no `_LSW`: the label area cannot be written. */
  readonly lsw: ((offset: number, bytes: Uint8Array, note: string) => number) | undefined;
}

/** dom0 -> firmware: the methods of the NVDIMM root device (handle 0) and of its children (by device handle). */
export interface Firmware {
  /** `_FIT`: the NFIT's structures without the table header; undefined where there is no such method. */
  fit(): Uint8Array | undefined;
  /** Handles that have an ACPI device (`_ADR`). */
  children(): readonly number[];
  /**
   * `_DSM`: the output buffer; undefined where the object has no `_DSM`. A UUID or function that the object does not know
   * is answered as ACPI has it: one zero byte. `note` says in words what a label write is for; it is not part of the wire.
   */
  dsm(
    handle: number,
    uuid: string,
    revision: number,
    fn: number,
    input: Uint8Array,
    note?: string,
  ): Uint8Array | undefined;
  /** Undefined where the child has no `_LSI` and `_LSR`. */
  labelMethods(handle: number): LabelMethods | undefined;
}

/** Random identifiers, keyed by (seed, generation, index): a rehearsal and its commit draw the same. */
export interface Draws {
  uuid(): string;
  /** A number in [0, limit). */
  below(limit: number): number;
}

/** Model time in nanoseconds since the epoch; it advances only by declared costs. */
export interface Clock {
  now(): bigint;
  advance(nanoseconds: bigint): void;
}
