/** Tables by words that came from outside. */

/** What a table says of a word. (`table[word]` would find `constructor` in every one.) */
export const lookup = <Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;
