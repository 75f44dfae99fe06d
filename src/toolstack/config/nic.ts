/** One `vif` entry: `key=value` pairs; what is wrong is said and left out (Xen 4.17 `tools/xl/xl_parse.c` parse_nic_config). */
import { lookup } from "../../base/lookup.ts";
import { LARGEST, strtoul } from "./c_numbers.ts";
import { type Complaints } from "./complaints.ts";
import { type NicConfig } from "./domain_config.ts";
import { parseRate } from "./nic_rate.ts";
import { Refused } from "./refused.ts";

type Draft = { -readonly [Key in keyof NicConfig]: NicConfig[Key] };

const KEPT: Readonly<Record<string, keyof NicConfig>> = {
  bridge: "bridge",
  gatewaydev: "gatewaydev",
  ip: "ip",
  script: "script",
  backend: "backendDomain",
  vifname: "ifname",
  model: "model",
  forwarddev: "forwardDevice",
};

/** Understood by xl, of no consequence here. */
const PASSED = /^colo_[a-z0-9_]+=/;

export function parseNic(spec: string, devid: number, complaints: Complaints): NicConfig {
  const nic: Draft = { devid };
  for (const part of spec.split(",")) {
    const token = part.replace(/^ +/, "");
    if (part !== "") parseToken(nic, token, complaints);
  }
  return nic;
}

function parseToken(nic: Draft, token: string, complaints: Complaints): void {
  const equals = token.indexOf("=");
  const key = equals < 0 ? "" : token.slice(0, equals);
  const value = token.slice(equals + 1);
  const kept = lookup(KEPT, key);
  if (kept !== undefined) (nic as unknown as Record<string, string>)[kept] = value;
  else if (key === "mac") {
    nic.mac = parseMac(value, nic.mac, complaints);
  } else if (key === "type") {
    if (value === "vif") nic.type = "vif";
    else if (value === "ioemu") nic.type = "vif_ioemu";
    else complaints.say("Invalid parameter `type'.");
  } else if (key === "netdev") {
    complaints.say("the netdev parameter is deprecated, please use gatewaydev instead");
    nic.gatewaydev = value;
  } else if (key === "devid") {
    nic.devid = number(value);
  } else if (key === "mtu") {
    nic.mtu = number(value);
  } else if (key === "rate") {
    nic.rate = parseRate(value, complaints.source);
  } else if (token === "trusted" || token === "untrusted") {
    nic.trusted = token === "trusted";
  } else if (key === "accel") {
    complaints.say("the accel parameter for vifs is currently not supported");
  } else if (!PASSED.test(token)) {
    complaints.say(`unrecognized argument \`${token}'`);
  }
}

/** Decimal digits in front, as an int; more than a long holds, or none at all, ends everything. */
function number(text: string): number {
  const read = strtoul(text, 10);
  if (!read || read.value === LARGEST) throw new Refused(`xl: failed to convert "${text}" to number`);
  return Number(BigInt.asIntN(32, read.value));
}

/** Six hexadecimal bytes with any one character between them. A byte that is none ends it; what came before counts. */
function parseMac(text: string, before: string | undefined, complaints: Complaints): string {
  const bytes = (before ?? NO_MAC).split(":");
  let rest = text;
  for (let i = 0; i < bytes.length; i++) {
    const read = strtoul(rest, 16);
    if (!read || BigInt.asUintN(32, read.value) > 255n) {
      complaints.say("Invalid parameter `mac'.");
      break;
    }
    bytes[i] = read.value.toString(16).padStart(2, "0");
    rest = read.rest.slice(1);
  }
  return bytes.join(":");
}

export const NO_MAC = "00:00:00:00:00:00";
