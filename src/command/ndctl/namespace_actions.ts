/**
 * What libndctl does to a namespace in one call: enabling it, disabling it without harm, deleting it.
 * Source: ndctl `lib/libndctl.c` ndctl_namespace_enable, _disable_invalidate, _disable_safe, _delete,
 * _is_configuration_idle; ndctl_{btt,pfn,dax}_enable, _delete.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { type Talk } from "./talk.ts";

/** Enabled itself, or through the personality that was found on it. -ENXIO where neither came up. */
export function enableNamespace(dom0: Dom0, name: string, talk: Talk): Result<"itself" | "personality", Errno> {
  if (dom0.namespace(name)?.enabled) return ok("itself");
  dom0.bind(name);
  const now = dom0.namespace(name);
  if (now?.enabled) return ok("itself");
  if (now?.active) return ok("personality");
  talk.library("ndctl_namespace_enable", `${name}: failed to enable`);
  return err("ENXIO");
}

/** Binds a personality that has been put on a namespace. */
export function enablePersonality(dom0: Dom0, name: string, talk: Talk): Result<void, Errno> {
  if (dom0.personality(name)?.bound) return ok();
  dom0.bind(name);
  if (dom0.personality(name)?.bound) return ok();
  talk.library(`ndctl_${name.replace(/\d.*$/, "")}_enable`, `${name}: failed to enable`);
  return err("ENXIO");
}

/** Takes the personality off and unbinds the namespace, whoever uses it. */
export function disableInvalidate(dom0: Dom0, name: string): Result<void, Errno> {
  const holder = dom0.namespace(name)?.holder;
  if (holder !== undefined) {
    dom0.unbind(holder);
    const released = dom0.store(holder, "namespace", "\n");
    if (released.isErr()) return released;
  }
  if (dom0.namespace(name)?.enabled) dom0.unbind(name);
  return ok();
}

/** Disables a namespace that nobody uses. -EBUSY while its disk is open exclusively, or its memory is online. */
export function disableSafe(dom0: Dom0, namespace: NamespaceView): Result<void, Errno> {
  const disk = diskOf(dom0, namespace);
  if (disk !== undefined && dom0.holderOf(disk) !== undefined) return err("EBUSY");
  if (disk === undefined && hasOnlineMemory(dom0, namespace)) return err("EBUSY");
  disableInvalidate(dom0, namespace.name);
  return ok();
}

/** The block device of the namespace, or of the personality on it. */
export const diskOf = (dom0: Dom0, namespace: NamespaceView): string | undefined =>
  namespace.holder === undefined ? namespace.disk : dom0.personality(namespace.holder)?.disk;

/** A device-dax instance of it is held, or serves as memory that is online. */
const hasOnlineMemory = (dom0: Dom0, namespace: NamespaceView): boolean =>
  dom0.daxDevices().some(({ name, device }) =>
    device.namespace === namespace.name &&
    (dom0.holderOf(name) !== undefined || (device.memory?.blocks.some((state) => state !== "offline") ?? false))
  );

/** Frees labels and capacity; a label-less namespace stays as it is. -EBUSY while it is enabled. */
export function deleteNamespace(dom0: Dom0, name: string): Result<void, Errno> {
  const namespace = dom0.namespace(name);
  if (!namespace) return ok();
  if (namespace.enabled) return err("EBUSY");
  if (!namespace.labelled) return ok();
  // One that was never allocated has no uuid any more: that is as good as deleted.
  return dom0.store(name, "size", "0x0\n").orElse((errno) => errno === "ENXIO" ? ok() : err(errno));
}

/** Free to be configured: neither in use nor configured. A label-less namespace may always be configured anew. */
export function isConfigurationIdle(namespace: NamespaceView): boolean {
  if (namespace.active) return false;
  if (!namespace.labelled) return true;
  return namespace.size < PAGE_SIZE || namespace.uuid === undefined || namespace.uuid === NIL_UUID;
}
