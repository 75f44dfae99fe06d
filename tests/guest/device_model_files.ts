/** fw_cfg files as a device model makes them, and the means to spoil them. */
import { encodeLoader, FW_CFG_FILE, LOADER_ENTRY_SIZE, type LoaderCommand } from "../../src/acpi/mod.ts";
import { GiB } from "../../src/base/units.ts";
import { fwCfgFiles, startProcess } from "../../src/device_model/mod.ts";
import { type ReadFile } from "../../src/guest/table_loader.ts";
import { argv } from "../device_model/device_model_host.ts";

export type FileMap = Map<string, Uint8Array>;

/** Of a guest with this many vNVDIMMs of 1 GiB. */
export function deviceModelFiles(devices = 1, machine = ""): FileMap {
  const list = Array.from({ length: devices }, () => ({ size: GiB }));
  const process = startProcess(7, argv(512, list, { machine }))._unsafeUnwrap();
  return new Map(fwCfgFiles(process));
}

export const reading = (files: FileMap): ReadFile => (name) => files.get(name);

/** The same files behind another script. */
export function withScript(files: FileMap, commands: readonly LoaderCommand[]): FileMap {
  return new Map([...files, [FW_CFG_FILE.loader, encodeLoader(commands)]]);
}

/** With one byte of an entry of the script changed. */
export function withByte(files: FileMap, entry: number, offset: number, value: number): FileMap {
  const script = files.get(FW_CFG_FILE.loader)!.slice();
  script[entry * LOADER_ENTRY_SIZE + offset] = value;
  return new Map([...files, [FW_CFG_FILE.loader, script]]);
}
