/**
 * The order in which Linux lists a sysfs directory: ascending by a hash of the names (kernfs keeps children in a tree
 * ordered by it). ndctl's and daxctl's lists inherit it, reversed, because their libraries put each device found in front.
 * Source: Linux `fs/kernfs/dir.c` kernfs_name_hash, `include/linux/stringhash.h`, `hash.h`; ndctl `lib/libndctl.c` list_add.
 */

/** GOLDEN_RATIO_64, 0x61c8864680b583eb, as two words: the arithmetic is modulo 2^64 without bigint (lists are long). */
const GOLDEN_HIGH = 0x61c88646;
const GOLDEN_LOW = 0x80b583eb;
const WORD = 0x100000000;
const INT_MAX = 0x7fffffff;

/** Hash numbers 0, 1 and INT_MAX are kept for the directory's own entries. */
export function kernfsHash(name: string): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    const sum = low + c * 16 + (c >> 4);
    high = ((high + Math.floor(sum / WORD)) * 11 + Math.floor(((sum % WORD) * 11) / WORD)) % WORD;
    low = ((sum % WORD) * 11) % WORD;
  }
  const hash = (highWord(low, GOLDEN_LOW) + Math.imul(low, GOLDEN_HIGH) + Math.imul(high, GOLDEN_LOW)) & INT_MAX;
  if (hash < 2) return hash + 2;
  return hash === INT_MAX ? INT_MAX - 1 : hash;
}

/** The upper 32 bits of the product of two unsigned words. */
function highWord(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const cross = a0 * b1 + (middle & 0xffff);
  return a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000);
}

/** The items as readdir gives them. */
export function inDirectoryOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, name: nameOf(item), hash: kernfsHash(nameOf(item)) }))
    .sort((a, b) => a.hash - b.hash || (a.name < b.name ? -1 : 1))
    .map(({ item }) => item);
}

/** The items as libndctl and libdaxctl list them. */
export const inLibraryOrder = <T>(items: readonly T[], nameOf: (item: T) => string): T[] =>
  inDirectoryOrder(items, nameOf).reverse();
