/** Branded numbers: quantities of different kinds that must not be mixed up, at no cost at run time. */

declare const quantity: unique symbol;

/** A number that counts or addresses one kind of thing. Two declarations with the same name are the same type. */
export type Quantity<Name extends string> = number & { readonly [quantity]: Name };

/** Hardware stops at 52 address bits, so every valid address fits a double exactly. */
export const ADDRESS_LIMIT = 2 ** 52;

/** The number in a raw 64-bit field, or undefined where a double could not hold it exactly. */
export function exactNumber(raw: bigint): number | undefined {
  return raw >= 0n && raw <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(raw) : undefined;
}

export const alignDown = (value: number, step: number): number => value - (value % step);
export const alignUp = (value: number, step: number): number => alignDown(value + step - 1, step);
export const isAligned = (value: number, step: number): boolean => value % step === 0;

export function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

export const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b;
