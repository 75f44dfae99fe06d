/**
 * A DIMM's health by the Intel family's functions, passed through as ndctl sends them. Another family's functions have other
 * layouts and are not asked. Source: Linux 6.1 `drivers/acpi/nfit/core.c` acpi_nfit_ctl; ndctl `lib/intel.c`, `lib/smart.c`.
 */
import { err, ok, type Result } from "neverthrow";
import {
  DSM_UUID,
  injectSmartInput,
  LEAF_FUNCTION,
  setThresholdInput,
  smartAnswer,
  statusOf,
  thresholdAnswer,
} from "../acpi/mod.ts";
import { type Errno } from "../abi/errno.ts";
import { dsmRevision, INTEL } from "./dimm_commands.ts";
import { type Kernel } from "./kernel.ts";
import { type DimmTopology } from "./topology.ts";

/** Fields in the units of the `_DSM`: see `temperatureOf`. */
export type SmartData = NonNullable<ReturnType<typeof smartAnswer.decode> extends Result<infer T, unknown> ? T : never>;
export type SmartThresholds = NonNullable<
  ReturnType<typeof thresholdAnswer.decode> extends Result<infer T, unknown> ? T : never
>;
export type SmartInjectionInput = Parameters<typeof injectSmartInput.encode>[0];
export type ThresholdInput = Parameters<typeof setThresholdInput.encode>[0];

/** Whether firmware confirmed a function of the DIMM's family. */
export const offersFunction = (kernel: Kernel, dimm: DimmTopology, fn: number): boolean =>
  (kernel.commands(dimm).dsmMask & (1 << fn)) !== 0;

/** Undefined where the DIMM has no such command; -EIO where firmware refuses. */
export function smart(kernel: Kernel, dimm: DimmTopology): Result<SmartData, Errno> | undefined {
  if (!kernel.commands(dimm).commands.has("smart")) return undefined;
  return call(kernel, dimm, LEAF_FUNCTION.smart, new Uint8Array())
    .andThen((reply) => smartAnswer.decode(reply).mapErr((): Errno => "EIO"));
}

export function smartThresholds(kernel: Kernel, dimm: DimmTopology): Result<SmartThresholds, Errno> | undefined {
  if (!kernel.commands(dimm).commands.has("smart_thresh")) return undefined;
  return call(kernel, dimm, LEAF_FUNCTION.smartThreshold, new Uint8Array())
    .andThen((reply) => thresholdAnswer.decode(reply).mapErr((): Errno => "EIO"));
}

export const setSmartThresholds = (kernel: Kernel, dimm: DimmTopology, input: ThresholdInput): Result<void, Errno> =>
  call(kernel, dimm, LEAF_FUNCTION.setSmartThreshold, setThresholdInput.encode(input)).map(() => undefined);

export const injectSmart = (kernel: Kernel, dimm: DimmTopology, input: SmartInjectionInput): Result<void, Errno> =>
  call(kernel, dimm, LEAF_FUNCTION.injectSmart, injectSmartInput.encode(input)).map(() => undefined);

/** -ENOTTY for a function the DIMM does not offer; -EIO for any status but success. */
function call(kernel: Kernel, dimm: DimmTopology, fn: number, input: Uint8Array): Result<Uint8Array, Errno> {
  if (kernel.commands(dimm).family !== INTEL || !offersFunction(kernel, dimm, fn)) return err("ENOTTY");
  const reply = kernel.parts.firmware.dsm(dimm.handle, DSM_UUID.intel, dsmRevision(INTEL, fn), fn, input);
  return reply && statusOf(reply) === 0 ? ok(reply) : err("EIO");
}
