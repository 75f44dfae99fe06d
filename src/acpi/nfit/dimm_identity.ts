/**
 * What Linux prints of a DIMM's control region and state (`drivers/acpi/nfit/core.c`). Identifiers and the serial number
 * are stored in SPD byte order and read as big-endian; the interface code alone is little-endian.
 */
import { type ControlRegion } from "./structures.ts";

const LOCATION_AND_DATE_VALID = 1;

/** A little-endian field read as big-endian. */
export const swapped16 = (value: number): number => ((value & 0xff) << 8) | (value >>> 8);
export const swapped32 = (value: number): number =>
  (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;

const digits = (value: number, width: number): string => value.toString(16).padStart(width, "0");

/** `nmemX/nfit/id`: `vendor-serial`, or `vendor-location-date-serial` where firmware says those are valid. */
export function uniqueId(dcr: ControlRegion): string {
  const vendor = digits(swapped16(dcr.vendorId), 4);
  const serial = digits(swapped32(dcr.serialNumber), 8);
  if ((dcr.validFields & LOCATION_AND_DATE_VALID) === 0) return `${vendor}-${serial}`;
  return `${vendor}-${digits(dcr.manufacturingLocation, 2)}-${digits(swapped16(dcr.manufacturingDate), 4)}-${serial}`;
}

/** The attributes under `nmemX/nfit/` that come from the control region, as sysfs prints them. */
export interface DimmIdentity {
  readonly id: string;
  readonly vendor: string;
  readonly device: string;
  readonly rev_id: string;
  readonly subsystem_vendor: string;
  readonly subsystem_device: string;
  readonly subsystem_rev_id: string;
  readonly serial: string;
  readonly format: string;
}

export function dimmIdentity(dcr: ControlRegion): DimmIdentity {
  const swapped = (value: number): string => `0x${digits(swapped16(value), 4)}`;
  return {
    id: uniqueId(dcr),
    vendor: swapped(dcr.vendorId),
    device: swapped(dcr.deviceId),
    rev_id: swapped(dcr.revisionId),
    subsystem_vendor: swapped(dcr.subsystemVendorId),
    subsystem_device: swapped(dcr.subsystemDeviceId),
    subsystem_rev_id: swapped(dcr.subsystemRevisionId),
    serial: `0x${digits(swapped32(dcr.serialNumber), 8)}`,
    format: `0x${digits(dcr.interfaceCode, 4)}`,
  };
}

export const STATE_FLAG = {
  saveFailed: 0x01,
  restoreFailed: 0x02,
  flushFailed: 0x04,
  notArmed: 0x08,
  healthObserved: 0x10,
  healthEnabled: 0x20,
  mapFailed: 0x40,
} as const;

/** Words of `nmemX/nfit/flags` in the order Linux prints them: smart_notify last. */
const FLAG_WORDS: readonly (readonly [number, string])[] = [
  [STATE_FLAG.saveFailed, "save_fail"],
  [STATE_FLAG.restoreFailed, "restore_fail"],
  [STATE_FLAG.flushFailed, "flush_fail"],
  [STATE_FLAG.notArmed, "not_armed"],
  [STATE_FLAG.healthObserved, "smart_event"],
  [STATE_FLAG.mapFailed, "map_fail"],
  [STATE_FLAG.healthEnabled, "smart_notify"],
];

export const stateFlagWords = (flags: number): string[] =>
  FLAG_WORDS.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);

/** `nmemX/nfit/flags` without its newline: each word is followed by a space. */
export const stateFlagsText = (flags: number): string => stateFlagWords(flags).map((word) => `${word} `).join("");

/** The words of the boot message "Error found in NVDIMM … flags:"; events are no errors (`acpi_nfit_register_dimms`). */
export const stateErrorWords = (flags: number): string[] =>
  stateFlagWords(flags & ~(STATE_FLAG.healthObserved | STATE_FLAG.healthEnabled));
