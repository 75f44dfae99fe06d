/**
 * A configuration file's text as a domain configuration, in the order and with the words of Xen 4.17 `tools/xl/xl_parse.c`
 * parse_config_data. Settings that xl does not know say nothing; ones of the wrong kind are warned about and left out;
 * what it refuses, it refuses here.
 */
import { err, ok, type Result } from "neverthrow";
import { isUuid } from "../../base/guid.ts";
import { lookup } from "../../base/lookup.ts";
import { parseCpus } from "./affinity.ts";
import { Complaints } from "./complaints.ts";
import { parseDisk } from "./disk.ts";
import {
  type DiskConfig,
  type DomainConfig,
  type DomainType,
  SHUTDOWN_ACTIONS,
  type ShutdownAction,
} from "./domain_config.ts";
import { readHvm } from "./hvm_settings.ts";
import { parseNic } from "./nic.ts";
import { PLAIN_SETTINGS, readPlain, type Shown } from "./plain_settings.ts";
import { SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { parseSettings } from "./settings.ts";
import { readDmAcpiSize, readNvdeck, readVnvdimms } from "./vnvdimm_settings.ts";

/** What the host adds to a file. */
export interface ConfigContext {
  /** The file's name for messages. */
  readonly source: string;
  /** Draws a UUID for a file that names none. */
  uuid(): string;
  /** Physical CPUs, for `cpus = "all"`. */
  readonly cpus: number;
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

type Draft = { -readonly [Key in keyof DomainConfig]?: DomainConfig[Key] };

function readConfig(read: SettingReader, context: ConfigContext): DomainConfig {
  const shown: Shown = {};
  const draft: Draft = {};
  const keep = <Key extends keyof DomainConfig>(key: Key, value: DomainConfig[Key] | undefined) => {
    if (value !== undefined) draft[key] = value;
  };

  const type = readType(read);
  const name = read.string("name");
  if (name === undefined) throw new Refused("Domain name must be specified.");
  const uuid = readUuid(read, context);

  keep("targetMemkb", kib(read.long("memory")));
  keep("maxMemkb", kib(read.long("maxmem")) ?? draft.targetMemkb);
  readVcpus(read, context, draft, shown);
  const actions = readActions(read);
  const pci = readPci(read);
  keep("shadowMemkb", kib(read.long("shadow_memory")));
  keep("videoMemkb", kib(read.long("videoram")));
  keep("kernel", read.string("kernel"));
  keep("ramdisk", read.string("ramdisk"));
  keep("cmdline", readCommandLine(read));
  readPlain(read, PLAIN_SETTINGS, shown);
  if (type === "hvm") readFirmware(read, draft, shown);
  else if (draft.kernel === undefined && !read.has("bootloader")) {
    throw new Refused("Neither kernel nor bootloader specified");
  }

  const disks = readDisks(read, context.source);
  const nics = (read.strings("vif") ?? []).map((spec, devid) => parseNic(spec, devid, read.complaints));
  keep("deviceModelVersion", readDeviceModelVersion(read));
  if (type === "hvm") readHvm(read, shown);
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

/** More than Xen gives any guest (HVM_MAX_VCPUS is 128): a bound on what a file may ask for. */
const MOST_VCPUS = 8192;

function readVcpus(read: SettingReader, context: ConfigContext, draft: Draft, shown: Shown): void {
  const vcpus = read.long("vcpus");
  if (vcpus !== undefined) {
    if (vcpus < 0 || vcpus > MOST_VCPUS) throw new Refused("Unable to allocate cpumap");
    draft.vcpus = vcpus;
  }
  const most = read.long("maxvcpus") || vcpus || 0;
  if (most !== 0) draft.maxVcpus = most;
  if (most < (vcpus ?? 0)) throw new Refused("xl: maxvcpus < vcpus");
  if (most > MOST_VCPUS) throw new Refused("Unable to allocate cpumap");
  for (const [key, path] of [["cpus", "b_info/vcpu_hard_affinity"], ["cpus_soft", "b_info/vcpu_soft_affinity"]]) {
    const affinity = readAffinity(read, key!, most, context.cpus);
    if (affinity) shown[path!] = affinity;
  }
}

/** One list of CPUs for all vCPUs, or a list of them, one a vCPU. */
function readAffinity(read: SettingReader, key: string, vcpus: number, cpus: number): number[][] | undefined {
  const parsed = (text: string): number[] => {
    const list = parseCpus(text, cpus);
    if (typeof list === "string") throw new Refused(list);
    return list;
  };
  const each = read.list(key, true);
  if (each) return each.slice(0, vcpus).filter((item) => typeof item === "string").map(parsed);
  const all = read.string(key);
  if (all === undefined) return undefined;
  const list = parsed(all);
  return Array.from({ length: vcpus }, () => list);
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

/** `[DOMAIN:]BUS:DEV.FUNC[@SLOT][,options]`; the exit status is libxl's ERROR_INVAL. */
const PCI_DEVICE = /^(?:bdf=)?(?:[0-9a-f]{1,4}:)?[0-9a-f]{1,2}:[0-9a-f]{1,2}\.(?:[0-7]|\*)(?:@[0-9a-f]+)?(?:,.*)?$/i;

function readPci(read: SettingReader): readonly string[] {
  const devices = read.strings("pci") ?? [];
  const wrong = devices.find((device) => !PCI_DEVICE.test(device));
  if (wrong !== undefined) throw new Refused(`unable to parse PCI_SPEC_STRING \`${wrong}' for passthrough`, 6);
  return devices;
}

function readCommandLine(read: SettingReader): string | undefined {
  const line = read.string("cmdline");
  const root = read.string("root");
  const extra = read.string("extra");
  if (line !== undefined) {
    if (root !== undefined || extra !== undefined) {
      read.complaints.say("Warning: ignoring root= and extra= in favour of cmdline=");
    }
    return line;
  }
  const parts = [...(root === undefined ? [] : [`root=${root}`]), ...(extra === undefined ? [] : [extra])];
  return parts.length === 0 ? undefined : parts.join(" ");
}

function readFirmware(read: SettingReader, draft: Draft, shown: Shown): void {
  if (draft.kernel?.split("/").at(-1) === "hvmloader") {
    read.complaints.say(
      `WARNING: you seem to be using "kernel" directive to override HVM guest firmware. Ignore that. ` +
        `Use "firmware_override" instead if you really want a non-default firmware`,
    );
    delete draft.kernel;
  }
  const bios = read.string("bios");
  if (bios !== undefined) {
    if (!["rombios", "seabios", "ovmf"].includes(bios)) {
      throw new Refused(`ERROR: invalid value "${bios}" for "bios"`);
    }
    shown["b_info/type.hvm/bios"] = bios;
  } else if (read.has("bios_path_override")) {
    read.complaints.say("WARNING: bios_path_override given without specific bios name");
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
