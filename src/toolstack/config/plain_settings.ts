/** Settings that xl takes over as they are: their kind, and where libxl's structures keep them (`libxl_types.idl`, 4.17). */
import { type ShownValue } from "./domain_config.ts";
import { type SettingReader } from "./reader.ts";

/** Values by the path that libxl's structures keep them under. */
export type Shown = Record<string, ShownValue>;

export interface PlainSetting {
  readonly name: string;
  readonly kind: "string" | "long" | "bool";
  readonly path: string;
  /** Unit of the file in units of the structure: MiB in KiB is 1024. */
  readonly scale?: number;
}

const plain = (kind: PlainSetting["kind"], place: string, names: Record<string, string>): PlainSetting[] =>
  Object.entries(names).map(([name, field]) => ({ name, kind, path: `${place}/${field}` }));

/** Of every kind of guest. */
export const PLAIN_SETTINGS: readonly PlainSetting[] = [
  ...plain("bool", "c_info", { hap: "hap", oos: "oos", driver_domain: "driver_domain" }),
  ...plain("string", "c_info", { pool: "pool_name", seclabel: "ssid_label" }),
  ...plain("long", "b_info/sched_params", { cpu_weight: "weight", cap: "cap" }),
  ...plain("bool", "b_info", {
    nomigrate: "disable_migrate",
    localtime: "localtime",
    acpi: "acpi",
    nestedhvm: "nested_hvm",
  }),
  ...plain("long", "b_info", {
    max_grant_frames: "max_grant_frames",
    max_maptrack_frames: "max_maptrack_frames",
    rtc_timeoffset: "rtc_timeoffset",
    max_event_channels: "event_channels",
  }),
  ...plain("string", "b_info", { bootloader: "bootloader", device_model_override: "device_model" }),
  ...plain("bool", "b_info", { dm_restrict: "dm_restrict", vpmu: "vpmu" }),
];

/** Of HVM guests. */
export const HVM_SETTINGS: readonly PlainSetting[] = [
  ...plain("string", "b_info/type.hvm", {
    firmware_override: "firmware",
    bios_path_override: "system_firmware",
    smbios_firmware: "smbios_firmware",
    acpi_firmware: "acpi_firmware",
    keymap: "keymap",
    boot: "boot",
    soundhw: "soundhw",
  }),
  ...plain("bool", "b_info/type.hvm", {
    pae: "pae",
    acpi_s3: "acpi_s3",
    acpi_s4: "acpi_s4",
    acpi_laptop_slate: "acpi_laptop_slate",
    nx: "nx",
    hpet: "hpet",
    vpt_align: "vpt_align",
    nographic: "nographic",
    usb: "usb",
    vkb_device: "vkb_device",
    xen_platform_pci: "xen_platform_pci",
  }),
  { name: "apic", kind: "bool", path: "b_info/apic" },
  { name: "mmio_hole", kind: "long", path: "b_info/type.hvm/mmio_hole_memkb", scale: 1024 },
  { name: "usbversion", kind: "long", path: "b_info/type.hvm/usbversion" },
  { name: "vnc", kind: "bool", path: "b_info/type.hvm/vnc/enable" },
  { name: "vnclisten", kind: "string", path: "b_info/type.hvm/vnc/listen" },
  { name: "vncpasswd", kind: "string", path: "b_info/type.hvm/vnc/passwd" },
  { name: "vncdisplay", kind: "long", path: "b_info/type.hvm/vnc/display" },
  { name: "vncunused", kind: "bool", path: "b_info/type.hvm/vnc/findunused" },
  { name: "sdl", kind: "bool", path: "b_info/type.hvm/sdl/enable" },
  { name: "opengl", kind: "bool", path: "b_info/type.hvm/sdl/opengl" },
  { name: "spice", kind: "bool", path: "b_info/type.hvm/spice/enable" },
  { name: "spiceport", kind: "long", path: "b_info/type.hvm/spice/port" },
  { name: "spicehost", kind: "string", path: "b_info/type.hvm/spice/host" },
  { name: "spicedisable_ticketing", kind: "bool", path: "b_info/type.hvm/spice/disable_ticketing" },
];

/** `libxl_viridian_enlightenment`: bit numbers by position. */
export const VIRIDIAN: readonly string[] = [
  "base",
  "freq",
  "time_ref_count",
  "reference_tsc",
  "hcall_remote_tlb_flush",
  "apic_assist",
  "crash_ctl",
  "synic",
  "stimer",
  "hcall_ipi",
  "ex_processor_masks",
  "no_vp_limit",
  "cpu_hotplug",
];

export function readPlain(read: SettingReader, table: readonly PlainSetting[], shown: Shown): void {
  for (const { name, kind, path, scale = 1 } of table) {
    const value = kind === "string" ? read.string(name) : kind === "bool" ? read.bool(name) : read.long(name);
    if (value !== undefined) shown[path] = typeof value === "number" ? value * scale : value;
  }
}
