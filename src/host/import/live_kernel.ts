/**
 * The kernel of a captured host as it ran: device numbers, seeds and bindings depend on all that was done since its boot and
 * stand in no table and no label. They are taken from sysfs, device by device; sizes and places stay derived from the
 * labels. A reboot numbers everything anew, as on the real machine.
 */
import { lookup } from "../../base/lookup.ts";
import {
  type BttDevice,
  type Device,
  type NamespaceDevice,
  type PfnDevice,
  type RegionDevice,
} from "../../dom0/mod.ts";
import { type ClaimClass } from "../../label/mod.ts";
import { type Fork } from "../fork.ts";
import { type SysfsText } from "./sysfs_text.ts";

const PFN_MODE = { none: "none", ram: "ram", pmem: "pmem" } as const;

/** Puts the captured devices in the place of those that the boot has just found. */
export function adoptLiveKernel(fork: Fork, sysfs: SysfsText): void {
  const { devices } = fork.state.dom0;
  const booted = new Map([...devices.ids()].map((id) => [id, devices.get(id)!]));
  for (const name of sysfs.ofKind("nmem")) {
    const dimm = booted.get(name);
    if (dimm?.kind === "dimm") devices.set(name, { ...dimm, enabled: sysfs.get(`${name}/driver`) !== undefined });
  }
  for (const name of sysfs.ofKind("region")) {
    const region = booted.get(name);
    if (region?.kind !== "region") continue;
    const number = Number(name.slice("region".length));
    const captured = capturedDevices(sysfs, number, booted);
    if (!captured) continue;
    for (const [id, device] of booted) if (belongsTo(device, number)) devices.delete(id);
    for (const [id, device] of captured) devices.set(id, device);
    devices.set(name, adoptedRegion(sysfs, name, region));
  }
  fork.forgetModels();
}

const belongsTo = (device: Device, region: number): boolean =>
  device.kind === "dev-dax"
    ? device.personality.startsWith(`dax${region}.`)
    : "region" in device && device.region === region;

/** Undefined where sysfs names a namespace that the labels do not hold: then what the boot found stands. */
function capturedDevices(
  sysfs: SysfsText,
  region: number,
  booted: ReadonlyMap<string, Device>,
): Map<string, Device> | undefined {
  const found = new Map<string, Device>();
  const byUuid = new Map<string, Device>();
  for (const device of booted.values()) {
    if ("uuid" in device && device.uuid) byUuid.set(`${device.kind} ${device.uuid}`, device);
  }
  const renamed = new Map<string, string>();

  for (const name of sysfs.ofKind("namespace", region)) {
    const uuid = sysfs.get(`${name}/uuid`);
    const isWhole = sysfs.get(`${name}/devtype`) === "nd_namespace_io";
    const twin = isWhole ? booted.get(name) : byUuid.get(`namespace ${uuid}`);
    const sized = (sysfs.number(`${name}/size`) ?? 0) > 0;
    if (sized && twin?.kind !== "namespace") return undefined;
    found.set(name, adoptedNamespace(sysfs, name, twin?.kind === "namespace" ? twin : undefined));
  }
  for (const kind of ["btt", "pfn", "dax"] as const) {
    for (const name of sysfs.ofKind(kind, region)) {
      const uuid = sysfs.get(`${name}/uuid`);
      const twin = uuid === undefined ? undefined : byUuid.get(`${kind} ${uuid}`);
      const device = kind === "btt" ? adoptedBtt(sysfs, name, region, twin) : adoptedPfn(sysfs, name, region, kind);
      found.set(name, device);
      const old = twin && [...booted].find(([, device]) => device === twin)?.[0];
      if (old !== undefined) renamed.set(old, name);
    }
  }
  for (const device of booted.values()) {
    if (device.kind !== "dev-dax") continue;
    const personality = renamed.get(device.personality);
    const namespace = personality === undefined ? undefined : sysfs.get(`${personality}/namespace`);
    if (personality !== undefined && namespace !== undefined) {
      found.set(`dev/dax${namespace.slice("namespace".length)}`, { ...device, personality, namespace });
    }
  }
  return found;
}

