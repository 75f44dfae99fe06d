/**
 * A domain configuration as libxl prints it: fields in the order of `libxl_types.idl` (Xen 4.17), those at their defaults
 * left out, structures always there, booleans in words.
 */
import { type Json } from "../../base/json.ts";
import { type DiskConfig, type DomainConfig, type NicConfig, type ShownValue } from "./domain_config.ts";

/** A structure's fields in order; a nested structure is [name, fields]. */
type Layout = readonly (string | readonly [string, Layout])[];

const HVM: Layout = [
  ..."firmware bios pae acpi_s3 acpi_s4 acpi_laptop_slate nx viridian viridian_enable viridian_disable".split(" "),
  ..."hpet vpt_align mmio_hole_memkb system_firmware smbios_firmware acpi_firmware nographic".split(" "),
  ["vga", ["kind"]],
  ["vnc", ["enable", "listen", "passwd", "display", "findunused"]],
  "keymap",
  ["sdl", ["enable", "opengl"]],
  ["spice", ["enable", "port", "host", "disable_ticketing"]],
  ..."serial boot usb usbversion usbdevice vkb_device soundhw xen_platform_pci usbdevice_list serial_list".split(" "),
  ["rdm", []],
];

const layout = (type: DomainConfig["type"]): Layout => [
  [
    "c_info",
    "type hap oos ssid_label name domid uuid pool_name run_hotplug_scripts driver_domain".split(" "),
  ],
  ["b_info", [
    ..."max_vcpus avail_vcpus vcpu_hard_affinity vcpu_soft_affinity max_memkb target_memkb video_memkb".split(" "),
    ..."shadow_memkb rtc_timeoffset localtime disable_migrate max_grant_frames max_maptrack_frames".split(" "),
    ..."device_model_version device_model".split(" "),
    ["sched_params", ["sched", "weight", "cap"]],
    ..."claim_mode event_channels kernel cmdline ramdisk acpi bootloader nested_hvm apic dm_restrict".split(" "),
    [`type.${type}`, type === "hvm" ? HVM : []],
    ["arch_arm", []],
    ["arch_x86", ["msr_relaxed"]],
    "vpmu",
    "dm_acpi_size",
  ]],
  ..."disks nics pcidevs vnvdimms on_poweroff on_reboot on_watchdog on_crash on_soft_reset".split(" "),
];

/** What a running domain's record has beyond the file (`libxl_retrieve_domain_configuration`). */
export type Extra = Readonly<Record<string, Json>>;

export function configJson(config: DomainConfig, extra: Extra = {}): Json {
  const values = new Map<string, Json>(Object.entries(config.shown).map(([path, value]) => [path, shownJson(value)]));
  const put = (path: string, value: Json | undefined) => {
    if (value !== undefined) values.set(path, value);
  };
  put("c_info/type", config.type);
  put("c_info/name", config.name);
  put("c_info/uuid", config.uuid);
  put("c_info/run_hotplug_scripts", "True");
  put("b_info/max_vcpus", config.maxVcpus);
  if (config.vcpus !== undefined) put("b_info/avail_vcpus", Array.from({ length: config.vcpus }, (_, cpu) => cpu));
  put("b_info/max_memkb", config.maxMemkb);
  put("b_info/target_memkb", config.targetMemkb);
  put("b_info/video_memkb", config.videoMemkb);
  put("b_info/shadow_memkb", config.shadowMemkb);
  put("b_info/device_model_version", config.deviceModelVersion);
  put("b_info/claim_mode", "True");
  put("b_info/kernel", config.kernel);
  put("b_info/cmdline", config.cmdline);
  put("b_info/ramdisk", config.ramdisk);
  put("b_info/dm_acpi_size", config.dmAcpiSize);
  if (config.disks.length > 0) put("disks", config.disks.map(diskJson));
  if (config.nics.length > 0) put("nics", config.nics.map(nicJson));
  if (config.pci.length > 0) put("pcidevs", [...config.pci]);
  if (config.type === "hvm" && config.vnvdimms.length > 0) put("vnvdimms", vnvdimmsJson(config));
  const actions = {
    on_poweroff: config.onPoweroff,
    on_watchdog: config.onWatchdog,
    on_crash: config.onCrash,
    on_reboot: config.onReboot,
    on_soft_reset: config.onSoftReset,
  };
  for (const [key, action] of Object.entries(actions)) put(key, action === "destroy" ? undefined : action);
  for (const [path, value] of Object.entries(extra)) put(path, value);
  return laidOut(layout(config.type), values, "");
}

function laidOut(fields: Layout, values: ReadonlyMap<string, Json>, place: string): Json {
  const out: Record<string, Json> = {};
  for (const field of fields) {
    const name = typeof field === "string" ? field : field[0];
    const path = place === "" ? name : `${place}/${name}`;
    if (typeof field !== "string") out[name] = laidOut(field[1], values, path);
    else if (values.has(path)) out[name] = values.get(path)!;
  }
  return out;
}

const word = (value: boolean): string => value ? "True" : "False";
const shownJson = (value: ShownValue): Json => typeof value === "boolean" ? word(value) : value as Json;

/** Fields without a value are left out, numbers also where they are zero. */
function present(fields: Record<string, Json | undefined>): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Json;
}

const one = (flag: boolean): number | undefined => flag ? 1 : undefined;

const diskJson = (disk: DiskConfig): Json =>
  present({
    backend_domname: disk.backendDomain,
    pdev_path: disk.target,
    vdev: disk.vdev,
    backend: disk.backend,
    format: disk.format,
    script: disk.script,
    removable: one(disk.removable),
    readwrite: one(disk.readWrite),
    is_cdrom: one(disk.cdrom),
    direct_io_safe: disk.directIoSafe ? true : undefined,
    discard_enable: disk.discard === undefined ? undefined : word(disk.discard),
  });

const nicJson = (nic: NicConfig): Json =>
  present({
    backend_domname: nic.backendDomain,
    devid: nic.devid,
    model: nic.model,
    mac: nic.mac === "00:00:00:00:00:00" ? undefined : nic.mac,
    ip: nic.ip,
    bridge: nic.bridge,
    ifname: nic.ifname,
    script: nic.script,
    nictype: nic.type,
    gatewaydev: nic.gatewaydev,
  });

/** As v4's IDL has them, with a `path` where v4 knew frames alone. */
const vnvdimmsJson = (config: DomainConfig): Json =>
  config.vnvdimms.map((vnvdimm, devid) =>
    present({
      devid,
      nr_pages: vnvdimm.pages,
      nr_label_pages: vnvdimm.labelPages || undefined,
      [vnvdimm.kind === "mfn" ? "backend_type.mfn" : "backend_type.path"]: vnvdimm.mfn ?? vnvdimm.backend,
    })
  );
