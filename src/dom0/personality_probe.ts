/**
 * Which personality stands on a namespace's medium, if the namespace may have one: BTT is looked for first, then PFN, then
 * DAX. Source: Linux 6.1 `drivers/nvdimm/btt_devs.c` nd_btt_probe; `pfn_devs.c` nd_pfn_probe; `dax_devs.c` nd_dax_probe.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { NIL_UUID } from "../base/guid.ts";
import { lengthOf, type Range } from "../base/range.ts";
import {
  ARENA_MIN_SIZE,
  BTT_START,
  type BttVersion,
  INFO_BLOCK_OFFSET,
  INFO_BLOCK_SIZE,
  type PfnHost,
  probeBtt,
  validatePfn,
} from "../label/mod.ts";
import { childName } from "./device_table.ts";
import { type Kernel } from "./kernel.ts";
import { readBytes } from "./namespace_bytes.ts";
import { extentOf } from "./namespace_device.ts";
import { type BttDevice, type NamespaceDevice, type PersonalityDevice, type PfnDevice } from "./state.ts";
import { type RegionTopology } from "./topology.ts";

/**
 * The device for the personality found, not registered yet; undefined where the namespace is raw. -EOPNOTSUPP where a PFN or
 * DAX block is there but cannot be used: then the namespace has no disk at all.
 */
export function findPersonality(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice,
): Result<PersonalityDevice | undefined, Errno> {
  if (namespace.forceRaw) return ok(undefined);
  const extent = extentOf(kernel, region, namespace);
  const btt = findBtt(kernel, namespace, extent);
  if (btt) return ok(btt);
  for (const kind of ["pfn", "dax"] as const) {
    const found = findPfn(kernel, namespace, extent, kind);
    if (found.isErr()) return err(found.error);
    if (found.value) return ok(found.value);
  }
  return ok(undefined);
}

/** The flavour that a namespace of this claim class has. */
export const bttVersionOf = (namespace: NamespaceDevice): BttVersion => namespace.claimClass === "btt2" ? "2.0" : "1.1";

export const parentUuid = (namespace: NamespaceDevice): string => namespace.uuid ?? NIL_UUID;

export const pfnHost = (kernel: Kernel, namespace: NamespaceDevice, extent: Range): PfnHost => ({
  start: extent.start,
  size: lengthOf(extent),
  uuid: parentUuid(namespace),
  alignments: kernel.parts.facts.alignments,
});

function findBtt(kernel: Kernel, namespace: NamespaceDevice, extent: Range): BttDevice | undefined {
  const { claimClass, region } = namespace;
  if (claimClass !== "none" && claimClass !== "btt" && claimClass !== "btt2") return undefined;
  if (lengthOf(extent) < ARENA_MIN_SIZE) return undefined;
  const version = bttVersionOf(namespace);
  const block = readBytes(kernel.memory, extent, BTT_START[version], INFO_BLOCK_SIZE);
  if (block.isErr()) return undefined;
  const info = probeBtt(block.value, parentUuid(namespace), version);
  if (info.isErr()) return undefined;
  return {
    kind: "btt",
    region,
    id: kernel.devices.freeId("btt", region),
    uuid: info.value.uuid,
    lbaSize: info.value.externalBlockSize,
    namespace: childName(namespace),
  };
}

function findPfn(
  kernel: Kernel,
  namespace: NamespaceDevice,
  extent: Range,
  kind: PfnDevice["kind"],
): Result<PfnDevice | undefined, Errno> {
  const { claimClass, region } = namespace;
  if (claimClass !== "none" && claimClass !== kind) return ok(undefined);
  const block = readBytes(kernel.memory, extent, INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE);
  if (block.isErr()) return ok(undefined);
  const info = validatePfn(block.value, kind === "pfn" ? "fsdax" : "devdax", pfnHost(kernel, namespace, extent));
  if (info.isErr()) return info.error.errno === "EOPNOTSUPP" ? err("EOPNOTSUPP") : ok(undefined);
  return ok({
    kind,
    region,
    id: kernel.devices.freeId(kind, region),
    uuid: info.value.uuid,
    mode: info.value.map === "dev" ? "pmem" : "ram",
    align: info.value.align,
    namespace: childName(namespace),
  });
}
