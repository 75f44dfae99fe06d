/**
 * A configuration file's text as a domain configuration, in the order and with the words of Xen 4.17 `tools/xl/xl_parse.c`
 * parse_config_data. Settings that xl does not know say nothing; ones of the wrong kind are warned about and left out;
 * what it refuses, it refuses here.
 */
import { err, ok, type Result } from "neverthrow";
import { isUuid } from "../../base/guid.ts";
import { lookup } from "../../base/lookup.ts";
import { dropHvmloader, readBootloaderArguments, readCommandLine, readKernel } from "./boot_settings.ts";
import { readChoices } from "./choices.ts";
import { Complaints } from "./complaints.ts";
import { parseDisk } from "./disk.ts";
import {
  type DiskConfig,
  type DomainConfig,
  type DomainType,
  type Draft,
  SHUTDOWN_ACTIONS,
  type ShutdownAction,
} from "./domain_config.ts";
import { readDisplay } from "./display.ts";
import { readHvm } from "./hvm_settings.ts";
import { readKeyboards } from "./keyboards.ts";
import { parseNic } from "./nic.ts";
import { readOtherDevices } from "./other_devices.ts";
import { parsePci } from "./pci_device.ts";
import { PLAIN_SETTINGS, PV_SETTINGS, readPlain, type Shown } from "./plain_settings.ts";
import { SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { remark } from "./remarks.ts";
import { readResources } from "./resources.ts";
import { parseSettings } from "./settings.ts";
import { readVcpus } from "./vcpu_settings.ts";
import { readDmAcpiSize, readNvdeck, readVnvdimms } from "./vnvdimm_settings.ts";

/** What the host adds to a file. */
export interface ConfigContext {
  /** The file's name for messages. */
  readonly source: string;
  /** Draws a UUID for a file that names none. */
  uuid(): string;
  /** Physical CPUs, for `cpus = "all"`, and the NUMA node of each where that is known, for `cpus = "nodes:0"`. */
  readonly cpus: number;
  readonly nodeOfCpu?: readonly number[];
}

export interface ParsedConfig {
  readonly config: DomainConfig;
  /** Warnings, for standard error. */
  readonly messages: readonly string[];
}

/** xl stops: what it says, and with which exit status. */
export interface ConfigRefusal {
  readonly kind: "config";
  readonly messages: readonly string[];
  readonly status: number;
}

export function parseConfig(text: string, context: ConfigContext): Result<ParsedConfig, ConfigRefusal> {
  const complaints = new Complaints(context.source);
  const refuse = (status: number) => err({ kind: "config" as const, messages: complaints.lines, status });
  const settings = parseSettings(text, complaints);
  if (!settings) {
    complaints.say("Failed to parse config: Invalid argument");
    return refuse(1);
  }
  try {
    const config = readConfig(new SettingReader(settings, complaints), context);
    return ok({ config, messages: complaints.lines });
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    if (fault.text !== "") complaints.say(fault.text);
    return refuse(fault.status);
  }
}

function readConfig(read: SettingReader, context: ConfigContext): DomainConfig {
  const shown: Shown = {};
  const draft: Draft = {};
  const keep = <Key extends keyof DomainConfig>(key: Key, value: DomainConfig[Key] | undefined) => {
    if (value !== undefined) draft[key] = value;
  };

  readLabels(read, shown);
  const type = readType(read);
  const name = read.string("name");
  if (name === undefined) throw new Refused("Domain name must be specified.");
  const uuid = readUuid(read, context);

  keep("targetMemkb", kib(read.long("memory")));
  keep("maxMemkb", kib(read.long("maxmem")) ?? draft.targetMemkb);
  readVcpus(read, context, draft, shown);
  readGrantLimits(read, shown);
  const actions = readActions(read);
  if (type === "pv") readPlain(read, PV_SETTINGS, shown);
  const pci = readPci(read, type, shown);
  keep("shadowMemkb", kib(read.long("shadow_memory")));
  keep("videoMemkb", kib(read.long("videoram")));
  keep("kernel", read.string("kernel"));
  keep("ramdisk", read.string("ramdisk"));
  keep("cmdline", readCommandLine(read));
  readPlain(read, PLAIN_SETTINGS, shown);
  readBootloaderArguments(read, shown);
  readChoices(read, type, shown);
  if (type === "hvm") dropHvmloader(read, draft);
  else readKernel(read, type, draft, shown);
  readResources(read, shown);

  const disks = readDisks(read, context.source);
  readOtherDevices(read, shown);
  const nics = (read.strings("vif") ?? []).map((spec, devid) => parseNic(spec, devid, read.complaints));
  keep("deviceModelVersion", readDeviceModelVersion(read));
  readDeviceModelArguments(read, shown);
  remark(read);
  if (type === "hvm") readHvm(read, shown);
  if (type === "pv") readDisplay(read, shown);
  readKeyboards(read, shown);
  // v4 reads these for HVM alone; that a guest of another kind gets none is refused when it is created.
  const vnvdimms = readVnvdimms(read, type);
  keep("dmAcpiSize", readDmAcpiSize(read));

  return {
    ...draft,
    ...actions,
    type,
    name,
    uuid,
    uuidGiven: read.has("uuid"),
    disks,
    nics,
    pci,
    vnvdimms,
    nvdeck: readNvdeck(read),
    shown,
  };
}

/** With `init_seclabel` the domain starts with that one and goes on with `seclabel`. */
function readLabels(read: SettingReader, shown: Shown): void {
  const first = read.string("init_seclabel");
  const label = read.string("seclabel");
  if (first !== undefined) shown["c_info/ssid_label"] = first;
  if (label !== undefined) shown[first === undefined ? "c_info/ssid_label" : "b_info/exec_ssid_label"] = label;
}

const kib = (mib: number | undefined): number | undefined => mib === undefined ? undefined : mib * 1024;

/** `type`, or the older `builder`; xl compares as many letters as are given, so `h` is `hvm`, and `p` is `pv`. */
function readType(read: SettingReader): DomainType {
  const text = read.string("type");
  const type = text === undefined ? undefined : (["hvm", "pv", "pvh"] as const).find((known) => known.startsWith(text));
  if (text !== undefined && type === undefined) throw new Refused(`Invalid domain type ${text}.`);

  const builder = read.string("builder");
  if (builder === undefined) return type ?? "pv";
  const built = "hvm".startsWith(builder) ? "hvm" : "generic".startsWith(builder) ? "pv" : undefined;
  if (!built) throw new Refused(`Invalid domain type ${builder}.`);
  if (type && type !== built) throw new Refused(`Contradicting "builder" and "type" options specified.`);
  return built;
}

function readUuid(read: SettingReader, context: ConfigContext): string {
  const text = read.string("uuid");
  if (text === undefined) return context.uuid();
  if (!isUuid(text)) throw new Refused(`Failed to parse UUID: ${text}`);
  return text.toLowerCase();
}

const INT_MAX = 2 ** 31 - 1;

/** These end everything, without a word, where they are no number that fits. */
function readGrantLimits(read: SettingReader, shown: Shown): void {
  for (const name of ["max_grant_frames", "max_maptrack_frames", "max_grant_version"]) {
    if (!read.has(name)) continue;
    const limit = read.long(name, true);
    if (limit === undefined || limit < 0 || limit > INT_MAX) throw new Refused("");
    shown[`b_info/${name}`] = limit;
  }
}

function readActions(
  read: SettingReader,
): Pick<DomainConfig, "onPoweroff" | "onReboot" | "onWatchdog" | "onCrash" | "onSoftReset"> {
  const action = (key: string, otherwise: ShutdownAction): ShutdownAction => {
    const text = read.string(key);
    if (text === undefined) return otherwise;
    const found = lookup(SHUTDOWN_ACTIONS, text);
    if (!found) throw new Refused(`Unknown ${key} action "${text}" specified`);
    return found;
  };
  const onPoweroff = action("on_poweroff", "destroy");
  const onReboot = action("on_reboot", "restart");
  const onWatchdog = action("on_watchdog", "destroy");
  const onCrash = action("on_crash", "destroy");
  return { onPoweroff, onReboot, onWatchdog, onCrash, onSoftReset: action("on_soft_reset", "soft_reset") };
}

function readPci(read: SettingReader, type: DomainType, shown: Shown): readonly string[] {
  const flag = (name: string): boolean => (read.long(`pci_${name}`) ?? 0) !== 0;
  const defaults = {
    msitranslate: flag("msitranslate"),
    power_mgmt: flag("power_mgmt"),
    permissive: flag("permissive"),
    seize: flag("seize"),
    // Where the structure of HVM guests has "none", that of the others has zero, which is a policy.
    rdm_policy: type === "hvm" ? undefined : "strict",
  };
  const specs = read.strings("pci") ?? [];
  const devices = specs.map((spec) => {
    const device = parsePci(spec, defaults);
    if (device.isOk()) return device.value;
    const { said, status } = device.error;
    throw new Refused(`${said}unable to parse PCI_SPEC_STRING \`${spec}' for passthrough`, status);
  });
  if (devices.length > 0) {
    shown["pcidevs"] = devices;
    if (type === "pv") shown["b_info/type.pv/e820_host"] = "True";
  }
  return specs;
}

/** `device_model_args`, `…_pv`, `…_hvm`: lists, and nothing else. */
function readDeviceModelArguments(read: SettingReader, shown: Shown): void {
  for (const suffix of ["", "_pv", "_hvm"]) {
    const name = `device_model_args${suffix}`;
    const list = read.strings(name);
    if (!list && read.has(name)) throw new Refused(`xl: Unable to parse ${name}.`, 3);
    if (list && list.length > 0) shown[`b_info/extra${suffix}`] = list;
  }
}

function readDisks(read: SettingReader, source: string): readonly DiskConfig[] {
  return (read.strings("disk") ?? []).map((spec) => {
    const disk = parseDisk(spec);
    if (disk.isOk()) return disk.value;
    for (const { reason, near } of disk.error) {
      const where = near === undefined ? "" : `: near \`${near}'`;
      read.complaints.say(`${source}: config parsing error in disk specification: ${reason}${where} in \`${spec}'`);
    }
    throw new Refused("");
  });
}

function readDeviceModelVersion(read: SettingReader): DomainConfig["deviceModelVersion"] {
  const text = read.string("device_model_version");
  if (text === undefined) return undefined;
  if (text === "qemu-xen") return "qemu_xen";
  if (text === "qemu-xen-traditional") return "qemu_xen_traditional";
  throw new Refused(`Unknown device_model_version "${text}" specified`);
}