const numberOf = (name: string): number => Number(name.slice(name.indexOf(".") + 1));
const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : { [key]: value } as { readonly [P in K]: V };

function adoptedNamespace(sysfs: SysfsText, name: string, twin: NamespaceDevice | undefined): NamespaceDevice {
  return {
    kind: "namespace",
    type: sysfs.get(`${name}/devtype`) === "nd_namespace_io" ? "io" : "pmem",
    region: Number(/[0-9]+/.exec(name)![0]),
    id: numberOf(name),
    altName: sysfs.get(`${name}/alt_name`) ?? "",
    lbaSize: sysfs.selected(`${name}/sector_size`) ?? twin?.lbaSize ?? 0,
    claimClass: claimClass(sysfs.get(`${name}/holder_class`), twin?.claimClass),
    forceRaw: sysfs.get(`${name}/force_raw`) === "1",
    enabled: sysfs.get(`${name}/driver`) !== undefined,
    ...optional("uuid", sysfs.get(`${name}/uuid`)),
    ...optional("claim", sysfs.get(`${name}/holder`)),
  };
}

/** What the label says; where it cannot say (version 1.1, no label), what the kernel kept in its memory. */
function claimClass(holderClass: string | undefined, labelled: ClaimClass | undefined): ClaimClass {
  if (labelled !== undefined && labelled !== "none") return labelled;
  return holderClass === "btt" || holderClass === "pfn" || holderClass === "dax" ? holderClass : "none";
}

function adoptedBtt(sysfs: SysfsText, name: string, region: number, twin: Device | undefined): BttDevice {
  const bound = sysfs.get(`${name}/driver`) !== undefined && twin?.kind === "btt" ? twin.bound : undefined;
  return {
    kind: "btt",
    region,
    id: numberOf(name),
    lbaSize: sysfs.selected(`${name}/sector_size`) ?? 0,
    ...optional("uuid", sysfs.get(`${name}/uuid`)),
    ...optional("namespace", sysfs.get(`${name}/namespace`)),
    ...optional("bound", bound),
  };
}

function adoptedPfn(sysfs: SysfsText, name: string, region: number, kind: "pfn" | "dax"): PfnDevice {
  const start = sysfs.number(`${name}/resource`);
  const size = sysfs.number(`${name}/size`);
  const isBound = sysfs.get(`${name}/driver`) !== undefined && start !== undefined && size !== undefined;
  return {
    kind,
    region,
    id: numberOf(name),
    mode: lookup(PFN_MODE, sysfs.get(`${name}/mode`) ?? "") ?? "none",
    align: sysfs.number(`${name}/align`) ?? 0,
    ...optional("uuid", sysfs.get(`${name}/uuid`)),
    ...optional("namespace", sysfs.get(`${name}/namespace`)),
    ...optional("bound", isBound ? { start, size } : undefined),
  };
}

function adoptedRegion(sysfs: SysfsText, name: string, booted: RegionDevice): RegionDevice {
  const seed = (kind: string) => sysfs.get(`${name}/${kind}_seed`);
  const [active, count] = (sysfs.get(`${name}/init_namespaces`) ?? "").split("/").map(Number);
  return {
    ...booted,
    enabled: sysfs.get(`${name}/driver`) !== undefined,
    align: sysfs.number(`${name}/align`) ?? booted.align,
    seeds: {
      ...optional("namespace", seed("namespace")),
      ...optional("btt", seed("btt")),
      ...optional("pfn", seed("pfn")),
      ...optional("dax", seed("dax")),
    },
    ...(active !== undefined && count !== undefined && !Number.isNaN(count)
      ? { initNamespaces: { active, count } }
      : {}),
  };
}
