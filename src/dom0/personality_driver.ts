/**
 * Binding a personality: an info block that agrees with its settings is honoured; where there is none it is written.
 * Source: Linux 6.1 `drivers/nvdimm/btt.c` nvdimm_namespace_attach_btt, btt_init; `pfn_devs.c` nd_pfn_init; `drivers/dax/
 * pmem.c` __dax_pmem_probe.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { lengthOf, type Range, range } from "../base/range.ts";
import {
  arenaWrites,
  bttArenas,
  bttDiskSector,
  discoverBtt,
  encodePfn,
  INFO_BLOCK_OFFSET,
  INFO_BLOCK_SIZE,
  type PfnFlavour,
  pfnLayout,
  type PfnSpec,
  validatePfn,
} from "../label/mod.ts";
import { childName } from "./device_table.ts";
import { type Kernel } from "./kernel.ts";
import { readBytes, writeAll } from "./namespace_bytes.ts";
import { extentOf } from "./namespace_device.ts";
import { bttVersionOf, parentUuid, pfnHost } from "./personality_probe.ts";
import { type BoundExtent, type BttDevice, type NamespaceDevice, type PfnDevice } from "./state.ts";
import { isStuck } from "./stuck_memory.ts";
import { type RegionTopology } from "./topology.ts";

/**
 * The BTT's disk. -ENODEV without uuid or sector size; -ENXIO below 16 MiB of arenas; -ENOMEM where the driver gives up, as
 * on a read-only region without a BTT.
 */
export function attachBtt(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice,
  device: BttDevice,
): Result<BoundExtent, Errno> {
  const { uuid, lbaSize } = device;
  if (uuid === undefined || lbaSize === 0) return err("ENODEV");
  const { memory } = kernel;
  const extent = extentOf(kernel, region, namespace);
  const size = lengthOf(extent);
  if (isStuck(kernel, extent)) return err("EBUSY");
  const version = bttVersionOf(namespace);
  const fresh = bttArenas(size, lbaSize, version);
  if (fresh.isErr()) return err("ENXIO");

  const read = (offset: number, length: number) => readBytes(memory, extent, offset, length).unwrapOr(undefined);
  const found = discoverBtt(read, { size, uuid: parentUuid(namespace), version });
  if (found.isErr()) return err("ENOMEM");
  const disk = (arenas: readonly { readonly externalBlocks: number }[]): BoundExtent => ({
    start: extent.start,
    size: arenas.reduce((sum, arena) => sum + arena.externalBlocks, 0) * bttDiskSector(lbaSize),
  });
  if (found.value.arenas.length > 0) {
    return writeAll(memory, extent, found.value.repairs).map(() => disk(found.value.arenas));
  }
  kernel.note(`nd_pmem ${childName(device)}: No existing arenas`);
  if (isReadOnly(kernel, region)) return err("ENOMEM");
  const identity = { uuid, parentUuid: parentUuid(namespace), version };
  for (const arena of fresh.value) {
    const written = writeAll(memory, extent, arenaWrites(arena, identity));
    if (written.isErr()) return err("ENOMEM");
  }
  return ok(disk(fresh.value));
}

/**
 * The usable part behind a PFN or DAX block. -EOPNOTSUPP where a block is there that disagrees with the device; -EINVAL for a
 * misaligned start; -ENXIO on a read-only region without a block, without a place for the page map, or without room.
 */
export function attachPfn(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice,
  device: PfnDevice,
): Result<BoundExtent, Errno> {
  const extent = extentOf(kernel, region, namespace);
  const usable = honour(kernel, namespace, device, extent)
    .orElse((errno) => errno === "ENODEV" ? initialise(kernel, region, namespace, device, extent) : err(errno));
  if (device.kind === "pfn" && isStuck(kernel, extent)) return err("EBUSY");
  return usable.map((bound) => {
    if (device.kind === "dax") attachDax(kernel, region, namespace, device, bound);
    return bound;
  });
}

/** The character device, named for the namespace. */
export function attachDax(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice,
  device: PfnDevice,
  bound: BoundExtent,
): void {
  const place = range(bound.start, bound.size);
  kernel.devices.setDax(`dax${namespace.region}.${namespace.id}`, {
    kind: "dev-dax",
    personality: childName(device),
    namespace: childName(namespace),
    range: place,
    align: device.align,
    targetNode: region.targetNode ?? -1,
    driver: isStuck(kernel, place) ? "none" : "device_dax",
  });
}

export function detachDax(kernel: Kernel, personality: string): void {
  for (const name of kernel.devices.daxNames()) {
    if (kernel.devices.dax(name)?.personality === personality) kernel.devices.removeDax(name);
  }
}

function honour(
  kernel: Kernel,
  namespace: NamespaceDevice,
  device: PfnDevice,
  extent: Range,
): Result<BoundExtent, Errno> {
  const block = readBytes(kernel.memory, extent, INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE);
  if (block.isErr()) return err("ENXIO");
  const expected = device.uuid === undefined || device.mode === "none"
    ? undefined
    : { uuid: device.uuid, align: device.align, map: device.mode === "pmem" ? "dev" as const : "mem" as const };
  return validatePfn(block.value, flavourOf(device), pfnHost(kernel, namespace, extent), expected)
    .map(({ dataStart, usable }) => ({ start: dataStart, size: usable }))
    .mapErr(({ errno }): Errno => errno);
}

function initialise(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice,
  device: PfnDevice,
  extent: Range,
): Result<BoundExtent, Errno> {
  if (isReadOnly(kernel, region)) return err("ENXIO");
  if (device.mode === "none" || device.uuid === undefined) return err("ENXIO");
  const spec: PfnSpec = {
    flavour: flavourOf(device),
    map: device.mode === "pmem" ? "dev" : "mem",
    start: extent.start,
    size: lengthOf(extent),
    align: device.align,
    uuid: device.uuid,
    parentUuid: parentUuid(namespace),
  };
  const layout = pfnLayout(spec);
  if (layout.isErr()) {
    kernel.note(`nd_pmem ${childName(device)}: ${layout.error.kind}`);
    return err(layout.error.kind === "misaligned start" ? "EINVAL" : "ENXIO");
  }
  const note = `${device.kind === "pfn" ? "PFN" : "DAX"} info block`;
  const write = { offset: INFO_BLOCK_OFFSET, bytes: encodePfn(spec, layout.value), note };
  return writeAll(kernel.memory, extent, [write])
    .map(() => ({ start: extent.start + layout.value.dataOffset, size: layout.value.usable }));
}

const flavourOf = (device: PfnDevice): PfnFlavour => device.kind === "pfn" ? "fsdax" : "devdax";

const isReadOnly = (kernel: Kernel, region: RegionTopology): boolean =>
  kernel.devices.region(region.number)?.readOnly ?? false;
