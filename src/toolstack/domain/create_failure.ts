/** Why a domain was not made. A number has been used up wherever `domid` is given. */
import { type Errno, strerror } from "../../abi/errno.ts";
import { hex, MiB, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { type BackendRefusal, explainBackend } from "../backend/backend_refusal.ts";
import { type DomainType } from "../config/domain_config.ts";
import { type Explanation } from "../pmem/setup_refusal.ts";

export type CreateFault =
  | { readonly kind: "no-domid"; readonly errno: Errno }
  | { readonly kind: "name-taken"; readonly name: string }
  | { readonly kind: "no-file"; readonly path: string; readonly role: "disk" | "kernel" | "ramdisk" | "firmware" }
  | { readonly kind: "setting"; readonly what: string; readonly errno: Errno }
  | { readonly kind: "no-memory"; readonly missing: number; readonly of: number; readonly free: number }
  | { readonly kind: "small-memory"; readonly memory: number; readonly needed: number }
  | { readonly kind: "no-pool"; readonly pool: string }
  | { readonly kind: "no-iommu"; readonly device: string | undefined }
  | { readonly kind: "nested-and-alternate" }
  | { readonly kind: "not-hvm"; readonly type: DomainType }
  | { readonly kind: "device-model-version"; readonly version: string }
  | { readonly kind: "with-pci"; readonly device: string }
  | { readonly kind: "too-many-slots"; readonly slots: number }
  | { readonly kind: "device-model"; readonly text: string }
  | { readonly kind: "qmp"; readonly command: string; readonly text: string }
  | { readonly kind: "unknown-device"; readonly id: string; readonly slot: number }
  | {
    readonly kind: "table-pool";
    readonly slot: number;
    readonly pool: number;
    readonly tables: number;
    readonly addMiB: number;
  }
  | { readonly kind: "mapping"; readonly slot: number; readonly mfn: number; readonly errno: Errno }
  | { readonly kind: "pin"; readonly path: string; readonly errno: Errno }
  | { readonly kind: "sanitize"; readonly name: string; readonly errno: Errno }
  | { readonly kind: "backend"; readonly slot: number; readonly refusal: BackendRefusal };

export interface CreateFailure {
  readonly fault: CreateFault;
  readonly domid: number | undefined;
}

/** QEMU's limit, less the slot that v4 adds. */
export const MOST_VNVDIMMS = 255;

export function explainCreate(fault: CreateFault): Explanation {
  switch (fault.kind) {
    case "no-domid":
      return { what: `Xen made no domain: ${strerror(fault.errno)}`, hint: "xl list; xl dmesg may say more" };
    case "name-taken":
      return { what: `Domain with name "${fault.name}" already exists.`, hint: "give it another name" };
    case "no-file":
      return {
        what: `there is no ${fault.role} ${fault.path} in dom0`,
        hint: fault.role === "firmware"
          ? "install the HVM firmware of Xen"
          : `check "${fault.role}" in the configuration`,
      };
    case "setting":
      return { what: `${fault.what}: ${strerror(fault.errno)}`, hint: "xl dmesg may say more" };
    case "no-memory":
      return {
        what: `it needs ${shortSize(fault.of)}, ${shortSize(fault.free)} were free: ${
          shortSize(fault.missing)
        } could not be had`,
        hint: "lower memory=, or destroy another domain",
      };
    case "small-memory":
      return {
        what: `a kernel like Debian's takes ${shortSize(fault.needed)} with the hole below it, there are ${
          shortSize(fault.memory)
        }`,
        hint: `memory = ${fault.needed / MiB + 1} or more`,
      };
    case "no-pool":
      return { what: `Illegal pool specified: ${fault.pool}`, hint: "Pool-0 is the one CPU pool there is" };
    case "no-iommu":
      return {
        what: "passthrough not supported on this platform: no IOMMU" +
          (fault.device === undefined ? "" : ` for PCI device ${fault.device}`),
        hint: "leave out pci= and passthrough=, or switch on the IOMMU in firmware and for Xen",
      };
    case "nested-and-alternate":
      return { what: "nestedhvm and altp2mhvm cannot be used together", hint: "leave out one of them" };
    case "not-hvm":
      return {
        what: `a ${fault.type.toUpperCase()} guest has no ACPI tables from a device model, so it can have no vNVDIMM`,
        hint: `type = "hvm"`,
      };
    case "device-model-version":
      return { what: `${fault.version} knows no NVDIMMs`, hint: `device_model_version = "qemu-xen", or leave it out` };
    case "with-pci":
      return {
        what: `PCI device ${fault.device} and vNVDIMMs together are not modeled: memory types would follow the MTRRs`,
        hint: "leave out one of them",
      };
    case "too-many-slots":
      return {
        what: `${fault.slots} memory slots are more than QEMU's 256`,
        hint: `at most ${MOST_VNVDIMMS} vNVDIMMs`,
      };
    case "device-model":
      return { what: `the device model ended: ${fault.text}`, hint: "the configuration asks for what QEMU cannot do" };
    case "qmp":
      return {
        what: `the device model refused ${fault.command}: ${fault.text}`,
        hint: fault.command === "device_add"
          ? "nvdeck_vnvdimm_reserve = SIZE in the configuration is for all that is attached later"
          : "destroy the domain and create it again",
      };
    case "unknown-device":
      return {
        what: `the device model has ${fault.id} in slot ${fault.slot}, which nobody configured`,
        hint: "destroy the domain and create it again",
      };
    case "table-pool":
      return {
        what: `the pool for second-level tables, ${
          shortSize(fault.pool)
        }, is too small for the ${fault.tables} tables of slot ${fault.slot}`,
        hint: `shadow_memory = ${
          Math.ceil(fault.pool / MiB) + fault.addMiB
        } (${fault.addMiB} MiB more), or larger leaves`,
      };
    case "mapping":
      return {
        what: `slot ${fault.slot}: Xen did not map mfn ${hex(fault.mfn)}: ${strerror(fault.errno)}`,
        hint: MAPPING_HINT[fault.errno] ?? "xl dmesg may say more",
      };
    case "pin":
      return { what: `${fault.path} cannot be held: ${strerror(fault.errno)}`, hint: "end its other use first" };
    case "sanitize":
      return {
        what: `${fault.name} could not be zeroed: ${strerror(fault.errno)}`,
        hint: "ndctl list -M shows errors",
      };
    case "backend":
      return explainBackend(fault.refusal);
  }
}

const MAPPING_HINT: Partial<Record<Errno, string>> = {
  ENXIO: "the frames are in no data region: xl pmem-list --data",
  EBUSY: `a page of it is owned by another domain, or broken (pages of ${PAGE_SIZE} bytes)`,
  ENOMEM: "the pool for second-level tables is too small: raise shadow_memory",
};
