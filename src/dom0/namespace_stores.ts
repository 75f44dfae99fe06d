/**
 * Writes to a namespace's sysfs attributes. Each one checks as the kernel does and, where that would leave a whole namespace
 * or delete one, rewrites the labels. Source: Linux 6.1 `drivers/nvdimm/namespace_devs.c` uuid_store, __alt_name_store,
 * __size_store, sector_size_store, __holder_class_store, force_raw_store.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { utf8 } from "../base/bytes.ts";
import { joined, lengthOf, type Range } from "../base/range.ts";
import { type ClaimClass, LABEL_NAME_SIZE } from "../label/mod.ts";
import {
  allocatedBytes,
  allocationOf,
  allocations,
  dpaAlign,
  keepStrays,
  maxAvailableExtent,
  partsOf,
  placeFor,
  totalLength,
} from "./allocation.ts";
import { childName } from "./device_table.ts";
import { type Kernel } from "./kernel.ts";
import { labelAreaOf, labelDataOf } from "./label_data.ts";
import { deleteNamespaceLabels, writeNamespaceLabels } from "./label_store.ts";
import { removeNamespace } from "./namespace_device.ts";
import { type NamespaceDevice } from "./state.ts";
import { type RegionTopology } from "./topology.ts";

/** Sector sizes a labelled namespace offers. */
export const NAMESPACE_SECTOR_SIZES = [512, 4096] as const;

/** -EBUSY while claimed, -EINVAL where the uuid is in use on the bus, -ENXIO for a label-less namespace. */
export function storeUuid(kernel: Kernel, name: string, uuid: string): Result<void, Errno> {
  return change(kernel, name, (namespace, region) => {
    if (namespace.type === "io") return err("ENXIO");
    if (namespace.claim) return err("EBUSY");
    if (namespace.enabled) return err("EBUSY");
    if (uuidInUse(kernel, uuid)) return err("EINVAL");
    const formerUuid = namespace.uuid;
    // A uuid that labels were already written for stays, unless every DIMM has labels to take it back from.
    if (formerUuid !== undefined && region.mappings.some(({ dimm }) => !labelAreaOf(kernel, dimm)?.labels.length)) {
      return err("EBUSY");
    }
    const extents = formerUuid === undefined ? undefined : extentsOf(kernel, region, formerUuid);
    const next = { ...namespace, uuid };
    kernel.devices.setChild(next);
    if (formerUuid !== undefined) renameStrays(kernel, region, formerUuid, uuid);
    if (!extents) return updateLabels(kernel, region, next);
    return writeNamespaceLabels(kernel, region, next, { extents, formerUuid: formerUuid! });
  });
}

function renameStrays(kernel: Kernel, region: RegionTopology, former: string, uuid: string): void {
  for (const mapping of region.mappings) {
    const strays = partsOf(kernel, mapping, former).slice(1);
    keepStrays(kernel, mapping, former, []);
    keepStrays(kernel, mapping, uuid, strays);
  }
}

/** -EINVAL past 63 bytes, -EBUSY while bound or claimed. Blanks around the name are dropped. */
export function storeAltName(kernel: Kernel, name: string, text: string): Result<void, Errno> {
  return change(kernel, name, (namespace, region) => {
    if (namespace.type === "io") return err("ENXIO");
    if (isBusy(namespace)) return err("EBUSY");
    const altName = text.trim();
    if (utf8(altName).length >= LABEL_NAME_SIZE) return err("EINVAL");
    return keep(kernel, region, { ...namespace, altName });
  });
}

/** -EINVAL for a size that is not offered. */
export function storeSectorSize(kernel: Kernel, name: string, size: number): Result<void, Errno> {
  return change(kernel, name, (namespace, region) => {
    if (namespace.type === "io") return err("ENXIO");
    if (namespace.claim || namespace.enabled) return err("EBUSY");
    if (!NAMESPACE_SECTOR_SIZES.some((offered) => offered === size)) return err("EINVAL");
    return keep(kernel, region, { ...namespace, lbaSize: size });
  });
}

