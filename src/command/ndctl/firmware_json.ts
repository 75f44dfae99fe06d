/**
 * A DIMM's firmware versions as JSON. Source: ndctl `ndctl/json.c` util_dimm_firmware_to_json; `lib/intel.c`.
 * The modeled DIMMs answer no firmware command, so the key is there only where a family offers one.
 */
import { type Json } from "../../base/json.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { hexJson, type JsonFlags } from "./json_flags.ts";

/** Function 12 of the Intel family. */
const FIRMWARE_INFO = 12;
/** What a version that cannot be read is shown as: all bits set. */
const UNREADABLE = 2n ** 64n - 1n;

export function dimmFirmwareJson(dom0: Dom0, dimm: DimmView, flags: JsonFlags): { [key: string]: Json } {
  if (!dom0.dimm(dimm.number).offersFunction(FIRMWARE_INFO)) return {};
  return { firmware: { current_version: hexJson(UNREADABLE, flags) } };
}
