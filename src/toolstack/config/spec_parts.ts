/** A device's specification between commas, as xl takes it apart with strtok. */

/** The parts of a specification, blanks in front of them taken off. */
export const partsOf = (spec: string): string[] =>
  spec.split(",").filter((part) => part !== "").map((part) => part.replace(/^ +/, ""));

/** `key=value` parts up to the first that has no `=`. */
export function* keyValues(spec: string): Generator<readonly [key: string, value: string]> {
  for (const part of partsOf(spec)) {
    const equals = part.indexOf("=");
    if (equals < 0) return;
    yield [part.slice(0, equals), part.slice(equals + 1)];
  }
}
