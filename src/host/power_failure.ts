/**
 * A power failure in the middle of something: media keep what reached them before it, everything volatile is gone, and the
 * machine boots again. What a command writes, and in which order, its steps tell.
 */
import { type Step } from "../abi/steps.ts";
import { writePages } from "../machine/mod.ts";
import { boot, powerOff } from "./boot.ts";
import { type Fork } from "./fork.ts";

export type MediumWrite = Extract<Step, { readonly kind: "medium-write" }>;

/** Media take this many bytes at once or not at all; a torn write ends at a multiple of it. */
const ATOMIC_BYTES = 8;

export const mediumWrites = (steps: readonly Step[]): MediumWrite[] =>
  steps.filter((step): step is MediumWrite => step.kind === "medium-write");

export interface Interruption {
  /** What was under way. */
  readonly writes: readonly MediumWrite[];
  /** So many of the writes reached the media. */
  readonly reached: number;
  /** Half of the next one did as well. */
  readonly torn: boolean;
}

/** Leaves the fork as the machine is after the failure, booted again; returns what the boot had to say. */
export function failPower(fork: Fork, { writes, reached, torn }: Interruption): string[] {
  for (const write of writes.slice(0, reached)) put(fork, write, write.bytes);
  const next = writes[reached];
  if (torn && next) {
    const half = Math.floor(next.bytes.length / 2 / ATOMIC_BYTES) * ATOMIC_BYTES;
    put(fork, next, next.bytes.subarray(0, half));
  }
  powerOff(fork);
  return boot(fork);
}

function put(fork: Fork, { medium, handle, offset }: MediumWrite, bytes: Uint8Array): void {
  writePages(fork.state.machine.media, medium === "label area" ? `${handle}:l` : String(handle), offset, bytes);
}
