/**
 * Sizes as the file tools read them. They differ in small things: util-linux takes fractions and hexadecimal, coreutils and
 * dd have suffixes of their own, dd multiplies. Source: util-linux 2.38 `lib/strutils.c` strtosize; coreutils 9.1 xstrtol,
 * `src/dd.c` parse_integer; e2fsprogs 1.47 parse_num_blocks.
 */

const POWERS = "KMGTPE";

/** 1024 for `K` and `KiB`, 1000 for `KB`; undefined for no such suffix. */
function unitOf(suffix: string, lower: "lower too" | "upper only"): number | undefined {
  if (suffix === "") return 1;
  const [, letter, tail] = /^([A-Za-z])(iB|B)?$/.exec(suffix) ?? [];
  if (letter === undefined) return undefined;
  const power = POWERS.indexOf(lower === "lower too" ? letter.toUpperCase() : letter) + 1;
  if (power === 0) return undefined;
  return (tail === "B" ? 1000 : 1024) ** power;
}

const exact = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined);

/** util-linux: `1.5G`, `0x1000`, `64KiB`, `1MB` (decimal). */
export function utilLinuxSize(text: string): number | undefined {
  const [, digits, fraction, suffix] = /^\s*(0[xX][0-9a-fA-F]+|\d+)(?:\.(\d+))?([A-Za-z]*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const unit = unitOf(suffix!, "lower too");
  if (unit === undefined || (unit === 1 && fraction !== undefined)) return undefined;
  return exact(Math.floor((Number(digits) + Number(`0.${fraction ?? "0"}`)) * unit));
}

/** `1.5 MiB`: the largest unit that it reaches, at most one decimal. */
export function utilLinuxText(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), POWERS.length);
  const amount = Math.round((bytes / 1024 ** power) * 10) / 10;
  return `${amount} ${power === 0 ? "B" : `${POWERS[power - 1]}iB`}`;
}

/** coreutils' truncate: a whole number with `K`, `KB`, `KiB` …; `k`, `g`, `m`, `t` as well. */
export function coreutilsSize(text: string): number | undefined {
  const [, digits, suffix] = /^(\d+)([A-Za-z]*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const unit = unitOf(suffix!.replace(/^[kgmt]/, (letter) => letter.toUpperCase()), "upper only");
  return unit === undefined ? undefined : exact(Number(digits) * unit);
}

/** dd: `c` 1, `w` 2, `b` 512, `kB`, `K`, `MB`, `M`, `xM` …; factors joined by `x`. */
export function ddNumber(text: string): number | undefined {
  let product = 1;
  for (const factor of text.replace(/x(?=[KMGTPE])/g, "").split("x")) {
    const [, digits, suffix] = /^(\d+)([A-Za-z]*)$/.exec(factor) ?? [];
    if (digits === undefined) return undefined;
    const small: Record<string, number> = { c: 1, w: 2, b: 512 };
    const unit = small[suffix!] ?? unitOf(suffix!.replace(/^k/, "K"), "upper only");
    if (unit === undefined) return undefined;
    product *= Number(digits) * unit;
  }
  return exact(product);
}

/** e2fsprogs' counts of blocks: `4096`, `1k`, `100M`, `2G`; without a suffix in blocks of `blockSize`. */
export function blockCount(text: string, blockSize: number): number | undefined {
  const [, digits, suffix] = /^(\d+)([sSkKmMgGtT]?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const unit = { s: 512, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }[suffix!.toLowerCase()];
  return exact(Number(digits) * (unit ?? blockSize));
}

/** A number as coreutils prints sizes for people: at most one decimal, and that below ten (or, of a rate, below a hundred). */
export function humanCount(value: number, base: 1000 | 1024, exactly: boolean): string {
  const suffix = base === 1000 ? "kMGTPE" : "KMGTPE";
  let power = 0;
  let amount = value;
  while (amount >= base && power < suffix.length) {
    amount /= base;
    power++;
  }
  const shown = (decimals: number): number => Math.round(amount * 10 ** decimals) / 10 ** decimals;
  // Rounding may reach the next unit: 999999 bytes are 1.0 MB.
  if (shown(0) >= base && amount >= 10 && power < suffix.length) {
    amount /= base;
    power++;
  }
  const least = exactly ? 10 : base === 1000 ? 100 : 10;
  const decimals = (power > 0 || !exactly) && shown(1) < least ? 1 : 0;
  const unit = power === 0 ? "" : `${suffix[power - 1]}${base === 1024 ? "i" : ""}`;
  return `${shown(decimals).toFixed(decimals)} ${unit}B`;
}
