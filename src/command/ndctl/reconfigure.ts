/**
 * Taking a namespace out of use so that it can be destroyed or configured anew: disabling it, wiping its info block, and where
 * a label-less region could have labels, giving it some. Source: ndctl `ndctl/namespace.c` namespace_prep_reconfig,
 * zero_info_block, namespace_destroy, enable_labels, region_get_namespace.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { isZero } from "../../base/bytes.ts";
import { KiB } from "../../base/units.ts";
import { type Dom0, type NamespaceView, type RegionView } from "../../dom0/mod.ts";
import { dimmsOf, namespacesOf } from "./library.ts";
import { initialiseLabels } from "./label_area.ts";
import {
  deleteNamespace,
  disableInvalidate,
  disableSafe,
  diskOf,
  enableNamespace,
  isConfigurationIdle,
} from "./namespace_actions.ts";
import { type Talk } from "./talk.ts";

/** The first two pages: where every kind of info block begins. */
const INFO_BYTES = 8 * KiB;

/** What became of the namespace: its label can be deleted; or it is label-less, with or without a block that was wiped. */
export type Prepared = "labelled" | "wiped" | "untouched";

export function prepare(
  dom0: Dom0,
  namespace: NamespaceView,
  command: string,
  force: boolean,
  talk: Talk,
): Result<Prepared, Errno> {
  const { name } = namespace;
  if (dom0.region(namespace.region).readOnly) {
    talk.error(`${name}: read-only, re-configuration disabled`);
    return err("ENXIO");
  }
  if (namespace.active && !force) {
    talk.error(`${name} is active, specify --force for re-configuration`);
    return err("EBUSY");
  }
  const disabled = disableSafe(dom0, namespace);
  if (disabled.isErr()) return err(disabled.error);
  reportLoss(dom0, namespace);
  dom0.store(name, "holder_class", "");
  return wipeInfoBlock(dom0, name, command, talk).map((wiped) =>
    namespace.labelled ? "labelled" : wiped ? "wiped" : "untouched"
  );
}

/** Whether something was destroyed that counts. */
export function destroy(dom0: Dom0, namespace: NamespaceView, force: boolean, talk: Talk): Result<boolean, Errno> {
  return prepare(dom0, namespace, "destroy namespace", force, talk).andThen((prepared) =>
    prepared === "labelled" ? reclaim(dom0, namespace.name, talk).map(() => true) : ok(prepared === "wiped")
  );
}

const reclaim = (dom0: Dom0, name: string, talk: Talk): Result<void, Errno> =>
  deleteNamespace(dom0, name).mapErr((errno) => {
    talk.debug("namespace_destroy:1176", `${name}: failed to reclaim`);
    return errno;
  });

/** What the namespace held is gone once it is destroyed or laid out anew. */
function reportLoss(dom0: Dom0, namespace: NamespaceView): void {
  if (namespace.size === 0) return;
  const identity = namespace.uuid ?? `${namespace.extent.start}-${namespace.extent.end}`;
  dom0.losing({ object: namespace.name, owner: undefined, bytes: namespace.size, identity });
}

/** Zeroes the first 8 KiB in raw mode; false where that was not needed, or where the namespace would not come up raw. */
function wipeInfoBlock(dom0: Dom0, name: string, command: string, talk: Talk): Result<boolean, Errno> {
  dom0.store(name, "force_raw", "1\n");
  const wiped = wipe(dom0, name, command, talk);
  dom0.store(name, "force_raw", "0\n");
  disableInvalidate(dom0, name);
  return wiped;
}

function wipe(dom0: Dom0, name: string, command: string, talk: Talk): Result<boolean, Errno> {
  if (enableNamespace(dom0, name, talk).isErr()) {
    talk.fault(command, `${name} failed to enable for zeroing, continuing`);
    return ok(false);
  }
  const disk = diskOf(dom0, dom0.namespace(name)!);
  if (disk === undefined || dom0.holderOf(disk) !== undefined) {
    talk.fault(command, `${name}: failed to open /dev/${disk ?? ""} to zero info block`);
    return ok(false);
  }
  const there = dom0.readDisk(disk, 0, INFO_BYTES);
  if (there.isErr()) talk.fault(command, `${name}: failed to read info block, continuing`);
  else if (isZero(there.value)) return ok(false);
  const written = dom0.writeDisk(disk, 0, new Uint8Array(INFO_BYTES), `${name}: info block wiped`);
  if (written.isErr()) {
    talk.fault(command, `${name}: failed to zero info block /dev/${disk}`);
    return err("ENXIO");
  }
  return ok(true);
}

/** The namespace that a new one is made of: number 0 if it is idle, else the seed. */
export function namespaceToCreate(dom0: Dom0, region: number): NamespaceView | undefined {
  const first = namespacesOf(dom0, region).find(({ id }) => id === 0);
  if (first && isConfigurationIdle(first)) return first;
  const { seeds } = dom0.region(region);
  return seeds.namespace === undefined ? undefined : dom0.namespace(seeds.namespace);
}

/**
 * Initialises the labels of a label-less region's DIMMs. -ENODEV where they cannot have any, and nothing was touched; -EBUSY
 * where they have none afterwards.
 */
export function enableLabels(dom0: Dom0, region: RegionView, command: string, talk: Talk): Result<void, Errno> {
  if (region.mappings.length === 0) return err("ENODEV");
  const members = new Set(region.mappings.map(({ dimm }) => dimm.number));
  const dimms = dimmsOf(dom0).filter((dimm) => members.has(dimm.number));
  const offersAll = (dimm: number) =>
    (["get_size", "get_data", "set_data"] as const).every((command) => dom0.dimm(dimm).offers(command));
  if (!dimms.every((dimm) => offersAll(dimm.number))) return err("ENODEV");

  dom0.unbind(region.name);
  const busy = dom0.dimms().filter((dimm) => members.has(dimm.number) && dimm.active);
  for (const dimm of busy) talk.say(`  Warning: ${dimm.name} is active in ${region.name}, failing autolabel\n\n`);
  if (busy.length === 0) {
    for (const dimm of dimms) {
      const slots = initialiseLabels(dom0, dimm, "1.2");
      if (slots === undefined) continue;
      dom0.unbind(dimm.name);
      dom0.bind(dimm.name);
    }
  }
  dom0.bind(region.name);
  if (dom0.region(region.number).labelled) return ok();
  talk.fault(command, `${region.name}: failed to initialize labels`);
  return err("EBUSY");
}
