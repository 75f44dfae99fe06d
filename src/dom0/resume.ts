/**
 * Taking over a kernel that was captured while it ran: devices keep the numbers, seeds and driver bindings that its sysfs
 * showed. A boot would number namespaces anew and bind everything.
 */
import { err, ok, type Result } from "neverthrow";
import { type ClaimClass } from "../label/mod.ts";
import { CapturedSysfs } from "./captured_sysfs.ts";
import { type Kernel } from "./kernel.ts";
import { labelDataOf } from "./label_data.ts";
import { emptyNamespace, extentOf, wholeRegion } from "./namespace_device.ts";
import { bttClass } from "./namespace_stores.ts";
import { attachDax } from "./personality_driver.ts";
import {
  type BoundExtent,
  type NamespaceDevice,
  type PersonalityDevice,
  type PersonalityKind,
  type PfnDevice,
} from "./state.ts";
import { type RegionTopology } from "./topology.ts";

/** The text is of another machine: it names a DIMM or region that the tables do not have. */
export interface ResumeFault {
  readonly kind: "no such device";
  readonly device: string;
}

/** To be called on a kernel that has just booted from the same tables, label areas and info blocks. */
export function resume(kernel: Kernel, text: string): Result<void, ResumeFault> {
  const sysfs = new CapturedSysfs(text);
  const known = new Set([...kernel.dimms, ...kernel.regions].map(({ name }) => name));
  const stranger = sysfs.named(/^(nmem|region)\d+$/).find((name) => !known.has(name));
  if (stranger !== undefined) return err({ kind: "no such device", device: stranger });

  for (const { name, number } of kernel.dimms) {
    const device = kernel.devices.dimm(number);
    if (!device || !sysfs.has(name)) continue;
    const enabled = sysfs.bound(name);
    const labelling = device.labelling || (sysfs.value(`${name}/flags`) ?? "").includes("label");
    kernel.devices.setDimm(number, { ...device, enabled, labelling, hasLabelData: enabled && device.hasLabelData });
  }
  for (const region of kernel.regions) if (sysfs.has(region.name)) resumeRegion(kernel, region, sysfs);
  return ok();
}

function resumeRegion(kernel: Kernel, region: RegionTopology, sysfs: CapturedSysfs): void {
  const { devices } = kernel;
  const { name, number } = region;
  const booted = new Map(devices.namespaces(number).map((namespace) => [namespace.uuid, namespace]));
  devices.clearRegion(number);

  const enabled = sysfs.bound(name);
  const labelled = region.mappings.map(({ dimm }) => dimm).filter((dimm) => labelDataOf(kernel, dimm));
  const counts = /^(\d+)\/(\d+)$/.exec(sysfs.value(`${name}/init_namespaces`) ?? "");
  const seeds = (["namespace", "btt", "pfn", "dax"] as const)
    .flatMap((kind) => {
      const seed = sysfs.value(`${name}/${kind}_seed`);
      return seed ? [[kind, seed] as const] : [];
    });
  devices.setRegion(number, {
    kind: "region",
    enabled,
    align: sysfs.number(`${name}/align`) ?? 0,
    readOnly: sysfs.value(`${name}/read_only`) === "1",
    holds: enabled ? labelled.map((dimm) => dimm.number) : [],
    seeds: Object.fromEntries(seeds),
    ...(counts ? { initNamespaces: { active: Number(counts[1]), count: Number(counts[2]) } } : {}),
  });
  for (const child of sysfs.named(new RegExp(`^namespace${number}\\.\\d+$`))) {
    devices.setChild(namespaceFrom(kernel, region, sysfs, child, booted));
  }
  for (const child of sysfs.named(new RegExp(`^(btt|pfn|dax)${number}\\.\\d+$`))) {
    const device = personalityFrom(kernel, region, sysfs, child);
    devices.setChild(device);
    const host = device.namespace === undefined ? undefined : devices.namespace(device.namespace);
    if (device.kind === "dax" && device.bound && host) attachDax(kernel, region, host, device, device.bound);
  }
}

/** What labels say of the namespace with the uuid, under the captured number and with the captured bindings. */
function namespaceFrom(
  kernel: Kernel,
  region: RegionTopology,
  sysfs: CapturedSysfs,
  name: string,
  booted: ReadonlyMap<string | undefined, NamespaceDevice>,
): NamespaceDevice {
  const uuid = sysfs.value(`${name}/uuid`);
  const fresh = sysfs.value(`${name}/nstype`) === "5" ? emptyNamespace(region, 0) : wholeRegion(region);
  const base = (uuid === undefined ? undefined : booted.get(uuid)) ?? fresh;
  const claim = sysfs.value(`${name}/holder`);
  const holderClass = sysfs.value(`${name}/holder_class`);
  return {
    ...base,
    id: numberIn(name),
    ...(uuid === undefined ? {} : { uuid }),
    ...(claim === undefined ? {} : { claim }),
    // Labels of version 1.1 do not carry the class: the kernel had it in memory.
    claimClass: base.claimClass === "none" ? classNamed(kernel, region, holderClass) : base.claimClass,
    lbaSize: sysfs.selected(`${name}/sector_size`),
    forceRaw: sysfs.value(`${name}/force_raw`) === "1",
    enabled: sysfs.bound(name),
  };
}

function classNamed(kernel: Kernel, region: RegionTopology, word: string | undefined): ClaimClass {
  if (word === undefined) return "none";
  if (word === "btt") return bttClass(kernel, region).unwrapOr("btt");
  return word === "pfn" || word === "dax" ? word : "unknown";
}

function personalityFrom(
  kernel: Kernel,
  region: RegionTopology,
  sysfs: CapturedSysfs,
  name: string,
): PersonalityDevice {
  const kind = name.replace(/\d.*$/, "") as PersonalityKind;
  const uuid = sysfs.value(`${name}/uuid`);
  const namespace = sysfs.value(`${name}/namespace`);
  const common = {
    region: region.number,
    id: numberIn(name),
    ...(uuid === undefined ? {} : { uuid }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const size = sysfs.bound(name) ? sysfs.number(`${name}/size`) : undefined;
  if (kind === "btt") {
    const host = namespace === undefined ? undefined : kernel.devices.namespace(namespace);
    const bound = size === undefined || !host ? undefined : { start: extentOf(kernel, region, host).start, size };
    return { kind, ...common, lbaSize: sysfs.selected(`${name}/sector_size`), ...(bound ? { bound } : {}) };
  }
  const start = sysfs.number(`${name}/resource`);
  const bound: BoundExtent | undefined = size === undefined || start === undefined ? undefined : { start, size };
  const mode = (sysfs.value(`${name}/mode`) ?? "none") as PfnDevice["mode"];
  return { kind, ...common, mode, align: sysfs.number(`${name}/align`) ?? 0, ...(bound ? { bound } : {}) };
}

/** `namespace0.3` -> 3. */
const numberIn = (name: string): number => Number(name.slice(name.indexOf(".") + 1));
