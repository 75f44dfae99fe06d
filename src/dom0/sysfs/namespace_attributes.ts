/**
 * Attributes of namespaces and of the personalities on them. Source: Linux 6.1 `drivers/nvdimm/namespace_devs.c`
 * namespace_visible, `btt_devs.c`, `pfn_devs.c`, `dax_devs.c`; `drivers/dax/bus.c` dax_region_attributes.
 */
import { err } from "neverthrow";
import { lengthOf, type Range, range } from "../../base/range.ts";
import { BTT_SECTOR_SIZES, bttDiskSector } from "../../label/mod.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { partsOf } from "../allocation.ts";
import { badSectors } from "../badblocks.ts";
import { type Kernel } from "../kernel.ts";
import { diskName } from "../namespace_device.ts";
import { nstypeOf } from "../region_driver.ts";
import { type BttDevice, type NamespaceDevice, type PersonalityDevice, type PfnDevice } from "../state.ts";
import { type RegionTopology } from "../topology.ts";
import { namespaceView } from "../views.ts";
import { type Attributes, blockDevice, choice, shown, shownHex, shownIf, words } from "./attribute.ts";
import { targetNode } from "./hardware_attributes.ts";

/** Sector sizes that a label can hold. */
const LABEL_SECTOR_SIZES = [512, 4096];
/** Of a block device whose namespace has no sector size of its own. */
const DEFAULT_BLOCK = 512;

/** How many parts it has, over all DIMMs. */
const dpaExtents = (kernel: Kernel, region: RegionTopology, { uuid }: NamespaceDevice): number =>
  uuid === undefined ? 0 : region.mappings.reduce((sum, mapping) => sum + partsOf(kernel, mapping, uuid).length, 0);

export function namespaceAttributes(kernel: Kernel, namespace: NamespaceDevice): Attributes {
  const region = kernel.region(namespace.region);
  const view = namespaceView(kernel, namespace);
  const nstype = namespace.type === "pmem" ? 5 : 4;
  const allocated = view.size > 0;
  const common: Attributes = {
    devtype: shown(`nd_namespace_${namespace.type}`),
    force_raw: shown(namespace.forceRaw ? 1 : 0),
    holder: shown(namespace.claim ?? ""),
    holder_class: shown(CLASS_WORD[namespace.claimClass]),
    modalias: shown(`nd:t${nstype}`),
    mode: shown(view.mode),
    nstype: shown(nstype),
    numa_node: shown(region.numaNode),
    resource: allocated ? shownHex(view.extent.start) : err("ENXIO"),
    size: shown(view.size),
    ...targetNode(region),
    ...(namespace.enabled ? rawDisk(kernel, namespace, view.extent) : {}),
  };
  if (namespace.type === "io") return common;
  return {
    ...common,
    alt_name: shown(namespace.altName),
    dpa_extents: shown(dpaExtents(kernel, region, namespace)),
    sector_size: choice(LABEL_SECTOR_SIZES, view.sectorSize),
    uuid: shown(namespace.uuid ?? ""),
  };
}

/** `holder_class`; both BTT versions are one to it. */
const CLASS_WORD: Readonly<Record<NamespaceDevice["claimClass"], string>> = {
  none: "",
  btt: "btt",
  btt2: "btt",
  pfn: "pfn",
  dax: "dax",
  unknown: "<unknown>",
};

const rawDisk = (kernel: Kernel, namespace: NamespaceDevice, extent: Range): Attributes =>
  blockDevice(diskName(namespace), {
    size: lengthOf(extent),
    block: namespace.lbaSize || DEFAULT_BLOCK,
    physical: PAGE_SIZE,
    dax: false,
    bad: badSectors(kernel, extent),
  });

export function personalityAttributes(kernel: Kernel, device: PersonalityDevice): Attributes {
  const region = kernel.region(device.region);
  return {
    devtype: shown(`nd_${device.kind}`),
    modalias: shown(`nd:t${device.kind === "dax" ? 7 : nstypeOf(kernel, region)}`),
    namespace: shown(device.namespace ?? ""),
    numa_node: shown(region.numaNode),
    size: shownIf(device.bound?.size),
    ...targetNode(region),
    uuid: shown(device.uuid ?? ""),
    ...(device.kind === "btt" ? bttAttributes(kernel, device) : pfnAttributes(kernel, device)),
  };
}

function bttAttributes(kernel: Kernel, device: BttDevice): Attributes {
  const namespace = holderOf(kernel, device);
  const block = bttDiskSector(device.lbaSize);
  const disk = device.bound && namespace
    ? blockDevice(diskName(namespace), { size: device.bound.size, block, physical: block, dax: false })
    : {};
  return { log_zero_flags: shown("Y"), sector_size: choice(BTT_SECTOR_SIZES, device.lbaSize), ...disk };
}

function pfnAttributes(kernel: Kernel, device: PfnDevice): Attributes {
  const { bound } = device;
  const namespace = holderOf(kernel, device);
  const common: Attributes = {
    align: shown(device.align),
    mode: shown(device.mode),
    resource: bound ? shownHex(bound.start) : err("ENXIO"),
    supported_alignments: words(kernel.parts.facts.alignments.map(String)),
  };
  if (!bound || !namespace) return common;
  if (device.kind === "dax") {
    return {
      ...common,
      "dax_region/align": shown(device.align),
      "dax_region/id": shown(device.region),
      "dax_region/size": shown(bound.size),
    };
  }
  const disk = blockDevice(diskName(namespace), {
    size: bound.size,
    block: namespace.lbaSize || DEFAULT_BLOCK,
    physical: PAGE_SIZE,
    dax: true,
    bad: badSectors(kernel, range(bound.start, bound.size)),
  });
  return { ...common, ...disk };
}

const holderOf = (kernel: Kernel, device: PersonalityDevice): NamespaceDevice | undefined =>
  device.namespace === undefined ? undefined : kernel.devices.namespace(device.namespace);
