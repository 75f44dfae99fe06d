/** What `inject-smart`'s options ask for. Source: ndctl `ndctl/inject-smart.c` smart_init. */
import { err, ok, type Result } from "neverthrow";
import { exitOf } from "../../abi/errno.ts";
import { ALARM, encodedTemperature, INJECT } from "../../acpi/mod.ts";
import { type SmartInjectionInput, type SmartThresholds } from "../../dom0/mod.ts";
import { type UsageFault } from "../language/command.ts";
import { unsigned } from "./library.ts";
import { errorText, flag, type OptionValues, parseOptions, text, usageFault } from "./parse_options.ts";

export const smartOptions = {
  bus: text("b", "bus", "bus-id", "only on this bus"),
  verbose: flag("v", "verbose", "say more"),
  human: flag("u", "human", "numbers for people"),
  mediaTemperature: text("m", "media-temperature", "degrees", "inject a media temperature"),
  mediaTemperatureThreshold: text("M", "media-temperature-threshold", "degrees", "set its threshold"),
  mediaTemperatureAlarm: text(undefined, "media-temperature-alarm", "on|off", "turn its alarm on or off"),
  mediaTemperatureUninject: flag(undefined, "media-temperature-uninject", "take it back"),
  ctrlTemperature: text("c", "ctrl-temperature", "degrees", "inject a controller temperature"),
  ctrlTemperatureThreshold: text("C", "ctrl-temperature-threshold", "degrees", "set its threshold"),
  ctrlTemperatureAlarm: text(undefined, "ctrl-temperature-alarm", "on|off", "turn its alarm on or off"),
  ctrlTemperatureUninject: flag(undefined, "ctrl-temperature-uninject", "take it back"),
  spares: text("s", "spares", "percent", "inject remaining spares"),
  sparesThreshold: text("S", "spares-threshold", "percent", "set their threshold"),
  sparesAlarm: text(undefined, "spares-alarm", "on|off", "turn their alarm on or off"),
  sparesUninject: flag(undefined, "spares-uninject", "take it back"),
  fatal: flag("f", "fatal", "inject a fatal state of health"),
  fatalUninject: flag("F", "fatal-uninject", "take it back"),
  unsafeShutdown: flag("U", "unsafe-shutdown", "inject an unsafe shutdown"),
  unsafeShutdownUninject: flag(undefined, "unsafe-shutdown-uninject", "take it back"),
  uninjectAll: flag("N", "uninject-all", "take everything back"),
} as const;
type SmartOptions = OptionValues<typeof smartOptions>;

/** One injection, or one that is taken back; `input` undefined where the tool has no command for it. */
export interface Injection {
  readonly what: string;
  readonly input: SmartInjectionInput | undefined;
}

export interface SmartRequest {
  readonly bus: string | undefined;
  readonly human: boolean;
  readonly dimm: string;
  /** Undefined where no threshold and no alarm is to be changed. */
  readonly thresholds: ((old: SmartThresholds) => SmartThresholds) | undefined;
  /** In the order in which they are sent. */
  readonly injections: readonly Injection[];
  /** A failure does not end the rest. */
  readonly goesOn: boolean;
}

const USAGE = "ndctl inject-smart <dimm> [<options>]";

/** Faults of values exit as -EINVAL, without a usage text, and come before those of words. */
export function parseSmart(argv: readonly string[]): Result<SmartRequest, UsageFault> {
  return parseOptions(argv, smartOptions, USAGE).andThen(({ values, words }) => {
    const fault = faultOf(values);
    if (fault !== undefined) return err({ err: errorText(fault), status: exitOf("EINVAL") });
    const [dimm, ...extra] = words;
    if (dimm === undefined || extra.length > 0) {
      const faults = dimm === undefined
        ? ["specify a dimm for the smart operation"]
        : extra.map((word) => `unknown extra parameter "${word}"`);
      return err(usageFault(USAGE, smartOptions, faults.map((message) => errorText(`${message}\n`)).join("")));
    }
    const { bus, human, uninjectAll } = values;
    const thresholds = changesThresholds(values) ? newThresholds(values) : undefined;
    return ok({ bus, human, dimm, thresholds, injections: injectionsOf(values), goesOn: uninjectAll });
  });
}

