/** `rate=10Mb/s@50ms` of a network interface (Xen 4.17 `tools/libs/util/libxlu_vif.c`). */
import { type NicConfig } from "./domain_config.ts";
import { Refused } from "./refused.ts";

const UNITS: Readonly<Record<string, bigint>> = { G: 1_000_000_000n, M: 1_000_000n, K: 1000n, "": 1n };
const U32_MAX = 2n ** 32n - 1n;
const DEFAULT_INTERVAL_US = 50_000n;
const SECOND_US = 1_000_000n;

export function parseRate(text: string, source: string): NonNullable<NicConfig["rate"]> {
  const wrong = (what: string, near: string): never => {
    throw new Refused(`${source}: config parsing error in vif: ${what} in \`${near}'`);
  };
  const [bytes, interval] = text.split(/@(.*)/s, 2) as [string, string?];
  if (bytes === "") wrong("no rate specified", text);
  const [, digits, unit, bit] = /^([0-9]+)([GMK]?)([Bb])\/s$/.exec(bytes) ?? wrong("invalid rate", bytes);
  const amount = cInteger(digits!);
  if (amount === 0n || amount > U32_MAX) wrong("rate overflow", bytes);
  const perSecond = amount * UNITS[unit!]! / (bit === "b" ? 8n : 1n);
  const us = interval === undefined ? DEFAULT_INTERVAL_US : intervalUs(interval, wrong);
  if (perSecond > (2n ** 64n - 1n) / us) wrong("rate overflow", text);
  return { bytesPerInterval: Number(perSecond * us / SECOND_US), intervalUs: Number(us) };
}

function intervalUs(text: string, wrong: (what: string, near: string) => never): bigint {
  const match = /^([0-9]+)([mu]?)s?$/.exec(text) ?? wrong("invalid replenishment interval", text);
  const digits = cInteger(match[1]!);
  const us = match[2] === "u" ? digits : digits * (match[2] === "m" ? 1000n : SECOND_US);
  return digits === 0n || us > U32_MAX ? wrong("replenishment interval overflow", text) : us;
}

/** Digits with a zero in front are octal, as everywhere in C. */
const cInteger = (digits: string): bigint =>
  BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : /^0./.test(digits) ? 0 : digits);
