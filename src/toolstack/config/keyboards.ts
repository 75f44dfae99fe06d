/** `vkb` entries (Xen 4.17 `tools/xl/xl_parse.c` parse_vkb_list): shown in listings only. */
import { type Json } from "../../base/json.ts";
import { u32Of } from "./c_numbers.ts";
import { nonZero, present } from "./device_text.ts";
import { type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { partsOf } from "./spec_parts.ts";

const KEYBOARD_FLAGS: Readonly<Record<string, string>> = {
  "feature-disable-keyboard": "feature_disable_keyboard",
  "feature-disable-pointer": "feature_disable_pointer",
  "feature-abs-pointer": "feature_abs_pointer",
  "feature-raw-pointer": "feature_raw_pointer",
  "feature-multi-touch": "feature_multi_touch",
};
const KEYBOARD_SIZES: Readonly<Record<string, string>> = {
  width: "width",
  height: "height",
  "multi-touch-width": "multi_touch_width",
  "multi-touch-height": "multi_touch_height",
  "multi-touch-num-contacts": "multi_touch_num_contacts",
};

/** Read last of all: these stand behind those that `vfb` makes. */
export function readKeyboards(read: SettingReader, shown: Shown): void {
  const made = (shown["vkbs"] as readonly Json[] | undefined) ?? [];
  const keyboards = (read.strings("vkb") ?? []).map((spec, i) => keyboard(spec, made.length + i));
  if (keyboards.length > 0) shown["vkbs"] = [...made, ...keyboards];
}

function keyboard(spec: string, devid: number): Json {
  let [backend, type, unique]: (string | undefined)[] = [];
  const flags = new Map<string, boolean>();
  const sizes = new Map<string, number>();
  for (const part of partsOf(spec)) {
    const equals = part.indexOf("=");
    const [key, value] = [part.slice(0, Math.max(0, equals)), part.slice(equals + 1)];
    if (key === "backend") backend = value;
    else if (key === "backend-type") {
      type = ["unknown", "qemu", "linux"].find((name) => name === value.toLowerCase());
      if (type === undefined) throw new Refused(`Unknown backend_type "${value}" in vkb spec`);
    } else if (key === "unique-id") unique = value;
    else if (Object.hasOwn(KEYBOARD_FLAGS, key)) flags.set(KEYBOARD_FLAGS[key]!, u32Of(value) !== 0);
    else if (Object.hasOwn(KEYBOARD_SIZES, key)) sizes.set(KEYBOARD_SIZES[key]!, u32Of(value));
    else throw new Refused(`Unknown string "${part}" in vkb spec`);
  }
  if (type === undefined || type === "unknown") throw new Refused("backend-type should be set in vkb spec");
  const touch = [...sizes].some(([field, size]) => field.startsWith("multi_touch") && size !== 0);
  if (flags.get("feature_multi_touch") && !touch) {
    throw new Refused(
      "multi-touch-width, multi-touch-height, multi-touch-num-contacts should be set for multi touch in vkb spec",
    );
  }
  if (touch) flags.set("feature_multi_touch", true);
  return present({
    backend_domname: backend,
    devid,
    backend_type: type,
    unique_id: unique,
    ...Object.fromEntries(Object.values(KEYBOARD_FLAGS).map((field) => [field, flags.get(field) || undefined])),
    ...Object.fromEntries(Object.values(KEYBOARD_SIZES).map((field) => [field, nonZero(sizes.get(field))])),
  });
}
