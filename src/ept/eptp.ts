/**
 * The EPT pointer of a VMCS: where the root table is and how it is walked. SDM vol. 3C, "Extended-page-table pointer
 * (EPTP)". A bad one fails VM entry: it is neither a violation nor a misconfiguration.
 */
import { err, ok, type Result } from "neverthrow";
import { type Capabilities } from "./capabilities.ts";

export interface Eptp {
  /** Address of the root table, bytes. */
  readonly root: number;
  /** How the processor accesses the tables themselves. */
  readonly memoryType: "UC" | "WB";
  readonly levels: 4 | 5;
  /** Accessed and dirty bits are used. */
  readonly accessedDirty: boolean;
  readonly enforceShadowStack: boolean;
}

export type EptpFault =
  | { readonly kind: "eptp-memory-type"; readonly memoryType: number }
  | { readonly kind: "eptp-levels"; readonly levels: number }
  | { readonly kind: "eptp-accessed-dirty" }
  | { readonly kind: "eptp-shadow-stack" }
  /** Bits set that must be zero, in place. */
  | { readonly kind: "eptp-reserved"; readonly bits: bigint };

export function encodeEptp(eptp: Eptp): bigint {
  const low = (eptp.memoryType === "WB" ? 6 : 0) | ((eptp.levels - 1) << 3) | (eptp.accessedDirty ? 0x40 : 0) |
    (eptp.enforceShadowStack ? 0x80 : 0);
  return BigInt(eptp.root) | BigInt(low);
}

/** The pointer, or why VM entry would fail. */
export function decodeEptp(raw: bigint, capabilities: Capabilities): Result<Eptp, EptpFault> {
  const low = Number(raw & 0xfffn);
  const memoryType = low & 7;
  if (memoryType !== 0 && memoryType !== 6) return err({ kind: "eptp-memory-type", memoryType });
  const levels = ((low >> 3) & 7) + 1;
  if (levels !== 4 && !(levels === 5 && capabilities.fiveLevels)) return err({ kind: "eptp-levels", levels });
  const accessedDirty = (low & 0x40) !== 0;
  if (accessedDirty && !capabilities.accessedDirty) return err({ kind: "eptp-accessed-dirty" });
  const enforceShadowStack = (low & 0x80) !== 0;
  if (enforceShadowStack && !capabilities.supervisorShadowStack) return err({ kind: "eptp-shadow-stack" });
  const address = ((1n << BigInt(capabilities.maxphyaddr)) - 1n) & ~0xfffn;
  const bits = raw & ~address & ~0xffn;
  if (bits !== 0n) return err({ kind: "eptp-reserved", bits });
  return ok({
    root: Number(raw & address),
    memoryType: memoryType === 6 ? "WB" : "UC",
    levels,
    accessedDirty,
    enforceShadowStack,
  });
}
