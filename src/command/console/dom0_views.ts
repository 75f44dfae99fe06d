/**
 * DIMMs, regions and namespaces as the console shows them: dom0's, or under management `xen`, where dom0 sees none, those
 * that firmware describes.
 */
import { handleFields, stateFlagWords } from "../../acpi/mod.ts";
import { type Range, without } from "../../base/range.ts";
import { labelAreaOf, type NamespaceView as KernelNamespace, type RegionView as KernelRegion } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";
import {
  type DimmView,
  type Mode,
  type NamespaceView,
  type RegionView,
  type SegmentView,
} from "../language/console_host.ts";
import { storedDimms } from "../tables/stored_dimms.ts";
import { rangeSegments } from "./range_views.ts";
import { usageOn } from "./usage.ts";

const MODE: Record<KernelNamespace["mode"], Mode> = { raw: "raw", safe: "sector", memory: "fsdax", dax: "devdax" };

export function dimmViews(fork: Fork): DimmView[] {
  const dom0 = storedDimms(fork);
  const { kernel } = dom0;
  const mappings = kernel.regions.flatMap((region) => region.mappings.map((mapping) => ({ region, mapping })));
  return dom0.dimms().map((dimm): DimmView => {
    const topology = kernel.dimms[dimm.number]!;
    const { socket, controller, channel, dimm: slot } = handleFields(dimm.handle);
    const parts = mappings.filter(({ mapping }) => mapping.dimm.number === dimm.number);
    const labels = labelAreaOf(kernel, topology);
    return {
      name: dimm.name,
      handle: dimm.handle,
      serial: topology.identity.serial,
      uniqueId: dimm.id,
      socket,
      controller,
      channel,
      slot,
      sizeBytes: parts.reduce((sum, { mapping }) => sum + mapping.size, 0),
      region: parts[0]?.region.name,
      state: dimm.locked ? "locked" : dimm.enabled || byXen(fork) ? "active" : "disabled",
      flags: stateFlagWords(dimm.stateFlags),
      labels: labels && {
        used: labels.labels.length,
        slots: labels.slots,
        version: `${labels.major}.${labels.minor}`,
      },
    };
  });
}

/** Xen drives the memory itself; what dom0's driver would say of it means nothing. */
const byXen = (fork: Fork): boolean => fork.facts.management === "xen";

export function regionViews(fork: Fork): RegionView[] {
  const dom0 = storedDimms(fork);
  return dom0.regions().map((region): RegionView => {
    const { alignments } = dom0.kernel.parts.facts;
    const first = region.mappings[0];
    const whole: Range = { start: region.start, end: region.start + region.size };
    return {
      name: region.name,
      kind: region.volatile ? "volatile" : "pmem",
      ways: region.mappings.length,
      socket: first && handleFields(first.dimm.handle).socket,
      proximityDomain: region.targetNode ?? region.numaNode,
      startSpa: region.start,
      sizeBytes: region.size,
      ...capacityOf(fork, region),
      alignBytes: region.align,
      cookie: dom0.setCookie(region.number),
      persistence: region.persistenceDomain ?? "unknown",
      readOnly: region.readOnly,
      state: region.enabled || byXen(fork) ? "active" : "disabled",
      modes: [
        { mode: "raw", alignments: [] },
        { mode: "sector", alignments: [] },
        { mode: "fsdax", alignments },
        { mode: "devdax", alignments },
      ],
      segments: byXen(fork) ? rangeSegments(fork, whole) : segmentsOf(whole, dom0.namespaces(region.number)),
      mappings: region.mappings.map(({ dimm, start, size, position }) => ({
        position,
        dimm: dimm.name,
        startDpa: start,
        lengthBytes: size,
      })),
    };
  });
}

/** What can be carved, or under management `xen` set up. */
function capacityOf(fork: Fork, region: KernelRegion): Pick<RegionView, "availableBytes" | "largestBytes"> {
  if (!byXen(fork)) {
    const { available, extent } = fork.dom0.capacity(region.number);
    return { availableBytes: available, largestBytes: extent };
  }
  const raw = rangeSegments(fork, { start: region.start, end: region.start + region.size })
    .flatMap(({ kind, startSpa, endSpa }) => (kind === "raw" ? [endSpa - startSpa] : []));
  return { availableBytes: raw.reduce((sum, size) => sum + size, 0), largestBytes: Math.max(0, ...raw) };
}

/** The region from end to end: namespaces where they lie, free capacity between. */
function segmentsOf(whole: Range, namespaces: readonly KernelNamespace[]): SegmentView[] {
  const taken = namespaces.filter((namespace) => namespace.size > 0);
  const used = taken.map(({ name, extent }): SegmentView => ({
    kind: "namespace",
    startSpa: extent.start,
    endSpa: extent.end,
    name,
  }));
  const free = without(whole, taken.map(({ extent }) => extent)).map(({ start, end }): SegmentView => ({
    kind: "free",
    startSpa: start,
    endSpa: end,
    name: "",
  }));
  return [...used, ...free].sort((a, b) => a.startSpa - b.startSpa);
}

export function namespaceViews(fork: Fork): NamespaceView[] {
  const usageOf = usageOn(fork);
  return fork.dom0.namespaces().filter((namespace) => namespace.size > 0).map((namespace): NamespaceView => {
    const personality = namespace.holder === undefined ? undefined : fork.dom0.personality(namespace.holder);
    const device = personality?.device;
    const pfn = device && device.kind !== "btt" ? device : undefined;
    const dax = device?.kind === "dax" ? `dax${namespace.name.slice("namespace".length)}` : undefined;
    const used = usageOf(namespace);
    return {
      name: namespace.name,
      label: namespace.altName,
      mode: MODE[namespace.mode],
      map: pfn && (pfn.mode === "pmem" ? "dev" : "mem"),
      sizeBytes: namespace.size,
      usableBytes: personality?.size ?? namespace.size,
      region: `region${namespace.region}`,
      startSpa: namespace.extent.start,
      alignBytes: pfn?.align,
      device: namespace.disk ?? personality?.disk ?? dax,
      state: used?.state ?? (namespace.active ? "free" : "disabled"),
      owner: used?.owner,
      uuid: namespace.uuid ?? "",
    };
  }).sort((a, b) => a.startSpa - b.startSpa);
}