/** Which personality may claim the namespace: `""`, `btt`, `pfn`, `dax`. */
export function storeHolderClass(kernel: Kernel, name: string, holder: string): Result<void, Errno> {
  return change(kernel, name, (namespace, region) => {
    if (isBusy(namespace)) return err("EBUSY");
    const claimClass = holderClass(kernel, region, holder);
    if (claimClass.isErr()) return err(claimClass.error);
    return keep(kernel, region, { ...namespace, claimClass: claimClass.value });
  });
}

/** No personality is looked for while it is set. */
export function storeForceRaw(kernel: Kernel, name: string, forceRaw: boolean): Result<void, Errno> {
  return change(kernel, name, (namespace) => {
    kernel.devices.setChild({ ...namespace, forceRaw });
    return ok();
  });
}

/**
 * Grows, shrinks or, with zero, deletes the namespace. -EBUSY while bound or claimed; -ENXIO without uuid, without DIMMs,
 * with a DIMM whose labels are not at hand, or where nothing free lies next to what the namespace has; -EINVAL off the
 * region's alignment; -ENOSPC past what is free in one piece.
 */
export function storeSize(kernel: Kernel, name: string, bytes: number): Result<void, Errno> {
  return change(kernel, name, (namespace, region) => {
    const { uuid } = namespace;
    if (isBusy(namespace)) return err("EBUSY");
    if (namespace.type === "io" || uuid === undefined || region.mappings.length === 0) return err("ENXIO");
    const device = kernel.devices.region(region.number)!;
    if (bytes % device.align !== 0) return err("EINVAL");
    if (region.mappings.some(({ dimm }) => !labelDataOf(kernel, dimm))) return err("ENXIO");

    const allocated = allocatedBytes(kernel, region, uuid);
    if (bytes > maxAvailableExtent(kernel, region) + allocated) return err("ENOSPC");
    if (bytes === 0) return deleteNamespace(kernel, region, { ...namespace, uuid }, allocated > 0);
    const placed = place(kernel, region, uuid, bytes / region.mappings.length, dpaAlign(region, device.align));
    if (placed.isErr()) return err(placed.error);
    region.mappings.forEach((mapping, i) => keepStrays(kernel, mapping, uuid, placed.value[i]!.slice(1)));
    const extents = placed.value.map(([first]) => first!);
    return writeNamespaceLabels(kernel, region, { ...namespace, uuid }, { extents });
  });
}

/**
 * Where the namespace goes on each DIMM when it takes `bytes` there: one part, as a rule. But a namespace that grows, with
 * nothing free beside it and the mapping's start free, gets a second part there. Its label is then of that part alone, and
 * the rest is known to the kernel only until the DIMM's driver is bound anew (`scan_allocate`, `init_dpa_allocation`).
 */
function place(
  kernel: Kernel,
  region: RegionTopology,
  uuid: string,
  bytes: number,
  align: number,
): Result<Range[][], Errno> {
  const placed: Range[][] = [];
  for (const mapping of region.mappings) {
    const parts = partsOf(kernel, mapping, uuid);
    const more = bytes - totalLength(parts);
    if (parts.length > 0 && more <= 0) {
      placed.push(shrunk(parts, -more));
      continue;
    }
    const free = placeFor(mapping, allocations(kernel, mapping) ?? [], align, more, parts.at(-1));
    if (!free) {
      kernel.note(`nd_region ${region.name}: allocation underrun: 0x0 of 0x${more.toString(16)} bytes`);
      return err("ENXIO");
    }
    placed.push(joined([...parts, free]));
  }
  return ok(placed);
}

/** Without so many bytes at their end. */
function shrunk(parts: readonly Range[], bytes: number): Range[] {
  const left = [...parts];
  for (let rest = bytes; rest > 0;) {
    const last = left.pop()!;
    const taken = Math.min(rest, lengthOf(last));
    if (taken < lengthOf(last)) left.push({ start: last.start, end: last.end - taken });
    rest -= taken;
  }
  return left;
}

