/**
 * EPT misconfigurations (exit reason 49): entries the processor refuses to interpret. Rules in the order of SDM vol. 3C,
 * "EPT misconfigurations"; the first that applies is the one reported. A misconfiguration outranks a violation.
 */
import { bitLayout, reservedMask } from "./bit_layout.ts";
import { type Capabilities } from "./capabilities.ts";
import { kindOf, splitEntry } from "./entry.ts";
import { type Level } from "./level.ts";
import { memoryTypeName } from "./memory_type.ts";

export type Misconfiguration =
  /** R = 0 and W = 1. */
  | { readonly kind: "write-without-read" }
  /** Only X (or, with mode-based execute, only user X) where the processor has no execute-only. */
  | { readonly kind: "execute-only" }
  /** Present with bits set that must be zero; `bits` is those bits in place. */
  | { readonly kind: "reserved-bits"; readonly bits: bigint }
  /** A leaf of type 2, 3 or 7. */
  | { readonly kind: "memory-type"; readonly memoryType: number };

export function misconfiguration(raw: bigint, level: Level, capabilities: Capabilities): Misconfiguration | undefined {
  const kind = kindOf(raw, level, capabilities);
  if (kind === "empty") return undefined;
  const { read, write, memoryType } = splitEntry(raw);
  if (!read && write) return { kind: "write-without-read" };
  // Present without R and W: some kind of X is all there is.
  if (!read && !capabilities.executeOnly) return { kind: "execute-only" };
  const bits = raw & reservedMask(bitLayout(level, kind, capabilities));
  if (bits !== 0n) return { kind: "reserved-bits", bits };
  if (kind === "leaf" && memoryTypeName(memoryType) === undefined) return { kind: "memory-type", memoryType };
  return undefined;
}
