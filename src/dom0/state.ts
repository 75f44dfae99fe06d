/**
 * What the Linux kernel of dom0 (or of a guest) keeps in its own memory about NVDIMMs: one block a device, under the device's
 * name. Sizes and places of labelled namespaces are not here: they follow from the labels (`allocation.ts`).
 * Source: Linux 6.1 `drivers/nvdimm/nd.h`, `nd-core.h`.
 */
import { type Blocks } from "../base/blocks.ts";
import { type Range } from "../base/range.ts";
import { type ClaimClass } from "../label/mod.ts";

/** `nvdimm_bus`. */
export interface BusDevice {
  readonly kind: "bus";
  /** Known uncorrectable errors (`badrange`), SPA, unordered and possibly overlapping, as the kernel keeps them. */
  readonly badRanges: readonly Range[];
  /** Completed scrubs (`nfit/scrub`). */
  readonly scrubCount: number;
  readonly hwErrorScrub: boolean;
  /** A scrub that was started and may be over by now. */
  readonly scrub?: Scrub;
  /** SPA ranges of memory that could not be taken back. */
  readonly stuck?: readonly Range[];
}

export interface Scrub {
  /** Model time in nanoseconds at which firmware is done. */
  readonly until: bigint;
  /** SPA ranges that it will report. */
  readonly found: readonly Range[];
}

/** What one namespace has on one DIMM: a DPA range. */
export interface Allocation extends Range {
  readonly uuid: string;
}

/** `nvdimm`, with its driver's data. */
export interface DimmDevice {
  readonly kind: "dimm";
  /** The nvdimm driver is bound. */
  readonly enabled: boolean;
  /** The driver holds the label area's content (`nvdimm_drvdata`); false without label commands. */
  readonly hasLabelData: boolean;
  /** NDD_LABELING: valid labels were found once; never taken back while the device exists. */
  readonly labelling: boolean;
  readonly locked: boolean;
  /** What namespaces have on this DIMM besides what their labels say (`namespace_stores.ts` place). DPA. */
  readonly strays?: readonly Allocation[];
  /** The driver's copy of the label area where userspace has since written to the medium behind its back. */
  readonly heldArea?: Uint8Array;
  /** Its security settings cannot be changed until the power goes. */
  readonly frozen?: true;
  /** Model time in nanoseconds at which an overwrite of the medium is over. */
  readonly overwriteUntil?: bigint;
}

/** Names of the devices that wait to be configured. */
export interface Seeds {
  readonly namespace?: string;
  readonly btt?: string;
  readonly pfn?: string;
  readonly dax?: string;
}

/** `nd_region`. */
export interface RegionDevice {
  readonly kind: "region";
  readonly enabled: boolean;
  /** Bytes; writable in sysfs. */
  readonly align: number;
  readonly readOnly: boolean;
  /** Numbers of the DIMMs whose label data the bound driver holds: what makes a DIMM `active`. */
  readonly holds: readonly number[];
  readonly seeds: Seeds;
  /** `init_namespaces`: registered and found at the last probe. */
  readonly initNamespaces?: { readonly active: number; readonly count: number };
}

/** `nd_namespace_io` and `nd_namespace_pmem`. */
export interface NamespaceDevice {
  readonly kind: "namespace";
  readonly type: "io" | "pmem";
  readonly region: number;
  readonly id: number;
  readonly uuid?: string;
  readonly altName: string;
  /** 512, 4096, or 0 for none said. */
  readonly lbaSize: number;
  readonly claimClass: ClaimClass;
  readonly forceRaw: boolean;
  /** Name of the personality that claims it. */
  readonly claim?: string;
  /** The nd_pmem driver is bound to the namespace itself. */
  readonly enabled: boolean;
}

/** Where the usable part of a bound personality lies; copied from its info block when the driver bound. Bytes. */
export interface BoundExtent {
  /** SPA. */
  readonly start: number;
  /** What sysfs shows as size. For a BTT the capacity of its disk. */
  readonly size: number;
}

/** `nd_btt`. */
export interface BttDevice {
  readonly kind: "btt";
  readonly region: number;
  readonly id: number;
  readonly uuid?: string;
  /** 0 until it is set. */
  readonly lbaSize: number;
  readonly namespace?: string;
  readonly bound?: BoundExtent;
}

/** `nd_pfn` and `nd_dax`. */
export interface PfnDevice {
  readonly kind: "pfn" | "dax";
  readonly region: number;
  readonly id: number;
  readonly uuid?: string;
  /** Where the page map lies: nowhere yet, in RAM, in the namespace itself. */
  readonly mode: "none" | "ram" | "pmem";
  readonly align: number;
  readonly namespace?: string;
  readonly bound?: BoundExtent;
}

export type PersonalityDevice = BttDevice | PfnDevice;
export type PersonalityKind = PersonalityDevice["kind"];

/** `dev_dax`: a character device, or memory once kmem is bound. Its id in the store is `dev/daxR.Y`. */
export interface DaxDevice {
  readonly kind: "dev-dax";
  /** The nd_dax personality that made it. */
  readonly personality: string;
  readonly namespace: string;
  /** SPA range. */
  readonly range: Range;
  readonly align: number;
  readonly targetNode: number;
  readonly driver: "device_dax" | "kmem" | "none";
  /** Memory blocks under kmem; undefined otherwise. */
  readonly memory?: DaxMemory;
}

export interface DaxMemory {
  /** The part of the range that whole memory blocks cover. */
  readonly range: Range;
  readonly blockBytes: number;
  /** By block: offline, or online in one of the two zones. */
  readonly blocks: readonly ("offline" | "movable" | "kernel")[];
}

export type Device =
  | BusDevice
  | DimmDevice
  | RegionDevice
  | NamespaceDevice
  | PersonalityDevice
  | DaxDevice;

/** Who holds a block or character device open exclusively: a mount point, or `xen` for the toolstack. */
export interface Holder {
  /** In words, for messages: `mounted on /mnt`, `reported to Xen`. */
  readonly who: string;
}

export interface Dom0State {
  /** The kernel's devices by name. Volatile: a boot makes them anew. */
  readonly devices: Blocks<Device>;
  /** Exclusive opens by device name (`pmem0`, `dax1.0`). Volatile. */
  readonly holders: Blocks<Holder>;
}
