/** One `pci` entry: `[DOMAIN:]BUS:DEV.FUNC[@SLOT]` and `key=value` pairs (Xen 4.17 `tools/libs/util/libxlu_pci.c`). */
import { err, ok, type Result } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { atoi } from "./c_numbers.ts";
import { nonZero, present } from "./device_text.ts";

interface Address {
  readonly domain: number;
  readonly bus: number;
  readonly dev: number;
  readonly func: number;
  /** One bit per function; all of them for `*`. */
  readonly functions: number;
}

/** What the file says of all devices, and what is fixed by the kind of guest. */
export interface PciDefaults {
  readonly msitranslate: boolean;
  readonly power_mgmt: boolean;
  readonly permissive: boolean;
  readonly seize: boolean;
  readonly rdm_policy: string | undefined;
}

const FLAGS = ["permissive", "msitranslate", "seize", "power_mgmt"] as const;
const ALL_FUNCTIONS = 0xffff_ffff;

/** What the library says before xl names the entry, and the exit status: libxl's ERROR_INVAL, or ERROR_FAIL for a policy. */
export interface PciFault {
  readonly said: string;
  readonly status: 3 | 6;
}
const invalid = (said = ""): Result<never, PciFault> => err({ said, status: 6 });

/** The device as libxl prints it. */
export function parsePci(text: string, defaults: PciDefaults): Result<Json, PciFault> {
  const device = { ...defaults, vdevfn: 0, name: undefined as string | undefined };
  const positional = address(text);
  let bdf = positional?.address;
  let rest = positional ? positional.rest : text;
  if (positional && rest.startsWith("@")) {
    const virtual = slot(rest.slice(1));
    if (!virtual) return invalid();
    device.vdevfn = virtual.vdevfn;
    rest = virtual.rest;
  }
  if (positional && rest !== "" && !rest.startsWith(",")) return invalid();
  for (const pair of pairsOf(positional ? rest.slice(1) : rest)) {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined) return invalid();
    const flag = FLAGS.find((name) => name === key);
    if (flag) device[flag] = atoi(value!) !== 0;
    else if (key === "name") device.name = value;
    else if (key === "bdf") {
      bdf = address(value!)?.address;
      if (!bdf) return invalid();
    } else if (key === "vslot") {
      const virtual = slot(value!);
      if (!virtual) return invalid();
      device.vdevfn = virtual.vdevfn;
    } else if (key === "rdm_policy") {
      const policy = ["invalid", "strict", "relaxed"].find((name) => name === value!.toLowerCase());
      if (!policy) return err({ said: `Unknown RDM policy: ${value}`, status: 3 });
      device.rdm_policy = policy === "invalid" ? undefined : policy;
    } else return invalid(`Unknown PCI_SPEC_STRING option: ${key}`);
  }
  if ((bdf === undefined) === (device.name === undefined)) return invalid();
  return ok(present({
    func: nonZero(bdf?.func),
    dev: nonZero(bdf?.dev),
    bus: nonZero(bdf?.bus),
    domain: nonZero(bdf?.domain),
    vdevfn: nonZero(device.vdevfn),
    vfunc_mask: bdf?.functions,
    msitranslate: device.msitranslate || undefined,
    power_mgmt: device.power_mgmt || undefined,
    permissive: device.permissive || undefined,
    seize: device.seize || undefined,
    rdm_policy: device.rdm_policy,
    name: device.name,
  }));
}

/** The last comma may stand alone. */
const pairsOf = (text: string): string[] => text === "" ? [] : text.replace(/,$/, "").split(",");

function address(text: string): { address: Address; rest: string } | undefined {
  const match = /^(?:([0-9a-f]+):)?([0-9a-f]+):([0-9a-f]+)\.(\*|[0-9a-f]+)/i.exec(text);
  if (!match) return undefined;
  const number = (digits: string | undefined): number => parseInt(digits ?? "0", 16);
  const [domain, bus, dev] = [number(match[1]), number(match[2]), number(match[3])];
  const every = match[4] === "*";
  const func = every ? 0 : number(match[4]);
  if (domain > 0xffff || bus > 0xff || dev > 0x1f || func > 7) return undefined;
  return {
    address: { domain, bus, dev, func, functions: every ? ALL_FUNCTIONS : 1 },
    rest: text.slice(match[0].length),
  };
}

/** The slot that the guest sees, as device and function. */
function slot(text: string): { vdevfn: number; rest: string } | undefined {
  const digits = /^(?:0x)?[0-9a-f]+/i.exec(text)?.[0];
  const value = digits === undefined ? NaN : parseInt(digits, 16);
  return value <= 0x1f ? { vdevfn: value << 3, rest: text.slice(digits!.length) } : undefined;
}
