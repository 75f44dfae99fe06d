/** A domain configuration as xl reads it from a file: what was said, nothing filled in (`libxl_types.idl`). */

import { type Json } from "../../base/json.ts";

export type DomainType = "hvm" | "pv" | "pvh";

/** What happens when a domain stops: how files call it (`xl_parse.c`), and what it is in libxl (`libxl_action_on_shutdown`). */
export const SHUTDOWN_ACTIONS = {
  "destroy": "destroy",
  "restart": "restart",
  "rename-restart": "restart_rename",
  "preserve": "preserve",
  "coredump-destroy": "coredump_destroy",
  "coredump-restart": "coredump_restart",
  "soft-reset": "soft_reset",
} as const;
export type ShutdownAction = typeof SHUTDOWN_ACTIONS[keyof typeof SHUTDOWN_ACTIONS];

export interface DiskConfig {
  readonly target?: string;
  readonly vdev: string;
  readonly format: "raw" | "qcow" | "qcow2" | "vhd" | "empty" | "qed";
  readonly backend?: "phy" | "tap" | "qdisk" | "standalone";
  readonly backendDomain?: string;
  readonly script?: string;
  readonly removable: boolean;
  readonly readWrite: boolean;
  readonly cdrom: boolean;
  readonly directIoSafe: boolean;
  readonly discard?: boolean;
  /** Which protocol the guest speaks with it. */
  readonly specification?: "xen" | "virtio";
  /** Of fault tolerance (COLO): kept, and of no consequence. */
  readonly colo?: boolean;
  readonly coloHost?: string;
  readonly coloPort?: number;
  readonly coloExport?: string;
  readonly activeDisk?: string;
  readonly hiddenDisk?: string;
}

export interface NicConfig {
  readonly devid: number;
  readonly backendDomain?: string;
  readonly model?: string;
  readonly mac?: string;
  readonly ip?: string;
  readonly bridge?: string;
  readonly ifname?: string;
  readonly script?: string;
  readonly gatewaydev?: string;
  /** `forwarddev`, of fault tolerance (COLO). */
  readonly forwardDevice?: string;
  readonly mtu?: number;
  /** What may pass in each interval. */
  readonly rate?: { readonly bytesPerInterval: number; readonly intervalUs: number };
  readonly trusted?: boolean;
  readonly type?: "vif" | "vif_ioemu";
}

/** How a backend was named: `model.md` 4, commands.md. */
export type VnvdimmKind = "path" | "namespace" | "pmem" | "file" | "mfn";

/** One entry of `vnvdimms`. */
export interface VnvdimmConfig {
  readonly kind: VnvdimmKind;
  /** A path, a namespace's name, or empty for frames. */
  readonly backend: string;
  /** Frames, for `mfn` alone. */
  readonly mfn?: number;
  readonly pages?: number;
  readonly labelPages: number;
  /** As written. */
  readonly text: string;
}

/** Our own settings, all `nvdeck_…`. */
export interface NvdeckConfig {
  readonly acpi: "full" | "nfit" | "nfit-bare";
  /** Largest EPT leaf. */
  readonly eptOrder: 0 | 9 | 18;
  readonly placement: "qemu" | "congruent";
  /** Bytes of guest address space kept for vNVDIMMs attached later. */
  readonly reserve: number;
  /** Slots kept for them. */
  readonly slots: number;
}

export interface DomainConfig {
  readonly type: DomainType;
  readonly name: string;
  readonly uuid: string;
  /** The file names the UUID; otherwise it was drawn. */
  readonly uuidGiven: boolean;
  /** `memory`, KiB. */
  readonly targetMemkb?: number;
  /** `maxmem`, KiB; `memory` where the file has none. */
  readonly maxMemkb?: number;
  readonly vcpus?: number;
  readonly maxVcpus?: number;
  /** `shadow_memory`, KiB: the p2m pool. */
  readonly shadowMemkb?: number;
  readonly videoMemkb?: number;
  readonly kernel?: string;
  readonly ramdisk?: string;
  readonly cmdline?: string;
  readonly disks: readonly DiskConfig[];
  readonly nics: readonly NicConfig[];
  /** PCI devices to pass through, as written. */
  readonly pci: readonly string[];
  readonly onPoweroff: ShutdownAction;
  readonly onReboot: ShutdownAction;
  readonly onWatchdog: ShutdownAction;
  readonly onCrash: ShutdownAction;
  readonly onSoftReset: ShutdownAction;
  readonly deviceModelVersion?: "qemu_xen" | "qemu_xen_traditional";
  readonly vnvdimms: readonly VnvdimmConfig[];
  /** `dm_acpi_size`, bytes. */
  readonly dmAcpiSize?: number;
  readonly nvdeck: NvdeckConfig;
  /** Settings that only show in listings, by their place in libxl's structures (`type.hvm/vnc/display`). */
  readonly shown: { readonly [path: string]: Json };
}

/** A configuration while it is read. */
export type Draft = { -readonly [Key in keyof DomainConfig]?: DomainConfig[Key] };
