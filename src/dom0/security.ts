/**
 * A DIMM's security as sysfs has it: `security`, `frozen`, and the commands written to the former. dom0's key rings are not
 * modeled, so no passphrase is ever set; what is left is freezing, erasing and overwriting.
 * Source: Linux 6.1 `drivers/nvdimm/security.c`, `dimm_devs.c` security_store; `drivers/acpi/nfit/intel.c`.
 */
import { err, ok, type Result } from "neverthrow";
import {
  DSM_UUID,
  INVALID_PASSPHRASE,
  LEAF_FUNCTION,
  passphraseInput,
  SECURITY_STATE,
  securityStateAnswer,
  statusOf,
} from "../acpi/mod.ts";
import { type Errno } from "../abi/errno.ts";
import { GiB } from "../base/units.ts";
import { dsmRevision, INTEL } from "./dimm_commands.ts";
import { isActive } from "./dimm_driver.ts";
import { type Kernel } from "./kernel.ts";
import { wholeArea } from "./label_data.ts";
import { type DimmTopology } from "./topology.ts";

export interface Security {
  readonly state: "disabled" | "unlocked" | "locked" | "overwrite";
  readonly frozen: boolean;
}

/** Undefined where the DIMM has no security functions: then there are no such attributes. */
export function security(kernel: Kernel, dimm: DimmTopology): Security | undefined {
  const device = kernel.devices.dimm(dimm.number);
  if (!device || !offers(kernel, dimm, LEAF_FUNCTION.securityState)) return undefined;
  const reply = call(kernel, dimm, LEAF_FUNCTION.securityState, new Uint8Array());
  const answer = reply && securityStateAnswer.decode(reply).unwrapOr(undefined);
  if (!answer || answer.status !== 0) return undefined;
  const frozen = (device.frozen ?? false) ||
    (answer.state & (SECURITY_STATE.frozen | SECURITY_STATE.limitReached)) !== 0;
  if (isOverwriting(kernel, dimm)) return { state: "overwrite", frozen };
  if ((answer.state & SECURITY_STATE.enabled) === 0) return { state: "disabled", frozen };
  return { state: (answer.state & SECURITY_STATE.locked) !== 0 ? "locked" : "unlocked", frozen };
}

/** `security_store`. -EINVAL for a command it does not know. */
export function storeSecurity(kernel: Kernel, dimm: DimmTopology, text: string): Result<void, Errno> {
  const [command, key] = text.trim().split(" ");
  if (command === "freeze") return freeze(kernel, dimm);
  if (command !== "erase" && command !== "overwrite") {
    return /^(disable|update|disable_master|master_update|master_erase)$/.test(command ?? "")
      ? err("ENOKEY")
      : err("EINVAL");
  }
  return wipe(kernel, dimm, command, key);
}

/** Lets a running overwrite end: model time passes. Whether one ran. */
export function waitOverwrite(kernel: Kernel, dimm: DimmTopology): boolean {
  const until = kernel.devices.dimm(dimm.number)?.overwriteUntil;
  const { clock } = kernel.parts;
  if (until === undefined || clock.now() >= until) return false;
  clock.advance(until - clock.now());
  return true;
}

function freeze(kernel: Kernel, dimm: DimmTopology): Result<void, Errno> {
  if (!offers(kernel, dimm, LEAF_FUNCTION.freeze)) return err("EOPNOTSUPP");
  if (isOverwriting(kernel, dimm)) return err("EBUSY");
  if (status(kernel, dimm, LEAF_FUNCTION.freeze, new Uint8Array()) !== 0) return err("ENXIO");
  kernel.devices.setDimm(dimm.number, { ...kernel.devices.dimm(dimm.number)!, frozen: true });
  return ok();
}

/** -EBUSY while a region uses the DIMM, while it is frozen, or while an overwrite runs. Only key 0 exists: all zeros. */
function wipe(
  kernel: Kernel,
  dimm: DimmTopology,
  command: "erase" | "overwrite",
  key: string | undefined,
): Result<void, Errno> {
  const fn = command === "erase" ? LEAF_FUNCTION.secureErase : LEAF_FUNCTION.overwrite;
  const now = security(kernel, dimm);
  if (!now || !offers(kernel, dimm, fn)) return err("EOPNOTSUPP");
  if (now.frozen || now.state === "overwrite" || isActive(kernel, dimm)) return err("EBUSY");
  if (key === undefined) return err("EINVAL");
  if (key !== "0") return err("ENOKEY");
  const device = kernel.devices.dimm(dimm.number)!;
  // A bound driver's copy of the labels outlives the wipe.
  const held = command === "overwrite" && device.enabled && device.hasLabelData
    ? device.heldArea ?? wholeArea(kernel, dimm).unwrapOr(undefined)
    : undefined;
  const got = status(kernel, dimm, fn, passphraseInput.encode({}));
  if (got !== 0) return err(got === INVALID_PASSPHRASE ? "EINVAL" : "ENXIO");
  if (command === "overwrite") {
    const overwriteUntil = kernel.parts.clock.now() + overwriteTime(kernel, dimm);
    kernel.devices.setDimm(dimm.number, { ...device, overwriteUntil, ...(held ? { heldArea: held } : {}) });
  }
  return ok();
}

/** How long the medium takes, at 2 GiB a second: a declared cost, not a measured one. */
function overwriteTime(kernel: Kernel, dimm: DimmTopology): bigint {
  const bytes = kernel.regions.flatMap(({ mappings }) => mappings)
    .reduce((sum, mapping) => sum + (mapping.dimm === dimm ? mapping.size : 0), 0);
  return BigInt(Math.ceil(bytes / (2 * GiB))) * 1_000_000_000n;
}

const isOverwriting = (kernel: Kernel, dimm: DimmTopology): boolean =>
  kernel.parts.clock.now() < (kernel.devices.dimm(dimm.number)?.overwriteUntil ?? 0n);

const offers = (kernel: Kernel, dimm: DimmTopology, fn: number): boolean => {
  const { family, dsmMask } = kernel.commands(dimm);
  return family === INTEL && (dsmMask & (1 << fn)) !== 0;
};

const call = (kernel: Kernel, dimm: DimmTopology, fn: number, input: Uint8Array): Uint8Array | undefined =>
  kernel.parts.firmware.dsm(dimm.handle, DSM_UUID.intel, dsmRevision(INTEL, fn), fn, input);

function status(kernel: Kernel, dimm: DimmTopology, fn: number, input: Uint8Array): number | undefined {
  const reply = call(kernel, dimm, fn, input);
  return reply && statusOf(reply);
}
