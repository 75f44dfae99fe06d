/**
 * What the processor's EPT can do, and which of its optional bits are switched on. Everything that judges an entry takes
 * this record. Source: IA32_VMX_EPT_VPID_CAP (MSR 48CH), SDM vol. 3D app. A.10.
 */
import { type LeafLevel } from "./level.ts";

export interface Capabilities {
  /** CPUID 80000008H EAX 7:0; address bits at or above it are reserved. 32 to 52. */
  readonly maxphyaddr: number;
  readonly page2m: boolean;
  readonly page1g: boolean;
  /** X without R is a permission, not a misconfiguration. */
  readonly executeOnly: boolean;
  /** Accessed and dirty bits exist. Whether they are used is EPTP's bit 6. */
  readonly accessedDirty: boolean;
  readonly fiveLevels: boolean;
  /** Mode-based execute control: bit 10 is execute for user addresses. */
  readonly modeBasedExecute: boolean;
  /** Leaf bits 57 and 58: guest-paging verification and paging-write. */
  readonly guestPagingVerification: boolean;
  /** Leaf bit 60, with EPTP's bit 7. */
  readonly supervisorShadowStack: boolean;
  /** Bit 61 of a 4 KiB leaf. */
  readonly subPageWrite: boolean;
  /** Leaf bit 63 keeps a violation from becoming a #VE. */
  readonly suppressVe: boolean;
}

/** A server CPU with EPT and none of the late additions switched on; 46 address bits. */
export const USUAL: Capabilities = {
  maxphyaddr: 46,
  page2m: true,
  page1g: true,
  executeOnly: true,
  accessedDirty: true,
  fiveLevels: true,
  modeBasedExecute: false,
  guestPagingVerification: false,
  supervisorShadowStack: false,
  subPageWrite: false,
  suppressVe: false,
};

export const canMap = (capabilities: Capabilities, level: LeafLevel): boolean =>
  level === 1 || (level === 2 ? capabilities.page2m : capabilities.page1g);

/** Bits of IA32_VMX_EPT_VPID_CAP that concern EPT. */
const VPID_CAP = {
  executeOnly: 0,
  fourLevels: 6,
  fiveLevels: 7,
  uncacheableTables: 8,
  writeBackTables: 14,
  page2m: 16,
  page1g: 17,
  invept: 20,
  accessedDirty: 21,
  advancedViolationInformation: 22,
  singleContextInvept: 25,
  allContextInvept: 26,
} as const;

export type VpidCap = { readonly [Name in keyof typeof VPID_CAP]: boolean };

export const readVpidCap = (msr: bigint): VpidCap =>
  Object.fromEntries(
    Object.entries(VPID_CAP).map(([name, bit]) => [name, ((msr >> BigInt(bit)) & 1n) === 1n]),
  ) as VpidCap;

/** The capabilities a processor with this MSR has, its optional controls off. */
export function capabilitiesOf(msr: bigint, maxphyaddr: number): Capabilities {
  const { page2m, page1g, executeOnly, accessedDirty, fiveLevels } = readVpidCap(msr);
  return { ...USUAL, maxphyaddr, page2m, page1g, executeOnly, accessedDirty, fiveLevels };
}
