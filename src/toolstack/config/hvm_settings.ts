/** Settings that xl reads of HVM guests only (`xl_parse.c`, the LIBXL_DOMAIN_TYPE_HVM branches). */
import { lookup } from "../../base/lookup.ts";
import { named } from "./choices.ts";
import { word } from "./device_text.ts";
import { HVM_SETTINGS, readPlain, type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { readViridian } from "./viridian.ts";

/** libxl's ERROR_FAIL as an exit status. */
const FAILED = 3;
const HVM = "b_info/type.hvm";

export function readHvm(read: SettingReader, shown: Shown): void {
  if (read.has("bios_path_override") && !read.has("bios")) {
    read.complaints.say("WARNING: bios_path_override given without specific bios name");
  }
  readPlain(read, HVM_SETTINGS, shown);
  if (read.has("altp2mhvm") && shown[`${HVM}/altp2m`] !== undefined) {
    read.complaints.say(`WARNING: Specifying "altp2mhvm" is deprecated. Please use "altp2m" instead.`);
  }
  readViridian(read, shown);
  readMmioHole(read, shown);
  readGenerationId(read);
  readMachineChecks(read, shown);
  readFirmware(read, shown);
  readReservedMemory(read, shown);
  readVga(read, shown);
  readGraphics(read, shown);
  for (const key of ["serial", "usbdevice"]) readOneOrMore(read, key, shown);
  if (String(shown[`${HVM}/vnc/listen`] ?? "").includes(":") && shown[`${HVM}/vnc/display`] !== undefined) {
    throw new Refused("ERROR: Display specified both in vnclisten and vncdisplay!");
  }
}

/** Bytes (`xen/include/public/hvm/e820.h`): the hole that is always there, and the address at which it begins. */
const HOLE_MIN = 0x1000_0000;
const HOLE_MAX = 0xf000_0000;

function readMmioHole(read: SettingReader, shown: Shown): void {
  const mib = read.long("mmio_hole");
  if (mib === undefined) return;
  const bytes = mib * 2 ** 20;
  if (bytes < HOLE_MIN || bytes > HOLE_MAX) throw new Refused(`ERROR: invalid value ${mib} for "mmio_hole"`);
  shown[`${HVM}/mmio_hole_memkb`] = mib * 1024;
}

/** What `generate` draws is not kept: no guest here reads it. */
function readGenerationId(read: SettingReader): void {
  const text = read.string("ms_vm_genid");
  if (text !== undefined && text !== "generate" && text !== "none") {
    throw new Refused(`ERROR: "ms_vm_genid" option must be "generate" or "none"`);
  }
}

/** The one capability there is, LMCE, is bit 0. */
function readMachineChecks(read: SettingReader, shown: Shown): void {
  if (!read.has("mca_caps")) return;
  const list = read.list("mca_caps", true);
  if (!list) throw new Refused("ERROR: unable to parse mca_caps.", FAILED);
  for (const item of list) {
    if (item !== "lmce") throw new Refused(`ERROR: unrecognized MCA capability '${String(item)}'.`, FAILED);
    shown[`${HVM}/mca_caps`] = 1;
  }
}

const BIOSES = ["unknown", "rombios", "seabios", "ovmf"];

/** `bios` by name; `firmware` is a name too, or `uefi`, `bios`, or a path. Names may be cut short. */
function readFirmware(read: SettingReader, shown: Shown): void {
  const set = (bios: string): void => {
    if (bios === "unknown") delete shown[`${HVM}/bios`];
    else shown[`${HVM}/bios`] = bios;
  };
  const bios = read.string("bios");
  if (bios !== undefined) {
    const known = named(BIOSES, bios);
    if (known === undefined) throw new Refused(`ERROR: invalid value "${bios}" for "bios"`);
    set(known);
  }
  const firmware = read.string("firmware");
  if (firmware === undefined) return;
  const known = named(BIOSES, firmware);
  if (known !== undefined) set(known);
  else if ("uefi".startsWith(firmware)) set("ovmf");
  else if (!"bios".startsWith(firmware)) shown[`${HVM}/firmware`] = firmware;
}

/**
 * Only `strategy=host` gets through: a policy ends the parse, as real xl's test for it is the wrong way round. The policy that
 * nobody has set is then none of libxl's, and has no name.
 */
function readReservedMemory(read: SettingReader, shown: Shown): void {
  if (read.string("rdm") !== "strategy=host") return;
  shown[`${HVM}/rdm/strategy`] = "host";
  shown[`${HVM}/rdm/policy`] = null;
}

const VGA_KINDS: Readonly<Record<string, string>> = { stdvga: "std", cirrus: "cirrus", none: "none", qxl: "qxl" };

function readVga(read: SettingReader, shown: Shown): void {
  const vga = read.string("vga");
  if (vga === undefined) {
    const standard = read.bool("stdvga");
    if (standard !== undefined) shown[`${HVM}/vga/kind`] = standard ? "std" : "cirrus";
    return;
  }
  const kind = lookup(VGA_KINDS, vga);
  if (kind === undefined) throw new Refused(`Unknown vga "${vga}" specified`);
  shown[`${HVM}/vga/kind`] = kind;
}

function readGraphics(read: SettingReader, shown: Shown): void {
  const flag = read.bool("gfx_passthru", true);
  if (flag !== undefined) {
    shown[`${HVM}/gfx_passthru`] = word(flag);
    return;
  }
  const text = read.string("gfx_passthru");
  if (text === undefined) return;
  const kind = named(["default", "igd"], text);
  if (kind === undefined) throw new Refused(`ERROR: invalid value "${text}" for "gfx_passthru"`);
  if (kind !== "default") shown[`${HVM}/gfx_passthru_kind`] = kind;
  shown[`${HVM}/gfx_passthru`] = "True";
}

function readOneOrMore(read: SettingReader, key: string, shown: Shown): void {
  if (read.isList(key)) {
    const list = read.strings(key)!;
    if (list.length > 0) shown[`${HVM}/${key}_list`] = list;
    return;
  }
  const one = read.string(key);
  if (one !== undefined) shown[`${HVM}/${key}`] = one;
}
