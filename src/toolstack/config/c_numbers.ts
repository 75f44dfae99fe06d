/** C's readings of text as a number, with its truncations. */

/** `atoi`: decimal digits in front, else zero; an int. */
export const atoi = (text: string): number => Number(/^\s*[+-]?[0-9]+/.exec(text)?.[0] ?? 0) | 0;

/** What `strtoul` in this base takes from the front of a text, and the text behind it; nothing where no digit stands. */
export function strtoul(text: string, base: 0 | 10 | 16): { value: bigint; rest: string } | undefined {
  const digits = {
    0: /^\s*([+-]?)(0[xX](?=[0-9a-fA-F])[0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/,
    10: /^\s*([+-]?)([0-9]+)/,
    16: /^\s*([+-]?)((?:0[xX](?=[0-9a-fA-F]))?[0-9a-fA-F]+)/,
  }[base];
  const match = digits.exec(text);
  if (!match) return undefined;
  const number = match[2]!;
  const magnitude = base === 10
    ? BigInt(number)
    : base === 16
    ? BigInt(`0x${number.replace(/^0[xX]/, "")}`)
    : BigInt(/^0[0-7]+$/.test(number) ? `0o${number.slice(1)}` : number);
  const bounded = magnitude >= LARGEST ? LARGEST : match[1] === "-" ? BigInt.asUintN(64, -magnitude) : magnitude;
  return { value: bounded, rest: text.slice(match[0].length) };
}

/** ULONG_MAX, which `strtoul` also answers where the number is too large. */
export const LARGEST = 2n ** 64n - 1n;

/** The number in front in any base, as a C field of 32 bits holds it. */
export const u32Of = (text: string): number => Number(BigInt.asUintN(32, strtoul(text, 0)?.value ?? 0n));
