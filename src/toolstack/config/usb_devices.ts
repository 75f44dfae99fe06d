/** `usbctrl` and `usbdev` entries (Xen 4.17 `tools/xl/xl_parse.c`): shown in listings only. */
import { type Json } from "../../base/json.ts";
import { atoi, strtoul } from "./c_numbers.ts";
import { nonZero, present } from "./device_text.ts";
import { Refused } from "./refused.ts";
import { partsOf } from "./spec_parts.ts";

const CONTROLLERS = ["auto", "pv", "devicemodel", "qusb"];

export function usbController(spec: string, devid: number): Json {
  let [type, version, ports]: [string?, number?, number?] = [];
  for (const part of partsOf(spec)) {
    const [, key, value = ""] = /^(type|version|ports)=(.*)$/s.exec(part) ?? [];
    if (key === "type") {
      type = CONTROLLERS.find((name) => name === value.toLowerCase());
      if (type === undefined) throw new Refused(`Invalid usb controller type '${value}'`);
    } else if (key === "version") version = atoi(value);
    else if (key === "ports") ports = atoi(value);
    else throw new Refused(`Unknown string \`${part}' in usbctrl spec`);
  }
  return present({ type: type === "auto" ? undefined : type, devid, version: nonZero(version), ports: nonZero(ports) });
}

export function usbDevice(spec: string): Json {
  const byte = (text: string): number => Number(BigInt.asUintN(8, strtoul(text, 0)?.value ?? 0n));
  let [type, ctrl, port, bus, address]: [string?, number?, number?, number?, number?] = [];
  for (const part of partsOf(spec)) {
    const [, key, value = ""] = /^(type|hostbus|hostaddr|controller|port)=(.*)$/s.exec(part) ?? [];
    if (key === "type") {
      if (value.toLowerCase() !== "hostdev") throw new Refused("Invalid usb device type: (null)");
      type = "hostdev";
    } else if (key === "hostbus") bus = byte(value);
    else if (key === "hostaddr") address = byte(value);
    else if (key === "controller") ctrl = atoi(value);
    else if (key === "port") port = atoi(value);
    else throw new Refused(`Unknown string \`${part}' in usbdev spec`);
  }
  const host = present({ hostbus: nonZero(bus), hostaddr: nonZero(address) });
  return present({
    ctrl: ctrl === -1 ? undefined : ctrl,
    port: nonZero(port),
    ...(type === undefined ? {} : { "type.hostdev": host }),
  });
}
