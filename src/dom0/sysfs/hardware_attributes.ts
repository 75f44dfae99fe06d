/**
 * Attributes of the bus, of DIMMs and of regions. Source: Linux 6.1 `drivers/acpi/nfit/core.c`, `drivers/nvdimm/core.c`,
 * `dimm_devs.c`, `region_devs.c`, `bus.c`.
 */
import { err } from "neverthrow";
import { SMART_VALID, stateFlagsText } from "../../acpi/mod.ts";
import { busNow, regionBadblocks } from "../badblocks.ts";
import { isActive } from "../dimm_driver.ts";
import { smart } from "../health.ts";
import { type Kernel } from "../kernel.ts";
import { availableSlots } from "../label_data.ts";
import { nstypeOf } from "../region_driver.ts";
import { canScrub, offersRoot, rootMask } from "../scrub.ts";
import { security } from "../security.ts";
import { type DimmTopology, type RegionTopology } from "../topology.ts";
import { capacityOf, setCookieOf } from "../views.ts";
import { type Attributes, badblocks, shown, shownHex, shownIf, words } from "./attribute.ts";

/** The bus commands that firmware's root functions of the same number stand for. */
const BUS_COMMANDS = ["ars_cap", "ars_start", "ars_status", "clear_error"] as const;
/** Root functions that are not commands of their own. */
const BUS_CALLS = 0x3e0;

export function busAttributes(kernel: Kernel): Attributes {
  const bus = busNow(kernel);
  const commands = BUS_COMMANDS.filter((_, i) => offersRoot(kernel, i + 1));
  return {
    commands: words([...commands, "cmd_call"]),
    provider: shown("ACPI.NFIT"),
    wait_probe: shown(1),
    "nfit/dsm_mask": shownHex(rootMask(kernel) & BUS_CALLS),
    "nfit/hw_error_scrub": shown(bus?.hwErrorScrub ? 1 : 0),
    "nfit/revision": shown(kernel.parts.topology?.revision ?? 0),
    ...(bus && canScrub(kernel) ? { "nfit/scrub": shown(`${bus.scrubCount}${bus.scrub ? "+" : ""}`) } : {}),
  };
}

export function dimmAttributes(kernel: Kernel, dimm: DimmTopology): Attributes {
  const device = kernel.devices.dimm(dimm.number);
  const { commands, dsmMask, family } = kernel.commands(dimm);
  const { id, ...identity } = dimm.identity;
  const flags = [...(device?.labelling ? ["label"] : []), ...(device?.locked ? ["lock"] : [])];
  const safety = security(kernel, dimm);
  const health = smart(kernel, dimm)?.unwrapOr(undefined);
  const counts = health && (health.validity & SMART_VALID.shutdownCount) !== 0;
  return {
    available_slots: shownIf(availableSlots(kernel, dimm)),
    commands: words(commands),
    dev: shown(`${kernel.parts.facts.dimmMajor}:${dimm.number}`),
    devtype: shown("nvdimm"),
    flags: words(flags),
    ...(safety ? { frozen: shown(safety.frozen ? 1 : 0), security: shown(safety.state) } : {}),
    modalias: shown("nd:t1"),
    state: shown(isActive(kernel, dimm) ? "active" : "idle"),
    ...Object.fromEntries(Object.entries(identity).map(([key, value]) => [`nfit/${key}`, shown(value)])),
    ...(counts ? { "nfit/dirty_shutdown": shown(health.shutdownCount) } : {}),
    "nfit/dsm_mask": family === undefined ? err("ENXIO") : shownHex(dsmMask),
    "nfit/family": shownIf(family),
    "nfit/flags": shown(stateFlagsText(dimm.stateFlags)),
    "nfit/formats": shown(dimm.hasPmem ? 1 : 0),
    "nfit/handle": shownHex(dimm.handle),
    "nfit/id": shown(id),
    "nfit/phys_id": shownHex(dimm.physicalId),
  };
}

export function regionAttributes(kernel: Kernel, region: RegionTopology): Attributes {
  const device = kernel.devices.region(region.number);
  const capacity = capacityOf(kernel, region);
  const { initNamespaces, seeds } = device ?? {};
  const hints = region.mappings.some(({ dimm }) => dimm.flushHints > 0);
  const mappings = region.mappings.map(({ dimm, start, size, position }, i) =>
    [`mapping${i}`, shown(`${dimm.name},${start},${size},${position}`)] as const
  );
  return {
    align: shownHex(device?.align ?? 0),
    available_size: shown(capacity.available),
    badblocks: device?.enabled ? badblocks(regionBadblocks(kernel, region)) : err("ENXIO"),
    btt_seed: shown(seeds?.btt ?? ""),
    dax_seed: shown(seeds?.dax ?? ""),
    ...(mappings.length > 0 ? { deep_flush: shown(hints ? 1 : 0) } : {}),
    devtype: shown(region.volatile ? "nd_volatile" : "nd_pmem"),
    init_namespaces: shownIf(initNamespaces && `${initNamespaces.active}/${initNamespaces.count}`),
    ...Object.fromEntries(mappings),
    mappings: shown(mappings.length),
    max_available_extent: shown(capacity.extent),
    modalias: shown("nd:t2"),
    namespace_seed: shown(seeds?.namespace ?? ""),
    nstype: shown(nstypeOf(kernel, region)),
    numa_node: shown(region.numaNode),
    ...(region.persistenceDomain ? { persistence_domain: shown(region.persistenceDomain) } : {}),
    pfn_seed: shown(seeds?.pfn ?? ""),
    read_only: shown(device?.readOnly ? 1 : 0),
    resource: shownHex(region.start),
    set_cookie: shownHex(setCookieOf(kernel, region)),
    size: shown(region.size),
    ...targetNode(region),
    "nfit/range_index": shown(region.rangeIndex),
  };
}

/** Shown only where the kernel knows one. */
export const targetNode = ({ targetNode: node }: RegionTopology): Attributes =>
  node === undefined ? {} : { target_node: shown(node) };
