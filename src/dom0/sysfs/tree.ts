/**
 * `/sys/bus/nd/devices` as folders and files. A device's folder holds its attributes and the devices under it; what `/sys/bus`
 * has are links to those folders, here the same thing.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { lookup } from "../../base/lookup.ts";
import { lengthOf } from "../../base/range.ts";
import { BUS, childName } from "../device_table.ts";
import { type Kernel } from "../kernel.ts";
import { type DaxDevice } from "../state.ts";
import { type Attributes, shown, shownHex } from "./attribute.ts";
import { busAttributes, dimmAttributes, regionAttributes } from "./hardware_attributes.ts";
import { namespaceAttributes, personalityAttributes } from "./namespace_attributes.ts";

export const SYSFS_ROOT = "/sys/bus/nd/devices";
/** Instances hang under their personality and on a bus of their own. */
export const DAX_ROOT = "/sys/bus/dax/devices";

export class Sysfs {
  constructor(private readonly kernel: Kernel) {}

  /** Every device on the bus, in no particular order. */
  devices(): string[] {
    const { devices, dimms, regions } = this.kernel;
    if (!devices.bus) return [];
    const children = regions.flatMap(({ number }) => [
      ...devices.namespaces(number),
      ...(["btt", "pfn", "dax"] as const).flatMap((kind) => devices.personalities(kind, number)),
    ]);
    return [BUS, ...dimms.map(({ name }) => name), ...regions.map(({ name }) => name), ...children.map(childName)];
  }

  /** A device's files by their path below its folder; undefined without such a device. */
  attributes(device: string): Attributes | undefined {
    const { kernel } = this;
    const { devices } = kernel;
    if (device === BUS) return devices.bus ? busAttributes(kernel) : undefined;
    const dimm = kernel.dimms.find(({ name }) => name === device);
    if (dimm) return dimmAttributes(kernel, dimm);
    const region = kernel.regions.find(({ name }) => name === device);
    if (region) return regionAttributes(kernel, region);
    const namespace = devices.namespace(device);
    if (namespace) return namespaceAttributes(kernel, namespace);
    const personality = devices.personality(device);
    return personality && personalityAttributes(kernel, personality);
  }

  /** The driver bound to a device. */
  driver(device: string): string | undefined {
    const { devices, dimms, regions } = this.kernel;
    if (device === BUS) return devices.bus && "nd_bus";
    const dimm = dimms.find(({ name }) => name === device);
    if (dimm) return devices.dimm(dimm.number)?.enabled ? "nvdimm" : undefined;
    const region = regions.find(({ name }) => name === device);
    if (region) return devices.region(region.number)?.enabled ? "nd_region" : undefined;
    if (devices.namespace(device)?.enabled) return "nd_pmem";
    const personality = devices.personality(device);
    return personality?.bound ? (personality.kind === "dax" ? "dax_pmem" : "nd_pmem") : undefined;
  }

  /** -ENOENT, -EISDIR, or what reading the file says. Without the line break at the end. */
  read(path: string): Result<string, Errno> {
    const folder = this.#folder(path);
    if (folder) return err("EISDIR");
    const cut = path.lastIndexOf("/");
    const parent = this.#folder(path.slice(0, cut));
    return (parent && lookup(parent.files, path.slice(cut + 1))) ?? err("ENOENT");
  }

  /** What `cat` prints of a file. A list of bad blocks ends with a line break only where there are any. */
  text(path: string): Result<string, Errno> {
    return this.read(path).map((value) => value === "" && path.endsWith("/badblocks") ? "" : `${value}\n`);
  }

  /** Names in a folder, sorted; -ENOENT, -ENOTDIR. */
  list(path: string): Result<string[], Errno> {
    const folder = this.#folder(path);
    if (!folder) return err(this.read(path).match(() => "ENOTDIR" as const, (errno) => errno));
    return ok([...new Set([...Object.keys(folder.files), ...folder.folders])].sort());
  }

  #folder(path: string): { readonly files: Attributes; readonly folders: string[] } | undefined {
    const words = path.replace(/\/+$/, "").split(/\/+/).slice(1);
    const [sys, bus, name, root, first, ...rest] = words;
    if (sys !== "sys" || bus !== "bus" || (name !== "nd" && name !== "dax") || root !== "devices") return undefined;
    const { devices } = this.kernel;
    if (first === undefined) return { files: {}, folders: name === "nd" ? this.devices() : devices.daxNames() };
    if (name === "dax" ? !devices.dax(first) : !this.attributes(first)) return undefined;
    let device = first;
    while (rest.length > 0 && this.#children(device).includes(rest[0]!)) device = rest.shift()!;
    const dax = name === "dax" || (device !== first && devices.dax(device) !== undefined && !this.attributes(device));
    const instance = dax || this.#isInstance(first, device) ? devices.dax(device) : undefined;
    const all = instance ? daxAttributes(this.kernel, instance) : this.attributes(device) ?? {};
    return part(all, rest.join("/"), rest.length === 0 && !instance ? this.#children(device) : []);
  }

  /** An instance can have the name of a personality; below that it is the instance. */
  #isInstance(first: string, device: string): boolean {
    const instance = this.kernel.devices.dax(device);
    return instance !== undefined && instance.personality === first && device !== first;
  }

  #children(device: string): string[] {
    const { devices, dimms, regions } = this.kernel;
    if (device === BUS) return [...dimms, ...regions].map(({ name }) => name);
    const region = regions.find(({ name }) => name === device);
    if (region) {
      const { number } = region;
      const below = (["btt", "pfn", "dax"] as const).flatMap((kind) => devices.personalities(kind, number));
      return [...devices.namespaces(number), ...below].map(childName);
    }
    return devices.personality(device)?.kind === "dax"
      ? devices.daxNames().filter((name) => devices.dax(name)!.personality === device)
      : [];
  }
}

/** What lies directly in `folder` of all a device's files; undefined where there is no such folder. */
function part(
  all: Attributes,
  folder: string,
  devices: readonly string[],
): { readonly files: Attributes; readonly folders: string[] } | undefined {
  const prefix = folder === "" ? "" : `${folder}/`;
  const files: Attributes = {};
  const folders = new Set<string>(devices);
  for (const [path, value] of Object.entries(all)) {
    if (!path.startsWith(prefix)) continue;
    const [name, deeper] = path.slice(prefix.length).split("/");
    if (deeper === undefined) files[name!] = value;
    else folders.add(name!);
  }
  const empty = Object.keys(files).length === 0 && folders.size === 0;
  return empty && folder !== "" ? undefined : { files, folders: [...folders] };
}

/** `drivers/dax/bus.c` dev_dax_attributes, dax_mapping_attributes. */
function daxAttributes(kernel: Kernel, { range, align, targetNode, personality }: DaxDevice): Attributes {
  const region = kernel.devices.personality(personality)!.region;
  return {
    align: shown(align),
    "mapping0/end": shownHex(range.end - 1),
    "mapping0/page_offset": shownHex(0),
    "mapping0/start": shownHex(range.start),
    modalias: shown("dax:t0"),
    numa_node: shown(kernel.region(region).numaNode),
    resource: shownHex(range.start),
    size: shown(lengthOf(range)),
    target_node: shown(targetNode),
  };
}
