/** How ndctl puts raw numbers into JSON (`util/json.c` util_json_object_hex, util_json_object_size). */
import type { Json } from "../base/json.ts";
import { exactNumber } from "../base/quantity.ts";
import { hex, humanSize, KiB } from "../base/units.ts";

const LARGEST_INT64 = 2n ** 63n - 1n;

/** With -u C's `%#llx` of what json-c hands out as a signed number: zero without 0x, and nothing above 2^63 - 1. */
export function hexJson(value: number | bigint, human: boolean): Json {
  if (!human) return value;
  if (BigInt(value) === 0n) return "0";
  return hex(BigInt(value) > LARGEST_INT64 ? LARGEST_INT64 : value);
}

/** With -u a size in words; small sizes stay numbers, as in every human output of ndctl. */
export function sizeJson(bytes: bigint, human: boolean): Json {
  const size = exactNumber(bytes);
  return !human || size === undefined || size < 5000 * KiB ? bytes : humanSize(size);
}
