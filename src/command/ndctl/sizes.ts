/** Sizes as ndctl reads them: a C integer and at most one of k m g t. Source: ndctl `util/size.c` __parse_size64. */
import { lookup } from "../../base/lookup.ts";
import { GiB, KiB, MiB, TiB } from "../../base/units.ts";

export interface ParsedSize {
  /** Sizes past 2^53 lose digits; nothing is that large. */
  readonly bytes: number;
  /** Bytes of the suffix; 1 without one. */
  readonly unit: number;
}

const UNITS: Readonly<Record<string, number>> = { k: KiB, m: MiB, g: GiB, t: TiB };
const LIMIT = 2 ** 64;

/** Undefined for what ndctl refuses: a sign, trailing text, an overflow. No digits at all count as zero. */
export function parseSize(text: string): ParsedSize | undefined {
  const [, digits, suffix] = /^\s*\+?(0[xX][0-9a-fA-F]+|[0-9]*)([\s\S]*)$/.exec(text) as unknown as [
    string,
    string,
    string,
  ];
  const count = integer(digits);
  const unit = suffix === "" ? 1 : lookup(UNITS, suffix.toLowerCase());
  if (count === undefined || unit === undefined || count * unit >= LIMIT) return undefined;
  return { bytes: count * unit, unit };
}

/** strtoull with base 0: a leading zero means octal. */
function integer(digits: string): number | undefined {
  if (digits === "") return 0;
  if (/^0[xX]/.test(digits)) return parseInt(digits.slice(2), 16);
  if (digits.length > 1 && digits.startsWith("0")) return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : undefined;
  return Number(digits);
}
