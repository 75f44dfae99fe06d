/** Settings that are one of libxl's enumerations, by name and some by number (`libxl_types.idl`, Xen 4.17). Names have no case. */
import { type DomainType } from "./domain_config.ts";
import { type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** Names in the order of their numbers; the first is what is shown by leaving it out. */
interface Choice {
  readonly name: string;
  readonly path: string;
  readonly values: readonly string[];
  /** What xl says of another name; the exit status where it is not 1. */
  readonly wrong: (text: string) => string;
  readonly status?: number;
  /** A list in its place is passed over without a word. */
  readonly quiet?: true;
}

const invalid = (name: string) => (text: string): string => `ERROR: invalid value "${text}" for "${name}"`;
const FAILED = 3;

const CHOICES: readonly Choice[] = [
  {
    name: "vuart",
    path: "b_info/arch_arm/vuart",
    values: ["unknown", "sbsa_uart"],
    wrong: invalid("vuart"),
  },
  {
    name: "passthrough",
    path: "c_info/passthrough",
    values: ["default", "disabled", "enabled", "sync_pt", "share_pt"],
    wrong: (text) => `ERROR: unknown passthrough option '${text}'`,
  },
  {
    name: "gic_version",
    path: "b_info/arch_arm/gic_version",
    values: ["default", "v2", "v3"],
    wrong: (text) => `Unknown gic_version "${text}" specified`,
    status: FAILED,
    quiet: true,
  },
  {
    name: "tee",
    path: "b_info/tee",
    values: ["none", "optee"],
    wrong: (text) => `Unknown tee "${text}" specified`,
    status: FAILED,
    quiet: true,
  },
];

const HVM_CHOICES: readonly Choice[] = [
  { name: "hdtype", path: "b_info/type.hvm/hdtype", values: ["ide", "ahci"], wrong: invalid("hdtype") },
  {
    name: "vendor_device",
    path: "b_info/type.hvm/vendor_device",
    values: ["none", "xenserver"],
    wrong: (text) => `xl: unknown vendor_device '${text}'`,
    status: FAILED,
  },
];

const TSC_MODES = ["default", "always_emulate", "native", "native_paravirt"];
const TIMER_MODES = [
  "delay_for_missed_ticks",
  "no_delay_for_missed_ticks",
  "no_missed_ticks_pending",
  "one_missed_tick_pending",
];
const ALTP2M_MODES = ["disabled", "mixed", "external", "limited"];

/** The value of that name, as libxl prints it. */
export const named = (values: readonly string[], text: string): string | undefined =>
  values.find((value) => value === text.toLowerCase());

export function readChoices(read: SettingReader, type: DomainType, shown: Shown): void {
  for (const { name, path, values, wrong, status, quiet } of type === "hvm" ? [...CHOICES, ...HVM_CHOICES] : CHOICES) {
    if (quiet && read.isList(name)) continue;
    const text = read.string(name);
    if (text === undefined) continue;
    const value = named(values, text);
    if (value === undefined) throw new Refused(wrong(text), status);
    if (value !== values[0]) shown[path] = value;
  }
  const tsc = numbered(read, "tsc_mode", TSC_MODES, (text) => {
    read.complaints.say(
      text === undefined ? deprecated("tsc_mode", TSC_MODES, read) : `got a tsc mode string: "${text}"`,
    );
  });
  if (tsc !== undefined && tsc !== "default") shown["b_info/tsc_mode"] = tsc;
  const timer = numbered(read, "timer_mode", TIMER_MODES, (text) => {
    if (type === "pv") throw new Refused(`ERROR: "timer_mode" option is not supported for PV guests.`, FAILED);
    if (text === undefined) read.complaints.say(deprecated("timer_mode", TIMER_MODES, read));
  });
  if (timer !== undefined) shown["b_info/timer_mode"] = timer;
  const altp2m = numbered(read, "altp2m", ALTP2M_MODES, () => {});
  if (altp2m !== undefined && altp2m !== "disabled") shown["b_info/altp2m"] = altp2m;
}

/** A setting that is a number, or else a name; `given` hears which it is before it is looked at. */
function numbered(
  read: SettingReader,
  name: string,
  values: readonly string[],
  given: (text: string | undefined) => void,
): string | undefined {
  const number = read.long(name, true);
  if (number !== undefined) {
    given(undefined);
    if (values[number] === undefined) throw new Refused(`ERROR: invalid value ${number} for "${name}"`);
    return values[number];
  }
  const text = read.string(name);
  if (text === undefined) return undefined;
  given(text);
  const value = name === "timer_mode" && named(["unknown"], text) ? "unknown" : named(values, text);
  if (value === undefined) throw new Refused(invalid(name)(text));
  return value === "unknown" ? undefined : value;
}

function deprecated(name: string, values: readonly string[], read: SettingReader): string {
  const value = values[read.long(name, true)!];
  const example = value === undefined ? "" : `e.g. ${name}="${value}"`;
  return `WARNING: specifying "${name}" as an integer is deprecated. Please use the named parameter variant. ${example}`;
}
