/** Health functions of the Intel DIMM family: SMART (1), thresholds (2, 17) and injection (18); dsm.md section 4. */
import { viewOf } from "../base/bytes.ts";
import { type DimmFacts, type MachineState, type SmartFacts, type SmartInjection } from "./state.ts";

/** Valid bits: health, spares, life used, both temperatures, shutdown count, alarms, shutdown state. */
const VALID = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 9) | (1 << 10);
const ALARM = { spares: 1, media: 2, controller: 4 } as const;
const FATAL = 4;
const INJECT = { media: 1, spares: 2, fatal: 4, unsafeShutdown: 8 } as const;

/** Sixteenths of a degree, bit 15 the sign. */
const temperature = (degrees: number): number => (Math.trunc(Math.abs(degrees)) * 16) | (degrees < 0 ? 0x8000 : 0);
const degrees = (raw: number): number => Math.trunc((raw & 0x7fff) / 16) * (raw & 0x8000 ? -1 : 1);

/** The readings with what was injected put over them. */
export function readings(dimm: DimmFacts): SmartFacts & { readonly alarms: number } {
  const { smart, injected } = dimm;
  const mediaTemperature = injected.mediaTemperature ?? smart.mediaTemperature;
  const spares = injected.spares ?? smart.spares;
  const alarms = (spares <= smart.alarmSpares ? ALARM.spares : 0) |
    (mediaTemperature >= smart.alarmMediaTemperature ? ALARM.media : 0) |
    (smart.controllerTemperature >= smart.alarmControllerTemperature ? ALARM.controller : 0);
  return {
    ...smart,
    mediaTemperature,
    spares,
    health: injected.fatal ? FATAL : smart.health,
    unsafeShutdown: injected.unsafeShutdown ?? smart.unsafeShutdown,
    alarms: alarms & smart.alarmControl,
  };
}

/** The answer to functions 1, 2, 17 and 18; undefined for any other. */
export function answerHealth(
  state: MachineState,
  dimm: DimmFacts,
  fn: number,
  input: Uint8Array,
): Uint8Array | undefined {
  const out = (length: number) => new Uint8Array(length);
  const put = (change: Partial<DimmFacts>) => state.dimms.set(String(dimm.handle), { ...dimm, ...change });
  if (fn === 1) return smartBytes(dimm);
  if (fn === 2) return thresholdBytes(dimm.smart);
  if (fn === 17 && input.length >= 7) {
    const view = viewOf(input);
    put({
      smart: {
        ...dimm.smart,
        alarmControl: view.getUint16(0, true),
        alarmSpares: view.getUint8(2),
        alarmMediaTemperature: degrees(view.getUint16(3, true)),
        alarmControllerTemperature: degrees(view.getUint16(5, true)),
      },
    });
    return out(4);
  }
  if (fn === 18 && input.length >= 15) {
    put({ injected: injection(dimm.injected, input) });
    return out(4);
  }
  return undefined;
}

function smartBytes(dimm: DimmFacts): Uint8Array {
  const now = readings(dimm);
  const out = new Uint8Array(132);
  const view = viewOf(out);
  view.setUint32(4, VALID, true);
  view.setUint8(12, now.health);
  view.setUint8(13, now.spares);
  view.setUint8(14, now.lifeUsed);
  view.setUint8(15, now.alarms);
  view.setUint16(16, temperature(now.mediaTemperature), true);
  view.setUint16(18, temperature(now.controllerTemperature), true);
  view.setUint32(20, now.shutdownCount, true);
  view.setUint8(35, now.unsafeShutdown ? 1 : 0);
  return out;
}

function thresholdBytes(smart: SmartFacts): Uint8Array {
  const out = new Uint8Array(12);
  const view = viewOf(out);
  view.setUint16(4, smart.alarmControl, true);
  view.setUint8(6, smart.alarmSpares);
  view.setUint16(7, temperature(smart.alarmMediaTemperature), true);
  view.setUint16(9, temperature(smart.alarmControllerTemperature), true);
  return out;
}

/** Each group is set, or taken back, only where its flag bit is on. */
function injection(old: SmartInjection, input: Uint8Array): SmartInjection {
  const view = viewOf(input);
  const flags = Number(view.getBigUint64(0, true) & 0xfn);
  const next: { -readonly [K in keyof SmartInjection]: SmartInjection[K] } = { ...old };
  if (flags & INJECT.media) {
    if (view.getUint8(8)) next.mediaTemperature = degrees(view.getUint16(9, true));
    else delete next.mediaTemperature;
  }
  if (flags & INJECT.spares) {
    if (view.getUint8(11)) next.spares = view.getUint8(12);
    else delete next.spares;
  }
  if (flags & INJECT.fatal) {
    if (view.getUint8(13)) next.fatal = true;
    else delete next.fatal;
  }
  if (flags & INJECT.unsafeShutdown) {
    if (view.getUint8(14)) next.unsafeShutdown = true;
    else delete next.unsafeShutdown;
  }
  return next;
}
