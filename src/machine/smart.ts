/** Health functions of the Intel DIMM family: SMART (1), thresholds (2, 17) and injection (18); dsm.md section 4. */
import {
  ALARM,
  encodedTemperature,
  HEALTH,
  INJECT,
  injectSmartInput,
  LEAF_FUNCTION,
  setThresholdInput,
  SMART_VALID,
  smartAnswer,
  statusOnly,
  temperatureOf,
  thresholdAnswer,
} from "../acpi/mod.ts";
import { type DimmFacts, type MachineState, type SmartFacts, type SmartInjection } from "./state.ts";

/** What the modeled DIMMs measure. */
const MEASURED = SMART_VALID.health | SMART_VALID.spares | SMART_VALID.lifeUsed | SMART_VALID.mediaTemperature |
  SMART_VALID.controllerTemperature | SMART_VALID.shutdownCount | SMART_VALID.alarms | SMART_VALID.shutdownStatus;

/** The readings with what was injected put over them. */
export function readings(dimm: DimmFacts): SmartFacts & { readonly alarms: number } {
  const { smart, injected } = dimm;
  const mediaTemperature = injected.mediaTemperature ?? smart.mediaTemperature;
  const spares = injected.spares ?? smart.spares;
  const alarms = (spares <= smart.alarmSpares ? ALARM.spares : 0) |
    (mediaTemperature >= smart.alarmMediaTemperature ? ALARM.mediaTemperature : 0) |
    (smart.controllerTemperature >= smart.alarmControllerTemperature ? ALARM.controllerTemperature : 0);
  return {
    ...smart,
    mediaTemperature,
    spares,
    health: injected.fatal ? HEALTH.fatal : smart.health,
    unsafeShutdown: injected.unsafeShutdown ?? smart.unsafeShutdown,
    alarms: alarms & smart.alarmControl,
  };
}

/** The answer to functions 1, 2, 17 and 18; undefined for any other, or where the input is cut short. */
export function answerHealth(
  state: MachineState,
  dimm: DimmFacts,
  fn: number,
  input: Uint8Array,
): Uint8Array | undefined {
  const put = (change: Partial<DimmFacts>): Uint8Array => {
    state.dimms.set(String(dimm.handle), { ...dimm, ...change });
    return statusOnly(0);
  };
  switch (fn) {
    case LEAF_FUNCTION.smart:
      return smartOf(dimm);
    case LEAF_FUNCTION.smartThreshold:
      return thresholdsOf(dimm.smart);
    case LEAF_FUNCTION.setSmartThreshold:
      return setThresholdInput.decode(input).map((t) =>
        put({
          smart: {
            ...dimm.smart,
            alarmControl: t.alarmControl,
            alarmSpares: t.spares,
            alarmMediaTemperature: temperatureOf(t.mediaTemperature),
            alarmControllerTemperature: temperatureOf(t.controllerTemperature),
          },
        })
      ).unwrapOr(undefined);
    case LEAF_FUNCTION.injectSmart: {
      const injected = injection(dimm.injected, input);
      return injected && put({ injected });
    }
    default:
      return undefined;
  }
}

function smartOf(dimm: DimmFacts): Uint8Array {
  const now = readings(dimm);
  return smartAnswer.encode({
    validity: MEASURED,
    health: now.health,
    spares: now.spares,
    lifeUsed: now.lifeUsed,
    alarms: now.alarms,
    mediaTemperature: encodedTemperature(now.mediaTemperature),
    controllerTemperature: encodedTemperature(now.controllerTemperature),
    shutdownCount: now.shutdownCount,
    shutdownStatus: now.unsafeShutdown ? 1 : 0,
  });
}

const thresholdsOf = (smart: SmartFacts): Uint8Array =>
  thresholdAnswer.encode({
    alarmControl: smart.alarmControl,
    spares: smart.alarmSpares,
    mediaTemperature: encodedTemperature(smart.alarmMediaTemperature),
    controllerTemperature: encodedTemperature(smart.alarmControllerTemperature),
  });

/** Each part is set, or taken back, only where its flag bit is on. */
function injection(old: SmartInjection, input: Uint8Array): SmartInjection | undefined {
  const decoded = injectSmartInput.decode(input);
  if (decoded.isErr()) return undefined;
  const asked = decoded.value;
  const chosen = Number(asked.flags & 0xfn);
  const next: { -readonly [K in keyof SmartInjection]: SmartInjection[K] } = { ...old };
  const set = <K extends keyof SmartInjection>(bit: number, key: K, on: number, value: SmartInjection[K]) => {
    if ((chosen & bit) === 0) return;
    if (on) next[key] = value;
    else delete next[key];
  };
  set(INJECT.mediaTemperature, "mediaTemperature", asked.mediaTemperatureEnable, temperatureOf(asked.mediaTemperature));
  set(INJECT.spares, "spares", asked.sparesEnable, asked.spares);
  set(INJECT.fatal, "fatal", asked.fatalEnable, true);
  set(INJECT.unsafeShutdown, "unsafeShutdown", asked.unsafeShutdownEnable, true);
  return next;
}
