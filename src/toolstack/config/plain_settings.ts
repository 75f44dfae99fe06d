/** Settings that xl takes over as they are: their kind, and where libxl's structures keep them (`libxl_types.idl`, 4.17). */
import { type Json } from "../../base/json.ts";
import { word } from "./device_text.ts";
import { type SettingReader } from "./reader.ts";

/** Values by the path that libxl's structures keep them under. */
export type Shown = Record<string, Json>;

/** `int` and `u32` cut to 32 bits as C does; `mib` is kept in KiB. */
type Kind = "string" | "bool" | "int" | "u32" | "mib";

export interface PlainSetting {
  readonly name: string;
  readonly kind: Kind;
  readonly path: string;
  /** The value that libxl takes for "nothing was said". */
  readonly unsaid?: number;
}

const plain = (kind: Kind, place: string, names: Record<string, string>, unsaid?: number): PlainSetting[] =>
  Object.entries(names).map(([name, field]) => ({
    name,
    kind,
    path: place === "" || place.endsWith("/") ? `${place}${field}` : `${place}/${field}`,
    ...(unsaid === undefined ? {} : { unsaid }),
  }));

const same = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]));

/** Of every kind of guest. */
export const PLAIN_SETTINGS: readonly PlainSetting[] = [
  ...plain("bool", "c_info", same("hap", "oos", "driver_domain", "xend_suspend_evtchn_compat")),
  ...plain("string", "c_info", { pool: "pool_name" }),
  ...plain("int", "b_info/sched_params", { cpu_weight: "weight", ...same("cap", "period", "slice", "latency") }, -1),
  ...plain("int", "b_info/sched_params", same("extratime"), -1),
  ...plain("bool", "b_info", {
    nomigrate: "disable_migrate",
    nestedhvm: "nested_hvm",
    device_model_stubdomain_override: "device_model_stubdomain",
    ...same("localtime", "acpi", "dm_restrict", "vpmu"),
  }),
  ...plain("u32", "b_info", { ...same("rtc_timeoffset"), max_event_channels: "event_channels" }, 0),
  ...plain("int", "b_info", same("vmtrace_buf_kb"), 0),
  ...plain("mib", "b_info", { stubdomain_memory: "stubdomain_memkb" }),
  ...plain("string", "b_info", {
    device_model_override: "device_model",
    device_model_stubdomain_seclabel: "device_model_ssid_label",
    ...same("bootloader", "device_tree", "device_model_user"),
    ...same("stubdomain_kernel", "stubdomain_cmdline", "stubdomain_ramdisk"),
  }),
  ...plain("bool", "b_info/arch_x86", same("msr_relaxed")),
];

export const PV_SETTINGS: readonly PlainSetting[] = plain("bool", "b_info/type.pv", same("e820_host"));

export const PVH_SETTINGS: readonly PlainSetting[] = [
  ...plain("bool", "b_info/type.pvh", same("pvshim")),
  ...plain("string", "b_info/type.pvh", same("pvshim_path", "pvshim_cmdline", "pvshim_extra")),
];

/** `vnc…`, `sdl…`: of HVM guests, and of the one display of a PV guest. */
export const displaySettings = (place: string): readonly PlainSetting[] => [
  ...plain("bool", `${place}vnc`, { vnc: "enable", vncunused: "findunused" }),
  ...plain("string", `${place}vnc`, { vnclisten: "listen", vncpasswd: "passwd" }),
  ...plain("int", `${place}vnc`, { vncdisplay: "display" }, 0),
  ...plain("bool", `${place}sdl`, { sdl: "enable", opengl: "opengl" }),
  ...plain("string", `${place}sdl`, same("display", "xauthority")),
  ...plain("string", place, same("keymap")),
];

const HVM = "b_info/type.hvm";

/** Of HVM guests. */
export const HVM_SETTINGS: readonly PlainSetting[] = [
  ...plain("string", HVM, {
    firmware_override: "firmware",
    bios_path_override: "system_firmware",
    ...same("smbios_firmware", "acpi_firmware", "boot", "soundhw"),
  }),
  ...plain("bool", HVM, {
    altp2mhvm: "altp2m",
    ...same("pae", "acpi_s3", "acpi_s4", "acpi_laptop_slate", "nx", "hpet", "vpt_align", "nographic", "usb"),
    ...same("vkb_device", "xen_platform_pci"),
  }),
  ...plain("bool", "b_info", same("apic")),
  ...plain("int", HVM, same("usbversion"), 0),
  ...plain("mib", HVM, { rdm_mem_boundary: "rdm_mem_boundary_memkb" }),
  ...displaySettings(`${HVM}/`),
  ...plain("bool", `${HVM}/spice`, {
    spice: "enable",
    spicedisable_ticketing: "disable_ticketing",
    spiceagent_mouse: "agent_mouse",
    spicevdagent: "vdagent",
    spice_clipboard_sharing: "clipboard_sharing",
  }),
  ...plain("int", `${HVM}/spice`, {
    spiceport: "port",
    spicetls_port: "tls_port",
    spiceusbredirection: "usbredirection",
  }, 0),
  ...plain("string", `${HVM}/spice`, {
    spicehost: "host",
    spicepasswd: "passwd",
    spice_image_compression: "image_compression",
    spice_streaming_video: "streaming_video",
  }),
];

export function readPlain(read: SettingReader, table: readonly PlainSetting[], shown: Shown): void {
  for (const { name, kind, path, unsaid } of table) {
    const value = readKind(read, name, kind);
    if (value !== undefined && value !== unsaid) shown[path] = value;
  }
}

function readKind(read: SettingReader, name: string, kind: Kind): string | number | undefined {
  if (kind === "string") return read.string(name);
  if (kind === "bool") {
    const value = read.bool(name);
    return value === undefined ? undefined : word(value);
  }
  const value = read.long(name);
  if (value === undefined) return undefined;
  if (kind === "mib") return value * 1024;
  return kind === "int" ? value | 0 : value >>> 0;
}
