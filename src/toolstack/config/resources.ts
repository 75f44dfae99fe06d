/** `ioports`, `irqs`, `iomem`: what of the machine a guest may touch (Xen 4.17 `tools/xl/xl_parse.c`). Shown in listings only. */
import { type Json } from "../../base/json.ts";
import { strtoul } from "./c_numbers.ts";
import { present } from "./device_text.ts";
import { type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";

const U32_MAX = 2n ** 32n - 1n;

export function readResources(read: SettingReader, shown: Shown): void {
  const list = (key: string, noun: string, number: string, parse: (text: string) => Json): void => {
    const items = read.list(key);
    if (!items || items.length === 0) return;
    shown[`b_info/${key}`] = items.map((item, i) => {
      if (typeof item === "string") return parse(item);
      throw new Refused(`xl: Unable to get element ${number}${i} in ${noun} list`);
    });
  };
  list("ioports", "ioport", "#", (text) => ioport(read, text));
  list("irqs", "irq", "", irq);
  list("iomem", "iomem", "", iomem);
}

/** `3f8` or `3f8-3ff`, hexadecimal. */
function ioport(read: SettingReader, text: string): Json {
  const wrong = `xl: Invalid argument parsing ioport: ${text}`;
  const bounded = (value: bigint): bigint => {
    if (value >= U32_MAX) throw new Refused(`xl: ioport ${value.toString(16)} too big`);
    return value;
  };
  const first = strtoul(text, 16);
  if (!first) throw new Refused(wrong);
  const start = bounded(first.value);
  if (!first.rest.startsWith("-")) {
    // Real xl says so, and takes the number.
    if (first.rest !== "") read.complaints.say(wrong);
    return range(start, start);
  }
  const last = strtoul(first.rest.slice(1), 16);
  if (!last || last.rest !== "") throw new Refused(wrong);
  return range(start, bounded(last.value));
}

const range = (first: bigint, last: bigint): Json =>
  present({
    first: Number(first) || undefined,
    number: Number(BigInt.asUintN(32, last - first + 1n)) || undefined,
  });

function irq(text: string): Json {
  const number = strtoul(text, 10);
  if (!number || number.rest !== "") throw new Refused(`xl: Invalid argument parsing irq: ${text}`);
  if (number.value >= U32_MAX) throw new Refused(`xl: irq ${number.value.toString(16)} too big`);
  return Number(number.value);
}

/** `START,NUMBER[@GFN]`, frames in hexadecimal. */
function iomem(text: string): Json {
  const match = /^\s*(?:0[xX])?([0-9a-fA-F]+),\s*(?:0[xX])?([0-9a-fA-F]+)(?:@\s*(?:0[xX])?([0-9a-fA-F]+))?$/.exec(text);
  if (!match) throw new Refused(`xl: Invalid argument parsing iomem: ${text}`);
  const [start, number, gfn] = match.slice(1).map((digits) => digits === undefined ? undefined : parseInt(digits, 16));
  return present({ start: start || undefined, number: number || undefined, gfn });
}
