/** A namespace of `ndctl list` as JSON. Source: ndctl `ndctl/json.c` util_namespace_to_json. */
import { type Json } from "../../base/json.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { type Dom0, type NamespaceView, type PersonalityView } from "../../dom0/mod.ts";
import { daxRegionJson } from "../daxctl/dax_json.ts";
import { countJson, namespaceBadblocks } from "./badblocks_json.ts";
import { type JsonFlags, sizeJson } from "./json_flags.ts";
import { modeOf } from "./modes.ts";

type Fields = { [key: string]: Json };

/** What a namespace without a sector size of its own counts as. */
const DEFAULT_SECTOR = 512;

export function namespaceJson(dom0: Dom0, namespace: NamespaceView, flags: JsonFlags): Fields {
  const holder = namespace.holder === undefined ? undefined : dom0.personality(namespace.holder);
  const mode = modeOf(namespace.mode);
  const fields: Fields = { dev: namespace.name, mode };
  if (mode === "fsdax" || mode === "devdax") fields.map = mapWord(holder);
  const size = holder ? holder.size : namespace.size;
  if (size !== undefined) fields.size = sizeJson(size, flags);

  if (holder) {
    fields.uuid = holder.device.uuid ?? NIL_UUID;
    if (flags.verbose && namespace.uuid !== undefined && namespace.uuid !== NIL_UUID) fields.raw_uuid = namespace.uuid;
    if (holder.device.kind === "dax") Object.assign(fields, daxFields(dom0, holder, flags));
  } else if (namespace.labelled) {
    fields.uuid = namespace.uuid ?? NIL_UUID;
  }

  if (holder?.device.kind === "btt") fields.sector_size = holder.device.lbaSize;
  else if (holder?.device.kind !== "dax") fields.sector_size = namespace.sectorSize ?? DEFAULT_SECTOR;
  if (holder && holder.device.kind !== "btt") fields.align = holder.device.align;
  const disk = holder ? holder.disk : namespace.disk;
  if (disk !== undefined) fields.blockdev = disk;
  if (!namespace.active) fields.state = "disabled";
  if (namespace.altName !== "") fields.name = namespace.altName;
  if (flags.verbose) {
    const region = dom0.region(namespace.region);
    fields.numa_node = region.numaNode;
    if (region.targetNode !== undefined) fields.target_node = region.targetNode;
  }
  return Object.assign(fields, countJson(namespaceBadblocks(dom0, namespace, holder, flags), flags));
}

/** Where the page map lies: `dev`, `mem`, or `none` on a device that was never configured. */
function mapWord(holder: PersonalityView | undefined): string {
  const device = holder?.device;
  if (!device || device.kind === "btt" || device.mode === "none") return "none";
  return device.mode === "pmem" ? "dev" : "mem";
}

/** The character device, while there is one: its name, or with details its region. */
function daxFields(dom0: Dom0, holder: PersonalityView, flags: JsonFlags): Fields {
  const instance = dom0.daxDevices().find(({ device }) => device.personality === holder.name);
  if (!instance) return {};
  return flags.dax ? { daxregion: daxRegionJson(dom0, instance, flags) } : { chardev: instance.name };
}
