/** Settings that xl has a word about, and does nothing more with (Xen 4.17 `tools/xl/xl_parse.c`). */
import { type SettingReader } from "./reader.ts";

export function remark(read: SettingReader): void {
  const warn = (when: boolean, ...lines: string[]): void => {
    if (when) lines.forEach((line) => read.complaints.say(line));
  };
  warn(
    read.long("vncviewer") !== undefined,
    `WARNING: ignoring "vncviewer" option. Use "-V" option of "xl create" to automatically spawn vncviewer.`,
  );
  warn(read.list("vif2") !== undefined, "WARNING: vif2: netchannel2 is deprecated and not supported by xl");
  warn(
    read.string("device_model") !== undefined,
    "WARNING: ignoring device_model directive.",
    `WARNING: Use "device_model_override" instead if you really want a non-default device_model`,
  );
  warn(
    read.has("device_model_override") && !read.has("device_model_version"),
    "WARNING: device model override given without specific DM version",
  );
  warn(
    read.long("msr_relaxed", true) !== undefined,
    "WARNING: msr_relaxed will be removed in future versions.",
    "If it fixes an issue you are having please report to xen-devel@lists.xenproject.org.",
  );
}
