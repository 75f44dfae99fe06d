/** One `vif` entry: `key=value` pairs; what is wrong is said and left out (Xen 4.17 `tools/xl/xl_parse.c` parse_nic_config). */
import { lookup } from "../../base/lookup.ts";
import { type Complaints } from "./complaints.ts";
import { type NicConfig } from "./domain_config.ts";

type Draft = { -readonly [Key in keyof NicConfig]: NicConfig[Key] };

const KEPT: Readonly<Record<string, keyof NicConfig>> = {
  bridge: "bridge",
  gatewaydev: "gatewaydev",
  ip: "ip",
  script: "script",
  backend: "backendDomain",
  vifname: "ifname",
  model: "model",
};

/** Understood by xl, of no consequence here. */
const PASSED = /^(rate|forwarddev|colo_[a-z0-9_]+|mtu)=|^(un)?trusted$/;

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
    const mac = parseMac(value);
    if (mac === undefined) complaints.say("Invalid parameter `mac'.");
    else nic.mac = mac;
  } else if (key === "type") {
    if (value === "vif") nic.type = "vif";
    else if (value === "ioemu") nic.type = "vif_ioemu";
    else complaints.say("Invalid parameter `type'.");
  } else if (key === "netdev") {
    complaints.say("the netdev parameter is deprecated, please use gatewaydev instead");
    nic.gatewaydev = value;
  } else if (key === "devid") {
    nic.devid = Number(value) || 0;
  } else if (key === "accel") {
    complaints.say("the accel parameter for vifs is currently not supported");
  } else if (!PASSED.test(token)) {
    complaints.say(`unrecognized argument \`${token}'`);
  }
}

/** Six hexadecimal bytes with any one character between them, as strtoul reads them. */
function parseMac(text: string): string | undefined {
  const bytes: string[] = [];
  let rest = text;
  for (let i = 0; i < 6; i++) {
    const digits = /^(?:0[xX](?=[0-9a-fA-F]))?[0-9a-fA-F]+/.exec(rest)?.[0];
    const byte = digits === undefined ? NaN : parseInt(digits, 16);
    if (!(byte <= 255)) return undefined;
    bytes.push(byte.toString(16).padStart(2, "0"));
    rest = rest.slice(digits!.length + 1);
  }
  return bytes.join(":");
}