function faultOf(values: SmartOptions): string | undefined {
  for (const [what, key] of TEMPERATURES) {
    if (degrees(values[key]) === undefined) return `Invalid argument: ${what}: ${values[key]}\n`;
    const threshold = values[`${key}Threshold`];
    if (degrees(threshold) === undefined) return `Invalid argument: ${threshold}\n`;
  }
  if (percent(values.spares) === undefined) return `Invalid argument: spares: ${values.spares}\n`;
  if (percent(values.sparesThreshold) === undefined) return `Invalid argument: ${values.sparesThreshold}\n`;
  for (const [what, key] of FIELDS) {
    const injects = values[key] !== undefined && values[key] !== false;
    if (injects && (values[`${key}Uninject`] || values.uninjectAll)) {
      return `Cannot use ${what} inject and uninject together\n`;
    }
  }
  if (!changesThresholds(values) && injectionsOf(values).length === 0) return "No valid operation specified\n";
  return undefined;
}

const TEMPERATURES = [["media_temperature", "mediaTemperature"], ["ctrl_temperature", "ctrlTemperature"]] as const;
const FIELDS = [
  ...TEMPERATURES,
  ["spares", "spares"],
  ["fatal", "fatal"],
  ["unsafe_shutdown", "unsafeShutdown"],
] as const;

/** strtod: what does not start with a number is zero; undefined for an infinity. */
function degrees(text: string | undefined): number | undefined {
  const value = text === undefined ? 0 : /^\s*[+-]?inf/i.test(text) ? Infinity : parseFloat(text);
  return Number.isFinite(value) || Number.isNaN(value) ? value || 0 : undefined;
}

/** strtoul in any base; undefined for what 32 bits do not hold. */
function percent(text: string | undefined): number | undefined {
  if (text === undefined) return 0;
  const value = unsigned(/^\s*\+?(0[xX][0-9a-fA-F]+|[0-9]*)/.exec(text)?.[0] ?? "") ?? 0;
  return value <= 0xffffffff ? value : undefined;
}

const raw = (text: string | undefined): number => encodedTemperature(degrees(text) ?? 0);

const changesThresholds = (values: SmartOptions): boolean =>
  [
    values.mediaTemperatureThreshold,
    values.ctrlTemperatureThreshold,
    values.sparesThreshold,
    values.mediaTemperatureAlarm,
    values.ctrlTemperatureAlarm,
    values.sparesAlarm,
  ].some((value) => value !== undefined);

const newThresholds = (values: SmartOptions) => (old: SmartThresholds): SmartThresholds => {
  let { alarmControl } = old;
  const alarms = [
    [values.mediaTemperatureAlarm, ALARM.mediaTemperature],
    [values.ctrlTemperatureAlarm, ALARM.controllerTemperature],
    [values.sparesAlarm, ALARM.spares],
  ] as const;
  for (const [word, bit] of alarms) {
    if (word?.startsWith("on")) alarmControl |= bit;
    else if (word?.startsWith("off")) alarmControl &= ~bit;
  }
  const { mediaTemperatureThreshold: media, ctrlTemperatureThreshold: controller, sparesThreshold: spares } = values;
  return {
    ...old,
    alarmControl,
    ...(media === undefined ? {} : { mediaTemperature: raw(media) }),
    ...(controller === undefined ? {} : { controllerTemperature: raw(controller) }),
    ...(spares === undefined ? {} : { spares: (percent(spares) ?? 0) & 0xff }),
  };
};

function injectionsOf(values: SmartOptions): Injection[] {
  const back = (single: boolean) => single || values.uninjectAll;
  const list: Injection[] = [];
  const add = (
    what: string,
    value: boolean,
    uninject: boolean,
    input: (on: number) => SmartInjectionInput | undefined,
  ) => (value || uninject) && list.push({ what, input: input(uninject ? 0 : 1) });
  const given = (text: string | undefined) => text !== undefined;
  add("media_temperature", given(values.mediaTemperature), back(values.mediaTemperatureUninject), (on) => ({
    flags: BigInt(INJECT.mediaTemperature),
    mediaTemperatureEnable: on,
    mediaTemperature: raw(values.mediaTemperature),
  }));
  // The Intel family knows no injected controller temperature.
  add("ctrl_temperature", given(values.ctrlTemperature), back(values.ctrlTemperatureUninject), () => undefined);
  add("spares", given(values.spares), back(values.sparesUninject), (on) => ({
    flags: BigInt(INJECT.spares),
    sparesEnable: on,
    spares: (percent(values.spares) ?? 0) & 0xff,
  }));
  add("fatal", values.fatal, back(values.fatalUninject), (on) => ({ flags: BigInt(INJECT.fatal), fatalEnable: on }));
  add("unsafe_shutdown", values.unsafeShutdown, back(values.unsafeShutdownUninject), (on) => ({
    flags: BigInt(INJECT.unsafeShutdown),
    unsafeShutdownEnable: on,
  }));
  return list;
}
