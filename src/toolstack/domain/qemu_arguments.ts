/**
 * QEMU's command line for an HVM domain, as libxl makes it (Xen 4.17 `libxl_dm.c` libxl__build_device_model_args_new), with what
 * RFC v4 adds for vNVDIMMs. Options called `x-…` are ours. Pure.
 */
import { LOW_RAM_END } from "../../abi/hvm_layout.ts";
import { MiB, PAGE_SIZE } from "../../base/units.ts";
import { type DomainConfig } from "../config/domain_config.ts";
import { type FrameRun, framesIn, slice } from "../backend/frame_run.ts";
import { type MemoryPlan } from "./memory_plan.ts";

/** One vNVDIMM as QEMU is told of it. */
export interface NvdimmArguments {
  readonly slot: number;
  /** Frames of the backend, label pages last. */
  readonly runs: readonly FrameRun[];
  readonly labelPages: number;
  /** `/dev/pmem0`, a file, or undefined for frames that have no name in dom0. */
  readonly path: string | undefined;
  /** Chosen by the operator's placement; otherwise QEMU finds one. Bytes. */
  readonly gpa: number | undefined;
}

export type GuestPersistence = "cpu" | "mem-ctrl" | undefined;

export const QEMU = "/usr/libexec/xen/bin/qemu-system-i386";
export const nvdimmId = (slot: number): string => `xen_nvdimm${slot + 1}`;
export const memdevId = (slot: number): string => `mem${slot + 1}`;

export function qemuArguments(
  domid: number,
  config: DomainConfig,
  plan: MemoryPlan,
  nvdimms: readonly NvdimmArguments[],
  persistence: GuestPersistence,
): string[] {
  const { shown } = config;
  const vnc = shown["b_info/type.hvm/vnc/enable"] !== false;
  const listen = shown["b_info/type.hvm/vnc/listen"] ?? "127.0.0.1";
  const display = shown["b_info/type.hvm/vnc/display"] ?? 0;
  const online = config.vcpus ?? 1;
  return [
    QEMU,
    "-xen-domid",
    String(domid),
    "-no-shutdown",
    "-chardev",
    `socket,id=libxl-cmd,path=/var/run/xen/qmp-libxl-${domid},server=on,wait=off`,
    "-mon",
    "chardev=libxl-cmd,mode=control",
    "-chardev",
    `socket,id=libxenstat-cmd,path=/var/run/xen/qmp-libxenstat-${domid},server=on,wait=off`,
    "-mon",
    "chardev=libxenstat-cmd,mode=control",
    "-nodefaults",
    "-no-user-config",
    "-name",
    config.name,
    "-vnc",
    vnc ? `${listen}:${display},to=99` : "none",
    "-display",
    "none",
    "-device",
    `${shown["b_info/type.hvm/vga/kind"] === "std" ? "VGA" : "cirrus-vga"},vgamem_mb=${plan.videoMemkb / 1024}`,
    "-boot",
    `order=${shown["b_info/type.hvm/boot"] ?? "cda"}`,
    "-smp",
    plan.vcpus > online ? `${online},maxcpus=${plan.vcpus}` : String(plan.vcpus),
    "-machine",
    machine(config, plan, nvdimms.length, persistence),
    "-m",
    memory(config, plan, nvdimms),
    ...nvdimms.flatMap(nvdimmArguments),
  ];
}

/** Slots and space that are kept for devices attached later. */
const spare = ({ nvdeck }: DomainConfig) => ({ slots: nvdeck.slots, bytes: nvdeck.reserve });

function machine(
  config: DomainConfig,
  plan: MemoryPlan,
  nvdimms: number,
  persistence: GuestPersistence,
): string {
  const hasSlots = nvdimms > 0 || spare(config).slots > 0;
  const options = [
    "xenfv",
    "suppress-vmdesc=on",
    ...(plan.lowRamEnd < LOW_RAM_END ? [`max-ram-below-4g=${plan.lowRamEnd}`] : []),
    ...(hasSlots ? ["nvdimm"] : []),
    ...(persistence === undefined ? [] : [`nvdimm-persistence=${persistence}`]),
    ...(config.nvdeck.acpi === "full" || !hasSlots ? [] : [`x-nvdimm-acpi=${config.nvdeck.acpi}`]),
  ];
  return options.join(",");
}

/** v4: one slot more than there are vNVDIMMs, and a ceiling that is RAM plus all of them. */
function memory(config: DomainConfig, plan: MemoryPlan, nvdimms: readonly NvdimmArguments[]): string {
  const { slots, bytes } = spare(config);
  const mib = Math.ceil(plan.ram / MiB);
  if (nvdimms.length === 0 && slots === 0) return String(mib);
  const sizes = nvdimms.reduce((sum, { runs }) => sum + framesIn(runs) * PAGE_SIZE, 0);
  return `${mib},slots=${nvdimms.length + slots + 1},maxmem=${mib * MiB + sizes + bytes}`;
}

export const nvdimmArguments = (nvdimm: NvdimmArguments): string[] => [
  "-object",
  optionText(["memory-backend-xen", ...backendProperties(nvdimm)]),
  "-device",
  optionText(["nvdimm", ...deviceProperties(nvdimm)]),
];

/** v4 names the first frame; RFC v1 and v2 named the path, as a file may lie in pieces. */
export const backendProperties = ({ slot, runs, labelPages, path }: NvdimmArguments): [string, string][] => {
  const total = framesIn(runs);
  const labels = slice(runs, total - labelPages, labelPages);
  return [
    ["id", memdevId(slot)],
    path === undefined ? ["host-addr", String(runs[0]!.mfn * PAGE_SIZE)] : ["mem-path", path],
    ["size", String(total * PAGE_SIZE)],
    ...(labelPages === 0 ? [] : [["x-label-extents", labels.map(extentText).join("+")] as [string, string]]),
  ];
};

export const deviceProperties = ({ slot, labelPages, gpa }: NvdimmArguments): [string, string][] => [
  ["id", nvdimmId(slot)],
  ["memdev", memdevId(slot)],
  ...(labelPages === 0 ? [] : [["label-size", String(labelPages * PAGE_SIZE)] as [string, string]]),
  ...(gpa === undefined ? [] : [["addr", `0x${gpa.toString(16)}`] as [string, string]]),
];

const extentText = ({ mfn, count }: FrameRun): string => `${mfn * PAGE_SIZE}:${count * PAGE_SIZE}`;
const optionText = (parts: (string | [string, string])[]): string =>
  parts.map((part) => (typeof part === "string" ? part : `${part[0]}=${part[1].replaceAll(",", ",,")}`)).join(",");
