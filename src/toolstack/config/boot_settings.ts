/** What a guest starts with: kernel, command line, firmware, bootloader (Xen 4.17 `tools/xl/xl_parse.c`). */
import { type DomainType, type Draft } from "./domain_config.ts";
import { PVH_SETTINGS, readPlain, type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";

export function readCommandLine(read: SettingReader): string | undefined {
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

/** Firmware has settings of its own; who names it as the kernel has an old file. */
export function dropHvmloader(read: SettingReader, draft: Draft): void {
  if (draft.kernel?.split("/").at(-1) !== "hvmloader") return;
  read.complaints.say(
    `WARNING: you seem to be using "kernel" directive to override HVM guest firmware. Ignore that. ` +
      `Use "firmware_override" instead if you really want a non-default firmware`,
  );
  delete draft.kernel;
}

/** Where Debian keeps the firmware of guests without a kernel of their own. */
const FIRMWARE_FOLDER = "/usr/lib/xen-4.17/boot";

/** What a PV or PVH guest runs: a kernel, one that `firmware` stands for, or what a bootloader finds. */
export function readKernel(read: SettingReader, type: DomainType, draft: Draft, shown: Shown): void {
  if (type === "pvh") readPlain(read, PVH_SETTINGS, shown);
  const firmware = read.string("firmware");
  if (firmware !== undefined) {
    if (draft.kernel !== undefined) throw new Refused("ERROR: both kernel and firmware specified");
    if (!["pvgrub32", "pvgrub64"].some((known) => known.startsWith(firmware))) {
      throw new Refused("ERROR: only pvgrub{32|64} supported as firmware options");
    }
    draft.kernel = `${FIRMWARE_FOLDER}/${firmware}.bin`;
  }
  if (draft.kernel === undefined && shown["b_info/bootloader"] === undefined) {
    throw new Refused("Neither kernel nor bootloader specified");
  }
}

export function readBootloaderArguments(read: SettingReader, shown: Shown): void {
  const text = read.isList("bootloader_args") ? undefined : read.string("bootloader_args");
  if (text !== undefined) {
    read.complaints.say(
      `WARNING: Specifying "bootloader_args" as a string is deprecated. Please use a list of arguments.`,
    );
  }
  const list = text?.split(/[ \t\n]+/).filter((word) => word !== "") ?? read.strings("bootloader_args") ?? [];
  if (list.length > 0) shown["b_info/bootloader_args"] = list;
}
