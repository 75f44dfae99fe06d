/** `viridian`: a truth value, or a list of enlightenments to have (`name`) and not to have (`!name`). */
import { word } from "./device_text.ts";
import { type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** `libxl_viridian_enlightenment` (Xen 4.17): bit numbers by position. */
const ENLIGHTENMENTS: readonly string[] = [
  "base",
  "freq",
  "time_ref_count",
  "reference_tsc",
  "hcall_remote_tlb_flush",
  "apic_assist",
  "crash_ctl",
  "synic",
  "stimer",
  "hcall_ipi",
  "ex_processor_masks",
  "no_vp_limit",
  "cpu_hotplug",
];
/** Bits of the map that `all` fills. */
const WIDTH = 64;
const PLACE = "b_info/type.hvm/viridian";

export function readViridian(read: SettingReader, shown: Shown): void {
  const list = read.list("viridian", true);
  if (list) return readList(list.filter((item) => typeof item === "string"), shown);
  const on = read.bool("viridian", true);
  if (on !== undefined) shown[PLACE] = word(on);
}

function readList(list: readonly string[], shown: Shown): void {
  const enable = new Set<number>();
  const disable = new Set<number>();
  for (const text of list) {
    if (text === "all") { for (let bit = 0; bit < WIDTH; bit++) enable.add(bit); }
    else if (text === "defaults") shown[PLACE] = word(true);
    else {
      const off = text.startsWith("!");
      const name = off ? text.slice(1) : text;
      const bit = ENLIGHTENMENTS.indexOf(name.toLowerCase());
      if (bit < 0) throw new Refused(`xl: unknown viridian enlightenment '${name}'`, 3);
      (off ? disable : enable).add(bit);
      (off ? enable : disable).delete(bit);
    }
  }
  const sorted = (set: Set<number>) => [...set].sort((a, b) => a - b);
  if (enable.size > 0) shown[`${PLACE}_enable`] = sorted(enable);
  if (disable.size > 0) shown[`${PLACE}_disable`] = sorted(disable);
}
