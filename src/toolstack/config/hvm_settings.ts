/** Settings that xl reads of HVM guests only (`xl_parse.c`, the LIBXL_DOMAIN_TYPE_HVM branches). */
import { lookup } from "../../base/lookup.ts";
import { HVM_SETTINGS, readPlain, type Shown, VIRIDIAN } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";

export function readHvm(read: SettingReader, shown: Shown): void {
  readPlain(read, HVM_SETTINGS, shown);
  const enlightenments = read.list("viridian", true);
  if (enlightenments) readViridian(enlightenments, shown);
  else {
    const viridian = read.bool("viridian", true);
    if (viridian !== undefined) shown["b_info/type.hvm/viridian"] = viridian;
  }

  const vga = read.string("vga");
  const kinds: Record<string, string> = { stdvga: "std", cirrus: "cirrus", none: "none", qxl: "qxl" };
  if (vga !== undefined) {
    const kind = lookup(kinds, vga);
    if (kind === undefined) throw new Refused(`Unknown vga "${vga}" specified`);
    shown["b_info/type.hvm/vga/kind"] = kind;
  } else {
    const standard = read.bool("stdvga");
    if (standard !== undefined) shown["b_info/type.hvm/vga/kind"] = standard ? "std" : "cirrus";
  }
  for (const key of ["serial", "usbdevice"]) {
    const list = read.list(key, true);
    if (list) shown[`b_info/type.hvm/${key}_list`] = list.filter((item) => typeof item === "string");
    else {
      const one = read.string(key);
      if (one !== undefined) shown[`b_info/type.hvm/${key}`] = one;
    }
  }
}

function readViridian(list: readonly unknown[], shown: Shown): void {
  const enable = new Set<number>();
  const disable = new Set<number>();
  for (const item of list) {
    const text = String(item);
    if (text === "all") VIRIDIAN.forEach((_, bit) => enable.add(bit));
    else if (text === "defaults") shown["b_info/type.hvm/viridian"] = true;
    else {
      const off = text.startsWith("!");
      const bit = VIRIDIAN.indexOf(off ? text.slice(1) : text);
      if (bit < 0) throw new Refused(`xl: unknown viridian enlightenment '${off ? text.slice(1) : text}'`, 3);
      (off ? disable : enable).add(bit);
      (off ? enable : disable).delete(bit);
    }
  }
  const sorted = (set: Set<number>) => [...set].sort((a, b) => a - b);
  if (enable.size > 0) shown["b_info/type.hvm/viridian_enable"] = sorted(enable);
  if (disable.size > 0) shown["b_info/type.hvm/viridian_disable"] = sorted(disable);
}
