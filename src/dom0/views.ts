/**
 * What can be seen of the kernel's devices, put together from tables, labels and driver state: the values behind the sysfs
 * attributes, as data. Sizes and addresses in bytes.
 */
import { STATE_FLAG } from "../acpi/mod.ts";
import { lengthOf, type Range, range } from "../base/range.ts";
import { type ClaimClass, expectedCookie } from "../label/mod.ts";
import { availableSize, maxAvailableExtent } from "./allocation.ts";
import { childName } from "./device_table.ts";
import { isActive } from "./dimm_driver.ts";
import { type Kernel } from "./kernel.ts";
import { labelDataOf } from "./label_data.ts";
import { labelledRegion } from "./labelled_region.ts";
import { diskName, extentOf } from "./namespace_device.ts";
import { nstypeOf } from "./region_driver.ts";
import { type NamespaceDevice, type PersonalityDevice, type Seeds } from "./state.ts";
import { type DimmTopology, type Mapping, type RegionTopology } from "./topology.ts";

export interface DimmView {
  readonly number: number;
  readonly name: string;
  readonly handle: number;
  readonly physicalId: number;
  readonly id: string;
  readonly stateFlags: number;
  readonly enabled: boolean;
  /** Some enabled region uses its labels. */
  readonly active: boolean;
  readonly locked: boolean;
  readonly labelling: boolean;
  readonly unarmed: boolean;
}

export interface RegionView {
  readonly number: number;
  readonly name: string;
  /** SPA. */
  readonly start: number;
  readonly size: number;
  readonly align: number;
  readonly volatile: boolean;
  readonly labelled: boolean;
  readonly enabled: boolean;
  readonly readOnly: boolean;
  readonly numaNode: number;
  readonly targetNode: number | undefined;
  readonly persistenceDomain: RegionTopology["persistenceDomain"];
  readonly rangeIndex: number;
  readonly mappings: readonly Mapping[];
  readonly seeds: Seeds;
}

/** `mode` in sysfs. */
export type NamespaceMode = "raw" | "safe" | "memory" | "dax";

export interface NamespaceView {
  readonly name: string;
  readonly region: number;
  readonly id: number;
  readonly labelled: boolean;
  readonly uuid: string | undefined;
  readonly altName: string;
  /** Undefined where none is chosen, or none can be. */
  readonly sectorSize: number | undefined;
  readonly claimClass: ClaimClass;
  readonly forceRaw: boolean;
  readonly mode: NamespaceMode;
  readonly holder: string | undefined;
  /** The driver of the namespace itself is bound. */
  readonly enabled: boolean;
  /** It, or the personality on it, is bound. */
  readonly active: boolean;
  /** SPA range; empty where nothing is allocated. */
  readonly extent: Range;
  readonly size: number;
  /** The block device, while there is one. */
  readonly disk: string | undefined;
}

export interface PersonalityView {
  readonly name: string;
  readonly device: PersonalityDevice;
  readonly bound: boolean;
  /** SPA range of the usable part, while bound. For a BTT the whole namespace. */
  readonly extent: Range | undefined;
  /** Usable bytes, while bound. */
  readonly size: number | undefined;
  readonly disk: string | undefined;
}

export function dimmView(kernel: Kernel, dimm: DimmTopology): DimmView {
  const device = kernel.devices.dimm(dimm.number);
  return {
    number: dimm.number,
    name: dimm.name,
    handle: dimm.handle,
    physicalId: dimm.physicalId,
    id: dimm.identity.id,
    stateFlags: dimm.stateFlags,
    enabled: device?.enabled ?? false,
    active: isActive(kernel, dimm),
    locked: device?.locked ?? false,
    labelling: device?.labelling ?? false,
    unarmed: (dimm.stateFlags & STATE_FLAG.notArmed) !== 0,
  };
}

export function regionView(kernel: Kernel, region: RegionTopology): RegionView {
  const device = kernel.devices.region(region.number);
  return {
    number: region.number,
    name: region.name,
    start: region.start,
    size: region.size,
    align: device?.align ?? 0,
    volatile: region.volatile,
    labelled: nstypeOf(kernel, region) === 5,
    enabled: device?.enabled ?? false,
    readOnly: device?.readOnly ?? false,
    numaNode: region.numaNode,
    targetNode: region.targetNode,
    persistenceDomain: region.persistenceDomain,
    rangeIndex: region.rangeIndex,
    mappings: region.mappings,
    seeds: device?.seeds ?? {},
  };
}

/** `available_size` and `max_available_extent`. */
export const capacityOf = (
  kernel: Kernel,
  region: RegionTopology,
): { readonly available: number; readonly extent: number } => ({
  available: availableSize(kernel, region),
  extent: maxAvailableExtent(kernel, region),
});

/** `set_cookie`: by mapping 0's labels; the 1.1 cookie while its driver holds none. Zero without DIMMs. */
export function setCookieOf(kernel: Kernel, region: RegionTopology): bigint {
  const [first] = region.mappings;
  return first && labelDataOf(kernel, first.dimm)
    ? expectedCookie(labelledRegion(kernel, region))
    : region.cookies.cookie1;
}

export function namespaceView(kernel: Kernel, namespace: NamespaceDevice): NamespaceView {
  const region = kernel.region(namespace.region);
  const holder = namespace.claim === undefined ? undefined : kernel.devices.personality(namespace.claim);
  const extent = extentOf(kernel, region, namespace);
  const active = holder ? holder.bound !== undefined : namespace.enabled;
  return {
    name: childName(namespace),
    region: namespace.region,
    id: namespace.id,
    labelled: namespace.type === "pmem",
    uuid: namespace.uuid,
    altName: namespace.altName,
    sectorSize: namespace.lbaSize === 0 ? undefined : namespace.lbaSize,
    claimClass: namespace.claimClass,
    forceRaw: namespace.forceRaw,
    mode: holder ? MODE[holder.kind] : "raw",
    holder: namespace.claim,
    enabled: namespace.enabled,
    active,
    extent,
    size: lengthOf(extent),
    disk: namespace.enabled ? diskName(namespace) : undefined,
  };
}

const MODE = { btt: "safe", pfn: "memory", dax: "dax" } as const;

export function personalityView(kernel: Kernel, device: PersonalityDevice): PersonalityView {
  const namespace = device.namespace === undefined ? undefined : kernel.devices.namespace(device.namespace);
  const { bound } = device;
  const extent = bound &&
    (device.kind === "btt" && namespace
      ? extentOf(kernel, kernel.region(device.region), namespace)
      : range(bound.start, bound.size));
  return {
    name: childName(device),
    device,
    bound: bound !== undefined,
    extent,
    size: bound?.size,
    disk: bound && namespace && device.kind !== "dax" ? diskName(namespace) : undefined,
  };
}
