/**
 * Devices that are of no consequence here and show in listings only: `vtpm`, `p9`, `pvcalls`, `vdispl`, `channel`, `vfb`,
 * `usbctrl`, `usbdev`, `dtdev`. Each entry is `key=value` pairs between commas, read as Xen 4.17 `tools/xl/xl_parse.c` does,
 * and kept as libxl prints it.
 */
import { isUuid } from "../../base/guid.ts";
import { type Json } from "../../base/json.ts";
import { atoi, u32Of } from "./c_numbers.ts";
import { nonZero, present, word } from "./device_text.ts";
import { type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { keyValues, partsOf } from "./spec_parts.ts";
import { usbController, usbDevice } from "./usb_devices.ts";

export function readOtherDevices(read: SettingReader, shown: Shown): void {
  const list = (key: string, field: string, parse: (spec: string, devid: number) => Json): void => {
    const devices = read.strings(key)?.map(parse) ?? [];
    if (devices.length > 0) shown[field] = devices;
  };
  list("dtdev", "dtdevs", (path) => ({ path }));
  list("p9", "p9s", p9);
  list("vtpm", "vtpms", vtpm);
  list("vdispl", "vdispls", vdispl);
  list("pvcalls", "pvcallsifs", (spec, devid) => {
    const { backend } = pairs(spec, ["backend"], "pvcalls");
    return present({ backend_domname: backend, devid });
  });
  list("channel", "channels", (spec, devid) => channel(read, spec, devid));
  list("vfb", "vfbs", vfb);
  if (shown["vfbs"]) shown["vkbs"] = (shown["vfbs"] as readonly Json[]).map((_, devid) => ({ devid }));
  list("usbctrl", "usbctrls", usbController);
  list("usbdev", "usbdevs", usbDevice);
}

function pairs<Key extends string>(spec: string, known: readonly Key[], noun: string): { [K in Key]?: string } {
  const out: { [K in Key]?: string } = {};
  for (const [key, value] of keyValues(spec)) {
    const found = known.find((name) => name === key);
    if (!found) throw new Refused(`Unknown string \`${key}' in ${noun} spec`);
    out[found] = value;
  }
  return out;
}

function p9(spec: string): Json {
  const { security_model, path, tag, backend } = pairs(spec, ["security_model", "path", "tag", "backend"], "9pfs");
  if (path === undefined || security_model === undefined || tag === undefined) {
    throw new Refused("9pfs spec missing required field!");
  }
  // Real xl makes the device anew once it has its number, so that it has none.
  return present({ backend_domname: backend, tag, path, security_model });
}

function vtpm(spec: string, devid: number): Json {
  const { backend, uuid } = pairs(spec, ["backend", "uuid"], "vtpm");
  if (uuid !== undefined && !isUuid(uuid)) throw new Refused(`Failed to parse vtpm UUID: ${uuid}`);
  if (backend === undefined) throw new Refused("vtpm spec missing required backend field!");
  return present({ backend_domname: backend, devid, uuid: uuid?.toLowerCase() });
}

function vdispl(spec: string, devid: number): Json {
  let backend: string | undefined;
  let allocates = false;
  let connectors: Json[] = [];
  for (const part of partsOf(spec)) {
    const [, key, value] = /^(backend|be-alloc|connectors)=(.*)$/s.exec(part) ?? [];
    if (key === "backend") backend = value;
    else if (key === "be-alloc") allocates = u32Of(value!) !== 0;
    else if (key === "connectors") connectors = value!.split(";").filter((each) => each !== "").map(connector);
    else throw new Refused(`Unknown string "${part}" in vdispl spec`);
  }
  if (connectors.length === 0) throw new Refused("At least one connector should be specified.");
  return present({ backend_domname: backend, devid, be_alloc: allocates || undefined, connectors });
}

function connector(text: string): Json {
  const match = /^:*([^:]+):+\s*\+?([0-9]+)x\s*\+?([0-9]+)/.exec(text);
  if (!match) throw new Refused("Can't parse connector resolution");
  return present({ unique_id: match[1], width: nonZero(Number(match[2])), height: nonZero(Number(match[3])) });
}

function channel(read: SettingReader, spec: string, devid: number): Json {
  let [backend, name, path, connection]: (string | undefined)[] = [];
  for (const part of spec.split(",").filter((each) => each !== "")) {
    const [, key, value] = /^=*([^=]+)=+([^=]+)/s.exec(part)?.map((each) => each.trim()) ?? [];
    if (key === undefined) throw new Refused(`failed to parse channel configuration: ${part}`);
    if (key === "backend") backend = value;
    else if (key === "name") name = value;
    else if (key === "path") path = value;
    else if (key === "connection") {
      if (value !== "pty" && value !== "socket") throw new Refused(`unknown channel connection '${value}'`);
      connection = value;
    } else read.complaints.say(`unknown channel parameter '${key}', ignoring`);
  }
  if (connection === undefined) throw new Refused("channel has unknown 'connection'");
  if (connection === "socket" && path === undefined) {
    throw new Refused("channel connection 'socket' requires path=..");
  }
  const detail: Json = connection === "socket" ? { path: path! } : {};
  return present({ backend_domname: backend, devid, name, [`connection.${connection}`]: detail });
}

function vfb(spec: string, devid: number): Json {
  const vnc: Record<string, Json | undefined> = {
    enable: undefined,
    listen: undefined,
    passwd: undefined,
    display: undefined,
    findunused: undefined,
  };
  const sdl: Record<string, Json | undefined> = {
    enable: undefined,
    opengl: undefined,
    display: undefined,
    xauthority: undefined,
  };
  let keymap: string | undefined;
  for (const [key, value] of keyValues(spec)) {
    const flag = word(atoi(value) !== 0);
    if (key === "vnc") vnc["enable"] = flag;
    else if (key === "vnclisten") vnc["listen"] = value;
    else if (key === "vncpasswd") vnc["passwd"] = value;
    else if (key === "vncdisplay") vnc["display"] = nonZero(atoi(value));
    else if (key === "vncunused") vnc["findunused"] = flag;
    else if (key === "keymap") keymap = value;
    else if (key === "sdl") sdl["enable"] = flag;
    else if (key === "opengl") sdl["opengl"] = flag;
    else if (key === "display") sdl["display"] = value;
    else if (key === "xauthority") sdl["xauthority"] = value;
  }
  return present({ devid, vnc: present(vnc), sdl: present(sdl), keymap });
}
