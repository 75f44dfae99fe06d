/** A DIMM's health as JSON. Source: ndctl `ndctl/json-smart.c`. */
import { ALARM, HEALTH, SMART_VALID, temperatureOf } from "../../acpi/mod.ts";
import { type Json, JsonDouble } from "../../base/json.ts";
import { DIMM_FAMILY, type DimmView, type Dom0, type SmartData, type SmartThresholds } from "../../dom0/mod.ts";

type Fields = { [key: string]: Json };

/** Whether a DIMM without health data is a failure to ndctl, and not merely a DIMM that has none. */
export const expectsHealth = (dom0: Dom0, dimm: DimmView): boolean =>
  dom0.dimm(dimm.number).family === DIMM_FAMILY.microsoft;

/** Undefined where the DIMM has no SMART command. */
export function healthJson(dom0: Dom0, dimm: DimmView): Json | undefined {
  const smart = dom0.dimm(dimm.number).smart();
  if (!smart) return undefined;
  if (smart.isErr()) return { health_state: "unknown" };
  const data = smart.value;
  const valid = (bit: number) => (data.validity & bit) !== 0;
  const thresholds = dom0.dimm(dimm.number).smartThresholds()?.unwrapOr(undefined);
  return {
    ...(valid(SMART_VALID.health) ? { health_state: healthWord(data.health) } : {}),
    ...(valid(SMART_VALID.mediaTemperature) ? { temperature_celsius: celsius(data.mediaTemperature) } : {}),
    ...(valid(SMART_VALID.controllerTemperature)
      ? { controller_temperature_celsius: celsius(data.controllerTemperature) }
      : {}),
    ...(valid(SMART_VALID.spares) ? { spares_percentage: data.spares } : {}),
    ...(valid(SMART_VALID.alarms) ? alarmFields(data) : {}),
    ...(thresholds ? thresholdFields(thresholds) : {}),
    ...(valid(SMART_VALID.lifeUsed) ? { life_used_percentage: data.lifeUsed } : {}),
    ...(valid(SMART_VALID.shutdownStatus) ? { shutdown_state: data.shutdownStatus === 0 ? "clean" : "dirty" } : {}),
    ...(valid(SMART_VALID.shutdownCount) ? { shutdown_count: data.shutdownCount } : {}),
  };
}

const celsius = (raw: number): Json => new JsonDouble(temperatureOf(raw));

function healthWord(health: number): string {
  if ((health & HEALTH.fatal) !== 0) return "fatal";
  if ((health & HEALTH.critical) !== 0) return "critical";
  return (health & HEALTH.nonCritical) !== 0 ? "non-critical" : "ok";
}

const alarmFields = ({ alarms }: SmartData): Fields => ({
  alarm_temperature: (alarms & ALARM.mediaTemperature) !== 0,
  alarm_controller_temperature: (alarms & ALARM.controllerTemperature) !== 0,
  alarm_spares: (alarms & ALARM.spares) !== 0,
});

function thresholdFields(thresholds: SmartThresholds): Fields {
  const on = (bit: number) => (thresholds.alarmControl & bit) !== 0;
  return {
    alarm_enabled_media_temperature: on(ALARM.mediaTemperature),
    ...(on(ALARM.mediaTemperature) ? { temperature_threshold: celsius(thresholds.mediaTemperature) } : {}),
    alarm_enabled_ctrl_temperature: on(ALARM.controllerTemperature),
    ...(on(ALARM.controllerTemperature)
      ? { controller_temperature_threshold: celsius(thresholds.controllerTemperature) }
      : {}),
    alarm_enabled_spares: on(ALARM.spares),
    ...(on(ALARM.spares) ? { spares_threshold: thresholds.spares } : {}),
  };
}