/** Number 0, the seed, and what never had a size stay as empty devices; any other is unregistered. */
function deleteNamespace(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice & { readonly uuid: string },
  hadSize: boolean,
): Result<void, Errno> {
  const deleted = deleteNamespaceLabels(kernel, region, namespace.uuid);
  if (deleted.isErr()) return deleted;
  for (const mapping of region.mappings) keepStrays(kernel, mapping, namespace.uuid, []);
  const seed = kernel.devices.region(region.number)!.seeds.namespace;
  if (hadSize && namespace.id !== 0 && childName(namespace) !== seed) {
    removeNamespace(kernel, namespace);
    return ok();
  }
  const { uuid: _, ...rest } = namespace;
  kernel.devices.setChild(rest);
  return ok();
}

/** Keeps the changed device and, where it has a uuid, its labels. */
function keep(kernel: Kernel, region: RegionTopology, namespace: NamespaceDevice): Result<void, Errno> {
  kernel.devices.setChild(namespace);
  return updateLabels(kernel, region, namespace);
}

/** `nd_namespace_label_update`: with a size the labels are rewritten; with a uuid alone, those of the uuid are freed. */
function updateLabels(kernel: Kernel, region: RegionTopology, namespace: NamespaceDevice): Result<void, Errno> {
  const { uuid } = namespace;
  if (namespace.type === "io") return err("ENXIO");
  if (uuid === undefined) return ok();
  const extents = extentsOf(kernel, region, uuid);
  return extents
    ? writeNamespaceLabels(kernel, region, { ...namespace, uuid }, { extents })
    : deleteNamespaceLabels(kernel, region, uuid);
}

/** What the namespace has on each DIMM; undefined unless it has something on all of them. */
function extentsOf(kernel: Kernel, region: RegionTopology, uuid: string): Range[] | undefined {
  const extents = region.mappings.map((mapping) => allocationOf(kernel, mapping, uuid));
  return extents.every((extent) => extent !== undefined) && extents.length > 0 ? extents : undefined;
}

/** Namespaces and personalities of enabled regions alike (`nd_is_uuid_unique`). */
function uuidInUse(kernel: Kernel, uuid: string): boolean {
  const { devices } = kernel;
  return kernel.regions.some(({ number, volatile }) =>
    !volatile && (devices.namespaces(number).some((n) => n.uuid === uuid) ||
      (["btt", "pfn"] as const).some((kind) => devices.personalities(kind, number).some((p) => p.uuid === uuid)))
  );
}

function holderClass(kernel: Kernel, region: RegionTopology, holder: string): Result<ClaimClass, Errno> {
  switch (holder.trim()) {
    case "":
      return ok("none");
    case "pfn":
      return ok("pfn");
    case "dax":
      return ok("dax");
    case "btt":
      return bttClass(kernel, region);
    default:
      return err("EINVAL");
  }
}

/** The BTT flavour that goes with the label versions; -ENXIO where the DIMMs disagree (`btt_claim_class`). */
export function bttClass(kernel: Kernel, region: RegionTopology): Result<ClaimClass, Errno> {
  const seen = new Set<ClaimClass>();
  let blank = false;
  for (const { dimm } of region.mappings) {
    if (!labelDataOf(kernel, dimm)) return ok("btt");
    const area = labelAreaOf(kernel, dimm);
    if (!area) blank = true;
    else seen.add(area.major === 1 && area.minor === 1 ? "btt" : "btt2");
  }
  if (seen.size > 1 || (seen.size === 1 && blank)) return err("ENXIO");
  return ok([...seen][0] ?? (blank ? "btt2" : "btt"));
}

const isBusy = (namespace: NamespaceDevice): boolean => namespace.enabled || namespace.claim !== undefined;

/** Runs `act` on a namespace; -ENODEV where there is none. */
function change(
  kernel: Kernel,
  name: string,
  act: (namespace: NamespaceDevice, region: RegionTopology) => Result<void, Errno>,
): Result<void, Errno> {
  const namespace = kernel.devices.namespace(name);
  return namespace ? act(namespace, kernel.region(namespace.region)) : err("ENODEV");
}
