/**
 * Which commands a DIMM offers and by which path its labels are reached, asked of firmware as Linux asks.
 * Source: Linux 6.1 `drivers/acpi/nfit/core.c` acpi_nfit_add_dimm, acpi_nfit_register_dimms, acpi_check_dsm.
 */
import { LEAF_FAMILIES } from "../acpi/mod.ts";
import { type Firmware } from "../abi/ports.ts";

/** Linux's numbers of command families (`NVDIMM_FAMILY_*`). */
export const DIMM_FAMILY = { intel: 0, microsoft: 3 } as const;
/** The family whose functions are ioctls of their own. */
export const INTEL = DIMM_FAMILY.intel;

/** Functions a family may use at all (`NVDIMM_INTEL_CMDMASK` and its likes); bit 0, the query, is never offered. */
const ALLOWED: readonly number[] = [0x7ffffffe, 0x1c3c76, 0x1fe, 0xfffffffe, 0x1e];

/** ioctl numbers of DIMM commands (`include/uapi/linux/ndctl.h`). */
export const DIMM_COMMAND = {
  smart: 1,
  smart_thresh: 2,
  flags: 3,
  get_size: 4,
  get_data: 5,
  set_data: 6,
  effect_size: 7,
  effect_log: 8,
  vendor: 9,
  cmd_call: 10,
} as const;
export type DimmCommand = keyof typeof DIMM_COMMAND;

/** Commands whose ioctl payload is the Intel function's payload of the same number (`NVDIMM_STANDARD_CMDMASK`). */
const STANDARD: readonly DimmCommand[] = [
  "smart",
  "smart_thresh",
  "flags",
  "get_size",
  "get_data",
  "set_data",
  "effect_size",
  "effect_log",
  "vendor",
];

export interface DimmCommands {
  /** Undefined where no family answers: then nothing but an empty pass-through is left. */
  readonly family: number | undefined;
  /** Functions of the family that firmware confirmed. */
  readonly dsmMask: number;
  /** In ascending order of their numbers, as sysfs lists them. */
  readonly commands: ReadonlySet<DimmCommand>;
  readonly labels: "dsm" | "methods" | undefined;
}

/** Intel's functions from 11 on speak revision 2 (`nfit_dsm_revid`). */
export const dsmRevision = (family: number, fn: number): number => (family === INTEL && fn >= 11 ? 2 : 1);

export function probeCommands(firmware: Firmware, handle: number): DimmCommands {
  const found = LEAF_FAMILIES.find(({ uuid }) => answers(firmware, handle, uuid, 1, 0));
  if (!found) return { family: undefined, dsmMask: 0, commands: new Set(["cmd_call"]), labels: undefined };

  const { family, uuid } = found;
  let dsmMask = 0;
  for (let fn = 1; fn < 31; fn++) {
    if ((ALLOWED[family]! & (1 << fn)) === 0) continue;
    if (answers(firmware, handle, uuid, dsmRevision(family, fn), fn)) dsmMask |= 1 << fn;
  }
  const commands = new Set<DimmCommand>();
  if (family === INTEL) {
    for (const name of STANDARD) if (dsmMask & (1 << DIMM_COMMAND[name])) commands.add(name);
    // The label methods are not looked at: the test is on the allowed functions, not on the confirmed ones.
    commands.add("cmd_call");
    return { family, dsmMask, commands, labels: commands.has("get_data") ? "dsm" : undefined };
  }
  const methods = firmware.labelMethods(handle);
  const usable = methods?.lsw !== undefined;
  if (usable) { for (const name of ["get_size", "get_data", "set_data"] as const) commands.add(name); }
  commands.add("cmd_call");
  return { family, dsmMask, commands, labels: usable ? "methods" : undefined };
}

/** A function counts only together with function 0 (`acpi_check_dsm`). */
function answers(firmware: Firmware, handle: number, uuid: string, revision: number, fn: number): boolean {
  const reply = firmware.dsm(handle, uuid, revision, 0, new Uint8Array());
  if (!reply || reply.length === 0 || (reply[0]! & 1) === 0) return false;
  return fn === 0 || ((reply[fn >> 3] ?? 0) & (1 << (fn & 7))) !== 0;
}
