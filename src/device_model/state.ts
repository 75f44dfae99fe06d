/** What the device models keep: one QEMU process per HVM domain. All of it is gone when the domain ends. */
import { type Blocks } from "../base/blocks.ts";

/** ACPI that the guest gets for its vNVDIMMs (model section 4). */
export type AcpiProfile = "full" | "nfit" | "nfit-bare";

/** One `-object memory-backend-xen` with its `-device nvdimm`. Addresses and sizes are bytes. */
export interface NvdimmDevice {
  /** `xen_nvdimm1` … */
  readonly id: string;
  /** `mem1` … */
  readonly memdev: string;
  readonly slot: number;
  /** Of the backend, label area included. */
  readonly size: number;
  /** The label area is the tail of the backend. */
  readonly labelSize: number;
  /** Where its label pages lie in host memory, in the order of the label area. */
  readonly labelExtents: readonly { readonly spa: number; readonly length: number }[];
  readonly node: number;
  readonly unarmed: boolean;
  readonly gpa: number;
  /** Came after the start: announced through `_FIT` alone, never in the NFIT that the guest booted with. */
  readonly hotplugged: boolean;
}

export interface DeviceModelProcess {
  readonly domid: number;
  /** The command line it was started with. */
  readonly argv: readonly string[];
  /** Bytes. */
  readonly ram: number;
  /** RAM below 4 GiB ends here at the latest. */
  readonly lowRamEnd: number;
  /** Memory slots: one NVDIMM each. */
  readonly slots: number;
  /** Bytes: RAM and all that slots may hold. */
  readonly maxmem: number;
  readonly profile: AcpiProfile;
  /** `nvdimm-persistence`: what the platform keeps over a power failure; absent where the host promises nothing. */
  readonly persistence?: "cpu" | "mem-ctrl";
  readonly devices: readonly NvdimmDevice[];
  /** The structures that `_FIT` returns have changed since the guest last read them from the start. */
  readonly fitDirty: boolean;
}

export interface DeviceModelState {
  /** By domid. Volatile. */
  readonly processes: Blocks<DeviceModelProcess>;
}
