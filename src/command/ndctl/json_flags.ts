/** How much the tools' JSON says and how it writes numbers (ndctl `util/json.h` UTIL_JSON_*). */
import { type Json } from "../../base/json.ts";
import { hexJson as ndctlHex, sizeJson as ndctlSize } from "../../label/mod.ts";

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

type Numbers = Pick<JsonFlags, "human">;

/** A size: a plain number, or with `-u` a text from 5000 KiB on. */
export const sizeJson = (bytes: number, { human }: Numbers): Json => human ? ndctlSize(BigInt(bytes), human) : bytes;

/** A number that `-u` writes in hexadecimal. */
export const hexJson = (value: number | bigint, { human }: Numbers): Json => ndctlHex(value, human);
