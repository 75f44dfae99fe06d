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
  startArsAnswer,
  startArsInput,
  statusOf,
  translateSpaInput,
} from "../acpi/mod.ts";
import { type Errno } from "../abi/errno.ts";
import { exactNumber } from "../base/quantity.ts";
import { type Range, range } from "../base/range.ts";
import { busNow, forgetBadRange } from "./badblocks.ts";
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
 * Starts a scrub of every range; its findings are known when firmware is done. -EBUSY while one runs, -EOPNOTSUPP where
 * firmware cannot.
 */
export function startScrub(kernel: Kernel): Result<void, Errno> {
  const bus = busNow(kernel);
  if (!bus || !canScrub(kernel)) return err("EOPNOTSUPP");
  if (bus.scrub) return err("EBUSY");
  const scrubs = kernel.regions.filter((region) => region.scrubbed).map((region) => scrubRegion(kernel, region, 0));
  const seconds = scrubs.reduce((sum, scrub) => sum + scrub.seconds, 0);
  const found = scrubs.flatMap((scrub) => scrub.found);
  kernel.devices.setBus({ ...bus, scrub: { until: kernel.parts.clock.now() + BigInt(seconds) * SECOND, found } });
  return ok();
}

/** Lets a running scrub end: model time passes. */
export function waitScrub(kernel: Kernel): void {
  const { clock } = kernel.parts;
  const scrub = busNow(kernel)?.scrub;
  if (scrub) clock.advance(scrub.until - clock.now());
  const bus = busNow(kernel);
  if (bus) kernel.devices.setBus(bus);
}

/** Takes over the errors that firmware knows of already, without looking for new ones. */
function shortScrub(kernel: Kernel): void {
  const bus = busNow(kernel);
  if (!bus || bus.scrub || !canScrub(kernel)) return;
  const found = kernel.regions.filter((region) => region.scrubbed)
    .flatMap((region) => scrubRegion(kernel, region, ARS_RETURN_PREVIOUS).found);
  kernel.devices.setBus({ ...bus, scrub: { until: kernel.parts.clock.now(), found } });
}

/** What the kernel does while it starts: a scrub of everything, over before anybody is there to look. */
export function scrubAtBoot(kernel: Kernel): void {
  if (startScrub(kernel).isOk()) waitScrub(kernel);
}

const SECOND = 1_000_000_000n;

/** Whether a machine check makes the kernel scrub everything (`hw_error_scrub`). */
export function setHwErrorScrub(kernel: Kernel, _bus: string, hwErrorScrub: boolean): Result<void, Errno> {
  const bus = kernel.devices.bus;
  if (!bus) return err("ENODEV");
  kernel.devices.setBus({ ...bus, hwErrorScrub });
  return ok();
}

/** What a scrub of one region finds, and how long firmware says it takes. Nothing where it refuses. */
function scrubRegion(
  kernel: Kernel,
  region: RegionTopology,
  flags: number,
): { readonly seconds: number; readonly found: Range[] } {
  const nothing = { seconds: 0, found: [] };
  const type = region.volatile ? ARS_TYPE.volatile : ARS_TYPE.persistent;
  const window = { address: BigInt(region.start), length: BigInt(region.size) };
  const capabilities = root(kernel, ROOT_FUNCTION.arsCapabilities, arsCapabilitiesInput.encode(window))
    .andThen((reply) => arsCapabilitiesAnswer.decode(reply).mapErr((): Errno => "EIO"));
  if (capabilities.isErr() || ((capabilities.value.status >>> 16) & type) === 0) return nothing;
  const started = root(kernel, ROOT_FUNCTION.startArs, startArsInput.encode({ ...window, type, flags }))
    .andThen((reply) => startArsAnswer.decode(reply).mapErr((): Errno => "EIO"));
  if (started.isErr()) return nothing;
  const status = root(kernel, ROOT_FUNCTION.arsStatus, new Uint8Array())
    .andThen((reply) => decodeArsStatus(reply).mapErr((): Errno => "EIO"));
  if (status.isErr() || status.value.status >>> 16 !== ARS_STATE.done) return nothing;
  return { seconds: started.value.scrubSeconds, found: rangesOf(status.value.records) };
}

function rangesOf(records: readonly { readonly address: bigint; readonly length: bigint }[]): Range[] {
  return records.flatMap(({ address, length }) => {
    const [start, size] = [exactNumber(address), exactNumber(length)];
    return start === undefined || size === undefined || size === 0 ? [] : [range(start, size)];
  });
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
    if (notify) heard(kernel);
  });
}

/** Firmware's notification of new errors (`acpi_nfit_uc_error_notify`). */
function heard(kernel: Kernel): void {
  if (kernel.devices.bus?.hwErrorScrub) startScrub(kernel);
  else shortScrub(kernel);
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
    .map(({ records }) => rangesOf(records));

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
