/** What the hardware keeps: sparse pages of every medium, and what firmware knows of each DIMM. All of it is durable but RAM. */
import { type Blocks } from "../base/blocks.ts";

/** `_DSM` of one family that a DIMM answers: bit n of the mask is function n (dsm.md section 2). */
export interface DsmFamily {
  readonly uuid: string;
  readonly mask: number;
}

/** SMART data of a DIMM, in the units of the Intel `_DSM` function 1: whole degrees Celsius, percent. */
export interface SmartFacts {
  readonly mediaTemperature: number;
  readonly controllerTemperature: number;
  readonly spares: number;
  readonly lifeUsed: number;
  readonly alarmSpares: number;
  readonly alarmMediaTemperature: number;
  readonly alarmControllerTemperature: number;
  /** Bits 1 spares, 2 media temperature, 4 controller temperature. */
  readonly alarmControl: number;
  readonly shutdownCount: number;
  readonly unsafeShutdown: boolean;
  /** Bits 1 non-critical, 2 critical, 4 fatal. */
  readonly health: number;
}

/** What an injection put over the real readings; undefined fields are not injected. */
export interface SmartInjection {
  readonly mediaTemperature?: number;
  readonly spares?: number;
  readonly fatal?: true;
  readonly unsafeShutdown?: true;
}

export interface DimmFacts {
  readonly handle: number;
  /** Bytes of label storage; zero where there is none. */
  readonly labelBytes: number;
  /** Bytes of label data that one call moves. */
  readonly maxTransfer: number;
  readonly families: readonly DsmFamily[];
  /** `_LSI`, `_LSR` and `_LSW` exist. */
  readonly labelMethods: boolean;
  readonly locked: boolean;
  readonly smart: SmartFacts;
  readonly injected: SmartInjection;
}

/** What firmware's root device can do. */
export interface RootFacts {
  /** Functions of the root `_DSM` (ARS 1-4, translate 5, inject 7-9); zero where it has none. */
  readonly dsmMask: number;
  readonly hasFit: boolean;
  /** Unit of clear-error in bytes, a power of two. */
  readonly clearErrorUnit: number;
}

/** An uncorrectable error: SPA range in bytes. */
export interface Poison {
  readonly start: number;
  readonly length: number;
}

export interface MachineFacts {
  readonly root: RootFacts;
  /** RAM of the host: ranges of SPA. */
  readonly ram: readonly { readonly start: number; readonly end: number }[];
  /** Bits of a physical address (CPUID 80000008H). */
  readonly physicalAddressBits: number;
  readonly cpus: CpuFacts;
}

/** The processors, as `xl info` tells them. */
export interface CpuFacts {
  readonly count: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: number;
  readonly khz: number;
  /** `hw_caps`: eight 32-bit words. */
  readonly hwCaps: readonly number[];
}

export interface MachineState {
  /** `NFIT`, `SRAT`, `SSDT` as firmware publishes them. */
  readonly tables: Blocks<Uint8Array>;
  /** One block, `machine`. */
  readonly facts: Blocks<MachineFacts>;
  /** By handle, decimal. */
  readonly dimms: Blocks<DimmFacts>;
  /** 4 KiB pages of DIMM memory under `HANDLE:PAGE`, of label areas under `HANDLE:l:PAGE`. */
  readonly media: Blocks<Uint8Array>;
  /** 4 KiB pages of RAM under `ram:PAGE`; gone when the power goes. */
  readonly ram: Blocks<Uint8Array>;
  /** One block, `list`: injected and grown errors, as SPA ranges; a block `scrub` holds what the last ARS found. */
  readonly poison: Blocks<readonly Poison[]>;
}

export const HEALTHY: SmartFacts = {
  mediaTemperature: 23,
  controllerTemperature: 25,
  spares: 75,
  lifeUsed: 5,
  alarmSpares: 5,
  alarmMediaTemperature: 40,
  alarmControllerTemperature: 45,
  alarmControl: 7,
  shutdownCount: 0,
  unsafeShutdown: false,
  health: 0,
};
