/**
 * Address range scrubs, and what else the root device does about errors: translation, clearing, injection.
 * Source: Linux 6.1 `drivers/acpi/nfit/core.c` acpi_nfit_scrub, ars_start, ars_status_process_records, acpi_nfit_clear_to_send;
 * `drivers/nvdimm/bus.c` nvdimm_clear_badblocks_regions.
 */
import { err, ok, type Result } from "neverthrow";
import {
  ARS_RETURN_PREVIOUS,
  ARS_STATE,
  ARS_TYPE,
  arsCapabilitiesAnswer,
  arsCapabilitiesInput,
  clearErrorAnswer,
  clearErrorInput,
  clearInjectedInput,
  decodeArsStatus,
  decodeInjectStatus,
  decodeTranslation,
  DSM_UUID,
  injectErrorInput,
  ROOT_FUNCTION,
  startArsInput,
  statusOf,
  translateSpaInput,
} from "../acpi/mod.ts";
import { type Errno } from "../abi/errno.ts";
import { exactNumber } from "../base/quantity.ts";
import { type Range, range } from "../base/range.ts";
import { addBadRange, forgetBadRange } from "./badblocks.ts";
import { type Kernel } from "./kernel.ts";
import { type RegionTopology } from "./topology.ts";

/** Root functions that firmware answers, as a mask. */
export function rootMask(kernel: Kernel): number {
  const reply = kernel.parts.firmware.dsm(0, DSM_UUID.root, 1, ROOT_FUNCTION.query, new Uint8Array());
  if (!reply || (reply[0] ?? 0) % 2 === 0) return 0;
  return (reply[0] ?? 0) | ((reply[1] ?? 0) << 8);
}

export const offersRoot = (kernel: Kernel, fn: number): boolean => (rootMask(kernel) & (1 << fn)) !== 0;

/** `nfit/scrub` exists only where firmware has all three functions of a scrub. */
export const canScrub = (kernel: Kernel): boolean =>
  [ROOT_FUNCTION.arsCapabilities, ROOT_FUNCTION.startArs, ROOT_FUNCTION.arsStatus].every((fn) =>
    offersRoot(kernel, fn)
  );

/**
 * Scrubs every region's range and takes over what was found. `short` asks for the last result instead of a new scrub. In
 * model time a scrub ends at once. -EOPNOTSUPP where firmware cannot.
 */
export function scrub(kernel: Kernel, short = false): Result<void, Errno> {
  if (!canScrub(kernel)) return err("EOPNOTSUPP");
  for (const region of kernel.regions) if (region.scrubbed) scrubRegion(kernel, region, short);
  const bus = kernel.devices.bus!;
  kernel.devices.setBus({ ...bus, scrubCount: bus.scrubCount + 1 });
  return ok();
}

/** Whether a machine check makes the kernel scrub everything (`hw_error_scrub`). */
export function setHwErrorScrub(kernel: Kernel, _bus: string, hwErrorScrub: boolean): Result<void, Errno> {
  const bus = kernel.devices.bus;
  if (!bus) return err("ENODEV");
  kernel.devices.setBus({ ...bus, hwErrorScrub });
  return ok();
}

function scrubRegion(kernel: Kernel, region: RegionTopology, short: boolean): void {
  const type = region.volatile ? ARS_TYPE.volatile : ARS_TYPE.persistent;
  const window = { address: BigInt(region.start), length: BigInt(region.size) };
  const capabilities = root(kernel, ROOT_FUNCTION.arsCapabilities, arsCapabilitiesInput.encode(window))
    .andThen((reply) => arsCapabilitiesAnswer.decode(reply).mapErr((): Errno => "EIO"));
  if (capabilities.isErr() || ((capabilities.value.status >>> 16) & type) === 0) return;
  const flags = short ? ARS_RETURN_PREVIOUS : 0;
  if (root(kernel, ROOT_FUNCTION.startArs, startArsInput.encode({ ...window, type, flags })).isErr()) return;
  const reply = root(kernel, ROOT_FUNCTION.arsStatus, new Uint8Array());
  if (reply.isErr()) return;
  const status = decodeArsStatus(reply.value);
  if (status.isErr() || status.value.status >>> 16 !== ARS_STATE.done) return;
  for (const { address, length } of status.value.records) {
    const [start, size] = [exactNumber(address), exactNumber(length)];
    if (start !== undefined && size !== undefined) addBadRange(kernel, range(start, size));
  }
}

