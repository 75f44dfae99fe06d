/**
 * Health of an Intel leaf: SMART data, alarm thresholds, injection (`_DSM` functions 1, 2, 17, 18; Linux
 * `nfit/intel.h`, ndctl `lib/intel.h`).
 */
import { bytes, reserved, restTail, structure, u16, u32, u64, u8 } from "../../base/structure.ts";
import { payload } from "./payload.ts";

/** Bits of `validity`: which fields of the SMART data hold something. */
export const SMART_VALID = {
  health: 1 << 0,
  spares: 1 << 1,
  lifeUsed: 1 << 2,
  mediaTemperature: 1 << 3,
  controllerTemperature: 1 << 4,
  shutdownCount: 1 << 5,
  aitStatus: 1 << 6,
  pmicTemperature: 1 << 7,
  alarms: 1 << 9,
  shutdownStatus: 1 << 10,
  vendorSize: 1 << 11,
} as const;

/** Bits of `health`; none is a healthy DIMM. */
export const HEALTH = { nonCritical: 1, critical: 2, fatal: 4 } as const;
/** Bits of `alarms` and of a threshold's `alarmControl`. */
export const ALARM = { spares: 1, mediaTemperature: 2, controllerTemperature: 4 } as const;

const percent = { title: "percent" };

export const smartDeclaration = structure("SMART and health", 132, {
  status: u32(0),
  validity: u32(4),
  reserved: reserved(8, 4),
  health: u8(12, { bits: { "non-critical": 0, critical: 1, fatal: 2 } }),
  spares: u8(13, percent),
  lifeUsed: u8(14, percent),
  alarms: u8(15, { bits: { spares: 0, "media temperature": 1, "controller temperature": 2 } }),
  mediaTemperature: u16(16),
  controllerTemperature: u16(18),
  shutdownCount: u32(20), // dirty ones
  aitStatus: u8(24),
  pmicTemperature: u16(25),
  reserved2: reserved(27, 8),
  shutdownStatus: u8(35), // 0 clean
  vendorSize: u32(36),
  vendorData: bytes(40, 92),
});
export const smartAnswer = payload(smartDeclaration);

export const thresholdAnswer = payload(structure("SMART threshold", 12, {
  status: u32(0),
  alarmControl: u16(4),
  spares: u8(6, percent),
  mediaTemperature: u16(7),
  controllerTemperature: u16(9),
  reserved: reserved(11, 1),
}));

/** Function 17's input; its answer is the status alone. */
export const setThresholdInput = payload(structure("set SMART threshold", 7, {
  alarmControl: u16(0),
  spares: u8(2, percent),
  mediaTemperature: u16(3),
  controllerTemperature: u16(5),
}));

/** Bits of an injection's `flags`: which of its parts count. */
export const INJECT = { mediaTemperature: 1, spares: 2, fatal: 4, unsafeShutdown: 8 } as const;

/** Function 18's input; its answer is the status alone. */
export const injectSmartInput = payload(structure("inject SMART", 15, {
  flags: u64(0),
  mediaTemperatureEnable: u8(8),
  mediaTemperature: u16(9),
  sparesEnable: u8(11),
  spares: u8(12, percent),
  fatalEnable: u8(13),
  unsafeShutdownEnable: u8(14),
}));

/** Function 10's input: latch the last shutdown's status. */
export const latchShutdownInput = payload(structure("enable last shutdown status", 1, { enable: u8(0) }));

/** Any other function: the status and what follows it. */
export const plainAnswer = payload(structure("answer", 4, { status: u32(0), data: restTail(4) }));

const NEGATIVE = 0x8000;

/** Degrees Celsius of a temperature field: sixteenths, with a sign bit (not two's complement). */
export const temperatureOf = (raw: number): number => ((raw & NEGATIVE) !== 0 ? -1 : 1) * (raw & 0x7fff) / 16;

/** The field for a temperature; ndctl cuts to whole degrees before it encodes. */
export const encodedTemperature = (celsius: number): number =>
  (Math.trunc(Math.abs(celsius)) * 16 & 0x7fff) | (celsius < 0 ? NEGATIVE : 0);
