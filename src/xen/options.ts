/** What the hypervisor is given by whoever builds the machine. Nothing of it changes while Xen runs. */
import { type Clock, type PhysicalMemory } from "../abi/ports.ts";
import { type Recorder } from "../abi/steps.ts";
import { type Blocks } from "../base/blocks.ts";
import { type Range } from "../base/range.ts";

/** `dom0`: dom0's driver reports pmem (design v1/v2). `xen`: Xen parses NFIT and shuts dom0 out (RFC v4). */
export type Management = "dom0" | "xen";

export interface CpuFacts {
  readonly threadsPerCore: number;
  readonly coresPerSocket: number;
  readonly count: number;
  readonly khz: number;
  /** `hw_caps` of `xl info`: eight 32-bit words. */
  readonly hwCaps: readonly number[];
}

/** The firmware's memory map and the processors. */
export interface MachineFacts {
  /** Usable RAM of the host's E820, [start, end) in bytes. */
  readonly ram: readonly Range[];
  /** Bits of a physical address (CPUID 0x80000008). */
  readonly physicalAddressBits: number;
  readonly cpus: CpuFacts;
  /** PHYSCAP bits of physinfo; undefined: hvm, pv, hap, gnttab v1 and v2. */
  readonly capabilities?: number;
  /** Address bits that PDX compression leaves out, if any: no frame number may have one set. */
  readonly pdxHole?: { readonly firstBit: number; readonly bits: number };
}

export interface Dom0Facts {
  readonly type: "pv" | "pvh";
  /** RAM given to dom0, in bytes (`dom0_mem`). */
  readonly memory: number;
  readonly vcpus: number;
}

export interface XenOptions {
  readonly state: Blocks<unknown>;
  /** Raw ACPI tables as firmware left them. */
  readonly tables: { readonly nfit?: Uint8Array; readonly srat?: Uint8Array };
  readonly machine: MachineFacts;
  readonly dom0: Dom0Facts;
  readonly management: Management;
  readonly memory: PhysicalMemory;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Pages that one entry of a hypercall handles before it is preempted. */
  readonly preemptPages?: number;
  /** Largest EPT leaf a domain gets, as an order: 0 is the RFC's 4 KiB only. */
  readonly maxOrder?: LeafOrder;
  /**
   * What the console said until dom0 ran (a capture's `xl dmesg`, line by line), instead of the model's own account.
   */
  readonly log?: readonly string[];
}

/** 4 KiB, 2 MiB, 1 GiB. */
export type LeafOrder = 0 | 9 | 18;

/**
 * How far Xen gets before a softirq or an event asks it to stop. Real preemption depends on time; the model counts
 * pages, so that the same call restarts as often on every run. 65 536 pages are 256 MiB of mappings.
 */
export const DEFAULT_PREEMPT_PAGES = 65536;
