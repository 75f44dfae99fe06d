/**
 * A guest's memory by libxl's rules (Xen 4.17 `libxl_create.c` libxl__domain_build_info_setdefault, `libxl_dom.c`
 * libxl__build_hvm, `xg_dom_x86.c` meminit_hvm): how much, where, and the pool for its second-level tables. Pure.
 */
import {
  ACPI_INFO_START,
  ACPI_POPULATED_END,
  DM_ACPI_DEFAULT_SIZE,
  LOW_RAM_END,
  type RamLayout,
  ramLayout,
  SPECIAL_PAGES,
  VGA_HOLE,
} from "../../abi/hvm_layout.ts";
import { type Range, range, without } from "../../base/range.ts";
import { GiB, KiB } from "../../base/units.ts";
import { type DomainConfig } from "../config/domain_config.ts";

/** What a domain gets that says nothing of memory. */
const DEFAULT_MEMKB = 32 * 1024;
/** LIBXL_MAXMEM_CONSTANT: what every domain may have on top. */
const SLACK_MEMKB = 1024;
/** Video memory of QEMU's Cirrus adapter, and of the standard one. */
const CIRRUS_MEMKB = 8 * 1024;
const STANDARD_MEMKB = 16 * 1024;

export interface MemoryPlan {
  readonly targetMemkb: number;
  readonly maxMemkb: number;
  readonly videoMemkb: number;
  readonly vcpus: number;
  /** Ceiling that Xen is told. */
  readonly limitMemkb: number;
  /** Pool for second-level tables (`shadow_memory`). */
  readonly poolMemkb: number;
  /** Bytes of RAM: what QEMU is told, and what the memory map shows. */
  readonly ram: number;
  readonly lowRamEnd: number;
  readonly layout: RamLayout;
  /** Guest ranges to populate, in bytes, in order. */
  readonly populated: readonly Range[];
  /** Bytes for the device model's ACPI tables (`dm_acpi_size`). */
  readonly dmAcpiSize: number;
}

export function planMemory(config: DomainConfig): MemoryPlan {
  const hvm = config.type === "hvm";
  const maxMemkb = config.maxMemkb ?? config.targetMemkb ?? DEFAULT_MEMKB;
  const targetMemkb = Math.min(config.targetMemkb ?? maxMemkb, maxMemkb);
  const videoMemkb = hvm ? config.videoMemkb ?? defaultVideo(config) : 0;
  const vcpus = config.maxVcpus ?? config.vcpus ?? 1;
  const dmAcpiSize = config.dmAcpiSize ?? (wantsTables(config) ? DM_ACPI_DEFAULT_SIZE : 0);
  const ram = (maxMemkb - videoMemkb) * KiB;
  const hole = config.shown["b_info/type.hvm/mmio_hole_memkb"];
  const lowRamEnd = typeof hole === "number" ? Math.min(LOW_RAM_END, 4 * GiB - hole * KiB) : LOW_RAM_END;
  const layout = ramLayout(ram, lowRamEnd);
  const firmware = hvm ? [FIRMWARE_TABLES] : [];
  return {
    targetMemkb,
    maxMemkb,
    videoMemkb,
    vcpus,
    limitMemkb: targetMemkb + SLACK_MEMKB + Math.ceil(dmAcpiSize / KiB),
    poolMemkb: config.shadowMemkb ?? requiredPool(config, maxMemkb),
    ram,
    lowRamEnd,
    layout,
    populated: [
      ...ramRanges(layout, (targetMemkb - videoMemkb) * KiB, hvm),
      ...firmware,
      ...(config.type === "pv" ? [] : [SPECIAL_PAGES]),
    ],
    dmAcpiSize,
  };
}

/** Whether the device model has ACPI tables for this guest. */
const wantsTables = (config: DomainConfig): boolean => config.vnvdimms.length > 0 || config.nvdeck.slots > 0;

const defaultVideo = (config: DomainConfig): number =>
  config.shown["b_info/type.hvm/vga/kind"] === "std" ? STANDARD_MEMKB : CIRRUS_MEMKB;

/**
 * KiB: 256 pages a vCPU and a page a MiB, doubled without HAP (never here). pmem is not in it, and neither is the vCPU of a file
 * that names none: it is added after this is reckoned.
 */
function requiredPool(config: DomainConfig, maxMemkb: number): number {
  const vcpus = config.maxVcpus ?? config.vcpus ?? 0;
  const translated = config.type === "pv" ? 0 : 1;
  return 4 * (256 * vcpus + translated * Math.floor(maxMemkb / 1024));
}

/** RAM up to `bytes`, from the bottom; an HVM guest has the VGA hole in it. */
function ramRanges({ low, high }: RamLayout, bytes: number, hvm: boolean): Range[] {
  const lowBytes = Math.min(bytes, low.end);
  const below = hvm ? without(range(0, lowBytes), [VGA_HOLE]) : [range(0, lowBytes)];
  const above = bytes - lowBytes;
  return above > 0 ? [...below, range(high.start, above)] : below;
}

/**
 * Where hvmloader puts its tables and the device model's. The real one takes pages one by one as it needs them, from what
 * `dm_acpi_size` allows on top; here they are there from the start.
 */
const FIRMWARE_TABLES: Range = { start: ACPI_INFO_START, end: ACPI_POPULATED_END };
