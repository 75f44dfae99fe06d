/** Sizes as people and ndctl write them: 1024-based suffixes in, `16.00 MiB (16.78 MB)` out. */

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

/** Bytes in a page frame and in the smallest EPT leaf. */
export const PAGE_SIZE = 4 * KiB;

const SUFFIX: Record<string, number> = { "": 1, k: KiB, m: MiB, g: GiB, t: TiB };

/**
 * A size as ndctl reads one: a C integer (decimal, 0x, 0 octal) and at most one of k m g t in either case.
 * Undefined where ndctl would refuse it (fractions, `MiB`, trailing text). Source: ndctl `util/size.c`.
 */
export function parseSize(text: string): number | undefined {
  const match = /^\s*(0[xX][0-9a-fA-F]+|[0-9]+)([kKmMgGtT]?)$/.exec(text);
  if (!match) return undefined;
  const count = parseInteger(match[1]!);
  if (count === undefined) return undefined;
  const bytes = count * SUFFIX[match[2]!.toLowerCase()]!;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** An unsigned integer in any C base, or undefined. Values past 2^53 are undefined as well. */
export function parseInteger(text: string): number | undefined {
  const base = /^0[xX][0-9a-fA-F]+$/.test(text)
    ? 16
    : /^0[0-7]+$/.test(text)
    ? 8
    : /^(0|[1-9][0-9]*)$/.test(text)
    ? 10
    : 0;
  if (base === 0) return undefined;
  const value = parseInt(base === 16 ? text.slice(2) : text, base);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The size as `ndctl -u` prints it: a plain number below 5000 KiB, else two decimals in both unit systems. */
export function humanSize(bytes: number): string {
  if (bytes < 5000 * KiB) return String(bytes);
  if (bytes < 2 * GiB) return both(bytes, MiB, 1e6, "M");
  if (bytes < 2 * TiB) return both(bytes, GiB, 1e9, "G");
  return both(bytes, TiB, 1e12, "T");
}

const both = (bytes: number, binary: number, decimal: number, letter: string): string =>
  `${hundredths(bytes, binary)} ${letter}iB (${hundredths(bytes, decimal)} ${letter}B)`;

/** bytes/unit with two decimals, rounded half up in integers, as ndctl's display_size does. */
function hundredths(bytes: number, unit: number): string {
  const value = (BigInt(bytes) * 200n + BigInt(unit)) / (BigInt(unit) * 2n);
  return `${value / 100n}.${String(value % 100n).padStart(2, "0")}`;
}

/** A size for a table cell: `31.50 GiB`, `256.00 KiB`, `0 B`; one unit, two decimals, so that columns line up. */
export function shortSize(bytes: number): string {
  const sizes: [number, string][] = [[TiB, "TiB"], [GiB, "GiB"], [MiB, "MiB"], [KiB, "KiB"]];
  for (const [unit, name] of sizes) if (bytes >= unit) return `${hundredths(bytes, unit)} ${name}`;
  return `${bytes} B`;
}

/** An integer with thin groups of three, `8 257 024`. */
export const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, " ");

/** `0x` and lower-case hex; `digits` pads so that a column of addresses lines up. */
export const hex = (value: number | bigint, digits = 0): string => `0x${value.toString(16).padStart(digits, "0")}`;
