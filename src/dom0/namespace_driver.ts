/**
 * The nd_pmem driver binding to a namespace: it looks for a personality that stands on the medium; one that is found claims
 * the namespace and binds instead, else the namespace becomes a plain disk.
 * Source: Linux 6.1 `drivers/nvdimm/pmem.c` nd_pmem_probe.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { overlaps } from "../base/range.ts";
import { hex } from "../base/units.ts";
import { advanceSeeds, checkNamespace } from "./binding.ts";
import { childName } from "./device_table.ts";
import { type Kernel } from "./kernel.ts";
import { extentOf } from "./namespace_device.ts";
import { bindPersonality } from "./personality.ts";
import { findPersonality } from "./personality_probe.ts";
import { type NamespaceDevice } from "./state.ts";
import { reserve } from "./stuck_memory.ts";
import { type RegionTopology } from "./topology.ts";

/** What binding came to: the namespace's own disk, or a personality (which may have failed to bind in turn). */
export type Bound = { readonly as: "disk" } | { readonly as: "personality"; readonly name: string };

/** Binds the driver to a namespace. Already bound is success. */
export function enableNamespace(kernel: Kernel, name: string): Result<Bound, Errno> {
  const namespace = kernel.devices.namespace(name);
  if (!namespace) return err("ENODEV");
  if (namespace.enabled) return ok({ as: "disk" });
  return probeNamespace(kernel, kernel.region(namespace.region), namespace);
}

export function probeNamespace(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice,
): Result<Bound, Errno> {
  const ready = checkNamespace(kernel, region, namespace);
  if (ready.isErr()) return err(ready.error);
  const own = reserveAmongOthers(kernel, region, namespace);
  if (own.isErr()) return err(own.error);
  const found = findPersonality(kernel, region, namespace);
  if (found.isErr()) {
    // A block that is there but cannot be used counts as success for the seeds, not as a reason to fall back to raw.
    if (found.error === "EOPNOTSUPP") advanceSeeds(kernel, region, childName(namespace));
    return err(found.error);
  }
  if (found.value) {
    const personality = found.value;
    kernel.devices.setChild(personality);
    kernel.devices.setChild({ ...namespace, claim: childName(personality) });
    bindPersonality(kernel, childName(personality));
    return ok({ as: "personality", name: childName(personality) });
  }
  const free = reserve(kernel, extentOf(kernel, region, namespace), `nd_pmem ${childName(namespace)}`, "region");
  if (free.isErr()) return err(free.error);
  kernel.devices.setChild({ ...namespace, enabled: true });
  advanceSeeds(kernel, region, childName(namespace));
  return ok({ as: "disk" });
}

/** -EBUSY where another namespace that is bound has part of the range: labels never say so, strays may. */
function reserveAmongOthers(kernel: Kernel, region: RegionTopology, namespace: NamespaceDevice): Result<void, Errno> {
  if (region.mappings.every(({ dimm }) => !kernel.devices.dimm(dimm.number)?.strays)) return ok();
  const extent = extentOf(kernel, region, namespace);
  const isTaken = kernel.devices.namespaces(region.number).some((other) =>
    other.id !== namespace.id && (other.enabled || other.claim !== undefined) &&
    overlaps(extentOf(kernel, region, other), extent)
  );
  if (!isTaken) return ok();
  const place = `[mem ${hex(extent.start)}-${hex(extent.end - 1)}]`;
  kernel.note(`nd_pmem ${childName(namespace)}: could not reserve region ${place}`);
  return err("EBUSY");
}

/** Unbinds the driver from the namespace itself; a personality that claims it is not touched. */
export function disableNamespace(kernel: Kernel, name: string): Result<void, Errno> {
  const namespace = kernel.devices.namespace(name);
  if (!namespace?.enabled) return err("ENODEV");
  kernel.devices.setChild({ ...namespace, enabled: false });
  return ok();
}
