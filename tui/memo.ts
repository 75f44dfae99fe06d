/** Pure functions that remember their last answers, by identity of their arguments. */

/** Remembers one answer per first argument (an immutable object), for the newest values of the others. */
export function remembered<K extends object, A extends readonly unknown[], T>(
  compute: (key: K, ...rest: A) => T,
): (key: K, ...rest: A) => T {
  const known = new WeakMap<K, { rest: A; value: T }>();
  return (key, ...rest) => {
    const last = known.get(key);
    if (last && last.rest.every((value, i) => Object.is(value, rest[i]))) return last.value;
    const value = compute(key, ...rest);
    known.set(key, { rest, value });
    return value;
  };
}
