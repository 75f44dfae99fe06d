/**
 * Device-dax regions and instances as JSON. On NVDIMMs every region is static and has one instance.
 * Source: ndctl `daxctl/json.c` util_daxctl_region_to_json, util_daxctl_dev_to_json.
 */
import { type Json } from "../../base/json.ts";
import { lengthOf } from "../../base/range.ts";
import { type DaxDevice, type Dom0 } from "../../dom0/mod.ts";
import { hexJson, sizeJson } from "../ndctl/json_flags.ts";

type Fields = { [key: string]: Json };

export interface DaxInstance {
  /** `dax0.1`. */
  readonly name: string;
  readonly device: DaxDevice;
}

export interface DaxJsonFlags {
  readonly human: boolean;
  /** The caller knows the parent device: no path. */
  readonly dax: boolean;
}

/** The region with its one instance inside. */
export const daxRegionJson = (_dom0: Dom0, instance: DaxInstance, flags: DaxJsonFlags): Json => ({
  ...daxRegionFields(instance, flags),
  devices: [daxDeviceJson(instance, { ...flags, mappings: false })],
});

/** `/sys/devices` is left out of the path, as daxctl does. */
const ACPI_ROOT = "/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0";

export function daxRegionFields({ name, device }: DaxInstance, flags: DaxJsonFlags): Fields {
  const id = Number(/^dax(\d+)/.exec(name)![1]);
  return {
    ...(flags.dax ? {} : { path: `${ACPI_ROOT}/region${id}/${device.personality}` }),
    id,
    size: sizeJson(lengthOf(device.range), flags),
    align: device.align,
  };
}

export function daxDeviceJson(
  { name, device }: DaxInstance,
  flags: { readonly human: boolean; readonly mappings: boolean },
): Fields {
  const { memory, range } = device;
  const fields: Fields = { chardev: name, size: sizeJson(lengthOf(range), flags) };
  if (device.targetNode >= 0) fields.target_node = device.targetNode;
  fields.align = sizeJson(device.align, flags);
  fields.mode = memory ? "system-ram" : "devdax";
  if (memory) {
    const online = memory.blocks.filter((state) => state !== "offline");
    fields.online_memblocks = online.length;
    fields.total_memblocks = memory.blocks.length;
    if (online.length > 0) fields.movable = online.every((state) => state === "movable");
  }
  if (device.driver === "none") fields.state = "disabled";
  if (flags.mappings) fields.mappings = [mappingJson(device, flags)];
  return fields;
}

/** The end is the last byte's address. */
const mappingJson = ({ range }: DaxDevice, flags: { readonly human: boolean }): Json => ({
  page_offset: hexJson(0, flags),
  start: hexJson(range.start, flags),
  end: hexJson(range.end - 1, flags),
  size: sizeJson(lengthOf(range), flags),
});
