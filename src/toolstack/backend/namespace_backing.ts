/** A namespace as something to give to Xen or to a guest: its mode, its device in dom0, and where its data lie. */
import { type Dom0, type NamespaceView, type RegionView } from "../../dom0/mod.ts";
import { type Range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type DimmPlace, type NamespaceIdentity } from "./identity.ts";

export type BackingMode = "raw" | "sector" | "fsdax" | "devdax";

export interface NamespaceBacking {
  readonly name: string;
  readonly view: NamespaceView;
  readonly region: RegionView;
  readonly mode: BackingMode;
  /** Where fsdax and devdax keep their page map; raw and sector have none. */
  readonly map: "dev" | "mem" | undefined;
  /** Block or character device while there is one: `pmem0`, `dax1.0`. */
  readonly device: string | undefined;
  /** SPA, the whole namespace. */
  readonly extent: Range;
  /** SPA of what is stored: all of a raw namespace, from the data offset to the end padding otherwise. */
  readonly data: Range;
  /** Of the pfn or dax info block. */
  readonly infoBlockUuid: string | undefined;
  /** Its memory is onlined as RAM (`daxctl reconfigure-device --mode=system-ram`). */
  readonly isRam: boolean;
  /** What the interleave set is known by, as text. */
  readonly cookie: string;
}

const MODES = { raw: "raw", safe: "sector", memory: "fsdax", dax: "devdax" } as const;

/** The namespace called `name`; undefined where there is none, or only a seed without capacity. */
export function namespaceBacking(dom0: Dom0, name: string): NamespaceBacking | undefined {
  const view = dom0.namespace(name);
  if (!view || view.size === 0) return undefined;
  const holder = view.holder === undefined ? undefined : dom0.personality(view.holder);
  const dax = dom0.daxDevices().find(({ device }) => device.namespace === name);
  const mode = MODES[view.mode];
  const pages = holder?.device.kind === "btt" ? undefined : holder?.device;
  return {
    name,
    view,
    region: dom0.region(view.region),
    mode,
    map: !pages ? undefined : pages.mode === "ram" ? "mem" : "dev",
    device: mode === "devdax" ? dax?.name : view.disk ?? holder?.disk,
    extent: view.extent,
    data: mode === "raw" || mode === "sector" ? view.extent : holder?.extent ?? view.extent,
    infoBlockUuid: pages?.uuid,
    isRam: dax?.device.driver === "kmem",
    cookie: cookieOf(dom0, view.region),
  };
}

/** A region that no DIMM is known of has no cookie, and nothing but its place. */
function cookieOf(dom0: Dom0, region: number): string {
  const cookie = dom0.setCookie(region);
  return cookie === 0n ? `at ${hex(dom0.region(region).start)}` : cookie.toString();
}

/** Every namespace with capacity, in order of number. */
export const namespaceBackings = (dom0: Dom0): NamespaceBacking[] =>
  dom0.namespaces().flatMap(({ name }) => namespaceBacking(dom0, name) ?? []);

/** The namespace behind `/dev/pmem0` or `/dev/dax1.0`. */
export function backingOfDevice(dom0: Dom0, path: string): NamespaceBacking | undefined {
  if (!path.startsWith("/dev/")) return undefined;
  return namespaceBackings(dom0).find(({ device }) => device === path.slice(5));
}

/** What the durable record knows a namespace by. Only raw, fsdax and devdax ones get there. */
export function identityOf(backing: NamespaceBacking): NamespaceIdentity {
  const { view, extent, data, mode, infoBlockUuid, region } = backing;
  if (mode === "sector") throw new Error(`${backing.name} is in sector mode`);
  return {
    kind: "namespace",
    ...(view.uuid === undefined ? {} : { uuid: view.uuid }),
    cookie: backing.cookie,
    offset: extent.start - region.start,
    rawSize: extent.end - extent.start,
    places: placesOf(backing),
    mode,
    dataOffset: data.start - extent.start,
    dataEnd: data.end - extent.start,
    ...(infoBlockUuid === undefined ? {} : { infoBlockUuid }),
  };
}

/** The DIMMs in the order of the set. A namespace takes the same part of each, as it is interleaved over all of them. */
export function placesOf({ region, extent }: NamespaceBacking): DimmPlace[] {
  const ways = Math.max(1, region.mappings.length);
  const share = (bytes: number): number => Math.floor(bytes / ways);
  return [...region.mappings].sort((a, b) => a.position - b.position).map(({ dimm, start }) => ({
    uniqueId: dimm.identity.id,
    dpa: start + share(extent.start - region.start),
    size: share(extent.end - extent.start),
  }));
}
