/**
 * QEMU's command line, as far as memory and NVDIMMs go: `-machine`, `-m`, `-object memory-backend-xen`, `-device nvdimm` (RFC v4
 * series, `hw/i386/pc.c`, `hw/mem/nvdimm.c`). Extensions are properties called `x-…`.
 */
import { err, ok, type Result } from "neverthrow";
import { type QemuPersistence } from "../acpi/mod.ts";
import { MiB, PAGE_SIZE } from "../base/units.ts";
import { type AcpiProfile } from "./state.ts";

/** `key=value` pairs of one option; the first may be a bare value. */
export type Properties = ReadonlyMap<string, string>;

/** One NVDIMM as asked for, before it has an address. Bytes. */
export interface NvdimmArgument {
  readonly id: string;
  readonly memdev: string;
  readonly size: number;
  readonly labelSize: number;
  readonly labelExtents: readonly { readonly spa: number; readonly length: number }[];
  readonly node: number;
  readonly unarmed: boolean;
  /** An address that the operator chose; otherwise QEMU finds one. */
  readonly address: number | undefined;
  /** A slot likewise. */
  readonly slot: number | undefined;
}

export interface QemuArguments {
  readonly profile: AcpiProfile;
  readonly persistence: QemuPersistence | undefined;
  /** RAM below 4 GiB ends here (`max-ram-below-4g`); undefined: as usual. */
  readonly lowRamEnd: number | undefined;
  readonly ram: number;
  readonly slots: number;
  readonly maxmem: number;
  readonly nvdimmEnabled: boolean;
  readonly nvdimms: readonly NvdimmArgument[];
}

const PROFILES: readonly AcpiProfile[] = ["full", "nfit", "nfit-bare"];
const LEAST_LABEL_SIZE = 128 * 1024; // MIN_NAMESPACE_LABEL_SIZE

export function parseArguments(argv: readonly string[]): Result<QemuArguments, string> {
  const machine = properties(valueOf(argv, "-machine") ?? "");
  const memory = properties(valueOf(argv, "-m") ?? "");
  const ram = Number(memory.get("") ?? memory.get("size")) * MiB;
  const slots = Number(memory.get("slots") ?? 0);
  const maxmem = Number(memory.get("maxmem") ?? ram);
  const persistence = machine.get("nvdimm-persistence");
  const profile = machine.get("x-nvdimm-acpi") ?? "full";
  const low = machine.get("max-ram-below-4g");
  if (!Number.isSafeInteger(ram) || ram <= 0) return err(`Invalid RAM size: ${valueOf(argv, "-m")}`);
  if (persistence !== undefined && persistence !== "cpu" && persistence !== "mem-ctrl") {
    return err(`-machine nvdimm-persistence=${persistence}: unsupported option`);
  }
  const known = PROFILES.find((name) => name === profile);
  if (!known) return err(`-machine x-nvdimm-acpi=${profile}: unsupported option`);

  const backends = new Map(valuesOf(argv, "-object").map(properties).map((object) => [object.get("id") ?? "", object]));
  const nvdimms: NvdimmArgument[] = [];
  for (const device of valuesOf(argv, "-device").map(properties)) {
    if (device.get("") !== "nvdimm") continue;
    const parsed = parseNvdimm(device, backends);
    if (parsed.isErr()) return err(parsed.error);
    nvdimms.push(parsed.value);
  }
  return ok({
    profile: known,
    persistence,
    lowRamEnd: low === undefined ? undefined : Number(low),
    ram,
    slots,
    maxmem,
    nvdimmEnabled: machine.has("nvdimm"),
    nvdimms,
  });
}

/** A `-device nvdimm` with its `memory-backend-xen`. */
export function parseNvdimm(
  device: Properties,
  backends: ReadonlyMap<string, Properties>,
): Result<NvdimmArgument, string> {
  const id = device.get("id") ?? "";
  const memdev = device.get("memdev") ?? "";
  const backend = backends.get(memdev);
  if (backend?.get("") !== "memory-backend-xen") return err(`Device 'nvdimm' requires a memory-backend-xen: ${memdev}`);
  const size = Number(backend.get("size"));
  const labelSize = Number(device.get("label-size") ?? 0);
  const address = device.get("addr");
  const slot = device.get("slot");
  if (!Number.isSafeInteger(size) || size <= 0) return err(`can't create backend with size ${backend.get("size")}`);
  if (size % PAGE_SIZE !== 0) return err(`backend memory size must be multiple of 0x1000`);
  if (labelSize !== 0 && !(labelSize >= LEAST_LABEL_SIZE)) {
    return err(`Property 'nvdimm.label-size' (0x${labelSize.toString(16)}) should be at least 0x20000`);
  }
  if (size <= labelSize) return err(`the size of memdev ${memdev} is too small to contain nvdimm label and align`);
  const labelExtents = (backend.get("x-label-extents") ?? "").split("+").filter((text) => text !== "").map((text) => {
    const [spa, length] = text.split(":").map(Number);
    return { spa: spa!, length: length! };
  });
  return ok({
    id,
    memdev,
    size,
    labelSize,
    labelExtents,
    node: Number(device.get("node") ?? 0),
    unarmed: device.get("unarmed") === "on",
    address: address === undefined ? undefined : Number(address),
    slot: slot === undefined ? undefined : Number(slot),
  });
}

/** `a,b=c` as { "": "a", b: "c" }; a bare word further on is a flag, and `,,` stands for a comma. */
export function properties(text: string): Properties {
  const map = new Map<string, string>();
  const parts = text.match(/(?:[^,]|,,)*/g)!.filter((part, i) => part !== "" || i === 0);
  parts.map((part) => part.replaceAll(",,", ",")).forEach((part, i) => {
    const equals = part.indexOf("=");
    if (equals >= 0) map.set(part.slice(0, equals), part.slice(equals + 1));
    else if (i === 0) map.set("", part);
    else map.set(part, "on");
  });
  return map;
}

const valuesOf = (argv: readonly string[], option: string): string[] =>
  argv.flatMap((word, i) => word === option && i + 1 < argv.length ? [argv[i + 1]!] : []);
const valueOf = (argv: readonly string[], option: string): string | undefined => valuesOf(argv, option).at(-1);
