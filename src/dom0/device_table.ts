/** The kernel's devices by name, with an index of what hangs under each region, built when first asked for. */
import { type Blocks } from "../base/blocks.ts";
import {
  type BusDevice,
  type DaxDevice,
  type Device,
  type DimmDevice,
  type NamespaceDevice,
  type PersonalityDevice,
  type PersonalityKind,
  type RegionDevice,
} from "./state.ts";

export const BUS = "ndbus0";
export const dimmName = (number: number): string => `nmem${number}`;
export const regionName = (number: number): string => `region${number}`;
export const namespaceName = (region: number, id: number): string => `namespace${region}.${id}`;
export const personalityName = (kind: PersonalityKind, region: number, id: number): string => `${kind}${region}.${id}`;
const DAX_PREFIX = "dev/";

type ChildKind = "namespace" | PersonalityKind;
type Child = NamespaceDevice | PersonalityDevice;

/** What a region has of one kind, by number. */
type Children = Map<number, string>;

export class DeviceTable {
  #index: Map<string, Children> | undefined;
  #daxDevices: Set<string> | undefined;

  constructor(private readonly blocks: Blocks<Device>) {}

  get bus(): BusDevice | undefined {
    return this.#get(BUS, "bus");
  }
  dimm(number: number): DimmDevice | undefined {
    return this.#get(dimmName(number), "dimm");
  }
  region(number: number): RegionDevice | undefined {
    return this.#get(regionName(number), "region");
  }
  namespace(name: string): NamespaceDevice | undefined {
    return this.#get(name, "namespace");
  }
  personality(name: string): PersonalityDevice | undefined {
    const device = this.blocks.get(name);
    return device?.kind === "btt" || device?.kind === "pfn" || device?.kind === "dax" ? device : undefined;
  }
  /** A device-dax instance by its own name, `dax0.1`. */
  dax(name: string): DaxDevice | undefined {
    return this.#get(DAX_PREFIX + name, "dev-dax");
  }

  setBus(device: BusDevice): void {
    this.blocks.set(BUS, device);
  }
  setDimm(number: number, device: DimmDevice): void {
    this.blocks.set(dimmName(number), device);
  }
  setRegion(number: number, device: RegionDevice): void {
    this.blocks.set(regionName(number), device);
  }
  setChild(device: Child): void {
    const name = childName(device);
    if (this.#index) this.#childrenOf(device.kind, device.region).set(device.id, name);
    this.blocks.set(name, device);
  }
  setDax(name: string, device: DaxDevice): void {
    this.#daxDevices?.add(name);
    this.blocks.set(DAX_PREFIX + name, device);
  }

  removeChild(device: Child): void {
    if (this.#index) this.#childrenOf(device.kind, device.region).delete(device.id);
    this.blocks.delete(childName(device));
  }
  removeDax(name: string): void {
    this.#daxDevices?.delete(name);
    this.blocks.delete(DAX_PREFIX + name);
  }
  /** Removes namespaces, personalities and device-dax instances of a region. */
  clearRegion(region: number): void {
    for (const namespace of this.namespaces(region)) this.removeChild(namespace);
    for (const kind of ["btt", "pfn", "dax"] as const) {
      for (const personality of this.personalities(kind, region)) this.removeChild(personality);
    }
    for (const name of this.daxNames()) if (name.startsWith(`dax${region}.`)) this.removeDax(name);
  }
  /** Forgets every device. */
  clear(): void {
    for (const id of [...this.blocks.ids()]) this.blocks.delete(id);
    this.#index = undefined;
    this.#daxDevices = undefined;
  }

  /** Ascending by number. */
  namespaces(region: number): NamespaceDevice[] {
    return this.#children("namespace", region).map((name) => this.namespace(name)!);
  }
  personalities(kind: PersonalityKind, region: number): PersonalityDevice[] {
    return this.#children(kind, region).map((name) => this.personality(name)!);
  }
  daxNames(): string[] {
    this.#daxDevices ??= new Set(
      [...this.blocks.ids()].filter((id) => id.startsWith(DAX_PREFIX)).map((id) => id.slice(DAX_PREFIX.length)),
    );
    return [...this.#daxDevices].sort();
  }

  /** The lowest number no device of the kind has in the region (the kernel's ida). */
  freeId(kind: ChildKind, region: number): number {
    const used = this.#childrenOf(kind, region);
    let id = 0;
    while (used.has(id)) id++;
    return id;
  }

  #children(kind: ChildKind, region: number): string[] {
    return [...this.#childrenOf(kind, region)].sort(([a], [b]) => a - b).map(([, name]) => name);
  }

  #childrenOf(kind: ChildKind, region: number): Children {
    this.#index ??= this.#buildIndex();
    const key = `${kind}${region}`;
    let children = this.#index.get(key);
    if (!children) this.#index.set(key, children = new Map());
    return children;
  }

  #buildIndex(): Map<string, Children> {
    const index = new Map<string, Children>();
    for (const name of this.blocks.ids()) {
      const match = CHILD_NAME.exec(name);
      if (!match) continue;
      const key = `${match[1]}${match[2]}`;
      let children = index.get(key);
      if (!children) index.set(key, children = new Map());
      children.set(Number(match[3]), name);
    }
    return index;
  }

  #get<K extends Device["kind"]>(id: string, kind: K): Extract<Device, { kind: K }> | undefined {
    const device = this.blocks.get(id);
    return device?.kind === kind ? device as Extract<Device, { kind: K }> : undefined;
  }
}

const CHILD_NAME = /^(namespace|btt|pfn|dax)(\d+)\.(\d+)$/;

export const childName = (device: Child): string =>
  device.kind === "namespace"
    ? namespaceName(device.region, device.id)
    : personalityName(device.kind, device.region, device.id);
