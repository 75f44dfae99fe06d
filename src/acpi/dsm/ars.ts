/**
 * Address range scrub, error clearing and injection, SPA translation: the root device's `_DSM` functions (Linux
 * `include/uapi/linux/ndctl.h` nd_cmd_ars_*, `drivers/nvdimm/bus.c`; ndctl `libndctl-nfit.h`). Addresses and lengths are bytes.
 */
import { ok, type Result } from "neverthrow";
import { concat, viewOf } from "../../base/bytes.ts";
import { type FormatFault, type RecordOf, reserved, structure, u16, u32, u64, u8 } from "../../base/structure.ts";
import { payload } from "./payload.ts";

/** Bits of ARS `type`. */
export const ARS_TYPE = { volatile: 1, persistent: 2 } as const;
/** Start flag: return the previous scrub's result, scrub nothing. */
export const ARS_RETURN_PREVIOUS = 2;
/** High half of ARS status' status word. */
export const ARS_STATE = { done: 0, inProgress: 1, none: 2, interrupted: 3 } as const;
export const ARS_OVERFLOW = 1;

const area = { address: u64(0), length: u64(8) } as const;

export const arsCapabilitiesInput = payload(structure("ARS capabilities", 16, area));
/** The high half of `status` holds the supported types; `clearUnit` is a power of two. */
export const arsCapabilitiesAnswer = payload(structure("ARS capabilities", 16, {
  status: u32(0),
  maxStatusOutput: u32(4),
  clearUnit: u32(8),
  flags: u16(12),
  reserved: u16(14),
}));

export const startArsInput = payload(
  structure("start ARS", 24, { ...area, type: u16(16), flags: u8(18), reserved: reserved(19, 5) }),
);
export const startArsAnswer = payload(structure("start ARS", 8, { status: u32(0), scrubSeconds: u32(4) }));

export const clearErrorInput = payload(structure("clear error", 16, area));
export const clearErrorAnswer = payload(
  structure("clear error", 16, { status: u32(0), reserved: reserved(4, 4), cleared: u64(8) }),
);

export const injectErrorInput = payload(structure("ARS error inject", 17, { ...area, options: u8(16) }));
export const clearInjectedInput = payload(structure("ARS error inject clear", 16, area));

const arsStatusHead = structure("ARS status", 48, {
  status: u32(0),
  outputLength: u32(4),
  address: u64(8),
  length: u64(16),
  restartAddress: u64(24),
  restartLength: u64(32),
  type: u16(40),
  flags: u16(42),
  recordCount: u32(44),
});
const arsRecord = structure("ARS record", 24, { handle: u32(0), reserved: u32(4), address: u64(8), length: u64(16) });
export const ARS_STATUS_HEAD = 48;
export const ARS_RECORD = 24;

export interface ArsRecord {
  readonly handle: number;
  readonly address: bigint;
  readonly length: bigint;
}
export type ArsStatus = Omit<RecordOf<typeof arsStatusHead.fields>, "recordCount"> & {
  readonly recordCount: number;
  /** The records that Linux takes: those that are there and that the output length covers. */
  readonly records: readonly ArsRecord[];
};

/** Function 3's answer; the output length counts everything, the status included. */
export function encodeArsStatus(
  status: Omit<ArsStatus, "outputLength" | "recordCount">,
): Uint8Array {
  const outputLength = ARS_STATUS_HEAD + ARS_RECORD * status.records.length;
  return concat(
    arsStatusHead.write({ ...status, outputLength, recordCount: status.records.length }),
    ...status.records.map((record) => arsRecord.write({ ...record, reserved: 0 })),
  );
}

/**
 * Function 3's answer as Linux reads it. Firmware disagrees on whether the output length counts the status word;
 * `nd_cmd_out_size` tells by the size of the answer, and records count from byte 44 of the shorter reading.
 */
export function decodeArsStatus(answer: Uint8Array): Result<ArsStatus, FormatFault> {
  const view = viewOf(answer);
  return arsStatusHead.read(view, 0, Math.min(answer.length, ARS_STATUS_HEAD)).andThen((head) => {
    const end = 8 + arsDataLength(head.outputLength, answer.length - 8);
    const records: ArsRecord[] = [];
    for (let i = 0; i < head.recordCount; i++) {
      const at = ARS_STATUS_HEAD + ARS_RECORD * i;
      if (head.outputLength < at - 4 + ARS_RECORD || at + ARS_RECORD > Math.min(end, answer.length)) break;
      const { handle, address, length } = arsRecord.load(view, at);
      records.push({ handle, address, length });
    }
    return ok({ ...head, records });
  });
}

/** Bytes of data behind the output length, of which `present` are there (`nd_cmd_out_size`). */
export function arsDataLength(outputLength: number, present: number): number {
  if (outputLength < 4) return 0;
  if (outputLength - 4 === present) return present; // counts itself, not the status
  return Math.max(0, outputLength - 8); // counts the status as well
}

export const translateSpaInput = payload(structure("translate SPA", 8, { spa: u64(0) }));
const translateHead = structure("translate SPA", 20, {
  status: u32(0),
  flags: u8(4),
  reserved: reserved(5, 3),
  translatedLength: u64(8),
  deviceCount: u32(16),
});
const translateDevice = structure("translated device", 16, { handle: u32(0), reserved: u32(4), dpa: u64(8) });

export interface Translation {
  readonly status: number;
  readonly flags: number;
  readonly translatedLength: bigint;
  readonly devices: readonly { readonly handle: number; readonly dpa: bigint }[];
}

export const encodeTranslation = (t: Translation): Uint8Array =>
  concat(
    translateHead.write({ ...t, reserved: new Uint8Array(3), deviceCount: t.devices.length }),
    ...t.devices.map((device) => translateDevice.write({ ...device, reserved: 0 })),
  );

/** Devices that the count names but that are not there are left out. */
export function decodeTranslation(answer: Uint8Array): Result<Translation, FormatFault> {
  const view = viewOf(answer);
  return translateHead.read(view, 0, Math.min(answer.length, translateHead.size)).map((head) => {
    const devices: { handle: number; dpa: bigint }[] = [];
    for (let i = 0; i < head.deviceCount; i++) {
      const at = translateHead.size + translateDevice.size * i;
      if (at + translateDevice.size > answer.length) break;
      const { handle, dpa } = translateDevice.load(view, at);
      devices.push({ handle, dpa });
    }
    return { status: head.status, flags: head.flags, translatedLength: head.translatedLength, devices };
  });
}

const injectHead = structure("ARS error inject status", 8, { status: u32(0), count: u32(4) });
const injectRecord = structure("injected error", 16, area);

export interface InjectStatus {
  readonly status: number;
  readonly records: readonly { readonly address: bigint; readonly length: bigint }[];
}

export const encodeInjectStatus = (status: InjectStatus): Uint8Array =>
  concat(
    injectHead.write({ status: status.status, count: status.records.length }),
    ...status.records.map((record) => injectRecord.write(record)),
  );

/** Records that the count names but that are not there are left out. */
export function decodeInjectStatus(answer: Uint8Array): Result<InjectStatus, FormatFault> {
  const view = viewOf(answer);
  return injectHead.read(view, 0, Math.min(answer.length, injectHead.size)).map(({ status, count }) => {
    const records: { address: bigint; length: bigint }[] = [];
    for (let i = 0; i < count; i++) {
      const at = injectHead.size + injectRecord.size * i;
      if (at + injectRecord.size > answer.length) break;
      records.push(injectRecord.load(view, at));
    }
    return { status, records };
  });
}
