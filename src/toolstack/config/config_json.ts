/**
 * A domain configuration as libxl prints it: fields in the order of `libxl_types.idl` (Xen 4.17), those at their defaults
 * left out, structures always there, booleans in words.
 */
import { type Json } from "../../base/json.ts";
import { configLayout, type Layout } from "./config_layout.ts";
import { present, word } from "./device_text.ts";
import { type DiskConfig, type DomainConfig, type NicConfig } from "./domain_config.ts";
import { NO_MAC } from "./nic.ts";

/** What a running domain's record has beyond the file (`libxl_retrieve_domain_configuration`). */
export type Extra = Readonly<Record<string, Json>>;

export function configJson(config: DomainConfig, extra: Extra = {}): Json {
  const values = new Map<string, Json>(Object.entries(config.shown));
  const put = (path: string, value: Json | undefined) => {
    if (value !== undefined) values.set(path, value);
  };
  put("c_info/type", config.type);
  put("c_info/name", config.name);
  put("c_info/uuid", config.uuid === NIL_UUID ? undefined : config.uuid);
  put("c_info/run_hotplug_scripts", "True");
  put("b_info/max_vcpus", config.maxVcpus);
  if (config.vcpus) put("b_info/avail_vcpus", Array.from({ length: config.vcpus }, (_, cpu) => cpu));
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
  return laidOut(configLayout(config.type), values, "");
}

/** To libxl, the same as none. */
const NIL_UUID = "00000000-0000-0000-0000-000000000000";

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

const wordOf = (flag: boolean | undefined): string | undefined => flag === undefined ? undefined : word(flag);
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
    discard_enable: wordOf(disk.discard),
    specification: disk.specification,
    colo_enable: wordOf(disk.colo),
    colo_host: disk.coloHost,
    colo_port: disk.coloPort,
    colo_export: disk.coloExport,
    active_disk: disk.activeDisk,
    hidden_disk: disk.hiddenDisk,
  });

const nicJson = (nic: NicConfig): Json =>
  present({
    backend_domname: nic.backendDomain,
    devid: nic.devid,
    mtu: nic.mtu || undefined,
    model: nic.model,
    mac: nic.mac === NO_MAC ? undefined : nic.mac,
    ip: nic.ip,
    bridge: nic.bridge,
    ifname: nic.ifname,
    script: nic.script,
    nictype: nic.type,
    rate_bytes_per_interval: nic.rate?.bytesPerInterval || undefined,
    rate_interval_usecs: nic.rate?.intervalUs,
    gatewaydev: nic.gatewaydev,
    coloft_forwarddev: nic.forwardDevice,
    trusted: wordOf(nic.trusted),
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
