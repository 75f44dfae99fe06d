/**
 * Which NUMA node a proximity domain or an address belongs to. Nodes are numbered as Linux meets the domains: those of
 * processors first, then those of memory. Source: Linux 6.1 `drivers/acpi/numa/srat.c` acpi_map_pxm_to_node,
 * acpi_numa_init; `nfit/core.c` acpi_nfit_register_region; `mm/mempolicy.c` numa_map_to_online_node;
 * `arch/x86/mm/numa.c` memory_add_physaddr_to_nid, phys_to_target_node.
 */
import { type MemoryRange, memoryRanges, nodeOfAddress, type Srat } from "../acpi/mod.ts";
import { holds } from "../base/range.ts";

export interface NodeMap {
  /** `numa_node`: the domain's node, or the nearest one that is online. */
  onlineNode(domain: number | undefined, spa: number): number;
  /** `target_node`: the domain's own node; undefined where the kernel knows none. */
  targetNode(domain: number | undefined, spa: number): number | undefined;
}

/** Without an SRAT, or without NUMA, all memory is on node 0 and pmem has no node of its own. */
const ONE_NODE: NodeMap = { onlineNode: () => 0, targetNode: () => undefined };

export function nodeMap(srat: Srat | undefined, numa: boolean): NodeMap {
  if (!srat || !numa) return ONE_NODE;
  const memory = memoryRanges(srat);
  const nodes = new Map<number, number>();
  const number = (domain: number) => nodes.has(domain) || nodes.set(domain, nodes.size);
  const processors = processorDomains(srat);
  for (const domain of processors) number(domain);
  for (const { proximityDomain } of memory) number(proximityDomain);
  const boot = memory.filter(isBootMemory);
  const online = new Set([...processors, ...boot.map((r) => r.proximityDomain)]);
  const firstOnline = Math.min(...[...online].map((domain) => nodes.get(domain)!), Infinity);

  const known = (domain: number | undefined) => domain !== undefined && nodes.has(domain) ? domain : undefined;
  // By address the kernel finds boot memory alone, and what is not in it counts to the first range of that.
  const bootDomain = (spa: number) => (boot.find((r) => holds(r, spa)) ?? boot[0])?.proximityDomain;
  return {
    onlineNode(domain, spa) {
      const found = known(domain) ?? bootDomain(spa);
      // All other nodes are equally far without a SLIT, and the lowest wins.
      return found !== undefined && online.has(found)
        ? nodes.get(found)!
        : Number.isFinite(firstOnline)
        ? firstOnline
        : 0;
    },
    targetNode(domain, spa) {
      const found = known(domain) ?? nodeOfAddress(srat, spa);
      return found === undefined ? undefined : nodes.get(found);
    },
  };
}

/** Memory that is there when the kernel starts. */
const isBootMemory = (r: MemoryRange): boolean => !r.nonVolatile && !r.hotPluggable;

/** Domains of enabled processors in table order. */
function processorDomains(srat: Srat): number[] {
  const domains: number[] = [];
  for (const entry of srat.entries) {
    if (entry.kind === "x2apic" && (entry.record.flags & 1) !== 0) domains.push(entry.record.proximityDomain);
    if (entry.kind !== "processor" || (entry.record.flags & 1) === 0) continue;
    const { proximityLow, proximityMiddle, proximityHigh } = entry.record;
    domains.push(((proximityHigh << 16) | (proximityMiddle << 8) | proximityLow) >>> 0);
  }
  return domains;
}
