/** `vnc = 1` in the file of a PV guest: a display like one of `vfb`, with the settings that HVM guests have (`xl_parse.c`). */
import { type Json } from "../../base/json.ts";
import { DISPLAY_LAYOUT } from "./config_layout.ts";
import { present } from "./device_text.ts";
import { displaySettings, readPlain, type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";

/** Nothing where there is a `vfb` already. */
export function readDisplay(read: SettingReader, shown: Shown): void {
  if (shown["vfbs"] !== undefined || !read.long("vnc")) return;
  const said: Shown = {};
  readPlain(read, displaySettings(""), said);
  const fields = (part: "vnc" | "sdl"): Json =>
    present(Object.fromEntries(DISPLAY_LAYOUT[part].map((field) => [field, said[`${part}/${field}`]])));
  shown["vfbs"] = [present({ devid: 0, vnc: fields("vnc"), sdl: fields("sdl"), keymap: said["keymap"] })];
  shown["vkbs"] = [{ devid: 0 }];
}
