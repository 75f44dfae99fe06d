/** How much the tools' JSON says and how it writes numbers (ndctl `util/json.h` UTIL_JSON_*). */
import { type Json } from "../../base/json.ts";
import { hex, humanSize } from "../../base/units.ts";

export interface JsonFlags {
  readonly human: boolean;
  readonly verbose: boolean;
  readonly idle: boolean;
  readonly configured: boolean;
  readonly mediaErrors: boolean;
  /** Details of device-dax instances. */
  readonly dax: boolean;
  readonly capabilities: boolean;
  readonly firmware: boolean;
  readonly health: boolean;
}

export const PLAIN: JsonFlags = {
  human: false,
  verbose: false,
  idle: false,
  configured: false,
  mediaErrors: false,
  dax: false,
  capabilities: false,
  firmware: false,
  health: false,
};

/** A size: a plain number, or with `-u` a number below 5000 KiB and a text from there on. */
export function sizeJson(bytes: number, { human }: Pick<JsonFlags, "human">): Json {
  if (!human) return bytes;
  const text = humanSize(bytes);
  return /^[0-9]+$/.test(text) ? bytes : text;
}

/** What json-c makes of a larger number when it is asked for a signed one. */
const INT64_MAX = 2n ** 63n - 1n;

/** A number that `-u` writes in hexadecimal: zero without `0x` (C's `%#llx`), and nothing past 63 bits. */
export function hexJson(value: number | bigint, { human }: Pick<JsonFlags, "human">): Json {
  if (!human) return value;
  if (BigInt(value) === 0n) return "0";
  return hex(BigInt(value) > INT64_MAX ? INT64_MAX : value);
}