/** Unit in which errors are cleared, in bytes; undefined without ARS capabilities. */
export function clearErrorUnit(kernel: Kernel, where: Range): number | undefined {
  const window = { address: BigInt(where.start), length: BigInt(where.end - where.start) };
  return root(kernel, ROOT_FUNCTION.arsCapabilities, arsCapabilitiesInput.encode(window))
    .andThen((reply) => arsCapabilitiesAnswer.decode(reply).mapErr((): Errno => "EIO"))
    .map(({ clearUnit }) => clearUnit).unwrapOr(undefined);
}

/** Clears errors in a range and forgets them; the bytes cleared. -ENOTTY without the function, -EIO where firmware refuses. */
export function clearError(kernel: Kernel, where: Range): Result<number, Errno> {
  const input = clearErrorInput.encode({ address: BigInt(where.start), length: BigInt(where.end - where.start) });
  return root(kernel, ROOT_FUNCTION.clearError, input)
    .andThen((reply) => clearErrorAnswer.decode(reply).mapErr((): Errno => "EIO"))
    .andThen(({ cleared }) => {
      const bytes = exactNumber(cleared) ?? 0;
      if (bytes === 0) return err<number, Errno>("EIO");
      forgetBadRange(kernel, range(where.start, bytes));
      return ok(bytes);
    });
}

/** Makes an error, as a test of what follows; `notify` has firmware tell the kernel, which then looks for it. */
export function injectError(kernel: Kernel, where: Range, notify: boolean): Result<void, Errno> {
  const input = { address: BigInt(where.start), length: BigInt(where.end - where.start), options: notify ? 1 : 0 };
  return root(kernel, ROOT_FUNCTION.injectError, injectErrorInput.encode(input)).map(() => {
    if (notify) scrub(kernel, !(kernel.devices.bus?.hwErrorScrub ?? false));
  });
}

export const uninjectError = (kernel: Kernel, where: Range): Result<void, Errno> =>
  root(
    kernel,
    ROOT_FUNCTION.clearInjected,
    clearInjectedInput.encode({ address: BigInt(where.start), length: BigInt(where.end - where.start) }),
  ).map(() => undefined);

/** What is injected now: SPA ranges. */
export const injectedErrors = (kernel: Kernel): Result<Range[], Errno> =>
  root(kernel, ROOT_FUNCTION.injectStatus, new Uint8Array())
    .andThen((reply) => decodeInjectStatus(reply).mapErr((): Errno => "EIO"))
    .map(({ records }) =>
      records.flatMap(({ address, length }) => {
        const [start, size] = [exactNumber(address), exactNumber(length)];
        return start === undefined || size === undefined ? [] : [range(start, size)];
      })
    );

/** The DIMM behind an address; by firmware where the region is interleaved, undefined where it cannot tell. */
export function dimmAt(kernel: Kernel, region: RegionTopology, spa: number): number | undefined {
  if (region.mappings.length <= 1) return region.mappings[0]?.dimm.number;
  return root(kernel, ROOT_FUNCTION.translateSpa, translateSpaInput.encode({ spa: BigInt(spa) }))
    .andThen((reply) => decodeTranslation(reply).mapErr((): Errno => "EIO"))
    .map(({ devices }) => kernel.dimms.find((dimm) => dimm.handle === devices[0]?.handle)?.number)
    .unwrapOr(undefined);
}

/** A function of the root device. -ENOTTY where firmware has none, -EIO for a low status other than success. */
function root(kernel: Kernel, fn: number, input: Uint8Array): Result<Uint8Array, Errno> {
  if (!offersRoot(kernel, fn)) return err("ENOTTY");
  const reply = kernel.parts.firmware.dsm(0, DSM_UUID.root, 1, fn, input);
  const status = reply && statusOf(reply);
  if (status === undefined) return err("ENXIO");
  return (status & 0xffff) === 0 ? ok(reply!) : err("EIO");
}
