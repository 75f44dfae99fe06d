/**
 * Namespace devices as they come into being, and what follows from their labels: where a namespace lies and how large it is.
 * Source: Linux 6.1 `drivers/nvdimm/namespace_devs.c` create_namespace_io, create_namespace_pmem, nd_namespace_pmem_create,
 * nd_namespace_pmem_set_resource, nvdimm_namespace_disk_name.
 */
import { type Range, range } from "../base/range.ts";
import { type LabelledNamespace } from "../label/mod.ts";
import { allocatedBytes, startOf } from "./allocation.ts";
import { type Kernel } from "./kernel.ts";
import { type NamespaceDevice } from "./state.ts";
import { type RegionTopology } from "./topology.ts";

/** The one namespace of a label-less region: all of it. */
export const wholeRegion = (region: RegionTopology): NamespaceDevice => ({
  ...emptyNamespace(region, 0),
  type: "io",
});

/** A namespace of size zero that waits to be configured. */
export const emptyNamespace = (region: RegionTopology, id: number): NamespaceDevice => ({
  kind: "namespace",
  type: "pmem",
  region: region.number,
  id,
  altName: "",
  lbaSize: 0,
  claimClass: "none",
  forceRaw: false,
  enabled: false,
});

export const namespaceFromLabel = (
  region: RegionTopology,
  id: number,
  { uuid, name, lbaSize, claimClass }: LabelledNamespace,
): NamespaceDevice => ({ ...emptyNamespace(region, id), uuid, altName: name, lbaSize, claimClass });

/** SPA range; empty where nothing is allocated. A labelled namespace is where its labels are, a label-less one is the region. */
export function extentOf(kernel: Kernel, region: RegionTopology, namespace: NamespaceDevice): Range {
  if (namespace.type === "io") return range(region.start, region.size);
  if (namespace.uuid === undefined) return range(region.start, 0);
  const start = startOf(kernel, region, namespace.uuid);
  return start === undefined ? range(region.start, 0) : range(start, allocatedBytes(kernel, region, namespace.uuid));
}

/** `pmemR`, `pmemR.Y`, with `s` behind it where a BTT claims the namespace. */
export function diskName(namespace: NamespaceDevice): string {
  const suffix = namespace.claim?.startsWith("btt") ? "s" : "";
  return `pmem${namespace.region}${namespace.id === 0 ? "" : `.${namespace.id}`}${suffix}`;
}

/** Unregisters the namespace device. */
export function removeNamespace(kernel: Kernel, namespace: NamespaceDevice): void {
  kernel.devices.removeChild(namespace);
}
